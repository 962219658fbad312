"""Files behind signed links: the CV as a PDF, the CV as it was uploaded, other uploads. Made when asked for.

A link is good for 30 seconds (CV) or 60 (upload) and answers 403 afterwards.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from random import Random
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from eval.sandbox.teamtailor.store import Row, Store
from eval.sandbox.wire import Answer
from eval.world.files import docx_bytes, pdf_bytes
from eval.world.people import MadeUpPerson
from eval.world.prose import Block, write_cv

RESUME_S, UPLOAD_S = 30, 60
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PATH = "/files/"


@dataclass(frozen=True)
class Blob:
    """A file given by hand. ``size``: instead of ``data``, that many bytes are made while they are sent."""

    filename: str
    data: bytes = b""
    size: int = 0

    @property
    def media(self) -> str:
        ending = self.filename.rsplit(".", 1)[-1].lower()
        return {"pdf": PDF, "docx": DOCX}.get(ending, "application/octet-stream")


class Files:
    def __init__(self, store: Store, seed: int, *, plain: bool = False) -> None:
        """plain: a CV is a PDF of one bare page, made in microseconds: for tests that want many."""
        self._store, self._seed, self._plain = store, seed, plain
        self._secret = f"file links of a sandbox {seed}".encode()
        self._made = lru_cache(maxsize=256)(self._make)

    def links(self, row: Row, origin: str, now: datetime) -> dict[str, str | None]:
        if row.type == "uploads":
            return {"url": self._link("upload", row.id, row.attributes["file-name"], origin, now, UPLOAD_S)}
        if row.hidden is None:
            return {"resume": None, "original-resume": None}
        name = row.hidden.filename if isinstance(row.hidden, Blob) else f"cv.{row.hidden[1]}"
        return {
            "resume": self._link("resume", row.id, name.rsplit(".", 1)[0] + ".pdf", origin, now, RESUME_S),
            "original-resume": self._link("original", row.id, name, origin, now, RESUME_S),
        }

    def _link(self, kind: str, identity: str, name: str, origin: str, now: datetime, life_s: int) -> str:
        expires = int(now.timestamp() * 1000) + life_s * 1000
        path = f"{PATH}{kind}/{identity}/{quote(name)}"
        return f"{origin}{path}?expires={expires}&signature={self._sign(path, expires)}"

    def _sign(self, path: str, expires: int) -> str:
        return hmac.new(self._secret, f"{path} {expires}".encode(), hashlib.sha256).hexdigest()

    def serve(self, url: str, now: datetime) -> Answer:
        parts = urlsplit(url)
        given = parse_qs(parts.query)
        expires, signature = given.get("expires", ["0"])[0], given.get("signature", [""])[0]
        good = expires.isdigit() and hmac.compare_digest(self._sign(parts.path, int(expires)), signature)
        if not good or now.timestamp() * 1000 > int(expires):
            body = (
                b'<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>'
            )
            return Answer(403, {"Content-Type": "application/xml"}, body)
        kind, identity = parts.path[len(PATH) :].split("/")[:2]
        row = self._store.get("uploads" if kind == "upload" else "candidates", identity)
        if row is None or row.hidden is None:
            return Answer(404, {"Content-Type": "application/xml"}, b"<Error><Code>NoSuchKey</Code></Error>")
        if isinstance(row.hidden, Blob):
            return _blob(row.hidden)
        media, body = self._made(kind, identity, row.hidden)
        return Answer(200, {"Content-Type": media, "Content-Length": str(len(body))}, body)

    def _make(self, kind: str, identity: str, hidden: Any) -> tuple[str, bytes]:
        if kind == "upload":
            return PDF, pdf_bytes([Block("text", hidden)])
        person: MadeUpPerson = hidden[0]
        if self._plain:
            return PDF, bare_pdf(f"{person.name} {person.word(person.posts[0].title)} {identity}")
        cv = write_cv(person, Random(self._seed * 7919 + int(person.key[1:])))
        if kind == "original" and hidden[1] == "docx":
            return DOCX, docx_bytes(cv)
        return PDF, pdf_bytes(cv)


def _blob(blob: Blob) -> Answer:
    headers = {"Content-Type": blob.media, "Content-Length": str(blob.size or len(blob.data))}
    if not blob.size:
        return Answer(200, headers, blob.data)

    def pieces() -> Iterator[bytes]:
        piece = b"%PDF-1.4\n" + b"0" * (65_536 - 9)
        for start in range(0, blob.size, len(piece)):
            yield piece[: blob.size - start]

    return Answer(200, headers, stream=pieces)


def bare_pdf(text: str) -> bytes:
    """One page with one line, letters outside Latin-1 replaced. A real PDF, of about 600 bytes."""
    shown = text.encode("latin-1", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    content = b"BT /F1 12 Tf 50 780 Td (" + shown + b") Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    made, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(made))
    return made + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + trailer
