"""ATS servers that speak the vendors' wire formats over a made-up account: for tests and the demo.

Written from the reference of each wire format alone. It shares no parsing and no signing with a connector, so that
the two check each other. The core has no sockets and never sleeps: all time comes from the clock it is given.

Public names, kept stable:

- ``make_account(people, *, seed)`` (from eval.world.accounts): what the account holds
- ``Teamtailor(account, *, clock, ...)``: ``handle(method, url, headers, body) -> Answer``, ``deliveries()``,
  ``recruiter`` (what somebody at the vendor does), ``faults``, ``webhooks``, ``store``, ``calls``, ``before_each``
- ``Answer``: unpacks as (status, headers, body); ``delay_s``, ``stream``, ``cut``
- ``transport(vendor, wait=clock.advance)``: an ``httpx.MockTransport``
- ``VirtualClock``, ``Faults`` (``add(kind, path=, skip=, times=)``), ``FAULT_KINDS``; ``mutations(type)`` gives
  ``Mutation`` s, used as ``faults.add("mutate", path=..., change=mutation.on("1005"))``
- ``Key``, ``KEYS`` (sandbox-admin, sandbox-admin-read, sandbox-internal, sandbox-public …), ``Window``,
  ``Webhooks``, ``Delivery``, ``Blob``
- ``serving(vendor, port=, webhook=)`` and ``make_app`` (from eval.sandbox.serve): on a real socket of loopback
"""

from eval.sandbox.clock import VirtualClock
from eval.sandbox.faults import KINDS as FAULT_KINDS
from eval.sandbox.faults import Fault, Faults
from eval.sandbox.mutations import Mutation, mutations_of
from eval.sandbox.teamtailor.files import Blob
from eval.sandbox.teamtailor.gate import KEYS, Key, Window
from eval.sandbox.teamtailor.hooks import Delivery, Webhooks
from eval.sandbox.teamtailor.schema import RESOURCES
from eval.sandbox.teamtailor.server import Call, Teamtailor
from eval.sandbox.wire import Answer, transport
from eval.world.accounts import make_account


def mutations(kind: str) -> list[Mutation]:
    """Of a resource of Teamtailor's, at least thirty."""
    return mutations_of(kind, RESOURCES[kind].attributes)


__all__ = [
    "FAULT_KINDS",
    "KEYS",
    "Answer",
    "Blob",
    "Call",
    "Delivery",
    "Fault",
    "Faults",
    "Key",
    "Mutation",
    "Teamtailor",
    "VirtualClock",
    "Webhooks",
    "Window",
    "make_account",
    "mutations",
    "transport",
]
