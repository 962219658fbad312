"""What was typed -> Query: criteria with weights, tokens for BM25, the text to embed, remarks. No language model.

Weights: a title, place, years, language, education, company or anything of our own history is a must; a skill and
a seniority are wants; cue words ("must", "krav", "nice to have", "gärna", "is a plus") say otherwise; a negated
concept is a not. Plain words never exclude where nothing is stated; a typed operator does (explicit).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from engine.lexicon import Concept, Lexicon, Mention
from engine.lexicon.levels import (
    SENIORITY_LABELS,
    education_level,
    language_level,
    seniority_words,
)
from engine.query.alternatives import joined, merged, sharing_head
from engine.query.criteria import Criterion, Query, Weight
from engine.query.history import find_history
from engine.query.identity import find_contact, looks_like_name
from engine.query.numbers import find_radius, find_years
from engine.query.operators import read_operators
from engine.query.place import place_criterion
from engine.query.scopes import find_scopes, inside
from engine.query.typed import typed_criteria
from engine.records import Vocabulary
from engine.text import is_stop_word, normalise, query_tokens

LONGEST = 10_000
"""Characters read. A pasted advert fits; a pasted book is cut, with a remark."""
MOST_CRITERIA = 60
MOST_MENTIONS = 200

_PLACE_CUE = re.compile(
    r"(?<!\w)(?:in|i|near|nära|around|kring|runt|from|från|based in|of|utanför|outside|bosatt i|boende i)\s+$", re.I
)
_COMPANY = re.compile(
    r"(?<!\w)(?:at|hos|från företaget|worked (?:at|for)|jobbat (?:på|hos)|ex-)\s*"
    r"(?P<name>[A-ZÅÄÖ][\w&.-]*(?:\s+[A-ZÅÄÖ][\w&.-]*){0,2})"
)
_FILLER = frozenset(
    """
    experience experienced years year yrs someone person people candidate candidates looking find need needs needed
    must have has want wants require required requires nice preferably ideally plus bonus minimum least good
    strong knows know
    knowledge within km work worked working based near show list any all who search
    erfarenhet erfaren år någon person personer kandidat kandidater söker sök hitta behöver krav måste gärna meriterande
    minst god stark kan kunna kunskap inom mil arbetat jobbat bosatt nära visa alla
    """.split()
)


def understand(text: str, *, lexicon: Lexicon, vocabulary: Vocabulary, today: date) -> Query:
    """Never raises: what cannot be read is left as words, and said in ``remarks``."""
    remarks: list[str] = []
    text = text.replace("\0", " ").strip()
    if len(text) > LONGEST:
        text = text[:LONGEST]
        remarks.append(f"The text was long: its first {LONGEST:,} characters were read.")
    if contact := find_contact(text):
        return Query(text=text, identity=contact, terms=tuple(query_tokens(text)), remarks=tuple(remarks))
    operators = read_operators(text)
    remarks.extend(operators.remarks)
    plain = operators.plain
    explicit, unread = typed_criteria(operators.typed, lexicon, vocabulary)
    remarks.extend(unread)
    criteria = [
        *explicit,
        *merged(plain, _plain_criteria(plain, lexicon, vocabulary, today)),
    ]
    if len(criteria) > MOST_CRITERIA:
        remarks.append(f"{len(criteria)} criteria were found; the first {MOST_CRITERIA} count.")
    positive = _without(plain, find_scopes(plain)["not"])
    phrases = " ".join(
        t.value for t in operators.typed if not t.negated and t.kind in ("phrase", "title", "skill", "word")
    )
    asked = " ".join(f"{positive} {phrases}".split())
    terms = tuple(
        query_tokens(" ".join(w for w in asked.split() if w.strip(",.").lower() not in _FILLER), lexicon.compounds)
    )
    identity = looks_like_name(text) if not criteria else None
    if not terms and not criteria:
        remarks.append("Nothing here can be searched for: type a title, a skill, a place or a name.")
    return Query(
        text=text,
        criteria=tuple(_deduplicated(criteria))[:MOST_CRITERIA],
        identity=identity,
        semantic=asked if terms else "",
        terms=terms[:400],
        remarks=tuple(remarks),
    )


def _plain_criteria(
    text: str, lexicon: Lexicon, vocabulary: Vocabulary, today: date
) -> Iterator[tuple[int, int, Criterion]]:
    """(start, end, criterion) in the order of the text's parts, not of their places."""
    scopes = find_scopes(text)
    # First, for the words of a reason or a time are no skills: "rejected for language"; and what was not done is not
    # what comes after it: "not rejected nurses".
    history = list(find_history(text, today))
    spoken_for = [(start, end) for start, end, _ in history]
    scopes["not"] = [
        (left, next((end for start, end in spoken_for if left <= start and end <= right), right))
        for left, right in scopes["not"]
    ]

    def weigh(start: int, end: int, default: Weight) -> Weight:
        for weight in ("not", "want", "must"):
            if inside(scopes[weight], start, end):
                return weight
        return default

    taken: list[tuple[int, int]] = []
    mentions = [
        mention
        for mention in lexicon.find(text, ("title", "skill", "language"), listed=True)[:MOST_MENTIONS]
        if not _overlaps(mention.start, mention.end, spoken_for)
    ]
    titles = [m for m in mentions if m.concept.kind == "title"]
    for mention in titles:
        taken.append((mention.start, mention.end))
        weight = weigh(mention.start, mention.end, "must")
        title = mention.start, mention.end, _title(mention, text, weight)
        others = [(o.start, o.end, _title(o, text, weight)) for o in sharing_head(text, mention, lexicon)]
        taken.extend((start, end) for start, end, _ in others)
        yield joined([*others, title])
        yield from _skill_in_title(mention, text, lexicon)
    skills = [m for m in mentions if m.concept.kind == "skill" and not _overlaps(m.start, m.end, taken)]
    for start, end, low, high in ((y.start, y.end, y.low, y.high) for y in find_years(text)):
        if _overlaps(start, end, spoken_for):
            continue
        owner = _skill_of_years(text, end, skills)
        taken.append((start, end))
        if owner:
            skills.remove(owner)
            yield owner.start, owner.end, _skill(owner, text, weigh(start, owner.end, "must"), low)
        else:
            yield start, end, _years(low, high, text[start:end], weigh(start, end, "must"))
    for skill in skills:
        yield skill.start, skill.end, _skill(skill, text, weigh(skill.start, skill.end, "want"))
    for mention in mentions:
        if mention.concept.kind == "language" and not _overlaps(mention.start, mention.end, taken):
            yield mention.start, mention.end, _language(mention, text, weigh(mention.start, mention.end, "must"))
            taken.append((mention.start, mention.end))
    for start, end, criterion in _places(text, lexicon, taken):
        taken.append((start, end))
        yield start, end, criterion.model_copy(update={"weight": weigh(start, end, "must")})
    for start, end, criterion in history:
        taken.append((start, end))
        own = criterion.weight if criterion.kind == "contacted" else weigh(start, end, "must")
        yield start, end, criterion.model_copy(update={"weight": own, "explicit": own == "not"})
    yield from _companies(text, vocabulary, taken)
    yield from _degrees(text, taken, weigh)
    taken.extend((m.start, m.end) for m in mentions)
    yield from _negated_words(text, scopes["not"], taken)


def _negated_words(
    text: str, scopes: list[tuple[int, int]], taken: list[tuple[int, int]]
) -> Iterator[tuple[int, int, Criterion]]:
    """ "not geriatric", where the lexicon has no such concept: people whose text says the word are left out."""
    for start, end in scopes:
        words = normalise(text[start:end]).split()[1:]
        content = [word for word in words if not is_stop_word(word) and word not in _FILLER]
        if 1 <= len(content) <= 3 and not _overlaps(start, end, taken):
            phrase = " ".join(content)
            yield (
                start,
                end,
                Criterion(
                    kind="keyword",
                    values=(phrase,),
                    label=f"“{phrase}”",
                    weight="not",
                    explicit=True,
                    words=text[start:end],
                ),
            )


def _title(mention: Mention, text: str, weight: Weight) -> Criterion:
    concept = mention.concept
    # "Python developer" asks for a developer who knows Python: the broader title is enough, the skill is a want.
    values = (concept.id, *(concept.parents if _names_a_tool(concept) else ()))
    return Criterion(
        kind="title", values=values, label=concept.label, weight=weight, explicit=weight == "not",
        words=text[mention.start : mention.end], expanded=(),
    )  # fmt: skip


def _names_a_tool(concept: Concept) -> bool:
    return bool(concept.parents) and concept.label.split(" ")[0] in ("Java", "Python", ".NET")


def _skill_in_title(mention: Mention, text: str, lexicon: Lexicon) -> Iterator[tuple[int, int, Criterion]]:
    if _names_a_tool(mention.concept):
        name = mention.concept.label.split(" ")[0]
        if skill := lexicon.lookup(name, "skill"):
            named = Mention(mention.start, mention.end, skill)
            yield mention.start, mention.end, _skill(named, text, "want")
    floor = max(0, mention.start - 20)
    before, own = text[floor : mention.start], text[mention.start : mention.end]
    found = seniority_words(before)
    if found is None or found[1].end() != len(before.rstrip()):
        floor, found = mention.start, seniority_words(own)
        if found is None or found[0] not in (1, 3) or found[1].start():
            return  # "Manager" is the title itself, not a seniority beside it
    if found:
        level, match = found
        start = floor + match.start()
        yield start, start + len(match.group()), Criterion(
            kind="seniority", values=(SENIORITY_LABELS[level],), label=SENIORITY_LABELS[level], weight="want",
            words=match.group(), low=None if level == 1 else level, high=1 if level == 1 else None,
        )  # fmt: skip


def _skill(mention: Mention, text: str, weight: Weight, low: float | None = None) -> Criterion:
    label = mention.concept.label if low is None else f"{mention.concept.label}, {low:g}+ years"
    return Criterion(
        kind="skill", values=(mention.concept.id,), label=label, weight=weight, explicit=weight == "not",
        words=text[mention.start : mention.end], low=low,
    )  # fmt: skip


def _skill_of_years(text: str, end: int, skills: list[Mention]) -> Mention | None:
    """The skill that "5 years of …" speaks of: the next one, with nothing but small words between."""
    for skill in skills:
        if end <= skill.start <= end + 30:
            between = normalise(text[end : skill.start]).split()
            small = {"of", "in", "with", "experience", "inom", "av", "med", "i", "erfarenhet", "s", "working", "using"}
            if set(between) <= small and "," not in text[end : skill.start]:
                return skill
    return None


def _years(low: float | None, high: float | None, words: str, weight: Weight) -> Criterion:
    label = f"{low:g}–{high:g} years" if low and high else f"{low:g}+ years" if low else f"at most {high or 0:g} years"
    return Criterion(kind="years", label=label, weight=weight, words=words.strip(), low=low, high=high)


def _language(mention: Mention, text: str, weight: Weight) -> Criterion:
    before, after = text[max(0, mention.start - 25) : mention.start], text[mention.end : mention.end + 25]
    stated = language_level(re.split(r"[,;.]|\band\b|\boch\b", before)[-1]) or language_level(
        re.split(r"[,;.]|\band\b|\boch\b", after)[0]
    )
    level = stated[0] if stated else None
    names = {5: "fluent", 7: "native", 4: "good", 3: "intermediate", 6: "C2", 2: "A2", 1: "basic"}
    label = f"{mention.concept.label} ({names[int(level)]})" if level else mention.concept.label
    return Criterion(
        kind="language", values=(mention.concept.id,), label=label, weight=weight, explicit=weight == "not",
        words=text[mention.start : mention.end], low=level,
    )  # fmt: skip


def _places(text: str, lexicon: Lexicon, taken: list[tuple[int, int]]) -> Iterator[tuple[int, int, Criterion]]:
    radius = find_radius(text)
    # A lower-case question still names places after "in", "i", "near": lift its words, the places stay the same.
    lifted = re.sub(r"[^\W\d_]+", lambda m: m.group().capitalize() if m.group().islower() else m.group(), text)
    lifted = lifted if len(lifted) == len(text) else text
    for mention in lexicon.find(lifted, ("place", "country")):
        written = text[mention.start : mention.end]
        cued = bool(_PLACE_CUE.search(text[: mention.start])) or bool(
            radius and radius[2] <= mention.start <= radius[2] + 2
        )
        sure = cued or mention.concept.population >= 50_000 or mention.concept.country in ("SE", "NO", "DK", "FI")
        if _overlaps(mention.start, mention.end, taken) or is_stop_word(written) or (len(written) < 3 and not cued):
            continue
        if sure and (cued or written[:1].isupper() or len(written) > 4):
            yield mention.start, mention.end, place_criterion(mention.concept, written, radius[0] if radius else None)


@lru_cache(maxsize=8)
def _by_words(employers: tuple[str, ...]) -> dict[str, str]:
    """Normalised -> as written. There may be tens of thousands, and a question seldom names one."""
    return {normalise(name): name for name in employers}


def _companies(text: str, vocabulary: Vocabulary, taken: list[tuple[int, int]]) -> Iterator[tuple[int, int, Criterion]]:
    for match in _COMPANY.finditer(text):
        start, end = match.span("name")
        if not _overlaps(start, end, taken):
            name = match["name"]
            known = _by_words(vocabulary.employers)
            yield (
                start,
                end,
                Criterion(
                    kind="company", values=(normalise(name),), label=known.get(normalise(name), name), words=name
                ),
            )


def _degrees(text: str, taken: list[tuple[int, int]], weigh) -> Iterator[tuple[int, int, Criterion]]:  # type: ignore[no-untyped-def]
    blanked = _without(text, taken)
    if found := education_level(blanked):
        number, level, match = found
        yield match.start(), match.end(), Criterion(
            kind="education", values=(level,), label=level, low=number, words=match.group(),
            weight=weigh(match.start(), match.end(), "must"),
        )  # fmt: skip


def _deduplicated(criteria: list[Criterion]) -> Iterator[Criterion]:
    seen = set()
    for criterion in criteria:
        key = (criterion.kind, criterion.values, criterion.low, criterion.high, criterion.weight)
        if key not in seen:
            seen.add(key)
            yield criterion


def _overlaps(start: int, end: int, taken: list[tuple[int, int]]) -> bool:
    return any(start < right and left < end for left, right in taken)


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with spans blanked out, places kept."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text
