"""How a fact is put into words: at least five ways in English and in Swedish, and other ways for the test than for tuning.

Whoever tunes on the split "dev" has seen none of the phrases of "test". Data only.
"""

from __future__ import annotations

from typing import Literal

Split = Literal["dev", "test"]
Fact = Literal["role", "skills", "place", "language", "degree", "years", "absence", "note"]

PHRASES: dict[Fact, dict[Split, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "role": {
        "dev": (
            ("{title}, {employer}\n{when}", "{title} | {employer} | {when}", "{when}: {title}, {employer}",
             "{employer} — {title} ({when})", "{title}\n{employer} {when}"),
            ("{title}, {employer}\n{when}", "{title} | {employer} | {when}", "{when}: {title}, {employer}",
             "{employer} — {title} ({when})", "{title}\n{employer} {when}"),
        ),
        "test": (
            ("{title} at {employer}, {when}", "{when}  {title} – {employer}", "{title} ({when}), {employer}",
             "{title} / {employer} / {when}", "{employer}\n{title}, {when}"),
            ("{title} hos {employer}, {when}", "{when}  {title} – {employer}", "{title} ({when}), {employer}",
             "{title} / {employer} / {when}", "{employer}\n{title}, {when}"),
        ),
    },
    "skills": {
        "dev": (
            ("Skills: {skills}.", "Tools and methods: {skills}.", "Worked daily with {skills}.", "Strong in {skills}.",
             "Competences: {skills}"),
            ("Kompetenser: {skills}.", "Verktyg och metoder: {skills}.", "Arbetade dagligen med {skills}.",
             "Stark inom {skills}.", "Färdigheter: {skills}"),
        ),
        "test": (
            ("I know {skills} well.", "Areas of expertise: {skills}.", "Have used {skills} in most of my work.",
             "Comfortable with {skills}.", "Key skills – {skills}"),
            ("Jag behärskar {skills}.", "Expertområden: {skills}.", "Har använt {skills} i det mesta av mitt arbete.",
             "Van vid {skills}.", "Nyckelkompetenser – {skills}"),
        ),
    },
    "place": {
        "dev": (
            ("Lives in {town}.", "Based in {town}.", "Address: {town}", "{town}, looking for work nearby.",
             "Home town: {town}"),
            ("Bor i {town}.", "Bosatt i {town}.", "Adress: {town}", "{town}, söker arbete i närheten.",
             "Hemort: {town}"),
        ),
        "test": (
            ("Resident of {town}.", "I live in {town} with my family.", "Location: {town}", "Currently in {town}.",
             "City: {town}"),
            ("Boende i {town}.", "Jag bor i {town} med min familj.", "Ort: {town}", "Finns i {town}.", "Stad: {town}"),
        ),
    },
    "language": {
        "dev": (
            ("Languages: {language}{level}", "Speaks {language}{level}.", "{language}{level}",
             "Language skills: {language}{level}", "Also: {language}{level}"),
            ("Språk: {language}{level}", "Talar {language}{level}.", "{language}{level}",
             "Språkkunskaper: {language}{level}", "Även: {language}{level}"),
        ),
        "test": (
            ("Spoken languages – {language}{level}", "I speak {language}{level}.", "Languages\n{language}{level}",
             "Knowledge of languages: {language}{level}", "Other languages: {language}{level}"),
            ("Talade språk – {language}{level}", "Jag talar {language}{level}.", "Språk\n{language}{level}",
             "Kunskaper i språk: {language}{level}", "Övriga språk: {language}{level}"),
        ),
    },
    "degree": {
        "dev": (
            ("Education\n{degree}, {year}", "{year} {degree}", "Degree: {degree} ({year})", "Studied: {degree}, {year}",
             "{degree} – {year}"),
            ("Utbildning\n{degree}, {year}", "{year} {degree}", "Examen: {degree} ({year})",
             "Studier: {degree}, {year}", "{degree} – {year}"),
        ),
        "test": (
            ("Academic background\n{degree} ({year})", "I hold a {degree} from {year}.", "Graduated {year}: {degree}",
             "University: {degree}, {year}", "Highest degree: {degree}, {year}"),
            ("Akademisk bakgrund\n{degree} ({year})", "Jag har en {degree} från {year}.", "Examen {year}: {degree}",
             "Universitet: {degree}, {year}", "Högsta examen: {degree}, {year}"),
        ),
    },
    "years": {
        "dev": (
            ("{years} years of experience.", "In the trade for {years} years.", "Experience: {years} years.",
             "With {years} years behind me.", "{years} years in the field."),
            ("{years} års erfarenhet.", "I branschen i {years} år.", "Erfarenhet: {years} år.",
             "Med {years} år bakom mig.", "{years} år inom området."),
        ),
        "test": (
            ("I have worked for {years} years.", "{years} years on the job.", "My experience spans {years} years.",
             "A career of {years} years.", "Over {years} years of practice."),
            ("Jag har arbetat i {years} år.", "{years} år i yrket.", "Min erfarenhet omfattar {years} år.",
             "En karriär på {years} år.", "Över {years} års praktik."),
        ),
    },
    "absence": {
        "dev": (
            ("I have not worked with {skill}.", "No experience of {skill}.", "{skill} is new to me.",
             "Never used {skill}.", "Would like to learn {skill}."),
            ("Jag har inte arbetat med {skill}.", "Ingen erfarenhet av {skill}.", "{skill} är nytt för mig.",
             "Har aldrig använt {skill}.", "Vill gärna lära mig {skill}."),
        ),
        "test": (
            ("So far without {skill}.", "I do not know {skill}.", "{skill}: none yet.", "Lacks {skill}.",
             "Has yet to try {skill}."),
            ("Hittills utan {skill}.", "Jag kan inte {skill}.", "{skill}: inget ännu.", "Saknar {skill}.",
             "Har ännu inte provat {skill}."),
        ),
    },
    "note": {
        "dev": (
            ("Applied as {title}; a good talk.", "Could grow into a {title}.", "Wants to become a {title}.",
             "We discussed the {title} opening.", "Interested in our {title} role."),
            ("Sökte som {title}; ett bra samtal.", "Kan växa till {title}.", "Vill bli {title}.",
             "Vi talade om tjänsten som {title}.", "Intresserad av rollen som {title}."),
        ),
        "test": (
            ("Asked about the {title} job.", "Hopes to work as {title} one day.", "Talked through the {title} advert.",
             "Applied for {title} by mistake?", "The {title} position was of interest."),
            ("Frågade om jobbet som {title}.", "Hoppas arbeta som {title} en dag.", "Gick igenom annonsen för {title}.",
             "Sökte {title} av misstag?", "Tjänsten som {title} var av intresse."),
        ),
    },
}  # fmt: skip
