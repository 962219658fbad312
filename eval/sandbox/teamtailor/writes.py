"""What a client may change through the API, checked as the vendor checks it. The change itself is changes.py's.

What the reference does not say (delete of a candidate, side-posting) answers 404.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from eval.sandbox.teamtailor.changes import Changes
from eval.sandbox.teamtailor.files import Blob, bare_pdf
from eval.sandbox.teamtailor.gate import ApiError
from eval.sandbox.teamtailor.query import moment
from eval.sandbox.teamtailor.schema import KIN, RESOURCES
from eval.sandbox.teamtailor.store import Ref, Row, Store

CANDIDATE = frozenset({
    "connected", "email", "first-name", "last-name", "phone", "pitch", "picture", "resume", "linkedin-url",
    "linkedin-uid", "facebook-id", "tags", "referring-url", "internal", "unsubscribed",
})  # fmt: skip
ON_CREATE = frozenset({"sourced", "merge", "send-welcome-message", "set-consent-expiration"})
APPLICATION = frozenset({"cover-letter", "rejected-at", "referring-url"})
SEND = frozenset({"sourced", "send-default-reply", "send-user-notifications"})


class Writes:
    def __init__(self, store: Store, changes: Changes) -> None:
        self._store, self._changes = store, changes

    def carry_out(self, method: str, kind: str, rest: list[str], body: bytes) -> tuple[int, Row | None]:
        """The status and the row to show; None: no body."""
        do = getattr(self, f"_{method.lower()}_{kind.replace('-', '_')}", None)
        if do is None or len(rest) != (0 if method == "POST" else 1):
            raise ApiError(404, "Not Found", f"{method} is not offered here")
        if method == "DELETE":
            do(self._known(kind, rest[0]).id)
            return 204, None
        data = _data(body, kind)
        if method == "POST":
            return 201, do(data)
        row = self._known(kind, rest[0])
        if data.get("id") != row.id:
            raise ApiError(400, "Missing or wrong id", "data.id must be the id in the address")
        return 200, do(row, data)

    # Candidates

    def _post_candidates(self, data: dict[str, Any]) -> Row:
        given = _attributes(data, CANDIDATE | ON_CREATE)
        merge, sourced = given.pop("merge", False), bool(given.get("sourced"))
        for name in ("send-welcome-message", "set-consent-expiration"):
            given.pop(name, None)
        email = given.get("email")
        if not email and not sourced:
            raise _invalid("email", "can't be blank")
        twin = self._with_email(email)
        if twin and not merge:
            raise _invalid("email", "has already been taken")
        cv = _fetched(given.pop("resume", None))
        _check_candidate(given)
        relations = _relations(data, ("locations", "regions", "department", "role"))
        if twin:
            self._changes.edit_candidate(
                twin.id, **{n.replace("-", "_"): v for n, v in given.items() if n != "sourced"}
            )
            return twin
        made = self._changes.add_candidate(cv=cv, **{n.replace("-", "_"): v for n, v in (given | relations).items()})
        return self._known("candidates", made)

    def _patch_candidates(self, row: Row, data: dict[str, Any]) -> Row:
        given = _attributes(data, CANDIDATE)
        twin = self._with_email(given.get("email"))
        if twin and twin is not row:
            raise _invalid("email", "has already been taken")
        _check_candidate(given)
        cv = _fetched(given.pop("resume", None))
        if cv:
            self._changes.replace_resume(row.id, cv.filename, cv.data)
        relations = _relations(data, ("locations", "regions", "department", "role"))
        self._changes.edit_candidate(row.id, **{n.replace("-", "_"): v for n, v in (given | relations).items()})
        return self._newest(row)

    def _with_email(self, email: str | None) -> Row | None:
        wanted = (email or "").lower()
        found = (
            row
            for row in self._store.rows("candidates")
            if wanted and (row.attributes["email"] or "").lower() == wanted
        )
        return next(found, None)

    # Applications

    def _post_job_applications(self, data: dict[str, Any]) -> Row:
        given = _attributes(data, APPLICATION | SEND)
        candidate, job = self._needed(data, "candidate", "candidates"), self._needed(data, "job", "jobs")
        stage = _relations(data, ("stage",)).get("stage")
        if stage:
            self._own_stage(stage, job)
        kept = {n.replace("-", "_"): v for n, v in given.items() if not n.startswith("send-")}
        made = self._changes.apply(candidate[1], job[1], stage=stage[1] if stage else None, **kept)
        return self._known("job-applications", made)

    def _patch_job_applications(self, row: Row, data: dict[str, Any]) -> Row:
        given = _attributes(data, APPLICATION)
        related = _relations(data, ("stage", "reject-reason"))
        stage = related.get("stage")
        if stage:
            job = row.relations["job"]
            self._own_stage(stage, job if isinstance(job, tuple) else ("jobs", ""))
        reason = related.get("reject-reason")
        if reason and self._store.get(*reason) is None:
            raise _invalid("reject-reason", "must exist")
        if "rejected-at" in given:
            at = given.pop("rejected-at")
            if at is None:
                self._changes.unreject(row.id)
            else:
                self._changes.reject(row.id, reason[1] if reason else None, at=moment(str(at), "rejected-at"))
        if stage:
            self._changes.move_stage(row.id, stage[1])
        if given:
            self._changes.edit_application(row.id, **{n.replace("-", "_"): v for n, v in given.items()})
        return self._newest(row)

    def _own_stage(self, stage: Ref, job: Ref) -> None:
        found = self._store.get("stages", stage[1])
        if found is None or found.relations["job"] != job:
            raise _invalid("stage", "must belong to the job of the application")

    # Notes, uploads, answers, values

    def _post_notes(self, data: dict[str, Any]) -> Row:
        given = _attributes(data, frozenset({"note", "private-note"}))
        candidate, user = self._needed(data, "candidate", "candidates"), self._needed(data, "user", "users")
        if not given.get("note"):
            raise _invalid("note", "can't be blank")
        private = bool(given.get("private-note"))
        return self._known("notes", self._changes.add_note(candidate[1], given["note"], private=private, user=user[1]))

    def _patch_notes(self, row: Row, data: dict[str, Any]) -> Row:
        given = _attributes(data, frozenset({"note"}))
        self._changes.edit_note(row.id, given.get("note", ""))
        return self._newest(row)

    def _delete_notes(self, identity: str) -> None:
        self._changes.delete_note(identity)

    def _post_uploads(self, data: dict[str, Any]) -> Row:
        given = _attributes(data, frozenset({"url", "file-name", "internal"}))
        candidate = self._needed(data, "candidate", "candidates")
        blob = _fetched(given.get("url"))
        if blob is None:
            raise _invalid("url", "can't be blank")
        name = given.get("file-name") or blob.filename
        made = self._changes.add_upload(candidate[1], name, blob.data, internal=bool(given.get("internal")))
        return self._known("uploads", made)

    def _post_custom_field_values(self, data: dict[str, Any]) -> Row:
        given = _attributes(data, frozenset({"value"}))
        field, owner = self._needed(data, "custom-field", "custom-fields"), self._needed(data, "owner", "candidates")
        return self._known("custom-field-values", self._changes.set_value(owner[1], field[1], given.get("value")))

    def _patch_custom_field_values(self, row: Row, data: dict[str, Any]) -> Row:
        field, owner = row.relations["custom-field"], row.relations["owner"]
        if isinstance(field, tuple) and isinstance(owner, tuple) and owner[0] == "candidates":
            self._changes.set_value(owner[1], field[1], _attributes(data, frozenset({"value"})).get("value"))
        return self._newest(row)

    # How

    def _known(self, kind: str, identity: str) -> Row:
        row = self._store.get(kind, identity)
        if row is None:
            raise ApiError(404, "Record not found", f"The record identified by {identity} could not be found.")
        return row

    def _newest(self, row: Row) -> Row:
        """The answer to a write shows it at once, also where reads show it late."""
        return self._changes.acknowledged.get(row.ref, row)

    def _needed(self, data: dict[str, Any], name: str, kind: str) -> Ref:
        ref = _relations(data, (name,)).get(name)
        if not isinstance(ref, tuple) or KIN.get(ref[0], ref[0]) != kind or self._store.get(*ref) is None:
            raise _invalid(name, "must exist")
        return ref


def _data(body: bytes, kind: str) -> dict[str, Any]:
    try:
        data = json.loads(body)["data"]
        if data["type"] != kind:
            raise ApiError(400, "Invalid resource", f"{data['type']} is not a valid resource here.")
    except (ValueError, KeyError, TypeError):
        raise ApiError(400, "Invalid body", "The body must be a JSON:API document with data and its type") from None
    return data  # type: ignore[no-any-return]


def _attributes(data: Mapping[str, Any], allowed: frozenset[str]) -> dict[str, Any]:
    given = data.get("attributes") or {}
    unknown = sorted(set(given) - allowed)
    if unknown:
        raise ApiError(400, "Param not allowed", f"{unknown[0]} is not allowed.", f"/data/attributes/{unknown[0]}")
    return dict(given)


def _relations(data: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    given = data.get("relationships") or {}
    found: dict[str, Any] = {}
    for name in names:
        if name not in given:
            continue
        target = given[name].get("data")
        if isinstance(target, list):
            found[name] = [(str(one["type"]), str(one["id"])) for one in target]
        else:
            found[name] = (str(target["type"]), str(target["id"])) if target else None
        for ref in found[name] if isinstance(found[name], list) else [found[name]] if found[name] else []:
            if KIN.get(ref[0], ref[0]) not in RESOURCES:
                raise ApiError(400, "Invalid resource", f"{ref[0]} is not a valid resource.")
    return found


def _check_candidate(given: Mapping[str, Any]) -> None:
    if len(given.get("pitch") or "") > 140:
        raise _invalid("pitch", "is too long (maximum is 140 characters)")
    if given.get("email") and "@" not in str(given["email"]):
        raise _invalid("email", "is invalid")
    if not isinstance(given.get("tags", []), list):
        raise _invalid("tags", "must be a list")


def _invalid(name: str, why: str) -> ApiError:
    return ApiError(422, why, f"{name} - {why}", f"/data/attributes/{name}")


def _fetched(url: str | None) -> Blob | None:
    """The vendor would fetch a public address; the sandbox fetches nothing and keeps a page that names it."""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise _invalid("resume", "must be a public URL")
    name = parts.path.rsplit("/", 1)[-1] or "file.pdf"
    return Blob(name if "." in name else f"{name}.pdf", bare_pdf(f"Fetched from {parts.netloc}{parts.path}"))
