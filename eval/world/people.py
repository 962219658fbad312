"""The truth about made-up people: who they are, what they did, where. Rendering and history are elsewhere.

Everything comes from one ``random.Random``: the same seed is the same world. Names are combined from
lists of common given names and made-up family names; addresses are at example.com and phone numbers are
in the ranges that the Swedish regulator keeps for fiction (070-1740605 .. 699).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from anyascii import anyascii

from eval.world.trades import TRADES, Trade

GIVEN = (
    "Anna", "Erik", "Maria", "Lars", "Elin", "Johan", "Sara", "Karl", "Emma", "Nils", "Ingrid", "Oskar", "Fatima",
    "Ali", "Amina", "Omar", "Olena", "Dmytro", "Aino", "Mikko", "Freja", "Søren", "Astrid", "Håkon", "Zeynep", "Mehmet",
    "Priya", "Arjun", "Mei", "Wei", "Sofía", "Diego", "Chloë", "Luc", "Agnieszka", "Piotr", "Grace", "Samuel", "Nour",
    "Yusuf",
    "Åsa", "Örjan", "Märta", "Björn", "Linnéa", "Tuva", "Viggo", "Saga", "Hedda", "Malte",
)  # fmt: skip
FAMILY = (
    "Lindqvist", "Ekdahl", "Sjöholm", "Norrby", "Åkerlund", "Bergfalk", "Hedenberg", "Kvist", "Ljungmark", "Östlund",
    "Haddad", "Rahimi", "Shevchuk", "Korhonen", "Nissinen", "Mortensen", "Haugland", "Yıldız", "Iyer", "Zhang",
    "Fernández", "Morel", "Wójcik", "Okafor", "Mansour", "Dahlkvist", "Rosengren", "Tallberg", "Vikander", "Wingård",
    "Almroth", "Brolin", "Cederlund", "Dyberg", "Engdahl", "Forsmark", "Granath", "Hallgren", "Isaksson", "Jernberg",
)  # fmt: skip
CITIES = (
    ("Stockholm", 59.33, 18.07), ("Göteborg", 57.71, 11.97), ("Malmö", 55.61, 13.00), ("Uppsala", 59.86, 17.64),
    ("Västerås", 59.61, 16.55), ("Linköping", 58.41, 15.62), ("Umeå", 63.83, 20.26), ("Lund", 55.70, 13.19),
    ("Örebro", 59.27, 15.21), ("Sundsvall", 62.39, 17.31), ("Köpenhamn", 55.68, 12.57), ("Oslo", 59.91, 10.75),
    ("Helsinki", 60.17, 24.94),
)  # fmt: skip
LANGUAGES = (
    (("Swedish", "svenska"), ("native", "modersmål")), (("English", "engelska"), ("fluent", "flytande")),
    (("Finnish", "finska"), ("native", "modersmål")), (("German", "tyska"), ("intermediate", "goda kunskaper")),
    (("Arabic", "arabiska"), ("native", "modersmål")), (("Spanish", "spanska"), ("basic", "grundläggande")),
    (("French", "franska"), ("basic", "grundläggande")), (("Norwegian", "norska"), ("fluent", "flytande")),
)  # fmt: skip


@dataclass(frozen=True)
class Post:
    """One job held. ``end`` None: still there. Months as (year, month)."""

    title: tuple[str, str]
    employer: str
    city: str
    start: tuple[int, int]
    end: tuple[int, int] | None
    skills: tuple[str, ...]
    duties: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class MadeUpPerson:
    key: str
    name: str
    email: str
    phone: str
    swedish: bool
    """Writes the CV in Swedish."""
    trade: Trade
    city: str
    latitude: float
    longitude: float
    posts: tuple[Post, ...]
    """Newest first."""
    skills: tuple[str, ...]
    languages: tuple[tuple[tuple[str, str], tuple[str, str]], ...]
    degree_year: int
    outside: bool
    """Not in the ATS: found elsewhere."""

    def word(self, pair: tuple[str, str]) -> str:
        """English or Swedish, as this person writes."""
        return pair[1] if self.swedish else pair[0]


def make_people(count: int, rng: Random, today: date) -> list[MadeUpPerson]:
    return [_person(number, rng, today) for number in range(count)]


def _person(number: int, rng: Random, today: date) -> MadeUpPerson:
    trade = rng.choice(TRADES)
    name = f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}"
    city, latitude, longitude = rng.choice(CITIES)
    skills = tuple(rng.sample(trade.skills, k=min(len(trade.skills), rng.randint(4, 7))))
    address = ".".join(anyascii(name).lower().replace("'", "").split())
    posts = _posts(trade, skills, city, rng, today)
    started = posts[-1].start[0] if posts else today.year - 3
    own = LANGUAGES[rng.choice((0, 0, 0, 2, 4, 7))]
    spoken = [own, *(x for x in rng.sample(LANGUAGES, k=rng.randint(1, 3)) if x[0] != own[0])]
    return MadeUpPerson(
        key=f"p{number:05d}",
        name=name,
        email=f"{address}.{number}@example.com",
        phone=f"+46701740{605 + number % 95}",
        swedish=rng.random() < 0.55,
        trade=trade,
        city=city,
        latitude=latitude,
        longitude=longitude,
        posts=posts,
        skills=skills,
        languages=tuple(spoken),
        degree_year=started - rng.randint(0, 1),
        outside=rng.random() < 0.2,
    )


def _posts(trade: Trade, skills: tuple[str, ...], city: str, rng: Random, today: date) -> tuple[Post, ...]:
    """From the newest back, with gaps now and then; the title falls as time goes back."""
    posts: list[Post] = []
    month = today.year * 12 + today.month - 1 - (0 if rng.random() < 0.7 else rng.randint(1, 14))
    current = month == today.year * 12 + today.month - 1
    step = rng.randrange(len(trade.titles))
    for index in range(rng.randint(1, 4)):
        start = month - rng.randint(8, 60)
        used = tuple(rng.sample(skills, k=min(len(skills), rng.randint(2, 4))))
        posts.append(
            Post(
                title=trade.titles[step],
                employer=rng.choice(trade.employers),
                city=city if index == 0 or rng.random() < 0.6 else rng.choice(CITIES)[0],
                start=(start // 12, start % 12 + 1),
                end=None if index == 0 and current else (month // 12, month % 12 + 1),
                skills=used,
                duties=tuple(rng.sample(trade.duties, k=rng.randint(1, len(trade.duties)))),
            )
        )
        step = max(0, step - rng.randint(0, 1))
        month = start - rng.choice((0, 0, 1, 1, 2, 9))
    return tuple(posts)
