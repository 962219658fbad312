"""Links to files given here, for a vendor to fetch: signed, over in a quarter of an hour, good for that one file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote

from api.secret import Secret
from engine.errors import NotFound
from indexer.connectors.errors import Refused
from indexer.given import parts

LINK_S = 900.0
USE = "given-file"


class Links:
    """public_url: the address of this installation that the vendor reaches; None: there is none."""

    def __init__(
        self, secret: Secret, public_url: str | None, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:  # fmt: skip
        self._secret, self._public, self._clock = secret, (public_url or "").rstrip("/"), clock

    def check(self) -> None:
        """Raises Refused where no vendor could fetch anything."""
        if not self._public.startswith("https://"):
            raise Refused(
                "A file given here has to be fetched by the ATS, and this installation has no public https address.",
                "An operator sets HEADWATER_PUBLIC_URL; or give the `url` of a file that lies elsewhere.",
            )

    def link(self, address: str) -> str:
        """Anew for each try: it dies soon. Raises Refused, NotFound."""
        self.check()
        file_id, filename = parts(address)
        token = self._secret.sign(USE, file_id, until=self._clock().timestamp() + LINK_S)
        return f"{self._public}/files/{token}/{quote(filename, safe='')}"

    def opened(self, token: str) -> str:
        """The id of the file. Raises NotFound: forged, cut, or over; nobody is told which."""
        file_id = self._secret.opened(USE, token, now=self._clock().timestamp())
        if file_id is None:
            raise NotFound("There is no such file.", "A link lives for a quarter of an hour.")
        return file_id
