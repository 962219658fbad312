"""A made-up person -> the text of their CV, in one of several layouts, English or Swedish.

Knows the truth only to say it: dates, titles and skills are stated in varying words, orders and formats,
as real CVs do. A CV is a list of blocks that files.py sets as PDF or DOCX.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

from eval.world.people import MadeUpPerson, Post

MONTHS = (
    ("January", "januari"), ("February", "februari"), ("March", "mars"), ("April", "april"), ("May", "maj"),
    ("June", "juni"), ("July", "juli"), ("August", "augusti"), ("September", "september"), ("October", "oktober"),
    ("November", "november"), ("December", "december"),
)  # fmt: skip
NOW = ("Present", "pågående")
HEADS = {
    "profile": (("Profile", "Summary", "About me"), ("Profil", "Sammanfattning", "Om mig")),
    "work": (("Experience", "Work history", "Employment"), ("Arbetslivserfarenhet", "Anställningar", "Erfarenhet")),
    "skills": (("Skills", "Core skills", "Competences"), ("Kompetenser", "Färdigheter", "Kunskaper")),
    "education": (("Education", "Education and training"), ("Utbildning", "Utbildningar")),
    "languages": (("Languages", "Language skills"), ("Språk", "Språkkunskaper")),
}


@dataclass(frozen=True)
class Block:
    style: Literal["name", "contact", "head", "job", "text", "bullet"]
    text: str


def write_cv(person: MadeUpPerson, rng: Random) -> list[Block]:
    """The CV's blocks from top to bottom. The order of its sections and every phrase vary with ``rng``."""
    blocks = [Block("name", person.name), Block("contact", _contact(person, rng))]
    sections = {
        "profile": [Block("text", _profile(person, rng))],
        "work": [block for post in person.posts for block in _post(person, post, rng)],
        "skills": _skills(person, rng),
        "education": [Block("text", _education(person, rng))],
        "languages": [Block("text", _languages(person, rng))],
    }
    order = rng.choice(
        (
            ("profile", "work", "education", "skills", "languages"),
            ("profile", "skills", "work", "education", "languages"),
            ("work", "education", "languages", "skills"),
        )
    )
    for section in order:
        blocks.append(Block("head", rng.choice(HEADS[section][1 if person.swedish else 0])))
        blocks.extend(sections[section])
    return blocks


def plain_text(blocks: list[Block]) -> str:
    return "\n".join(f"• {b.text}" if b.style == "bullet" else b.text for b in blocks)


def _contact(person: MadeUpPerson, rng: Random) -> str:
    local = "0" + person.phone[3:5] + "-" + person.phone[5:]
    phone = rng.choice((person.phone, local))
    return f" {rng.choice('|·,')} ".join((person.city, person.email, phone))


def _month(moment: tuple[int, int] | None, style: int, swedish: bool) -> str:
    if moment is None:
        return NOW[1] if swedish else NOW[0]
    year, month = moment
    name = MONTHS[month - 1][1 if swedish else 0]
    return (f"{name} {year}", f"{name[:3]} {year}", f"{year}-{month:02d}", f"{month:02d}/{year}", str(year))[style]


def _post(person: MadeUpPerson, post: Post, rng: Random) -> list[Block]:
    style = rng.randrange(5)
    dash = rng.choice((" – ", " - ", "–"))
    if style == 2:  # 2019-03-2021-04 would be unreadable
        dash = " – "
    when = f"{_month(post.start, style, person.swedish)}{dash}{_month(post.end, style, person.swedish)}"
    title = person.word(post.title)
    head = rng.choice(
        (
            f"{title}, {post.employer}, {post.city}\n{when}",
            f"{title} | {post.employer} | {when}",
            f"{when}: {title}, {post.employer}, {post.city}",
            f"{post.employer} — {title} ({when})",
            f"{title}\n{post.employer}, {post.city} {when}",
        )
    )
    bullets = [
        Block("bullet", person.word(duty).format(skill=post.skills[index % len(post.skills)]))
        for index, duty in enumerate(post.duties)
    ]
    tools = ", ".join(post.skills)
    used = f"Verktyg och metoder: {tools}." if person.swedish else f"Tools and methods: {tools}."
    return [Block("job", head), *bullets, *([Block("bullet", used)] if rng.random() < 0.6 else [])]


def _years(person: MadeUpPerson) -> int:
    return max(1, (person.posts[0].end or (2026, 11))[0] - person.posts[-1].start[0])


def _profile(person: MadeUpPerson, rng: Random) -> str:
    title = person.word(person.posts[0].title)
    years, first, second = _years(person), person.skills[0], person.skills[-1]
    english = (
        f"{title} with {years} years of experience, strong in {first} and {second}.",
        f"I am a {title.lower()} based in {person.city}. {first} is what I do best.",
        f"Experienced {title.lower()} who likes clear goals and {second}.",
    )
    swedish = (
        f"{title} med {years} års erfarenhet, stark inom {first} och {second}.",
        f"Jag är {title.lower()} och bor i {person.city}. {first} är det jag kan bäst.",
        f"Erfaren {title.lower()} som gillar tydliga mål och {second}.",
    )
    return rng.choice(swedish if person.swedish else english)


def _skills(person: MadeUpPerson, rng: Random) -> list[Block]:
    if rng.random() < 0.5:
        return [Block("text", ", ".join(person.skills))]
    return [Block("bullet", skill) for skill in person.skills]


def _education(person: MadeUpPerson, rng: Random) -> str:
    degree, year = person.word(person.trade.degree), person.degree_year
    school = rng.choice(("Mälardalens högskola", "Lunds universitet", "Umeå universitet", "Linköpings universitet"))
    return rng.choice((f"{degree}, {school}, {year}", f"{year} {degree} – {school}", f"{school}\n{degree} ({year})"))


def _languages(person: MadeUpPerson, rng: Random) -> str:
    pairs = [(person.word(name), person.word(level)) for name, level in person.languages]
    if rng.random() < 0.5:
        return ", ".join(f"{name.capitalize()} ({level})" for name, level in pairs)
    return "\n".join(f"{name.capitalize()}: {level}" for name, level in pairs)
