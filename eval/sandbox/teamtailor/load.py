"""An account of the made-up world -> the vendor's rows. Knows both sides' names and nothing of HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from eval.sandbox.teamtailor.store import Row, Store, Stored
from eval.world.account import Account, AccountCandidate, AccountJob, Answer, CustomField

GAP = 1_073_741_824
"""Between two values of row-order."""
STATUS = {"published": "open", "unlisted": "unlisted", "archived": "archived", "draft": "draft", "scheduled": "open"}


def load(account: Account) -> Store:
    store = Store()
    for rows in (_company(account), _set_up(account), _jobs(account), _people(account), _around(account)):
        for row in rows:
            store.add(row)
    return store


def _company(account: Account) -> Iterator[Row]:
    attributes = {"name": account.company, "locale": "en", "website": "https://company.example.com"}
    yield Row("company", "1", attributes, {"manager": ("users", account.users[0].id)})


def _set_up(account: Account) -> Iterator[Row]:
    for rank, named in enumerate(account.departments):
        attributes: dict[str, Any] = {"name": named.name, "headline": None, "text": None, "people-headline": None}
        yield Row("departments", named.id, {**attributes, "people-text": None, "row-order": rank * GAP})
    for named in account.roles:
        yield Row("roles", named.id, {"name": named.name}, {"department": _ref("departments", named.of)})
    for named in account.regions:
        yield Row("regions", named.id, {"name": named.name})
    for place in account.places:
        attributes = {
            "name": place.name, "address": None, "city": place.name, "zip": None, "country": None, "email": None,
            "phone": None, "headquarters": place.headquarters, "lat": place.latitude, "long": place.longitude,
        }  # fmt: skip
        yield Row("locations", place.id, attributes)
    for user in account.users:
        attributes = {
            "name": user.name, "email": user.email, "login-email": user.email, "title": user.title, "role": user.role,
            "phone": None, "picture": None, "username": user.email.split("@")[0], "visible": user.visible,
            "hide-email": False, "external-id": None, "signature": None, "description": None,
        }  # fmt: skip
        yield Row("users", user.id, attributes, {"department": ("departments", user.department)})
    for reason in account.reasons:
        yield Row("reject-reasons", reason.id, {"reason": reason.reason, "rejected-by-company": reason.by_company})
    for found in account.fields:
        attributes = {
            "name": found.name, "api-name": found.api_name, "field-type": f"CustomField::{found.kind}",
            "owner-type": "Candidate" if found.owner == "candidates" else "Job", "is-private": found.private,
            "is-required": False, "is-searchable": True, "is-featured": False,
        }  # fmt: skip
        yield Row(_field_type(found), found.id, attributes)
    for question in account.questions:
        attributes = {
            "title": question.title, "question-type": question.kind,
            "alternatives": list(question.alternatives) or None,
            "multiple": True if question.kind == "Choice" else None, "single-line": None, "start-with": None,
            "end-with": None, "unit": question.unit,
        }  # fmt: skip
        yield Row("questions", question.id, attributes)


def _field_type(found: CustomField) -> str:
    return "custom-field-selects" if found.kind in ("Select", "MultiSelect") else "custom-fields"


def _jobs(account: Account) -> Iterator[Row]:
    for job in account.jobs:
        yield _job(job)
    for stage in account.stages:
        attributes = {
            "name": stage.name, "stage-type": stage.kind, "row-order": stage.rank * GAP,
            "created-at": stage.created_at, "updated-at": stage.created_at,
        }  # fmt: skip
        yield Row("stages", stage.id, attributes, {"job": ("jobs", stage.job)})


def _job(job: AccountJob) -> Row:
    attributes: dict[str, Any] = {
        "title": job.title, "pitch": job.pitch, "body": job.body, "apply-button-text": "Apply",
        "status": STATUS[job.state], "human-status": job.state, "internal": job.internal, "pinned": False,
        "start-date": job.starts_at, "end-date": job.ends_at,
        "created-at": job.created_at, "updated-at": job.updated_at,
        "picture": None, "external-application-url": None, "name-requirement": "required",
        "resume-requirement": "optional", "cover-letter-requirement": "optional", "phone-requirement": "optional",
        "additional-files-requirement": "off", "mailbox": f"job-{job.id}@inbound.example.com", "remote-status": "none",
        "language-code": "en", "recruiter-email": None, "employment-type": "fulltime", "employment-level": None,
        "currency": "SEK", "min-salary": None, "max-salary": None, "salary-time-unit": None, "tags": list(job.tags),
    }  # fmt: skip
    relations: dict[str, Stored] = {
        "user": ("users", job.user), "department": ("departments", job.department), "role": ("roles", job.role),
        "location": ("locations", job.place), "locations": [("locations", job.place)],
        "regions": [("regions", job.region)], "questions": [("questions", q) for q in job.questions],
        "colleagues": [("users", job.user)],
    }  # fmt: skip
    return Row("jobs", job.id, attributes, relations)


def _people(account: Account) -> Iterator[Row]:
    for candidate in account.candidates:
        yield _candidate(candidate)
    for rank, application in enumerate(account.applications):
        attributes: dict[str, Any] = {
            "cover-letter": application.cover_letter, "created-at": application.created_at,
            "updated-at": application.updated_at, "changed-stage-at": application.changed_stage_at,
            "rejected-at": application.rejected_at, "referring-url": None, "referring-site": None,
            "sourced": application.sourced, "row-order": rank * 1024,
        }  # fmt: skip
        relations: dict[str, Stored] = {
            "candidate": ("candidates", application.candidate), "job": ("jobs", application.job),
            "stage": ("stages", application.stage), "reject-reason": _ref("reject-reasons", application.reason),
        }  # fmt: skip
        yield Row("job-applications", application.id, attributes, relations)


def _candidate(candidate: AccountCandidate) -> Row:
    person = candidate.person
    first, _, last = person.name.partition(" ")
    attributes: dict[str, Any] = {
        "connected": candidate.connected, "created-at": candidate.created_at, "email": candidate.email,
        "facebook-id": None, "first-name": first, "last-name": last, "linkedin-uid": None,
        "linkedin-url": candidate.link, "phone": person.phone, "picture": None, "pitch": candidate.pitch,
        "referring-site": None, "referring-url": None, "referred": candidate.referred, "sourced": candidate.sourced,
        "unsubscribed": candidate.unsubscribed, "internal": candidate.internal, "updated-at": candidate.updated_at,
        "facebook-profile": None, "linkedin-profile": None, "tags": list(candidate.tags),
        "consent-future-jobs-at": candidate.consent_at,
    }  # fmt: skip
    relations: dict[str, Stored] = {
        "department": _ref("departments", candidate.department), "role": _ref("roles", candidate.role),
        "locations": [("locations", place) for place in candidate.places],
        "regions": [("regions", region) for region in candidate.regions],
    }  # fmt: skip
    return Row(
        "candidates", candidate.id, attributes, relations, hidden=(person, candidate.cv) if candidate.cv else None
    )


def _around(account: Account) -> Iterator[Row]:
    for note in account.notes:
        attributes: dict[str, Any] = {
            "note": note.text, "user-id": int(note.user), "candidate-id": int(note.candidate),
            "created-by-trigger": False, "mentioned-user-ids": [], "private-note": note.private,
            "created-at": note.created_at, "updated-at": note.created_at,
        }  # fmt: skip
        yield Row("notes", note.id, attributes, _to(candidate=note.candidate, user=note.user))
    for happening in account.history:
        attributes = {"code": happening.code, "created-at": happening.at, "data": json.dumps(happening.data)}
        relations = _to(candidate=happening.candidate, job=happening.job, user=happening.user)
        yield Row("activities", happening.id, attributes, relations)
    kinds = {question.id: question.kind for question in account.questions}
    for answer in account.answers:
        relations = {**_to(candidate=answer.candidate), "question": ("questions", answer.question)}
        yield Row("answers", answer.id, _answer(answer, kinds[answer.question]), relations)
    fields = {found.id: found for found in account.fields}
    for value in account.values:
        found = fields[value.field]
        plain = list(value.value) if isinstance(value.value, tuple) else value.value
        relations = {"custom-field": (_field_type(found), found.id), "owner": (value.owner_type, value.owner)}
        attributes = {"value": plain, "field-type": f"CustomField::{found.kind}"}
        yield Row("custom-field-values", value.id, attributes, relations)
    for upload in account.uploads:
        attributes = {"file-name": upload.filename, "internal": upload.internal}
        relations = _to(candidate=upload.candidate, job=upload.job)
        yield Row("uploads", upload.id, attributes, relations, hidden=upload.text)
    yield from _rare(account)


def _rare(account: Account) -> Iterator[Row]:
    for todo in account.todos:
        attributes: dict[str, Any] = {
            "value": todo.text, "due": todo.due, "completed-at": todo.done_at, "created-at": todo.created_at,
        }  # fmt: skip
        relations: dict[str, Stored] = {"assignee": ("users", todo.assignee), "assigner": ("users", todo.assigner)}
        yield Row("todos", todo.id, attributes, relations | _to(candidate=todo.candidate))
    people = {c.id: c.person for c in account.candidates} if account.referrals else {}
    for referral in account.referrals:
        person = people[referral.candidate]
        attributes = {"name": person.name, "email": person.email, "phone": person.phone}
        attributes |= {"comment": referral.comment, "created-at": referral.created_at}
        relations = _to(candidate=referral.candidate, job=referral.job, user=referral.user)
        yield Row("referrals", referral.id, attributes, relations)
    for result in account.assessments:
        attributes = {
            "assessment-score": result.score, "attachments": [], "created-at": result.created_at,
            "details": json.dumps({"Logic": {"score": result.score}}), "partner-name": result.partner,
            "status": "completed", "summary": result.summary, "url": "https://tests.example.com/result",
        }  # fmt: skip
        yield Row("partner-results", result.id, attributes, _to(candidate=result.candidate))
    for event in account.audit:
        attributes = {
            "action": event.action, "actor-id": event.user, "actor-label": None, "actor-type": "user",
            "source-id": event.source, "source-label": None, "source-type": event.source_type,
            "description": event.description, "ip-address": "192.0.2.1", "timestamp": event.at,
        }  # fmt: skip
        yield Row("audit-events", event.id, attributes)


def _answer(answer: Answer, kind: str) -> dict[str, Any]:
    empty = {"boolean": None, "choices": None, "range": None, "text": None, "video-token": None}
    name = {"Boolean": "boolean", "Choice": "choices", "Range": "range", "Text": "text"}[kind]
    value = list(answer.value) if isinstance(answer.value, tuple) else answer.value
    return {**empty, name: value, "updated-at": answer.updated_at}


def _ref(kind: str, identity: str | None) -> Stored:
    return (kind, identity) if identity else None


def _to(candidate: str | None = None, job: str | None = None, user: str | None = None) -> dict[str, Stored]:
    pairs = (("candidate", "candidates", candidate), ("job", "jobs", job), ("user", "users", user))
    return {name: (kind, identity) for name, kind, identity in pairs if identity}
