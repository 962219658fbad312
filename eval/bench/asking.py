"""Random requests about a world of canaries: what somebody could type, click, send or guess to get behind a wall.

Half of the words and ids in them are ones the asker may not see. Knows no answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any
from urllib.parse import urlencode

from engine.query.criteria import Criterion, Query
from eval.bench.canaries import CONNECTION, CanaryWorld, Seen, made_up
from eval.bench.questions import Question, make_questions

WORDS_OF_HISTORY = ("rejected", "interviewed", "reached final interview", "previously hired", "applied since 2022")

FILTERS_OF_HISTORY = frozenset({"stage_min", "applied_after", "applied_before", "updated_after", "updated_before"})
KINDS_OF_HISTORY = frozenset({"stage", "outcome", "reason", "applied", "updated", "contacted"})


@dataclass(frozen=True)
class Asked:
    """A search. ``bait``: words of the world in it. ``dense``: part of it is compared by meaning."""

    kind: str
    text: str = ""
    filters: tuple[tuple[str, Any], ...] = ()
    query: Query | None = None
    bait: tuple[str, ...] = ()
    dense: bool = True
    level: int | None = None
    cursor: str | None = None

    def body(self) -> dict[str, Any]:
        """For POST /v1/search."""
        found: dict[str, Any] = {"limit": 10, "filters": dict(self.filters)}
        found |= {"query": self.query.model_dump(mode="json")} if self.query else {"text": self.text}
        found |= {name: value for name in ("level", "cursor") if (value := getattr(self, name)) is not None}
        return found

    def page(self) -> str:
        """For the page."""
        given = {"q": self.text, **dict(self.filters), "level": self.level, "cursor": self.cursor}
        given["skill"] = ", ".join(given.pop("skills", ()))
        return "/search?" + urlencode({name: value for name, value in given.items() if value not in (None, "")})

    def with_decoys(self, decoys: dict[str, str]) -> Asked:
        """The same with words that nothing in the world is called."""

        def other(text: str) -> str:
            for word, decoy in decoys.items():
                text = text.replace(word, decoy)
            return text

        query = Query.model_validate_json(other(self.query.model_dump_json())) if self.query else None
        filters = tuple((name, other(value) if isinstance(value, str) else value) for name, value in self.filters)
        return replace(self, text=other(self.text), filters=filters, query=query, bait=tuple(map(other, self.bait)))

    def blind(self) -> Asked:
        """The same without what depends on jobs: what is left for whoever may not know of all jobs."""
        kept = tuple((name, value) for name, value in self.filters if name not in FILTERS_OF_HISTORY)
        query = self.query
        if query is not None:
            plain = tuple(one for one in query.criteria if one.kind not in KINDS_OF_HISTORY)
            query = query.model_copy(update={"criteria": plain})
        return replace(self, filters=kept, query=query)


class Asking:
    """Makes requests for one viewer. pages: only what the search page can send."""

    def __init__(self, world: CanaryWorld, seen: Seen, rng: Random, *, pages: bool) -> None:
        self._world, self._rng, self._pages = world, rng, pages
        self._plain = make_questions(300, seed=rng.randrange(10_000))
        self._allowed = sorted(seen.words)
        self._forbidden = sorted(set(world.canaries) - seen.words)
        theirs = {key for space in world.spaces for key, person in space.ids.items() if person in seen.people}
        self._near = [word for word in self._forbidden if world.canaries[word].person in theirs]
        """Said of people they may see, so that it could move these up or down."""

    def next(self) -> Asked:
        makers: list[Callable[[], Asked]] = [
            self._words, self._baited, self._typed, self._of_jobs, self._named, self._filtered, self._history,
        ]  # fmt: skip
        if not self._pages:
            makers += [self._structured, self._structured]
        asked = self._rng.choice(makers)()
        return replace(asked, level=self._rng.choice((0, 1, 2, 3))) if self._rng.random() < 0.1 else asked

    def decoys(self, asked: Asked) -> dict[str, str]:
        """A word for each bait, of the same form and of nothing."""
        found: dict[str, str] = {}
        for word in asked.bait:
            decoy = made_up(self._rng)
            while decoy in self._world.canaries:
                decoy = made_up(self._rng)
            found[word] = decoy
        return found

    def bait(self, *kinds: str) -> str:
        """A word of one of these kinds (any, where none is given): two times in three one that is not theirs."""
        pool = self._rng.choice([one for one in (self._near, self._forbidden, self._allowed) if one])
        if kinds:
            canaries = self._world.canaries
            pool = [word for word in pool if canaries[word].kind in kinds] or [
                word for word, one in canaries.items() if one.kind in kinds
            ]
        return self._rng.choice(pool)

    def _question(self) -> Question:
        return self._rng.choice(self._plain)

    def _words(self) -> Asked:
        found = self._question()
        return Asked("words", found.text, tuple(found.filters.items()))

    def _baited(self) -> Asked:
        word = self.bait()
        return Asked("baited words", f"{self._question().text} {word}", bait=(word,))

    def _typed(self) -> Asked:
        one, other = self.bait(), self.bait()
        form = self._rng.choice(
            ('"{one}"', '"{one}" OR "{other}"', '-{one} "{other}"', "tag:{one}", "company:{one}", 'NOT "{one}"',
             '("{one}" OR "salary {other}")', "skill:{one} -{other}", "title:{one}", "stage:{one}", "outcome:{one}")
        )  # fmt: skip
        bait = tuple({one: None, other: None}) if "{other}" in form else (one,)
        return Asked("typed", form.format(one=one, other=other), bait=bait, dense=False)

    def _of_jobs(self) -> Asked:
        job = self._rng.choice(self._rng.choice(self._world.spaces).jobs)
        words = (job.id, *sorted(self._world.met(f"{job.title} {job.department}")))
        forms = {
            f'job:"{job.title}"': False, f"job:{CONNECTION}:{job.id}": False, f"applied to {job.title}": True,
            f"who was rejected for {job.title}?": True, f"{job.title} {job.department}": True,
        }  # fmt: skip
        text, dense = self._rng.choice(list(forms.items()))
        return Asked("jobs", text, bait=tuple(w for w in words if w in text), dense=dense)

    def _named(self) -> Asked:
        word = self.bait("name")
        if self._rng.random() < 0.5:
            return Asked("e-mail", f"{word}@example.com", bait=(word,), dense=False)
        # Names are found by likeness, so a made-up one may be as like to somebody: no twin.
        return Asked("name", f"Kim {word}")

    def _filtered(self) -> Asked:
        job = self.bait("job")
        filters: dict[str, Any] = {"job": f"{CONNECTION}:{job}"} if self._rng.random() < 0.7 else {"stage_min": 2}
        if self._rng.random() < 0.5:
            filters |= self._rng.choice(
                (
                    {"applied_after": "2023-01-01"},
                    {"updated_before": "2025-01-01"},
                    {"source": "ats"},
                    {"years_min": 3.0},
                )
            )
        text = self._rng.choice(("", self._question().text))
        return Asked("filters", text, tuple(filters.items()), bait=(job,) if "job" in filters else ())

    def _history(self) -> Asked:
        return Asked("history", f"{self._question().text} {self._rng.choice(WORDS_OF_HISTORY)}")

    def _structured(self) -> Asked:
        """As a client may send it: kinds and values of its own choice, and words for the legs of words alone."""
        rng, word = self._rng, self.bait()
        values = {
            "job": (f"{CONNECTION}:{word}",), "keyword": (word,), "company": (word,), "tag": (word,), "skill": (word,),
            "stage": (word,), "outcome": ("rejected", word), "applied": (), "name": (word,),
        }  # fmt: skip
        criteria = []
        for kind in rng.sample(sorted(values), k=rng.randint(0, 2)):
            low, after = 2.0 if kind == "stage" else None, "2024-01-01" if kind == "applied" else None
            weight = rng.choice(("must", "want", "not"))
            criteria.append(
                Criterion(
                    kind=kind, values=values[kind], label=f"{kind} {word}", weight=weight, low=low, after=after,
                    explicit=rng.random() < 0.5,
                )
            )  # fmt: skip
        query = Query(
            text=word, criteria=tuple(criteria), terms=(word, rng.choice(("nurse", "python", "salary", "sql")))
        )
        return Asked("structured", query=query, bait=(word,), dense=False)
