"""Which column of a CSV is which field: English and Swedish heads, as ATSs and people write them."""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import BadInput
from engine.text import fold

HEADS: dict[str, str] = {
    "id": "id, candidate id, external id, person id, applicant id, kandidat id, kandidatnummer, personid, sokande id",
    "name": "name, full name, candidate, candidate name, applicant, namn, kandidat, fullstandigt namn, sokande",
    "first_name": "first name, given name, fornamn",
    "last_name": "last name, surname, family name, efternamn",
    "email": "email, e mail, email address, mail, e post, epost, e postadress, mejl",
    "phone": "phone, mobile, phone number, mobile phone, telefon, mobil, telefonnummer, mobilnummer",
    "location": "location, city, place, town, address, ort, stad, plats, postort, bostadsort, adress",
    "headline": "headline, title, current title, job title, role, titel, nuvarande titel, yrke, befattning, roll",
    "employer": "company, current company, employer, current employer, arbetsgivare, foretag, nuvarande arbetsgivare",
    "summary": "summary, about, profile, bio, sammanfattning, om, profil, presentation",
    "skills": "skills, competences, kompetenser, kompetens, fardigheter, kunskaper",
    "languages": "languages, language, sprak, sprakkunskaper",
    "tags": "tags, tag, labels, taggar, etiketter",
    "links": "linkedin, linkedin url, url, website, link, links, lank, lankar, webbplats",
    "text": "resume, cv, resume text, cv text, cv innehall",
    "file": "resume file, cv file, file, filename, attachment, cv fil, fil, filnamn, bilaga",
    "source": "source kind, kalla",
    "job_id": "job id, requisition id, vacancy id, jobb id, annons id, tjanst id",
    "job_title": "job, job name, position, vacancy, applied for, opening, jobb, tjanst, annons, sokt tjanst, soker",
    "stage": "stage, current stage, step, pipeline stage, steg, fas, lage",
    "outcome": "status, outcome, result, application status, utfall, resultat, beslut",
    "reason": "reason, reject reason, rejection reason, avslagsorsak, orsak, skal",
    "applied_at": "applied, applied at, applied on, application date, date applied, ansokt, ansokningsdatum, sokte",
    "updated_at": "updated, updated at, last updated, last activity, uppdaterad, senast andrad, andrad",
    "created_at": "created, created at, added, skapad, tillagd",
    "note": "note, notes, comment, comments, anteckning, anteckningar, kommentar, kommentarer",
    "consent_until": "consent until, consent expires, samtycke till, samtycke t o m, gdpr datum",
    "do_not_contact": "do not contact, unsubscribed, kontakta ej, far ej kontaktas",
}
DATES = tuple(field for field in HEADS if field.endswith(("_at", "_until")))
_FIELD_OF = {head.strip(): field for field, heads in HEADS.items() for head in heads.split(",")}


def key_of(head: str) -> str:
    """``E-post (privat)`` -> ``e post``: folded words, without what stands in brackets."""
    plain = fold(head.split("(")[0])
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())


def suggest(heads: Sequence[str]) -> dict[str, str]:
    """field -> head, for every head that is known; the first of two that mean the same."""
    found: dict[str, str] = {}
    for head in heads:
        field = _FIELD_OF.get(key_of(head))
        if field and field not in found:
            found[field] = head
    return found


def checked(mapping: dict[str, str], heads: Sequence[str], name: str) -> dict[str, int]:
    """field -> place of its column. Raises BadInput naming the field or column that is not there."""
    for field, head in mapping.items():
        if field not in HEADS:
            raise BadInput(f"The mapping names a field {field!r} that there is not.", f"Fields: {', '.join(HEADS)}.")
        if " ".join(head.split()) not in heads:
            raise BadInput(f"{name} has no column {head!r} (for {field}).", f"Its columns: {', '.join(heads)[:500]}.")
    if not {"id", "email"} & mapping.keys():
        raise BadInput(
            f"{name} has no column that tells people apart: neither `id` nor `email`.",
            f"Its columns: {', '.join(heads)[:500]}. Name one with --mapping FILE; --suggest-mapping prints a draft.",
        )
    return {field: list(heads).index(" ".join(head.split())) for field, head in mapping.items()}
