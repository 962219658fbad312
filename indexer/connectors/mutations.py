"""One change of one resource of a JSON:API document, as a vendor's next version may make it. For contract suites."""

from __future__ import annotations

import random
from typing import Any


def mutate(body: dict[str, Any], types: frozenset[str], rng: random.Random) -> tuple[str, str]:
    """Change one resource of these types in one way.

    Returns (what was done, or "" where the vendor's reference allows it; the id of the resource).
    """
    entries = [e for e in (*body["data"], *body.get("included", ())) if e["type"] in types]
    victim = rng.choice(entries)
    identity, attributes = victim["id"], victim["attributes"]
    name = rng.choice(sorted(attributes))
    way = rng.choice(("gone", "null", "type", "enum", "nested", "new", "odd new", "no attributes", "relation", "array"))
    if way == "gone":
        del attributes[name]
        return f"gone {name}", identity
    if way == "null":
        attributes[name] = None
        return "", identity
    if way == "type":
        attributes[name] = 7.5 if isinstance(attributes[name], str) else "seven" if attributes[name] is not None else {}
        return ("" if name in ("value", "range") else way), identity
    if way == "enum":
        attributes[name] = "a value never seen" if isinstance(attributes[name], str) else attributes[name]
        return "", identity
    if way == "nested":
        attributes[name] = {"value": attributes[name], "more": [{"deep": [None]}]}
        return way, identity
    if way == "new":
        attributes["a-field-never-seen"] = rng.choice((None, 1, "x", [], {"a": 1}))
    elif way == "odd new":
        attributes["\u0000\n" + "x" * 500] = "x"
    elif way == "no attributes":
        victim["attributes"] = rng.choice((None, [], "x", 3))
    elif way == "relation":
        victim["relationships"] = {**victim.get("relationships", {}), "never-seen": {"data": [{"type": 1}]}}
    else:
        victim["attributes"] = [attributes]
    return way, identity


def fuzzed(value: str, rng: random.Random) -> str:
    """A header's value, spoilt in one way."""
    at = rng.randrange(len(value) + 1)
    return rng.choice(
        ("", value[:at], value + "=", value[:at] + chr(rng.randrange(32, 0x2FF)) + value[at + 1 :], "é", "t=1")
    )
