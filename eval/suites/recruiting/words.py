"""What people of the suite are and can: titles, skills, towns, languages, in English and Swedish. Data only.

Hand-written. It knows nothing of the engine's lexicon: where the two disagree, that is what is measured.
"""

from __future__ import annotations

from dataclasses import dataclass

from eval.world.people import FAMILY, GIVEN

__all__ = ["DEGREES", "EMPLOYERS", "FAMILY", "GIVEN", "LANGUAGES", "LEVELS", "SKILLS", "TITLES", "TOWNS", "Title"]


@dataclass(frozen=True)
class Title:
    """``broader``: of whom it is a kind. ``skills``: what such people may know."""

    english: str
    swedish: str
    skills: tuple[str, ...]
    broader: tuple[str, ...] = ()


_CODE = ("Python", "Java", "Go", "PostgreSQL", "Kubernetes", "Docker", "Kafka", "AWS", "Redis")
_CARE = ("Triage", "Wound care", "Palliative care", "Geriatric care", "CPR")
TITLES = {
    "developer": Title("Software Developer", "Systemutvecklare", ("C", "C++", "C#", "Go", "R", "Java", "Python")),
    "backend": Title("Backend Developer", "Backendutvecklare", _CODE, ("developer",)),
    "frontend": Title(
        "Frontend Developer", "Frontendutvecklare", ("JavaScript", "TypeScript", "React", "Vue.js", "GraphQL"),
        ("developer",),
    ),
    "data engineer": Title("Data Engineer", "Dataingenjör", ("SQL", "Python", "Spark", "Airflow", "Snowflake", "Kafka")),
    "data analyst": Title("Data Analyst", "Dataanalytiker", ("SQL", "R", "Power BI", "Tableau", "Excel")),
    "nurse": Title("Registered Nurse", "Sjuksköterska", _CARE),
    "icu nurse": Title("Intensive Care Nurse", "Intensivvårdssjuksköterska", _CARE, ("nurse",)),
    "theatre nurse": Title("Operating Room Nurse", "Operationssjuksköterska", _CARE, ("nurse",)),
    "assistant nurse": Title("Assistant Nurse", "Undersköterska", ("Dementia care", "Home care", "Geriatric care")),
    "accountant": Title("Accountant", "Redovisningsekonom", ("SAP", "Excel", "IFRS", "VAT", "Payroll", "Fortnox")),
    "controller": Title("Financial Controller", "Controller", ("SAP", "Excel", "IFRS", "Budgeting", "Power BI")),
    "salesperson": Title("Sales Representative", "Säljare", ("Salesforce", "Negotiation", "CRM", "B2B sales")),
    "recruiter": Title("Recruiter", "Rekryterare", ("Interviewing", "Employer branding", "Workday", "LinkedIn")),
    "hr manager": Title("HR Manager", "HR-chef", ("Labour law", "Workday", "Payroll", "Conflict resolution")),
    "primary teacher": Title("Primary School Teacher", "Grundskollärare", ("Mathematics", "Special education"), ("teacher",)),
    "secondary teacher": Title("Secondary School Teacher", "Gymnasielärare", ("Mathematics", "Physics"), ("teacher",)),
    "carpenter": Title("Carpenter", "Snickare", ("Scaffolding", "Concrete work", "AutoCAD")),
    "site manager": Title("Site Manager", "Platschef", ("Scheduling", "Procurement", "AutoCAD", "Cost estimation")),
    "project manager": Title("Project Manager", "Projektledare", ("Scrum", "Scheduling", "Procurement", "Excel")),
    "chef": Title("Chef", "Kock", ("Pastry", "Grill", "Menu planning", "Food safety")),
    "warehouse worker": Title("Warehouse Worker", "Lagerarbetare", ("Inventory management", "Lean", "SAP")),
    "forklift driver": Title("Forklift Driver", "Truckförare", ("Inventory management", "Lean", "Route planning")),
    "electrician": Title("Electrician", "Elektriker", ("PLC", "Solar panels", "Troubleshooting", "AutoCAD")),
    "welder": Title("Welder", "Svetsare", ("TIG welding", "MIG welding", "Troubleshooting")),
    "it manager": Title("IT Manager", "IT-chef", ("ITIL", "Budgeting", "Microsoft 365", "Procurement")),
    "it technician": Title("IT Technician", "IT-tekniker", ("ITIL", "Microsoft 365", "Active Directory", "Linux")),
}  # fmt: skip
ASKED = {
    "teacher": ("teacher", "lärare"),
    "developer": ("developer", "utvecklare"),
    "nurse": ("nurse", "sjuksköterska"),
}
"""How a recruiter says a title who means all of its kinds."""

SKILLS = {
    "Wound care": "sårvård", "Palliative care": "palliativ vård", "Geriatric care": "geriatrik", "CPR": "HLR",
    "Dementia care": "demensvård", "Home care": "hemtjänst", "VAT": "moms", "Payroll": "lönehantering",
    "Budgeting": "budgetering", "Negotiation": "förhandling", "B2B sales": "B2B-försäljning",
    "Interviewing": "intervjuteknik", "Labour law": "arbetsrätt", "Conflict resolution": "konflikthantering",
    "Mathematics": "matematik", "Special education": "specialpedagogik", "Physics": "fysik",
    "Scaffolding": "ställningsbyggnad", "Concrete work": "betongarbete", "Cost estimation": "kalkylering",
    "Procurement": "upphandling", "Scheduling": "planering", "Pastry": "konditori", "Menu planning": "menyplanering",
    "Food safety": "livsmedelshygien", "Inventory management": "lagerhantering", "Route planning": "ruttplanering",
    "Solar panels": "solceller", "Troubleshooting": "felsökning", "TIG welding": "TIG-svetsning",
    "MIG welding": "MIG-svetsning",
}  # fmt: skip
"""English -> Swedish, where Swedes have a word of their own for it."""

TOWNS = {
    "Stockholm": (59.33, 18.07, ("Stockholm",)), "Göteborg": (57.71, 11.97, ("Göteborg", "Goteborg", "Gothenburg")),
    "Malmö": (55.61, 13.00, ("Malmö", "Malmo")), "Lund": (55.70, 13.19, ("Lund",)),
    "Västerås": (59.61, 16.55, ("Västerås", "Vasteras")), "Linköping": (58.41, 15.62, ("Linköping", "Linkoping")),
    "Umeå": (63.83, 20.26, ("Umeå", "Umea")), "Örebro": (59.27, 15.21, ("Örebro", "Orebro")),
    "Sundsvall": (62.39, 17.31, ("Sundsvall",)), "Oslo": (59.91, 10.75, ("Oslo",)),
    "Zürich": (47.37, 8.55, ("Zürich", "Zurich")), "München": (48.14, 11.58, ("München", "Munich")),
}  # fmt: skip
"""Name -> latitude, longitude, and the ways people write it. No two lie at the edge of a radius that is asked for."""

LANGUAGES = {
    "Finnish": "finska", "German": "tyska", "French": "franska", "Arabic": "arabiska", "Spanish": "spanska",
    "Polish": "polska", "Norwegian": "norska",
}  # fmt: skip
LEVELS = {
    "native": ("native", "modersmål", 7), "fluent": ("fluent", "flytande", 5), "C1": ("C1", "C1", 5),
    "B2": ("B2", "B2", 4), "basic": ("basic", "grundläggande", 1), "": ("", "", None),
}  # fmt: skip
"""Level -> English, Swedish, its place from A1 (1) to native (7). The empty one: the level is not stated."""

DEGREES = {
    "bachelor": ("BSc in Business Administration", "Kandidatexamen i företagsekonomi"),
    "master": ("MSc in Computer Science", "Masterexamen i datavetenskap"),
    "doctorate": ("PhD in Physics", "Doktorsexamen i fysik"),
}
EMPLOYERS = (
    "Fjordbyte AB", "Nordkod AB", "Lindby Systems", "Paylark", "Kvarnsten AB", "Havsvind", "Skogsbanken", "Norrtele",
    "Björkvård", "Lakeside Group", "Talludden AB", "Rivermark", "Stenbro Bygg", "Ängsholm", "Vintergatan AB",
)  # fmt: skip
