"""The bytes of one file -> text, by what the file is, not by its name. Runs in the child process only.

Raises BadFile with a reason a user can act on. Never puts a text into an error.
"""

from __future__ import annotations

import unicodedata
import zipfile
from pathlib import Path

from engine.errors import BadFile
from indexer.documents.pdf import read_pdf
from indexer.documents.programs import convert, scan
from indexer.documents.values import MOST_BYTES, MOST_LETTERS, MOST_UNPACKED, ReadText
from indexer.documents.word import MAIN, read_docx

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*")
_OLE = b"\xd0\xcf\x11\xe0"
_CLEAN = str.maketrans(
    dict(zip("ﬀﬁﬂﬃﬄﬅﬆ", ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True))
    | dict.fromkeys("\0\u00ad\u200b\ufeff\ufffe", "")
)
"""Ligatures are two letters to whoever searches; soft hyphens and spaces of no width are none."""


def read_text(path: Path) -> ReadText:
    """The text of a file. Raises BadFile."""
    size = path.stat().st_size
    if size == 0:
        raise BadFile(f"{path.name} is empty.", "Export it again from where it came.")
    if size > MOST_BYTES:
        limit = MOST_BYTES // 2**20
        raise BadFile(f"{path.name} has {size // 2**20} MB, more than {limit}.", "Save a smaller version.")
    with path.open("rb") as file:
        head = file.read(1024)
    read = _read(path, head)
    text = unicodedata.normalize("NFC", read.text.translate(_CLEAN)).strip()
    if not any(map(str.isalnum, text)):
        raise BadFile(f"{path.name} holds no text.", "Open it and look: it may be blank, or a poor scan.")
    if len(text) > MOST_LETTERS:
        return ReadText(text[:MOST_LETTERS], f"{path.name}: the first {MOST_LETTERS:,} letters were read.")
    return ReadText(text, read.remark)


def _read(path: Path, head: bytes) -> ReadText:
    if head.lstrip(b"\xef\xbb\xbf\0 \t\r\n").startswith(b"%PDF") or (path.suffix.lower() == ".pdf" and b"%PDF" in head):
        return read_pdf(path)
    if head.startswith(b"PK"):
        return ReadText(_zipped(path))
    if head.startswith(_PICTURES):
        return ReadText(scan(path, path.name))
    if head.startswith((b"{\\rtf", _OLE)):
        return ReadText(_old(path, head))
    if path.suffix.lower() == ".pdf":
        raise BadFile(f"{path.name} is no PDF.", "Open it in a viewer and save it again.")
    return ReadText(decode(path.read_bytes(), path.name))


def decode(data: bytes, name: str) -> str:
    """UTF-8 with or without mark, UTF-16 with mark, else Windows-1252. Raises BadFile for what is no text.

    A UTF-8 text with a damaged letter here and there stays UTF-8: one wrong byte must not spoil every å.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if data[:4096].count(0) > 8:
        raise BadFile(f"{name} is not a text, PDF, Word or OpenDocument file.", "Convert it to PDF.")
    text = data.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    if damaged and damaged >= sum(c > "\x7f" for c in text) - damaged:
        return data.decode("cp1252", errors="replace")
    return text


def _zipped(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            unpacked = sum(item.file_size for item in archive.infolist())
            if unpacked > MOST_UNPACKED:
                what = f"{path.name} unpacks to {unpacked // 2**20} MB."
                raise BadFile(what, "It is no ordinary document; save it as PDF.")
            if any(map(MAIN.fullmatch, names)):
                return read_docx(archive, path.name)
            locked = "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml")
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError):
        raise BadFile(f"{path.name} is a damaged Word or zip file.", "Open it in Word and save it again.") from None
    if locked:
        raise BadFile(f"{path.name} is protected by a password.", "Save it without one.")
    if "content.xml" in names:
        return decode(convert(path), path.name)
    raise BadFile(f"{path.name} is a zip, not a Word or OpenDocument file.", "Unpack it, or save it as PDF.")


def _old(path: Path, head: bytes) -> str:
    """RTF, and what Word wrote before 2007, a container that also holds encrypted files."""
    if head.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        raise BadFile(f"{path.name} is protected by a password.", "Save it without one.")
    return decode(convert(path), path.name)
