""" "or" between what a question names: several values of one criterion, and titles that share their last word.

"nurse or midwife" is one criterion; "graphic or interior designer" names two titles; "mechanic or service advisor",
where the lexicon knows only the first, asks for a mechanic as one of two ways, so it is a want and not a must.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from engine.lexicon import Lexicon, Mention
from engine.query.criteria import Criterion

Found = tuple[int, int, Criterion]
"""(start, end, criterion): the part of the question that it came from."""

_OR = r"\s*(?:,\s*)?(?:or|OR|eller|ELLER|/|\|)\s*"
_BETWEEN = re.compile(_OR)
_BEFORE_TITLE = re.compile(rf"{_OR}(?:(?!(?:in|with|who|and|at|i|med|som|och)\b)[\w-]+\s+){{0,2}}")
"""Up to two words that the lexicon does not know may stand before the second title: "artist or arts educator"."""
_LISTED_BEFORE = re.compile(r"((?:[\w-]+\s*,\s*)*)([\w-]+)\s+(?:or|eller)\s+$", re.I)
_OR_FOLLOWS = re.compile(r"\s+(?:or|eller)\s+\w", re.I)
_MERGED = ("title", "skill", "language", "company")


def sharing_head(text: str, mention: Mention, lexicon: Lexicon) -> list[Mention]:
    """ "graphic or interior designer", for the mention "interior designer": the titles that lend its last word."""
    before = _LISTED_BEFORE.search(text[: mention.start])
    head = text[mention.start : mention.end].split()[-1]
    found = []
    for word in re.finditer(r"[\w-]+", text[before.start() : before.end(2)] if before else ""):
        concept = lexicon.lookup(f"{word.group()} {head}", "title")
        if before and concept and concept != mention.concept and not lexicon.lookup(word.group(), "title"):
            start = before.start() + word.start()
            found.append(Mention(start, start + len(word.group()), concept))
    return found


def merged(text: str, found: Iterable[Found]) -> list[Criterion]:
    """Neighbours of one kind with nothing but "or" between become one criterion with several values."""
    groups: list[list[Found]] = []
    for item in sorted(found, key=lambda item: (item[0], item[1])):
        if groups and _alternatives(text, groups[-1][-1], item):
            groups[-1].append(item)
        else:
            groups.append([item])
    return [_softened(text, joined(group)) for group in groups]


def joined(group: Sequence[Found]) -> Found:
    """One criterion that any of the group's values meets."""
    criteria = [criterion for _, _, criterion in group]
    values = tuple(dict.fromkeys(value for criterion in criteria for value in criterion.values))
    label = " or ".join(dict.fromkeys(criterion.label for criterion in criteria))
    words = " or ".join(dict.fromkeys(criterion.words for criterion in criteria))
    either = criteria[0].model_copy(update={"values": values, "label": label, "words": words})
    return group[0][0], group[-1][1], either


def _alternatives(text: str, one: Found, other: Found) -> bool:
    kind = one[2].kind
    between = _BEFORE_TITLE if kind == "title" else _BETWEEN
    same = kind == other[2].kind and kind in _MERGED and one[2].weight == other[2].weight
    return same and other[0] >= one[1] and bool(between.fullmatch(text, one[1], other[0]))


def _softened(text: str, found: Found) -> Criterion:
    """A title with an alternative that nobody knows is wanted, not needed."""
    start, end, criterion = found
    if criterion.kind == "title" and criterion.weight == "must" and not criterion.explicit:
        open_behind = _OR_FOLLOWS.match(text, end)
        open_before = _LISTED_BEFORE.search(text[:start])
        if open_behind or open_before:
            return criterion.model_copy(update={"weight": "want"})
    return criterion
