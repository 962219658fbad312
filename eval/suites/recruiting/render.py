"""A candidate -> the record an ATS holds of them. Says only what the candidate is; never what any query makes of it."""

from __future__ import annotations

from random import Random

from engine.records import SourceRecord
from eval.suites.recruiting.candidates import REASONS, STAGES, Candidate, Role
from eval.suites.recruiting.phrases import PHRASES, Fact, Split
from eval.suites.recruiting.words import DEGREES, LANGUAGES, LEVELS, SKILLS, TITLES

MONTHS = (
    ("Jan", "jan"), ("Feb", "feb"), ("Mar", "mars"), ("Apr", "april"), ("May", "maj"), ("Jun", "juni"), ("Jul", "juli"),
    ("Aug", "aug"), ("Sep", "sep"), ("Oct", "okt"), ("Nov", "nov"), ("Dec", "dec"),
)  # fmt: skip
FILLER = (
    (
        "I like it when it is calm and it works.",
        "It was a good team and it grew.",
        "It matters that the work is done well.",
    ),
    (
        "Jag trivs när det är ordning och reda.",
        "Det var ett bra team som växte.",
        "Det är viktigt att arbetet blir bra gjort.",
    ),
)
"""Sentences that say nothing. The English ones are full of "it", which is no IT."""


def title_of(key: str, swedish: bool) -> str:
    return TITLES[key].swedish if swedish else TITLES[key].english


def skill_of(key: str, swedish: bool) -> str:
    return SKILLS.get(key, key) if swedish else key


class Writer:
    """Writes records in the phrases of one split; ``used`` counts which."""

    def __init__(self, split: Split, rng: Random) -> None:
        self._split, self._rng = split, rng
        self.used: set[str] = set()

    def say(self, fact: Fact, swedish: bool, **values: object) -> str:
        phrase = self._rng.choice(PHRASES[fact][self._split][swedish])
        self.used.add(phrase)
        return phrase.format(**values)

    def record(self, one: Candidate) -> SourceRecord:
        rng = self._rng
        in_field = one.written is not None and rng.random() < 0.5
        return SourceRecord.model_validate({
            "id": one.key, "source": "outside" if one.outside else "ats", "name": one.name,
            "emails": (f"{one.key}@example.com",), "location": one.written if in_field else None,
            "documents": ({"id": "cv", "kind": "cv", "text": self.cv(one, place=not in_field)},),
            "applications": tuple(
                {
                    "id": f"{one.key}-{number}", "job_id": f"job-{applied.title.replace(' ', '-')}",
                    "stage": STAGES[applied.rank], "furthest_stage": STAGES[applied.rank], "stage_rank": applied.rank,
                    "outcome": applied.outcome, "reason": REASONS[applied.reason] if applied.reason else None,
                    "reopenable": applied.reason != "skill" if applied.reason else None, "applied_at": applied.day,
                    "updated_at": applied.day,
                }
                for number, applied in enumerate(one.applied)
            ),
            "activities": tuple(
                {"id": f"{one.key}-n{number}", "kind": "note", "at": "2025-03-01",
                 "text": self.say("note", one.swedish, title=title_of(title, one.swedish))}
                for number, title in enumerate(one.noted)
            ),
            "updated_at": max((applied.day for applied in one.applied), default="2025-01-15"),
        })  # fmt: skip

    def cv(self, one: Candidate, *, place: bool) -> str:
        """place: the town stands in the text."""
        rng, swedish = self._rng, one.swedish
        parts = [one.name]
        if place and one.written:
            parts.append(self.say("place", swedish, town=one.written))
        parts.append(rng.choice(FILLER[swedish]))
        if one.dated and one.titled and rng.random() < 0.5:
            parts.append(self.say("years", swedish, years=int(one.years)))
        if one.titled:
            parts.append("Arbetslivserfarenhet" if swedish else "Experience")
            parts += [self._role(role, one) for role in one.roles]
        skills = [skill_of(skill, swedish) for skill in one.skills]
        parts.append(self.say("skills", swedish, skills=", ".join(skills)))
        parts += [self.say("absence", swedish, skill=skill_of(skill, swedish)) for skill in one.absent]
        if one.degree:
            year = one.roles[-1].start[0] - 1
            parts.append(self.say("degree", swedish, degree=DEGREES[one.degree][swedish], year=year))
        for language, level in one.spoken.items():
            said = f" ({LEVELS[level][swedish]})" if level else ""
            parts.append(self.say("language", swedish, language=LANGUAGES[language].capitalize() if swedish else language, level=said))  # fmt: skip
        return "\n".join(parts)

    def _role(self, role: Role, one: Candidate) -> str:
        title = title_of(role.title, one.swedish)
        if role.seniority:
            kept = title if one.swedish and title[:3] in ("IT-", "HR-") else title[0].lower() + title[1:]
            title = f"{role.seniority} {kept if one.swedish else title}"
        when = self._when(role, one.swedish)
        if not one.dated:  # then nothing of it, nor the marks around it
            return f"{title}, {role.employer}"
        return self.say("role", one.swedish, title=title, employer=role.employer, when=when)

    def _when(self, role: Role, swedish: bool) -> str:
        style = self._rng.randrange(3)

        def moment(at: tuple[int, int] | None) -> str:
            if at is None:
                return "nu" if swedish else "present"
            year, month = at
            return (f"{MONTHS[month - 1][swedish]} {year}", f"{year}-{month:02d}", f"{month:02d}/{year}")[style]

        return f"{moment(role.start)} – {moment(role.end)}"
