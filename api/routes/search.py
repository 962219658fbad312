"""POST /v1/search and POST /v1/rank. Translates; the order is the engine's."""

from __future__ import annotations

from fastapi import APIRouter, BackgroundTasks

from api.access import Searcher
from api.routes.common import OpenAnswers, problems
from api.schemas import RankIn, RankOut, SearchIn, SearchOut

router = APIRouter(tags=["search"])


@router.post("/search", responses=problems(400, 401, 413, 422, 503))
def search(body: SearchIn, caller: Searcher, answers: OpenAnswers, after: BackgroundTasks) -> SearchOut:
    """Find people. Words or structured criteria in; levels, scores, their parts and quotes out.

    The answer's `cursor` names a list that is kept for 30 minutes: the same body with it added gives the next page.
    """
    answered = answers.search(body, caller.viewer)
    after.add_task(answered.note)
    return answered.answer


@router.post("/rank", responses=problems(400, 401, 404, 413, 422, 503))
def rank(body: RankIn, caller: Searcher, answers: OpenAnswers) -> RankOut:
    """Put given people in order for a job or a question."""
    return answers.rank(body, caller.viewer)
