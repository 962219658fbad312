"""What Teamtailor lets us read and write, how a change of each kind gets here, and what it does not tell. Data.

``sandbox`` stands only where tests prove the row on our sandbox: the contract suite what is read,
``tests/indexer/sync/test_teamtailor_writes.py`` what is written. ``live`` stays empty until a real account was seen.
"""

from __future__ import annotations

from collections.abc import Mapping

from indexer.connectors.connector import Capability, Way

PROVEN = frozenset({
    "read candidates", "read custom fields", "read applications", "read notes", "deleted notes", "read uploads",
    "deleted uploads, answers, values", "read jobs", "deleted applications", "deleted jobs", "deleted candidates",
    "read stages", "read reject reasons", "read users", "read CV files", "read answers", "read activities",
    "read assessments", "read to-dos", "read referrals", "prove a stage by a snapshot", "prove a stage by a webhook",
    "webhook signature v2", "webhook signature v1", "webhook signature of the first form", "regions",
    "write contact details", "write tags", "write notes", "log messages", "delete notes written here",
    "move a stage", "reject and reopen", "create candidates", "create applications", "add files",
})  # fmt: skip
"""Rows that tests prove on the sandbox."""

_ROWS: tuple[tuple[str, bool, Way, str], ...] = (
    ("read candidates", True, "webhook", "No webhook for tags: those by poll of updated-at."),
    ("read applications", True, "webhook", "By webhook, else by poll of updated-at and changed-stage-at."),
    ("read jobs", True, "webhook", "Every status and both feeds are listed; without webhooks each 15 minutes."),
    ("read stages", True, "poll", "With the jobs and with every application."),
    ("read reject reasons", True, "sweep", ""),
    ("read users", True, "sweep", "Names of authors, for showing."),
    ("read notes", True, "poll", "Sorted by updated-at and read down to the last moment; deletions by the sweep."),
    ("read private notes", False, "poll", "Not documented whether an Admin key sees them; where it does: private."),
    ("read CV files", True, "poll", "The link dies in 30 s: fetched anew, then downloaded at once."),
    ("read uploads", True, "sweep", "No filter by time; also read whenever their candidate or application changes."),
    ("read answers", True, "sweep", "As uploads."),
    (
        "read custom fields",
        True,
        "webhook",
        "candidate.update names them; else as uploads. Private fields stay private.",
    ),
    ("read activities", True, "sweep", "As uploads. Codes are not documented: kept as they are."),
    ("read assessments", True, "sweep", "Partner results: summary and score. As uploads."),
    ("read to-dos", True, "sweep", ""),
    ("read referrals", True, "sweep", ""),
    ("read messages", False, "none", "No resource for e-mail and SMS is documented."),
    ("read stage history", False, "none", "There is none; only what the three rows below prove, with its interval."),
    ("prove a stage by a snapshot", True, "poll", "Each stage read, with changed-stage-at, is kept."),
    ("prove a stage by a webhook", True, "webhook", "job_application.update names stage and time; v2 deliveries only."),
    ("prove a stage by an activity", False, "sweep", "Only where its data names a stage of the same job."),
    (
        "read confidential jobs",
        False,
        "none",
        "internal says where a job is advertised; nothing marks one confidential.",
    ),
    ("read end of consent", False, "none", "Only when consent was given (consent-future-jobs-at)."),
    ("deleted candidates", True, "webhook", "candidate.destroy, proved by a read; else the sweep."),
    ("deleted applications", True, "webhook", "job_application.destroy; else with any read of the candidate."),
    ("deleted jobs", True, "webhook", "job.destroy; else by the next whole listing."),
    ("deleted notes", True, "sweep", ""),
    ("deleted uploads, answers, values", True, "sweep", "Also with any read of the candidate."),
    ("webhook signature v2", True, "webhook", "Signs the whole body and its time; 5 minutes are allowed."),
    ("webhook signature v1", True, "webhook", "Signs the id only: a hint to look, nothing in it is believed."),
    ("webhook signature of the first form", True, "webhook", "As v1, in a header; seen in one client."),
    ("write contact details", True, "none", "Read, compared, then only what differs: no conditional update exists."),
    ("write tags", True, "none", "Added to and taken from those that stand there: the list is written as a whole."),
    ("write notes", True, "none", "In the name of an ATS user; ends in a mark, [hw:…], by which it is found again."),
    ("log messages", True, "none", "No resource for messages is documented: as a note that says channel and way."),
    ("delete notes written here", True, "none", "To take a note back."),
    ("move a stage", True, "none", "To a stage of the application's own job."),
    ("reject and reopen", True, "none", "With one of the account's reasons; nothing is sent to anybody."),
    ("create candidates", True, "none", "Found again by the e-mail address, without one by a tag. Mails are off."),
    ("create applications", True, "none", "Found again by candidate and job. Mails are off."),
    ("add files", True, "none", "By an address that Teamtailor can fetch; found again by the file's name."),
    ("delete candidates", False, "none", "Not in the reference."),
    ("regions", True, "none", "Europe, North America, Asia-Pacific; a key belongs to one and is tried in each."),
)
_PEOPLE = ("changed-candidates", "candidates")
_WITH_PEOPLE = ("candidates",)
"""What no time of its own tells: it comes with the whole candidate."""
_FEEDS: Mapping[str, tuple[str, ...]] = {
    "read candidates": _PEOPLE, "read CV files": _PEOPLE, "read custom fields": _PEOPLE,
    "read applications": ("changed-applications", "moved-applications", "candidates"),
    "read stages": ("jobs", "changed-applications"), "read jobs": ("jobs",), "deleted jobs": ("jobs",),
    "read reject reasons": ("reject-reasons",), "read users": ("users",),
    "read notes": ("changed-notes", "notes"), "deleted notes": ("notes",),
    "read to-dos": ("todos",), "read referrals": ("referrals",),
    **dict.fromkeys(
        ("read uploads", "read answers", "read activities", "read assessments", "deleted candidates",
         "deleted applications", "deleted uploads, answers, values"), _WITH_PEOPLE,
    ),
}  # fmt: skip
CAPABILITIES = tuple(
    Capability(name=name, documented=documented, sandbox=name in PROVEN, way=way, note=note, feeds=_FEEDS.get(name, ()))
    for name, documented, way, note in _ROWS
)
