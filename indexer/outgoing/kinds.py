"""The kinds of events there are, and what each means. A test compares the ledger and the documents."""

from __future__ import annotations

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "person.changed": "something about these people is new here: a record, a note, a stage, or that one is hidden",
    "person.erased": "these people were erased: forget what was read of them",
    "job.changed": "these jobs are new, or something about them is",
    "webhook.disabled": "nothing is sent to these webhooks any more: GET /v1/webhooks/{webhook_id} says why",
}
TEST = "webhook.test"
"""Of the message that POST /v1/webhooks/{webhook_id}/test sends: it stands for no event."""
