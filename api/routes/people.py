"""GET /v1/people/{id} and PUT /v1/people. Each record is checked on its own; the good ones go in."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from api.access import PeopleWriter, Searcher
from api.errors import first_sentence
from api.routes.common import Answered, OpenAnswers, OpenRuntime, problems
from api.schemas import PeopleIn, PeopleOut, PersonOut, PutResult
from engine.records import SourceRecord

router = APIRouter(tags=["people"])


@router.get("/people/{person_id}", responses=problems(401, 404, 422, 503))
def person(
    person_id: Annotated[str, Path(min_length=1, max_length=200)], caller: Searcher, answers: OpenAnswers
) -> PersonOut:
    """One person with the whole history: every source record, one timeline, the facts read out of them."""
    return answers.person(person_id, caller.viewer)


@router.put("/people", responses=problems(400, 401, 413, 422, 503))
def put_people(
    body: PeopleIn,
    caller: PeopleWriter,
    runtime: OpenRuntime,
    wait: Annotated[bool, Query(description="Answer only once a search finds what changed.")] = False,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> PeopleOut:
    """Insert or replace source records, up to 1,000. They are safely stored when this answers.

    They are indexed right after, or before answering with `wait=true`. The same `Idempotency-Key` with the
    same body within a day gives the same answer again and does nothing.
    """
    writer = runtime.writer(caller.viewer)
    answered = Answered(writer, f"{caller.key_id}:{idempotency_key}" if idempotency_key else None, body)
    if before := answered.before():
        return PeopleOut.model_validate(before)
    results, records = _checked(body.people)
    places = list(records)
    for place, put in zip(places, writer.put_records(body.connection, [records[p] for p in places]), strict=True):
        results[place] = PutResult(index=place, id=put.record_id, person_id=put.person_id, status=put.status)
    following = runtime.follow_soon()
    if wait:
        following.result()
    answer = PeopleOut(
        results=[results[place] for place in sorted(results)],
        accepted=len(places),
        rejected=len(body.people) - len(places),
        indexed=wait,
    )
    answered.keep(answer)
    return answer


def _checked(people: tuple[dict[str, Any], ...]) -> tuple[dict[int, PutResult], dict[int, SourceRecord]]:
    """(rejected, usable), each by place in the request."""
    rejected: dict[int, PutResult] = {}
    usable: dict[int, SourceRecord] = {}
    for place, given in enumerate(people):
        try:
            record = SourceRecord.model_validate(given)
        except ValidationError as error:
            problems_ = [
                {"field": ".".join(map(str, item["loc"])) or "record", "problem": first_sentence(item["msg"])}
                for item in error.errors()[:20]
            ]
        else:
            if "\x00" in record.id:
                problems_ = [{"field": "id", "problem": "must not hold NUL characters"}]
            elif not all(0 < len(a.job_id) <= 200 and "\x00" not in a.job_id for a in record.applications):
                problems_ = [{"field": "applications", "problem": "a `job_id` must have 1 to 200 characters, none NUL"}]
            elif not _is_text(record):
                problems_ = [{"field": "record", "problem": "holds half a character (a lone surrogate)"}]
            else:
                usable[place] = record
                continue
        given_id = given.get("id")
        shown = given_id if isinstance(given_id, str) and given_id.isprintable() and len(given_id) <= 200 else None
        rejected[place] = PutResult(index=place, id=shown, person_id=None, status="rejected", errors=problems_)
    return rejected, usable


def _is_text(record: SourceRecord) -> bool:
    """JSON can name half a character; no database and no page can hold one."""
    try:
        record.model_dump_json()
    except PydanticSerializationError:
        return False
    return True
