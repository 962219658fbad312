"""The truth about a made-up candidate, and candidates made of one ``random.Random``. Knows no words of a CV, no query."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from eval.suites.recruiting.words import DEGREES, EMPLOYERS, FAMILY, GIVEN, LANGUAGES, LEVELS, TITLES, TOWNS

NOW = (2026, 11)
EDGES = (2.0, 3.0, 4.0, 5.0, 6.4, 8.0, 10.0)
"""Years that queries ask for, or that lie just outside: nobody's whole is near one, so that no rounding decides."""
STAGES = ("Applied", "Screening", "Interview", "Final interview", "Offer", "Hired")
REASONS = {
    "salary": "Salary expectations too high for the budget", "headcount": "Position was put on hold (headcount)",
    "skill": "Failed the skill test", "timing": "Timing: could not start until later",
}  # fmt: skip


@dataclass(frozen=True)
class Role:
    """``end`` None: still there. seniority: "", "Senior" or "Junior"."""

    title: str
    seniority: str
    employer: str
    start: tuple[int, int]
    end: tuple[int, int] | None


@dataclass(frozen=True)
class Applied:
    title: str
    rank: int
    outcome: str
    reason: str | None
    day: str


@dataclass(frozen=True)
class Candidate:
    """``town``, ``dated``, ``titled``: None and False where the record does not say. absent: skills said not to be had.

    noted: titles that notes speak of though the person has none of them.
    """

    key: str
    name: str
    swedish: bool
    roles: tuple[Role, ...]
    """Newest first."""
    skills: tuple[str, ...]
    absent: tuple[str, ...] = ()
    town: str | None = None
    written: str | None = None
    """The town as this person writes it."""
    spoken: dict[str, str] = field(default_factory=dict)
    degree: str | None = None
    dated: bool = True
    titled: bool = True
    applied: tuple[Applied, ...] = ()
    noted: tuple[str, ...] = ()
    outside: bool = False

    @property
    def years(self) -> float:
        """In work, in all; roles follow each other without a gap."""
        first, last = self.roles[-1].start, self.roles[0].end or NOW
        return (last[0] * 12 + last[1] - first[0] * 12 - first[1]) / 12


@dataclass(frozen=True)
class Wish:
    """What a planted candidate has to be; the rest is chance."""

    title: str | None = None
    skills: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    years: tuple[float, float] | None = None
    seniority: str | None = None
    town: str | None = None
    spoken: tuple[str, str] | None = None
    degree: str | None = None
    applied: Applied | None = None
    noted: str | None = None
    inside: bool = False


def make_candidate(key: str, rng: Random, wish: Wish = Wish()) -> Candidate:
    """Somebody as wished. A planted one states all that was wished for."""
    planted = wish != Wish()
    title = wish.title or rng.choice(list(TITLES))
    own = [skill for skill in TITLES[title].skills if skill not in wish.without and skill not in wish.skills]
    rng.shuffle(own)
    skills = (*wish.skills, *own[: rng.randint(1, 3)])
    town = wish.town or (rng.choice(list(TOWNS)) if planted or rng.random() < 0.9 else None)
    spoken = {rng.choice(list(LANGUAGES)): rng.choice(list(LEVELS)) for _ in range(rng.randint(0, 2))}
    if wish.spoken:
        spoken[wish.spoken[0]] = wish.spoken[1]
    outside = not wish.inside and wish.applied is None and rng.random() < 0.25
    applied = () if outside else _applied(title, rng, wish)
    silent = [s for s in TITLES[title].skills if s not in skills]
    absent = tuple(s for s in wish.without) or (tuple(silent[:1]) if silent and rng.random() < 0.15 else ())
    return Candidate(
        key=key, name=f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}", swedish=rng.random() < 0.5,
        roles=_roles(title, rng, wish), skills=skills, absent=absent if rng.random() < 0.5 else (), town=town,
        written=rng.choice(TOWNS[town][2]) if town else None, spoken=spoken,
        degree=wish.degree or (rng.choice([*DEGREES]) if rng.random() < 0.5 else None),
        dated=planted or rng.random() < 0.95, titled=planted or rng.random() < 0.97, applied=applied,
        noted=() if outside or not (wish.noted or rng.random() < 0.1) else (wish.noted or rng.choice(list(TITLES)),),
        outside=outside,
    )  # fmt: skip


def _roles(title: str, rng: Random, wish: Wish) -> tuple[Role, ...]:
    low, high = wish.years or (1.0, 14.0)
    while True:
        months = round(rng.uniform(low, high) * 12)
        if months >= 6 and all(abs(months / 12 - edge) >= 0.35 for edge in EDGES):
            break
    number = 1 if months < 24 else rng.randint(1, 3)
    cuts = sorted(rng.sample(range(6, months - 5), number - 1)) if number > 1 and months > 12 else []
    seniority = wish.seniority if wish.seniority is not None else rng.choice(("", "", "", "Senior", "Junior"))
    roles, end = [], NOW[0] * 12 + NOW[1] - 1
    for place, length in enumerate(b - a for a, b in zip([0, *cuts], [*cuts, months], strict=True)):
        start = end - length
        roles.append(
            Role(
                title, seniority if place == 0 else "", rng.choice(EMPLOYERS), (start // 12, start % 12 + 1),
                None if place == 0 else (end // 12, end % 12 + 1),
            )
        )  # fmt: skip
        end = start
    return tuple(roles)


def _applied(title: str, rng: Random, wish: Wish) -> tuple[Applied, ...]:
    if wish.applied:
        return (wish.applied,)
    if rng.random() < 0.4:
        return ()
    rank = rng.choices(range(6), weights=(34, 26, 20, 12, 4, 4))[0]
    outcome = "hired" if rank == 5 else rng.choice(("rejected", "rejected", "active", "withdrawn"))
    reason = rng.choice(list(REASONS)) if outcome == "rejected" else None
    asked = title if rng.random() < 0.75 else rng.choice(list(TITLES))
    return (Applied(asked, rank, outcome, reason, f"{rng.randint(2019, 2026)}-{rng.randint(1, 9):02d}-15"),)
