"""The part of an ATS account that an administrator sets up: users, departments, places, reasons, fields, questions.

Fills the account's short lists; jobs and people are in accounts.py.
"""

from __future__ import annotations

from random import Random

from anyascii import anyascii

from eval.world.account import Account, CustomField, Named, Place, Question, RejectReason, User
from eval.world.history import REASONS
from eval.world.people import CITIES, FAMILY, GIVEN
from eval.world.trades import TRADES

REGIONS = ("Sweden", "Nordics")
ROLES_OF_USERS = ("admin", "recruiter", "recruiter", "recruiter", "user", "user", "external_recruiter", "no_access")
TITLES = {
    "admin": "Head of Talent", "recruiter": "Recruiter", "user": "Hiring Manager", "designer": "Designer",
    "external_recruiter": "Consultant", "no_access": "Employee",
}  # fmt: skip
FIELDS = (
    ("Available from", "available-from", "Date", "candidates", False, ()),
    ("Salary expectation", "salary-expectation", "Number", "candidates", True, ()),
    ("Driving licence", "driving-licence", "Checkbox", "candidates", False, ()),
    ("Notice period", "notice-period", "Select", "candidates", False, ("None", "1 month", "3 months", "6 months")),
    ("Work forms", "work-forms", "MultiSelect", "candidates", False, ("Full time", "Part time", "Hourly", "Remote")),
    ("Source detail", "source-detail", "Text", "candidates", False, ()),
    ("Cost centre", "cost-centre", "Text", "jobs", False, ()),
)  # fmt: skip
QUESTIONS = (
    ("Do you have a driving licence?", "Boolean", (), None),
    ("Which languages do you speak?", "Choice", ("Swedish", "English", "Finnish", "Arabic"), None),
    ("Why do you want to work with us?", "Text", (), None),
    ("How many years have you worked in the field?", "Range", (), "years"),
    ("Har du arbetstillstånd i Sverige?", "Boolean", (), None),
)


def set_up(account: Account, rng: Random) -> None:
    names = sorted({trade.department for trade in TRADES})
    account.departments = [Named(str(number), name) for number, name in enumerate(names, start=21)]
    department = {row.name: row.id for row in account.departments}
    account.roles = [
        Named(str(number), trade.titles[-1][0], department[trade.department])
        for number, trade in enumerate(TRADES, start=41)
    ]
    account.regions = [Named(str(number), name) for number, name in enumerate(REGIONS, start=3)]
    account.places = [
        Place(str(number), name, latitude, longitude, number == 11)
        for number, (name, latitude, longitude) in enumerate(CITIES, start=11)
    ]
    account.reasons = [
        *(RejectReason(str(number), text, True) for number, (text, _) in enumerate(REASONS, start=1)),
        RejectReason(str(len(REASONS) + 1), "Withdrew: took another job", False),
    ]
    account.fields = [
        CustomField(str(number), name, api_name, kind, owner, private, options)  # type: ignore[arg-type]
        for number, (name, api_name, kind, owner, private, options) in enumerate(FIELDS, start=4)
    ]
    account.questions = [
        Question(str(number), title, kind, alternatives, unit)  # type: ignore[arg-type]
        for number, (title, kind, alternatives, unit) in enumerate(QUESTIONS, start=61)
    ]
    for number in range(12):
        name = f"{GIVEN[(number * 7) % len(GIVEN)]} {FAMILY[(number * 11) % len(FAMILY)]}"
        role = ROLES_OF_USERS[number % len(ROLES_OF_USERS)]
        address = ".".join(anyascii(name).lower().replace("'", "").split())
        account.users.append(
            User(
                id=str(31 + number),
                name=name,
                email=f"{address}@company.example.com",
                title=TITLES[role],
                role=role,  # type: ignore[arg-type]
                department=rng.choice(account.departments).id,
                visible=role != "no_access",
            )
        )
