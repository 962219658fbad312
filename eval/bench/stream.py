"""Records of the crowd as their source would send them again, each with a text that has to be embedded anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from eval.bench.installation import CONNECTION, VIEWER, database_of
from indexer.ledger import Ledger

_SAID = ("Led", "Planned", "Rebuilt", "Reviewed", "Introduced", "Measured", "Moved", "Taught")
_WHAT = ("the night shift", "a budget of 4 million", "three suppliers", "the service desk", "a new ward", "the archive")


def changed_people(home: Path, count: int, *, seed: int = 0) -> Iterator[dict[str, Any]]:
    """count people picked at random, the newest piece of their CV said anew: one passage and the profile change."""
    rng = Random(f"{home.name} {seed}")
    ledger = Ledger.open(database_of(home), create=False)
    try:
        reader = ledger.reader(VIEWER)
        everyone = [*reader.person_ids()]
        for number in range(count):
            person = reader.person(rng.choice(everyone))
            place = person.connections.index(CONNECTION)
            record = person.records[place].model_dump(mode="json", exclude_defaults=True)
            record["source"] = person.records[place].source
            said = f"{rng.choice(_SAID)} {rng.choice(_WHAT)} and {rng.choice(_WHAT)} ({seed}-{number})."
            record["documents"][0]["text"] = f"{said}\n{record['documents'][0]['text']}"[:640]
            yield record
    finally:
        ledger.close()
