"""A CV's text -> its sections, by the headings people use, English and Swedish. Offsets into the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from engine.text import fold

SectionKind = Literal["head", "work", "education", "skills", "languages", "summary", "other"]

_HEADINGS: dict[SectionKind, str] = {
    "work": """
        experience|work experience|professional experience|work history|employment|employment history|relevant experience|
        career history|career progression|professional background|military experience|other experience|additional experience|
        executive experience|teaching experience|related experience|positions held|internships|internship experience|
        volunteer experience|volunteer work|volunteering|volunteer|community service|work|job history|previous experience|current experience|experience and training|
        arbetslivserfarenhet|arbetslivserfarenheter|erfarenhet|erfarenheter|anstallningar|anstallning|yrkeserfarenhet|
        arbetserfarenhet|tidigare anstallningar|uppdrag|praktik|yrkeserfarenheter
    """,
    "education": """
        education|education and training|educational background|academic background|academics|education & training|
        training and education|education and certifications|education and credentials|degrees|qualifications and education|
        utbildning|utbildningar|utbildning och kurser|studier|akademisk bakgrund|kurser
    """,
    "skills": """
        skills|core skills|key skills|technical skills|skill highlights|core qualifications|highlights|core competencies|
        competencies|competences|areas of expertise|expertise|technologies|technical proficiencies|computer skills|tools|
        summary of skills|professional skills|qualifications|key competencies|skills and abilities|technical summary|
        software|software skills|areas of strength|core strengths|technical expertise|it skills|other skills|skills summary|
        summary of qualifications|additional skills|relevant skills|programming languages|certifications|certificates|
        kompetenser|kompetens|fardigheter|kunskaper|tekniska kunskaper|it-kunskaper|datakunskaper|verktyg|certifikat|
        kompetensomraden|teknisk kompetens|tekniska fardigheter|nyckelkompetenser
    """,
    "languages": "languages|language skills|language|foreign languages|sprak|sprakkunskaper|spraklig kompetens",
    "summary": """
        summary|professional summary|profile|professional profile|executive profile|executive summary|objective|about me|
        career overview|career focus|career objective|about|personal statement|overview|introduction|personal profile|
        profil|sammanfattning|om mig|presentation|personligt|kort om mig|personlig profil
    """,
    "other": """
        accomplishments|core accomplishments|interests|affiliations|professional affiliations|publications|references|
        additional information|personal information|awards|honors|activities|activities and honors|hobbies|projects|
        memberships|achievements|presentations|licenses|patents|key accomplishments|
        selected accomplishments|awards and honors|professional memberships|personal|
        referenser|intressen|fritid|ovrigt|ovrig information|utmarkelser|medlemskap|projekt|korkort|fritidsintressen
    """,
}
_KINDS: dict[str, SectionKind] = {
    name.strip(): kind for kind, names in _HEADINGS.items() for name in names.replace("\n", " ").split("|")
}
_RUN_ON = re.compile(r"\s(?:Skills|Highlights)\s*$")
"""A heading that a PDF ran into the end of the line before: it counts when a list of commas follows."""
_TRIM = re.compile(r"^[^\w]+|[^\w]+$")


@dataclass(frozen=True, slots=True)
class Section:
    """``text[start:end]`` is the body, its heading left out."""

    kind: SectionKind
    start: int
    end: int


def heading_kind(line: str) -> SectionKind | None:
    """The section that a line opens, when the line is nothing but a heading."""
    if len(line) > 60:
        return None
    return _KINDS.get(" ".join(_TRIM.sub("", fold(line)).split()))


def split_sections(text: str) -> list[Section]:
    """In order, covering the text. What stands before the first heading is ``head``."""
    found: list[Section] = []
    kind: SectionKind = "head"
    start = place = 0
    lines = text.splitlines(keepends=True)
    for line, following in zip(lines, [*lines[1:], ""], strict=False):
        if opened := heading_kind(line.strip()):
            found.append(Section(kind, start, place))
            kind, start = opened, place + len(line)
        elif following.count(",") >= 3 and (match := _RUN_ON.search(line)):
            found.append(Section(kind, start, place + match.start()))
            kind, start = "skills", place + len(line)
        place += len(line)
    found.append(Section(kind, start, place))
    return [section for section in found if section.kind != "head" or section.end > section.start]
