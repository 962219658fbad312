"""Made-up jobs, applications, stages, notes and messages of people who are in the ATS."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from engine.records import Activity, Application, Job
from eval.world.people import CITIES, MadeUpPerson
from eval.world.trades import TRADES, Trade

STAGES = ("Applied", "Screening", "Interview", "Final interview", "Offer", "Hired")
REASONS = (
    ("Position was put on hold (headcount)", True), ("Salary expectations too high for the budget", True),
    ("Another candidate was further in the process", True), ("Timing: could not start until later", True),
    ("Failed the skill test", False), ("Lacks required certificate", False), ("Not a fit for the role", False),
)  # fmt: skip
NOTES = (
    "Good conversation on the phone, calm and clear. Would meet again.",
    "Strong on {skill}; asked good questions about the team.",
    "Reference from {employer} was very positive.",
    "Wants to stay in {city}, no relocation.",
    "Trevligt samtal. Kan {skill} väl men vill ha högre lön.",
    "Uppsägningstid tre månader. Öppen för {city} med omnejd.",
)
REPLIES = (
    "Thank you for the update, I am still interested.",
    "Tack för återkopplingen! Hör gärna av er vid nya tjänster.",
    "I have taken another job for now but would like to talk next year.",
)


def make_jobs(count: int, rng: Random, today: date) -> list[tuple[Trade, Job]]:
    """Jobs over the last six years; about two thirds are closed."""
    jobs = []
    for number in range(count):
        trade = TRADES[number % len(TRADES)]
        opened = today - timedelta(days=rng.randint(20, 6 * 365))
        closed = opened + timedelta(days=rng.randint(30, 120))
        open_still = closed > today or rng.random() < 0.15
        title = rng.choice(trade.titles)[rng.randrange(2)]
        city = rng.choice(CITIES[:8])[0]
        skills = ", ".join(rng.sample(trade.skills, k=3))
        jobs.append(
            (
                trade,
                Job(
                    id=f"j{number:04d}",
                    title=title,
                    status="open" if open_still else "closed",
                    department=trade.department,
                    location=city,
                    description=f"We look for a {title} in {city}. You know {skills}.",
                    opened_at=opened.isoformat(),
                    closed_at=None if open_still else closed.isoformat(),
                ),
            )
        )
    return jobs


def make_history(
    person: MadeUpPerson, jobs: list[tuple[Trade, Job]], rng: Random, today: date
) -> tuple[tuple[Application, ...], tuple[Activity, ...]]:
    """Applications and what was said around them. Most go to jobs of the person's own trade."""
    own = [job for trade, job in jobs if trade == person.trade]
    other = [job for trade, job in jobs if trade != person.trade]
    picked = {job.id: job for job in rng.sample(own, k=min(len(own), rng.randint(1, 2)))}
    if rng.random() < 0.2:
        stray = rng.choice(other)
        picked[stray.id] = stray
    applications, activities = [], []
    for job in picked.values():
        application = _application(person, job, rng, today)
        applications.append(application)
        activities.extend(_activities(person, application, rng, today))
    return tuple(applications), tuple(activities)


def _application(person: MadeUpPerson, job: Job, rng: Random, today: date) -> Application:
    opened = date.fromisoformat(job.opened_at or today.isoformat())
    applied = min(today, opened + timedelta(days=rng.randint(0, 25)))
    furthest = rng.choices(range(6), weights=(34, 26, 20, 12, 4, 4))[0]
    if furthest == 5:
        outcome, reason, reopenable = "hired", None, None
    elif job.status == "open":
        outcome, reason, reopenable = "active", None, None
    elif rng.random() < 0.1:
        outcome, reason, reopenable = "withdrawn", "Withdrew: took another job", True
    else:
        outcome = "rejected"
        reason, reopenable = rng.choice(REASONS)
    return Application(
        id=f"{person.key}-{job.id}",
        job_id=job.id,
        stage=STAGES[furthest],
        furthest_stage=STAGES[furthest],
        stage_rank=furthest,
        outcome=outcome,
        reason=reason,
        reopenable=reopenable,
        applied_at=applied.isoformat(),
        updated_at=min(today, applied + timedelta(days=rng.randint(1, 60))).isoformat(),
    )


def _activities(person: MadeUpPerson, application: Application, rng: Random, today: date) -> list[Activity]:
    first = date.fromisoformat(application.applied_at or today.isoformat())
    found = []
    for index in range(rng.randint(0, 1 + application.stage_rank)):
        inbound = rng.random() < 0.3
        words = rng.choice(REPLIES if inbound else NOTES)
        found.append(
            Activity(
                id=f"{application.id}-{index}",
                kind="message" if inbound else "note",
                text=words.format(skill=rng.choice(person.skills), employer=person.posts[0].employer, city=person.city),
                author=None if inbound else rng.choice(("Lena Ask", "Per Holm", "Sanna Vik")),
                job_id=application.job_id,
                at=min(today, first + timedelta(days=3 * index + rng.randint(1, 3))).isoformat(),
                inbound=inbound,
            )
        )
    return found
