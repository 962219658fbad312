"""A seed -> an account with jobs of every state, candidates and their applications. Same seed, same account.

The people are those of ``make_world`` with the same count and seed. What happened around an application (notes,
history, answers, files) is in traces.py. 20,000 people take a few seconds: CVs are written when they are asked for.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from eval.world.account import Account, AccountApplication, AccountCandidate, AccountJob, Stage
from eval.world.history import STAGES, make_jobs
from eval.world.people import MadeUpPerson, make_people
from eval.world.settings_of_account import set_up
from eval.world.traces import leave_traces, settle_company
from eval.world.trades import Trade

TODAY = date(2026, 11, 1)
COVER = (
    "I have followed your company for years and would like to work with {skill}.",
    "Jag söker tjänsten för att jag vill arbeta mer med {skill}.",
    "Please find my CV attached. I can start within a month.",
)

SURE = {3: "draft", 5: "unlisted", 6: "published", 14: "scheduled"}
"""Job number, over and over -> its state, so that a small account has every state too."""


def make_account(people: int = 300, *, seed: int = 2026, today: date = TODAY) -> Account:
    """people: how many candidates. Ids ascend with the time of creation, as in an ATS."""
    rng = Random(seed)
    made = make_people(people, rng, today)
    now = datetime.combine(today, time(8), UTC)
    account = Account(seed=seed, today=now, company="Norrsken Exempel AB")
    set_up(account, rng)
    jobs = make_jobs(max(28, people // 8), rng, today)
    _open_jobs(account, jobs, rng)
    settle_company(account, rng)
    by_trade: dict[str, list[int]] = {}
    for number, (trade, _) in enumerate(jobs):
        if account.jobs[number].state not in ("draft", "scheduled"):
            by_trade.setdefault(trade.key, []).append(number)
    every = [number for numbers in by_trade.values() for number in numbers]
    plans = [_plan(person, number, by_trade, every, account, seed) for number, person in enumerate(made)]
    plans.sort(key=lambda plan: (plan.created_at, plan.number))
    for offset, plan in enumerate(plans):
        _enter(account, plan, str(1001 + offset))
    return account


def _moment(day: date, rng: Random) -> datetime:
    """Within that day's office hours, to the millisecond."""
    return datetime.combine(day, time(7), UTC) + timedelta(milliseconds=rng.randrange(36_000_000))


def _open_jobs(account: Account, jobs: list, rng: Random) -> None:  # type: ignore[type-arg]
    place = {row.name: row.id for row in account.places}
    department = {row.name: row.id for row in account.departments}
    role = {row.name: row.id for row in account.roles}
    recruiters = [user.id for user in account.users if user.role in ("admin", "recruiter")]
    today = account.today.date()
    for number, (trade, job) in enumerate(jobs):
        draw = rng.random()
        state = SURE.get(number % 22)
        if state is None:
            state = "archived" if job.status == "closed" else "unlisted" if draw < 0.15 else "published"
        opened = _moment(date.fromisoformat(job.opened_at), rng)
        closed = _moment(date.fromisoformat(job.closed_at), rng) if job.closed_at and state == "archived" else None
        identity = str(26 + number)
        account.jobs.append(
            AccountJob(
                id=identity,
                title=job.title,
                pitch=job.description.split(".")[0] + ".",
                body=f"<p>{job.description}</p><p>Apply before the last day &amp; tell us about yourself.</p>",
                state=state,  # type: ignore[arg-type]
                internal=number % 9 == 4,
                user=rng.choice(recruiters),
                department=department[trade.department],
                role=role[trade.titles[-1][0]],
                place=place[job.location],
                region=account.regions[0].id,
                tags=(trade.key,) if draw < 0.4 else (),
                created_at=opened - timedelta(days=3),
                updated_at=min(account.today, closed or opened),
                starts_at=opened
                if state != "scheduled"
                else datetime.combine(today, time(8), UTC) + timedelta(days=14),
                ends_at=closed,
                questions=tuple(q.id for q in account.questions[number % 3 : number % 3 + 2]),
            )
        )
        for rank, name in enumerate(STAGES):
            kind = "Inbox" if rank == 0 else "Hired" if name == "Hired" else "In process"
            stage = str(101 + number * len(STAGES) + rank)
            account.stages.append(Stage(stage, identity, name, kind, rank, opened - timedelta(days=3)))  # type: ignore[arg-type]


class _Plan:
    """One person's coming and going, before ids are given out."""

    __slots__ = ("created_at", "number", "person", "rng", "tries")

    def __init__(self, person: MadeUpPerson, number: int, rng: Random, tries: list[tuple[int, datetime]]) -> None:
        self.person, self.number, self.rng, self.tries = person, number, rng, tries
        self.created_at = datetime.max.replace(tzinfo=UTC)


def _plan(
    person: MadeUpPerson, number: int, by_trade: dict[str, list[int]], every: list[int], account: Account, seed: int
) -> _Plan:
    rng = Random(seed * 1_000_003 + number)
    own = by_trade.get(person.trade.key, every)
    picked = set(rng.sample(own, k=min(len(own), rng.choice((0, 1, 1, 1, 1, 1, 1, 2, 2, 2)))))
    if picked and rng.random() < 0.2:
        picked.add(rng.choice(every))
    today = account.today.date()
    tries = []
    for index in sorted(picked):
        opened = account.jobs[index].created_at.date() + timedelta(days=3)
        applied = min(today - timedelta(days=1), opened + timedelta(days=rng.randint(0, 25)))
        tries.append((index, _moment(applied, rng)))
    plan = _Plan(person, number, rng, sorted(tries, key=lambda pair: pair[1]))
    alone = _moment(today - timedelta(days=rng.randint(5, 1500)), rng)
    plan.created_at = (tries and min(at for _, at in tries)) or alone
    return plan


def _enter(account: Account, plan: _Plan, identity: str) -> None:
    rng, person = plan.rng, plan.person
    sourced = not plan.tries or rng.random() < 0.1
    last = plan.created_at
    place = next(row.id for row in account.places if row.name == person.city)
    applications = []
    for index, at in plan.tries:
        application = _apply(account, plan, identity, index, at, sourced)
        applications.append(application)
        last = max(last, application.updated_at)
    trade: Trade = person.trade
    account.candidates.append(
        AccountCandidate(
            id=identity,
            person=person,
            email=None if sourced and rng.random() < 0.3 else person.email,
            sourced=sourced,
            connected=not plan.tries and rng.random() < 0.5,
            internal=rng.random() < 0.02,
            referred=rng.random() < 0.05,
            unsubscribed=rng.random() < 0.02,
            pitch=f"{person.word(person.posts[0].title)}, {person.city}"[:140] if rng.random() < 0.2 else None,
            tags=tuple(sorted({trade.key, *rng.sample(("silver-medal", "referens", "relocate", "2026"), k=1)}))
            if rng.random() < 0.35
            else (),
            department=next(d.id for d in account.departments if d.name == trade.department),
            role=None,
            places=(place,) if rng.random() < 0.7 else (),
            regions=(account.regions[0].id,) if rng.random() < 0.2 else (),
            link=f"https://www.linkedin.com/in/made-up-{person.key}" if rng.random() < 0.3 else None,
            cv=None if rng.random() < 0.05 else "docx" if rng.random() < 0.33 else "pdf",
            consent_at=plan.created_at if rng.random() < 0.6 else None,
            created_at=plan.created_at,
            updated_at=last,
        )
    )
    leave_traces(account, account.candidates[-1], applications, rng)


def _apply(account: Account, plan: _Plan, identity: str, index: int, at: datetime, sourced: bool) -> AccountApplication:
    rng, job = plan.rng, account.jobs[index]
    furthest = rng.choices(range(6), weights=(34, 26, 20, 12, 4, 4))[0]
    moved = (
        at
        if furthest == 0
        else min(account.today, at + timedelta(days=rng.randint(1, 60), seconds=rng.randrange(9999)))
    )
    rejected, reason = None, None
    if furthest != 5 and (job.state == "archived" or rng.random() < 0.2):
        rejected = min(account.today, moved + timedelta(days=rng.randint(0, 9), seconds=rng.randrange(9999)))
        reason = rng.choice(account.reasons).id if rng.random() < 0.9 else None
    application = AccountApplication(
        id=str(5001 + len(account.applications)),
        candidate=identity,
        job=job.id,
        stage=str(101 + index * len(STAGES) + furthest),
        cover_letter=rng.choice(COVER).format(skill=rng.choice(plan.person.skills)) if rng.random() < 0.3 else None,
        sourced=sourced,
        created_at=at,
        updated_at=rejected or moved,
        changed_stage_at=moved,
        rejected_at=rejected,
        reason=reason,
    )
    account.applications.append(application)
    return application
