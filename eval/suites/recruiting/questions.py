"""What recruiters ask, in English and in Swedish, and what they mean by it. Written as people write, not as a parser likes.

Each asks for one thing that is easily got wrong, and names whom to plant for it: who meets it, and who only seems to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from eval.suites.recruiting.candidates import Applied, Wish
from eval.suites.recruiting.render import skill_of, title_of
from eval.suites.recruiting.truth import Need
from eval.suites.recruiting.words import ASKED, LANGUAGES, TITLES


@dataclass(frozen=True)
class Question:
    """``meets`` and ``seems``: to be planted. only: everyone but those with a judgement must stay away."""

    kind: str
    english: str
    swedish: str
    needs: tuple[Need, ...]
    meets: tuple[Wish, ...]
    seems: tuple[Wish, ...]
    only: bool = False


def questions() -> Iterator[Question]:
    for make in (_skill, _years, _seniority, _negation, _not_is, _code, _it, _accents, _compounds, _history, _languages, _operators):  # fmt: skip
        yield from make()


def _asked(title: str, swedish: bool) -> str:
    said = ASKED.get(title, (TITLES[title].english, TITLES[title].swedish) if title in TITLES else (title, title))
    word = said[swedish]
    return word if word[:2] in ("IT", "HR") else word.lower()


def _title(key: str) -> Need:
    return Need("title", (key,))


SKILLED = (
    ("backend", "Kafka"), ("frontend", "Vue.js"), ("data engineer", "Airflow"), ("data analyst", "Tableau"),
    ("icu nurse", "Triage"), ("accountant", "IFRS"), ("controller", "Power BI"), ("salesperson", "Salesforce"),
    ("hr manager", "Labour law"), ("site manager", "Cost estimation"), ("chef", "Pastry"), ("electrician", "PLC"),
    ("welder", "TIG welding"), ("recruiter", "Workday"),
)  # fmt: skip
_WITH = (
    ("{title} with {skill}", "{title} med {skill}"), ("{title} who knows {skill}", "{title} som kan {skill}"),
    ("looking for a {title}, {skill} is a plus", "söker {title}, gärna {skill}"), ("{title} {skill}", "{title} {skill}"),
)  # fmt: skip


def _skill() -> Iterator[Question]:
    for number, (title, skill) in enumerate(SKILLED):
        english, swedish = _WITH[number % len(_WITH)]
        other = next(key for key in TITLES if key != title and skill not in TITLES[key].skills)
        yield Question(
            "title and skill", english.format(title=_asked(title, False), skill=skill),
            swedish.format(title=_asked(title, True), skill=skill_of(skill, True)),
            (_title(title), Need("skill", (skill,), weight="want")), (Wish(title, (skill,)),),
            (Wish(title, without=(skill,)), Wish(other, (skill,))),
        )  # fmt: skip


def _years() -> Iterator[Question]:
    rows = (("accountant", 5), ("electrician", 8), ("backend", 3), ("project manager", 10), ("recruiter", 5), ("chef", 8),
            ("carpenter", 10), ("salesperson", 3), ("controller", 8), ("welder", 5), ("data analyst", 3), ("hr manager", 10))  # fmt: skip
    ways = (
        ("{t} with at least {n} years of experience", "{t} med minst {n} års erfarenhet"),
        ("{t}, {n}+ years", "{t}, {n}+ år"),
    )
    for number, (title, years) in enumerate(rows):
        english, swedish = ways[number % 2]
        yield Question(
            "title and years", english.format(t=_asked(title, False), n=years),
            swedish.format(t=_asked(title, True), n=years), (_title(title), Need("years", number=years)),
            (Wish(title, years=(years + 0.5, years + 6)),), (Wish(title, years=(0.6, years * 0.6)),),
        )  # fmt: skip


def _seniority() -> Iterator[Question]:
    titles = ("backend", "frontend", "data engineer", "accountant", "controller", "recruiter", "project manager",
              "data analyst", "electrician", "salesperson", "developer", "it technician")  # fmt: skip
    for title in titles:
        yield Question(
            "seniority", f"senior {_asked(title, False)}", f"senior {_asked(title, True)}",
            (_title(title), Need("seniority", ("Senior",), weight="want")),
            (Wish(title, seniority="Senior", years=(8.5, 14)),), (Wish(title, seniority="Junior", years=(0.6, 1.5)),),
        )  # fmt: skip


def _negation() -> Iterator[Question]:
    rows = (("nurse", "Geriatric care", "nurse"), ("developer", "Java", "developer"), ("accountant", "SAP", "accountant"),
            ("chef", "Pastry", "chef"), ("hr manager", "Payroll", "hr manager"), ("controller", "SAP", "controller"),
            ("project manager", "Scrum", "project manager"), ("electrician", "Solar panels", "electrician"),
            ("backend", "AWS", "backend"), ("data analyst", "Excel", "data analyst"), ("carpenter", "Scaffolding", "carpenter"),
            ("warehouse worker", "SAP", "warehouse worker"))  # fmt: skip
    ways = (("{t} without {s}", "{t} utan {s}"), ("{t}, not {s}", "{t}, ej {s}"), ("{t} no {s}", "{t} inte {s}"))
    for number, (title, skill, plant) in enumerate(rows):
        english, swedish = ways[number % 3]
        yield Question(
            "negation", english.format(t=_asked(title, False), s=skill), swedish.format(t=_asked(title, True), s=skill_of(skill, True)),
            (_title(title), Need("skill", (skill,), weight="not")), (Wish(plant, without=(skill,)),), (Wish(plant, (skill,)),),
        )  # fmt: skip


def _not_is() -> Iterator[Question]:
    rows = (("project manager", "accountant"), ("recruiter", "salesperson"), ("site manager", "carpenter"), ("hr manager", "recruiter"),
            ("data engineer", "data analyst"), ("controller", "accountant"), ("it manager", "it technician"), ("frontend", "data analyst"),
            ("chef", "warehouse worker"), ("electrician", "welder"), ("nurse", "assistant nurse"), ("forklift driver", "warehouse worker"))  # fmt: skip
    for title, other in rows:
        seems = Wish(other, noted=title, applied=Applied(title, 2, "rejected", "headcount", "2025-05-15"), inside=True)
        yield Question(
            "applied for, is not",
            _asked(title, False),
            _asked(title, True),
            (_title(title),),
            (Wish(title),),
            (seems, seems),
        )


def _code() -> Iterator[Question]:
    for skill, others in (("C", ("C++", "C#")), ("C++", ("C", "C#")), ("C#", ("C", "C++")), ("R", ("C", "Java")),
                          ("Go", ("Java", "Python")), ("Java", ("Go", "R"))):  # fmt: skip
        for english, swedish in ((f"software developer, must know {skill}", f"systemutvecklare, krav {skill}"),
                                 (f"{skill} and software developer", f"{skill} och systemutvecklare")):  # fmt: skip
            must = "must" in english
            yield Question(
                "C, C++, C#", english, swedish, (_title("developer"), Need("skill", (skill,), weight="must" if must else "want")),
                (Wish("developer", (skill,), without=others),), tuple(Wish("developer", (other,), without=(skill,)) for other in others),
            )  # fmt: skip


def _it() -> Iterator[Question]:
    rows = (
        ("it manager", (), "IT manager", "IT-chef"), ("it manager", ("ITIL",), "IT manager with ITIL", "IT-chef med ITIL"),
        ("it technician", (), "IT technician", "IT-tekniker"), ("it manager", ("Budgeting",), "IT manager, budgeting", "IT-chef, budgetering"),
        ("it technician", ("Linux",), "IT technician Linux", "IT-tekniker Linux"),
        ("it manager", ("Procurement",), "manager of IT with procurement", "IT-chef som kan upphandling"),
    )  # fmt: skip
    for town in ("Stockholm", "Umeå"):
        for title, skills, english, swedish in rows:
            needs = [
                _title(title),
                *(Need("skill", (skill,), weight="want") for skill in skills),
                Need("town", (town,)),
            ]
            other = "hr manager" if title == "it manager" else "electrician"
            yield Question(
                "IT", f"{english} in {town}", f"{swedish} i {town}", tuple(needs), (Wish(title, skills, town=town),),
                (Wish(other, town=town), Wish(title, town="Zürich")),
            )  # fmt: skip


def _accents() -> Iterator[Question]:
    rows = (("Zürich", "Zurich"), ("Göteborg", "Goteborg"), ("Malmö", "Malmo"), ("Västerås", "Vasteras"), ("Umeå", "Umea"),
            ("Örebro", "Orebro"))  # fmt: skip
    for title in ("accountant", "nurse"):
        for town, plain in rows:
            yield Question(
                "accents", f"{_asked(title, False)} in {plain}", f"{_asked(title, True)} i {town}",
                (_title(title), Need("town", (town,))), (Wish(title, town=town),), (Wish(title, town="Oslo"),),
            )  # fmt: skip


def _compounds() -> Iterator[Question]:
    rows = (("theatre nurse", "nurse"), ("icu nurse", "nurse"), ("nurse", None), ("primary teacher", "secondary teacher"),
            ("secondary teacher", "primary teacher"), ("teacher", None), ("backend", "frontend"), ("developer", None),
            ("assistant nurse", "nurse"), ("warehouse worker", "forklift driver"), ("site manager", "project manager"),
            ("frontend", "backend"))  # fmt: skip
    kinds = {"teacher": "secondary teacher", "developer": "backend", "nurse": "theatre nurse"}
    for title, other in rows:
        yield Question(
            "compounds", _asked(title, False), _asked(title, True), (_title(title),), (Wish(kinds.get(title, title)),),
            (Wish(other),) if other else (Wish("assistant nurse"),),
        )  # fmt: skip


def _history() -> Iterator[Question]:
    rows: list[tuple[str, str, str, Need, Applied, Applied]] = []
    final, screened = (
        Applied("", 3, "rejected", "headcount", "2025-04-15"),
        Applied("", 1, "rejected", "skill", "2025-04-15"),
    )
    paid, failed = Applied("", 2, "rejected", "salary", "2025-04-15"), Applied("", 2, "rejected", "skill", "2025-04-15")
    hired, late, early = Applied("", 5, "hired", None, "2023-04-15"), Applied("", 2, "active", None, "2026-04-15"), Applied("", 2, "withdrawn", None, "2020-04-15")  # fmt: skip
    for title in ("backend", "accountant", "recruiter", "electrician"):
        e, s = _asked(title, False), _asked(title, True)
        rows += [
            (
                title,
                f"{e} who reached final interview",
                f"{s} som nådde slutintervju",
                Need("stage", number=3),
                final,
                screened,
            ),
            (
                title,
                f"{e} rejected for salary",
                f"{s} som fick nej på grund av lön",
                Need("reason", ("salary",)),
                paid,
                failed,
            ),
            (title, f"{e} applied since 2024", f"{s} som sökt sedan 2024", Need("applied", number=2024), late, early),
            (title, f"{e} we hired", f"{s} som vi har anställt", Need("outcome", ("hired",)), hired, final),
        ]
    for title, english, swedish, need, right, wrong in rows:
        mine = [Applied(title, a.rank, a.outcome, a.reason, a.day) for a in (right, wrong)]
        yield Question(
            "history", english, swedish, (_title(title), need), (Wish(title, applied=mine[0], inside=True),),
            (Wish(title, applied=mine[1], inside=True),),
        )  # fmt: skip


def _languages() -> Iterator[Question]:
    titles = ("nurse", "salesperson", "recruiter", "accountant", "project manager", "chef", "it technician")
    for title, (language, swedish) in zip(titles, LANGUAGES.items(), strict=True):
        yield Question(
            "language", f"{_asked(title, False)}, fluent {language}", f"{_asked(title, True)}, flytande {swedish}",
            (_title(title), Need("language", (language,), number=5)), (Wish(title, spoken=(language, "fluent")),),
            (Wish(title, spoken=(language, "basic")),),
        )  # fmt: skip
        yield Question(
            "language", f"{_asked(title, False)} who speaks {language}", f"{_asked(title, True)} som talar {swedish}",
            (_title(title), Need("language", (language,))), (Wish(title, spoken=(language, "basic")),), (Wish(title),),
        )  # fmt: skip


def _operators() -> Iterator[Question]:
    def must(*needs: Need) -> tuple[Need, ...]:
        return tuple(Need(n.kind, n.value, n.number, n.weight, explicit=True) for n in needs)

    rows = (("accountant", "SAP", "Stockholm"), ("nurse", "Triage", "Malmö"), ("backend", "Kafka", "Göteborg"), ("chef", "Grill", "Oslo"),
            ("electrician", "PLC", "Umeå"), ("recruiter", "Workday", "Linköping"))  # fmt: skip
    for title, skill, town in rows:
        e, s = _asked(title, False), _asked(title, True)
        yield Question(
            "operators", f'title:"{e}" skill:"{skill}"', f'titel:"{s}" kompetens:"{skill_of(skill, True)}"',
            must(_title(title), Need("skill", (skill,))), (Wish(title, (skill,)),), (Wish(title, without=(skill,)),), only=True,
        )  # fmt: skip
        yield Question(
            "operators", f'title:"{e}" place:{town}', f'titel:"{s}" ort:{town}', must(_title(title), Need("town", (town,))),
            (Wish(title, town=town),), (Wish(title, town="Zürich"),), only=True,
        )  # fmt: skip
        yield Question(
            "operators", f'title:"{e}" -skill:"{skill}"', f'titel:"{s}" -kompetens:"{skill_of(skill, True)}"',
            (*must(_title(title)), Need("skill", (skill,), weight="not")), (Wish(title, without=(skill,)),), (Wish(title, (skill,)),),
            only=True,
        )  # fmt: skip


__all__ = ["Question", "questions", "title_of"]
