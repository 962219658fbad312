"""What is left around a candidate in an account: history, notes (some private), answers, values, files, to-dos.

The codes of the history other than ``created`` are our own: no vendor's list of them is known to us.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from eval.world.account import (
    Account,
    AccountApplication,
    AccountCandidate,
    Answer,
    Assessment,
    AuditEvent,
    Happening,
    Note,
    Referral,
    Todo,
    Upload,
    Value,
)
from eval.world.history import NOTES, STAGES

PRIVATE = (
    "Salary in the last contract is far above the band. Keep this between us.",
    "Referensen var tveksam om samarbetet. Endast för rekryterare.",
)


def settle_company(account: Account, rng: Random) -> None:
    """What belongs to no candidate: files and values of jobs, and the audit log."""
    for job in account.jobs[:: max(1, len(account.jobs) // 12)]:
        text = f"Requirement profile: {job.title}"
        account.uploads.append(Upload(_next(account.uploads, 901), None, job.id, "profile.pdf", text, True))
        field = next(f for f in account.fields if f.owner == "jobs")
        account.values.append(Value(_next(account.values, 701), field.id, "jobs", job.id, str(rng.randint(100, 999))))
    account.audit.append(
        AuditEvent("1", "bulk-delete", account.users[0].id, "candidate", None, "3 candidates", account.today)
    )


def leave_traces(
    account: Account, candidate: AccountCandidate, applications: list[AccountApplication], rng: Random
) -> None:
    users = account.users
    answered: set[str] = set()
    _happen(account, "created", {"sourced": candidate.sourced}, candidate, None, None, candidate.created_at)
    for application in applications:
        rank = (int(application.stage) - 101) % len(STAGES)
        if rank:
            moved = {"from": STAGES[0], "to": STAGES[rank]}
            user = rng.choice(users).id
            _happen(account, "stage", moved, candidate, application.job, user, application.changed_stage_at)
        if application.rejected_at:
            user = rng.choice(users).id
            _happen(account, "rejected", {}, candidate, application.job, user, application.rejected_at)
        for number in range(rng.choice((0, 0, 1, 1 + rank // 2))):
            at = min(
                account.today, application.created_at + timedelta(days=2 * number + 1, seconds=rng.randrange(9999))
            )
            _note(account, candidate, at, rng)
        if rng.random() < 0.5:
            _answers(account, candidate, application, answered, rng)
    _values(account, candidate, rng)
    if rng.random() < 0.08:
        words = f"{candidate.person.name}\n{candidate.person.trade.degree[0]}, {candidate.person.degree_year}"
        account.uploads.append(Upload(_next(account.uploads, 901), candidate.id, None, "diploma.pdf", words, False))
    if applications and rng.random() < 0.04:
        at = applications[0].created_at
        done = at + timedelta(days=2) if rng.random() < 0.5 else None
        row = Todo(
            _next(account.todos, 801), candidate.id, users[0].id, rng.choice(users).id, "Call about the notice period",
            at, at + timedelta(days=7), done,
        )  # fmt: skip
        account.todos.append(row)
    if applications and candidate.referred:
        at, job = applications[0].created_at, applications[0].job
        words = "We worked together, warmly recommended."
        account.referrals.append(
            Referral(_next(account.referrals, 301), candidate.id, job, rng.choice(users).id, words, at)
        )
    if applications and rng.random() < 0.04:
        score = rng.randint(20, 99)
        account.assessments.append(
            Assessment(
                str(UUID(int=rng.getrandbits(128), version=4)), candidate.id, "Made-up Tests", score,
                f"Logical test: {score} of 100", applications[0].created_at + timedelta(days=3),
            )
        )  # fmt: skip


def _next(rows: list, first: int) -> str:  # type: ignore[type-arg]
    return str(first + len(rows))


def _happen(
    account: Account,
    code: str,
    data: dict[str, Any],
    candidate: AccountCandidate,
    job: str | None,
    user: str | None,
    at: datetime,
) -> None:
    account.history.append(Happening(_next(account.history, 1), code, data, candidate.id, job, user, at))


def _note(account: Account, candidate: AccountCandidate, at: datetime, rng: Random) -> None:
    person, private = candidate.person, rng.random() < 0.1
    words = rng.choice(PRIVATE if private else NOTES)
    text = words.format(skill=rng.choice(person.skills), employer=person.posts[0].employer, city=person.city)
    if rng.random() < 0.3:
        text = f"<p>{text}</p>"
    user = rng.choice(account.users[:8]).id
    account.notes.append(Note(_next(account.notes, 1), candidate.id, user, text, private, at))
    _happen(account, "note", {"note": text}, candidate, None, user, at)


def _answers(
    account: Account, candidate: AccountCandidate, application: AccountApplication, answered: set[str], rng: Random
) -> None:
    """A candidate has one answer to a question, whatever number of jobs asks it."""
    questions = account.jobs[int(application.job) - 26].questions
    for question in account.questions:
        if question.id not in questions or question.id in answered:
            continue
        answered.add(question.id)
        value: bool | int | str | tuple[int, ...]
        if question.kind == "Boolean":
            value = rng.random() < 0.8
        elif question.kind == "Choice":
            value = tuple(sorted(rng.sample(range(1, len(question.alternatives) + 1), k=2)))
        elif question.kind == "Range":
            value = rng.randint(0, 25)
        else:
            value = f"I like {rng.choice(candidate.person.skills)} and your way of working."
        at = application.created_at
        account.answers.append(Answer(_next(account.answers, 1), candidate.id, question.id, value, at))


def _values(account: Account, candidate: AccountCandidate, rng: Random) -> None:
    for field in account.fields:
        if field.owner != "candidates" or rng.random() > 0.2:
            continue
        value: str | tuple[str, ...]
        if field.kind == "Date":
            value = f"2026-{rng.randint(11, 12)}-{rng.randint(1, 28):02d}"
        elif field.kind == "Number":
            value = str(rng.randrange(30, 90) * 1000)
        elif field.kind == "Checkbox":
            value = "true" if rng.random() < 0.5 else "false"
        elif field.kind == "Select":
            value = rng.choice(field.options)
        elif field.kind == "MultiSelect":
            value = tuple(rng.sample(field.options, k=rng.randint(1, 2)))
        else:
            value = rng.choice(("Job fair", "Newspaper", "Friend", "Web search"))
        account.values.append(Value(_next(account.values, 701), field.id, "candidates", candidate.id, value))
