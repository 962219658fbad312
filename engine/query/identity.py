"""Does the box hold an e-mail, a phone number or a person's name?"""

from __future__ import annotations

import re

import phonenumbers

from engine.query.criteria import Identity
from engine.text import is_stop_word

_EMAIL = re.compile(r"[^\s@,;<>\"']+@[^\s@,;<>\"']+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"[+(]?\d[\d\s()/.-]{5,18}\d")
_NAME = re.compile(r"[^\W\d_][^\W\d_'’.-]*(?:['’.-][^\W\d_]+)*\.?")
HOME_REGION = "SE"
"""A number without a country code is read as Swedish first: our users are Nordic."""


def find_contact(text: str) -> Identity | None:
    """An e-mail or phone number, when that is what the box holds."""
    if match := _EMAIL.search(text):
        return Identity(kind="email", value=match.group().lower().strip("."))
    stripped = text.strip()
    if _PHONE.fullmatch(stripped) and sum(c.isdigit() for c in stripped) >= 7:
        return Identity(kind="phone", value=e164(stripped) or stripped)
    return None


def e164(words: str) -> str | None:
    """``0701-740 605`` -> ``+46701740605``; None when it is no possible number."""
    try:
        number = phonenumbers.parse(words, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def looks_like_name(text: str) -> Identity | None:
    """One to four words of letters, none of them a stop word. Ask only when nothing else was understood."""
    words = text.split()
    if not 1 <= len(words) <= 4 or len(text) > 80:
        return None
    if not all(_NAME.fullmatch(word) for word in words) or any(is_stop_word(word) for word in words):
        return None
    return Identity(kind="name", value=" ".join(words))
