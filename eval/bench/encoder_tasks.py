"""The tasks that encoders are compared on: texts, queries, and which texts answer which query.

Read in place from the reference data, nothing copied. Knows no encoder. What makes them fair: who is right was decided
by others (TalentCLEF, ESCO, JobTech, the CVs' own categories), but for the 60 titles and the wishes below, written
before any encoder was run on them; samples are drawn with one seed; a passage of 120 words is below every encoder's
limit, so none is cut; each encoder gets the prefixes it was trained with.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SEED = 20
WORDS_A_PASSAGE = 120
CVS_A_CATEGORY = 25

CATEGORY_QUERIES = {
    "ACCOUNTANT": ("accountant, general ledger and month-end closing", "redovisningsekonom, bokföring och bokslut"),
    "ADVOCATE": ("advocate for clients and patients", "ombud som för klienters och patienters talan"),
    "AGRICULTURE": ("farm, crops and agricultural work", "lantbruk, odling och jordbruksarbete"),
    "APPAREL": ("fashion and clothing retail or design", "mode, kläder, butik eller design"),
    "ARTS": ("fine arts, art teacher or artist", "konst, bildlärare eller konstnär"),
    "AUTOMOBILE": ("car mechanic or automotive service", "bilmekaniker eller fordonsservice"),
    "AVIATION": ("aircraft maintenance and flight operations", "flygplansunderhåll och flygdrift"),
    "BANKING": ("bank teller, branch banking and loans", "bankkassör, bankkontor och lån"),
    "BPO": ("call centre and business process outsourcing", "kundtjänstcenter och utlagda affärsprocesser"),
    "BUSINESS-DEVELOPMENT": ("business development and new partnerships", "affärsutveckling och nya partnerskap"),
    "CHEF": ("chef leading a restaurant kitchen", "kock som leder ett restaurangkök"),
    "CONSTRUCTION": ("construction site and building trades", "byggarbetsplats och byggyrken"),
    "CONSULTANT": ("consultant advising clients", "konsult som ger råd åt kunder"),
    "DESIGNER": ("graphic or interior designer", "grafisk formgivare eller inredningsarkitekt"),
    "DIGITAL-MEDIA": ("digital media, social media and content", "digitala medier, sociala medier och innehåll"),
    "ENGINEERING": ("mechanical, electrical or process engineer", "maskin-, el- eller processingenjör"),
    "FINANCE": ("financial analyst, budgets and reporting", "finansanalytiker, budget och rapportering"),
    "FITNESS": ("personal trainer and fitness instructor", "personlig tränare och gruppträningsinstruktör"),
    "HEALTHCARE": ("health care, nursing or medical staff", "hälso- och sjukvård, sjuksköterska, vårdpersonal"),
    "HR": ("human resources, hiring and employee relations", "personalavdelning, rekrytering och arbetsrätt"),
    "INFORMATION-TECHNOLOGY": ("IT systems, networks and support", "IT-system, nätverk och support"),
    "PUBLIC-RELATIONS": ("public relations, press and communications", "PR, press och kommunikation"),
    "SALES": ("sales representative meeting targets", "säljare som når försäljningsmål"),
    "TEACHER": ("school teacher in a classroom", "lärare i skola och klassrum"),
}
"""Category of the real CVs -> the wish in English and in Swedish."""

SWEDISH_TITLES = {
    "sjuksköterska": "registered nurse",
    "undersköterska": "nursing assistant",
    "barnmorska": "midwife",
    "tandläkare": "dentist",
    "läkare": "physician",
    "apotekare": "pharmacist",
    "arbetsterapeut": "occupational therapist",
    "sjukgymnast": "physical therapist",
    "förskollärare": "preschool teacher",
    "rektor": "school principal",
    "bibliotekarie": "librarian",
    "socialsekreterare": "social worker",
    "polis": "police officer",
    "brandman": "firefighter",
    "jurist": "lawyer",
    "revisor": "auditor",
    "redovisningsekonom": "accountant",
    "lönespecialist": "payroll specialist",
    "inköpare": "purchasing agent",
    "lagerarbetare": "warehouse worker",
    "truckförare": "forklift operator",
    "lastbilschaufför": "truck driver",
    "busschaufför": "bus driver",
    "snickare": "carpenter",
    "murare": "bricklayer",
    "elektriker": "electrician",
    "rörmokare": "plumber",
    "svetsare": "welder",
    "målare": "painter",
    "byggledare": "construction manager",
    "fastighetsskötare": "building caretaker",
    "lokalvårdare": "cleaner",
    "kock": "cook",
    "bagare": "baker",
    "servitör": "waiter",
    "frisör": "hairdresser",
    "säljare": "salesperson",
    "butikschef": "store manager",
    "marknadschef": "marketing manager",
    "ekonomichef": "chief financial officer",
    "verkställande direktör": "chief executive officer",
    "personalchef": "human resources manager",
    "kommunikatör": "communications officer",
    "översättare": "translator",
    "journalist": "journalist",
    "fotograf": "photographer",
    "arkitekt": "architect",
    "konstruktör": "design engineer",
    "maskiningenjör": "mechanical engineer",
    "kvalitetsansvarig": "quality manager",
    "projektledare": "project manager",
    "systemutvecklare": "software developer",
    "webbutvecklare": "web developer",
    "nätverkstekniker": "network technician",
    "testledare": "test manager",
    "dataanalytiker": "data analyst",
    "handläggare": "case officer",
    "kundtjänstmedarbetare": "customer service representative",
    "receptionist": "receptionist",
    "trädgårdsmästare": "gardener",
}
"""A Swedish title -> the English one, to be found among English titles."""


@dataclass(frozen=True)
class Task:
    """``relevant[q]``: the numbers of the texts that answer query ``q``. Texts of one ``owner`` count once, by their
    best passage; without owners each text stands for itself."""

    name: str
    queries: list[str]
    texts: list[str]
    relevant: list[set[int]]
    owners: list[int] | None = None


def tasks(shared: Path) -> Iterator[Task]:
    english = _talentclef(shared)
    yield english
    yield from _categories(shared)
    yield _keywords(shared)
    yield _definitions(shared)
    yield _swedish_to_english(english.texts)
    yield _german_to_english(shared)


def cv_passages(shared: Path, *, per_category: int | None = CVS_A_CATEGORY) -> tuple[list[str], list[int], list[str]]:
    """Passages of about 120 words, the number of the CV of each, and the category of each CV."""
    by_category: defaultdict[str, list[str]] = defaultdict(list)
    for row in _lines(shared / "resumes" / "resumes.jsonl.gz"):
        by_category[row["category"]].append(row["text"])
    rng = random.Random(SEED)
    passages: list[str] = []
    owners: list[int] = []
    categories: list[str] = []
    for category in sorted(by_category):
        texts = by_category[category]
        for text in rng.sample(texts, min(per_category or len(texts), len(texts))):
            words = text.split()
            for start in range(0, max(1, len(words)), WORDS_A_PASSAGE):
                passages.append(" ".join(words[start : start + WORDS_A_PASSAGE]))
                owners.append(len(categories))
            categories.append(category)
    return passages, owners, categories


def _talentclef(shared: Path) -> Task:
    folder = shared / "titles" / "talentclef2025" / "validation_english"
    corpus = _tsv(folder / "corpus_elements")
    queries = _tsv(folder / "queries")
    place = {row["c_id"]: number for number, row in enumerate(corpus)}
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for line in (folder / "qrels.tsv").read_text().splitlines():
        query, _, text, grade = line.split("\t")
        if int(grade):
            wanted[query].add(place[text])
    asked = [row for row in queries if wanted[row["q_id"]]]
    return Task(
        "English titles (TalentCLEF 2025)",
        [row["jobtitle"] for row in asked],
        [row["jobtitle"] for row in corpus],
        [wanted[row["q_id"]] for row in asked],
    )


def _categories(shared: Path) -> Iterator[Task]:
    passages, owners, categories = cv_passages(shared)
    names = sorted(CATEGORY_QUERIES)
    relevant = [{cv for cv, category in enumerate(categories) if category == name} for name in names]
    for language, which in (("English", 0), ("Swedish", 1)):
        queries = [CATEGORY_QUERIES[name][which] for name in names]
        yield Task(f"{language} wishes over English CVs", queries, passages, relevant, owners)


def _keywords(shared: Path) -> Task:
    """All 33 keywords that JobTech ties to occupations, in 170 pairs. Hard: "Menzies" is a ground handler."""
    titles = [line.split("\t") for line in (shared / "swedish" / "title_corpus.tsv").read_text().splitlines()]
    place = {row[0]: number for number, row in enumerate(titles)}
    queries: list[str] = []
    relevant: list[set[int]] = []
    for concept in _concepts(shared, "keyword-concepts-with-relations"):
        wanted = {place[r["id"]] for r in concept["related"] if r["type"] == "occupation-name" and r["id"] in place}
        if wanted:
            queries.append(concept["preferred_label"])
            relevant.append(wanted)
    return Task("Swedish keyword to occupation", queries, [row[1] for row in titles], relevant)


def _definitions(shared: Path) -> Task:
    groups = _concepts(shared, "ssyk-level-4-groups-with-related-occupations")
    pairs = [(job["preferred_label"], number) for number, group in enumerate(groups) for job in group["narrower"]]
    chosen = random.Random(SEED).sample(pairs, 200)
    texts = [group["definition"] for group in groups]
    return Task("Swedish title to description", [p[0] for p in chosen], texts, [{p[1]} for p in chosen])


def _swedish_to_english(corpus: list[str]) -> Task:
    texts = sorted({text.casefold() for text in corpus} | set(SWEDISH_TITLES.values()))
    place = {text: number for number, text in enumerate(texts)}
    wanted = [{place[english]} for english in SWEDISH_TITLES.values()]
    return Task("Swedish title to English title", list(SWEDISH_TITLES), texts, wanted)


def _german_to_english(shared: Path) -> Task:
    english, german = (_esco(shared, language) for language in ("en", "de"))
    uris = sorted(set(english) & set(german))
    place = {uri: number for number, uri in enumerate(uris)}
    chosen = random.Random(SEED).sample(uris, 200)
    texts = [english[uri] for uri in uris]
    # "Koch/Köchin": the form before the slash is how people write it.
    queries = [german[uri].split("/")[0] for uri in chosen]
    return Task("German title to English title", queries, texts, [{place[uri]} for uri in chosen])


def _esco(shared: Path, language: str) -> dict[str, str]:
    with gzip.open(shared / "titles" / "esco" / f"occupations_{language}.csv.gz", "rt", encoding="utf-8") as file:
        return {row["conceptUri"]: row["preferredLabel"] for row in csv.DictReader(file)}


def _concepts(shared: Path, name: str) -> list[dict[str, Any]]:
    with gzip.open(shared / "swedish" / f"{name}.json.gz", "rt", encoding="utf-8") as file:
        found: list[dict[str, Any]] = json.load(file)["data"]["concepts"]
    return found


def _tsv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")), delimiter="\t"))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
