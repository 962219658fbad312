"""Sync put together for a process: what opens stored credentials, the worker over connections, who sends webhooks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from api.links import Links
from api.secret import Secret
from api.settings import Settings
from engine.errors import HeadwaterError
from indexer.given import GivenFiles
from indexer.ledger import ConnectionRow, Ledger
from indexer.outgoing import Http, Secrets, Sender
from indexer.sync import Opener, Worker
from indexer.sync.status import ConnectionStatus, status_of


def opener_of(secret: Secret) -> Opener:
    return Opener(secret.vault())


def worker_of(ledger: Ledger, secret: Secret, settings: Settings, on_change: Callable[[], object]) -> Worker:
    """Not started. on_change: records are new."""
    return Worker(
        ledger, opener_of(secret), folder=settings.data_dir / "downloads", on_change=on_change,
        workspace=settings.workspace, link=links_of(secret, settings).link, given=given_of(settings),
    )  # fmt: skip


def links_of(secret: Secret, settings: Settings) -> Links:
    return Links(secret, settings.public_url)


def given_of(settings: Settings) -> GivenFiles:
    return GivenFiles(settings.data_dir / "given" / settings.workspace)


def sender_of(ledger: Ledger, secret: Secret, settings: Settings, *, local: Sequence[str] = ()) -> Sender:
    """Not started. local: loopback origins it may call; none where a real installation is served."""
    return Sender(ledger, Secrets(secret.vault()), Http(local=local), workspace=settings.workspace)


def standing_of(ledger: Ledger, opener: Opener, row: ConnectionRow) -> ConnectionStatus:
    """How a connection stands now, whether or not its credential can be opened."""
    try:
        connector = opener.connector(row)
    except HeadwaterError:
        connector = None
    return status_of(ledger.sync(row.workspace, row.name), row, connector, datetime.now(UTC))
