"""Name, e-mail and phone out of a CV that came as a file and nothing else. Cautious: no name beats a wrong one."""

from __future__ import annotations

import re
from itertools import islice

import phonenumbers

from engine.lexicon import Lexicon
from engine.text import fold

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NAME = re.compile(r"[^\W\d_][^\W\d_'’.-]*(?:[ '’.-]+[^\W\d_]+){1,3}\.?")
_NO_NAME = frozenset(
    """
    cv curriculum vitae resume profile summary contact personal details information about me experience education
    skills objective professional work history meritforteckning personuppgifter kontakt profil sammanfattning om mig
    erfarenhet utbildning kompetenser arbetslivserfarenhet highlights
    """.split()
)
REGION = "SE"
"""For phone numbers written without a country."""


def find_contacts(text: str, lexicon: Lexicon) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
    """(name, e-mails, phones) of the first page."""
    head = text[:4000]
    emails = tuple(dict.fromkeys(match.group().lower().rstrip(".") for match in _EMAIL.finditer(head)))[:3]
    phones = dict.fromkeys(
        phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        for match in phonenumbers.PhoneNumberMatcher(head, REGION)
    )
    return _name(head, lexicon), emails, tuple(phones)[:3]


def _name(head: str, lexicon: Lexicon) -> str | None:
    """The first line of the first three that can only be a name."""
    lines = (line.strip() for line in head.splitlines() if line.strip())
    for line in islice(lines, 3):
        words = line.split()
        if (
            len(line) <= 40
            and _NAME.fullmatch(line)
            and all(word[0].isupper() or word.casefold() in ("von", "af", "de", "la", "van", "al") for word in words)
            and not _NO_NAME & {fold(word) for word in words}
            and not lexicon.find(line.title(), ("title", "skill", "country"), listed=True)
        ):
            return line.title() if line.isupper() else line
    return None
