"""The bytes of one file -> text, by what the file is, not by its name. Runs in the child process only.

Raises BadFile with a reason a user can act on. Never puts a text into an error.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from engine.errors import BadFile

MOST_BYTES = 50 * 1024 * 1024
MOST_UNPACKED = 200 * 1024 * 1024
MOST_PAGES = 100
"""Pages read of a longer file: a CV is over by then."""
MOST_LETTERS = 1_000_000
SCAN_PAGES = 15

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MARKS = {f"{_W}tab": "\t", f"{_W}br": "\n"}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def read_text(path: Path) -> str:
    """The text of a file. Raises BadFile."""
    size = path.stat().st_size
    if size == 0:
        raise BadFile(f"{path.name} is empty.", "Export it again from where it came.")
    if size > MOST_BYTES:
        raise BadFile(
            f"{path.name} has {size // 2**20} MB, more than {MOST_BYTES // 2**20}.", "Save a smaller version."
        )
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"%PDF"):
        text = _pdf(path)
    elif head.startswith(b"PK"):
        text = _zipped(path)
    elif head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*")):
        text = _scan(path, path.name)
    elif head.startswith((b"{\\rtf", b"\xd0\xcf\x11\xe0")):
        text = _office(path)
    else:
        text = decode(path.read_bytes(), path.name)
    text = unicodedata.normalize("NFC", text.replace("\0", "")).strip()
    if not any(c.isalnum() for c in text):
        raise BadFile(f"{path.name} holds no text.", "If it is a scan, install tesseract and import again.")
    return text[:MOST_LETTERS]


def decode(data: bytes, name: str) -> str:
    """UTF-8 with or without mark, UTF-16 with mark, else Windows-1252. Raises BadFile for what is no text."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if data[:4096].count(0) > 8:
        raise BadFile(f"{name} is not a text, PDF, Word or OpenDocument file.", "Convert it to PDF.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _pdf(path: Path) -> str:
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if "assword" in str(error):
            raise BadFile(f"{path.name} is protected by a password.", "Save it without one.") from None
        raise BadFile(f"{path.name} is a damaged PDF.", "Open it in a viewer and save it again.") from None
    try:
        texts = []
        for number in range(min(len(document), MOST_PAGES)):
            page = document[number]
            part = page.get_textpage()
            texts.append(part.get_text_range().replace("\r\n", "\n").replace("\ufffe", "-").replace("\x02", "-"))
            part.close()
            page.close()
        text = "\n".join(texts)
        return text if any(c.isalnum() for c in text) else _scanned_pdf(document, path.name)
    except pdfium.PdfiumError:
        raise BadFile(f"{path.name} has a damaged page.", "Open it in a viewer and save it again.") from None
    finally:
        document.close()


def _scanned_pdf(document: Any, name: str) -> str:
    if not shutil.which("tesseract"):
        raise BadFile(f"{name} holds pictures of text only.", "Install tesseract (tesseract-ocr) and import again.")
    with tempfile.TemporaryDirectory() as folder:
        texts = []
        for number in range(min(len(document), SCAN_PAGES)):
            picture = Path(folder) / f"{number}.png"
            document[number].render(scale=2.0, grayscale=True).to_pil().save(picture)
            texts.append(_scan(picture, name))
        return "\n".join(texts)


def _scan(picture: Path, name: str) -> str:
    program = shutil.which("tesseract")
    if not program:
        raise BadFile(f"{name} is a picture.", "Install tesseract (tesseract-ocr) and import again.")
    done = subprocess.run(  # noqa: S603 - a fixed program, the path is one argument
        [program, str(picture), "stdout"], capture_output=True, timeout=60, check=False
    )
    if done.returncode:
        raise BadFile(f"{name} could not be read by tesseract.", "Save it as PDF with text.")
    return done.stdout.decode("utf-8", errors="replace")


def _zipped(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            unpacked = sum(item.file_size for item in archive.infolist())
    except zipfile.BadZipFile:
        raise BadFile(f"{path.name} is a damaged Word or zip file.", "Open it in Word and save it again.") from None
    if unpacked > MOST_UNPACKED:
        raise BadFile(f"{path.name} unpacks to {unpacked // 2**20} MB.", "It is no ordinary document; save it as PDF.")
    if "word/document.xml" in names:
        return _docx(path)
    if "content.xml" in names:
        return _office(path)
    raise BadFile(f"{path.name} is a zip, not a Word or OpenDocument file.", "Unpack it and import the folder.")


def _docx(path: Path) -> str:
    import docx

    try:
        document = docx.Document(str(path))
        parts = [document.element.body]
        for section in document.sections:
            if not section.header.is_linked_to_previous:
                parts.insert(0, section.header._element)
        return "\n".join(line for part in parts for line in _paragraphs(part))
    except (KeyError, ValueError, AttributeError) as error:
        raise BadFile(f"{path.name} is a damaged Word file.", "Open it in Word and save it again.") from error
    except Exception as error:  # lxml and python-docx raise many kinds; all mean the same to the user
        if type(error).__module__.startswith(("lxml", "docx", "xml")):
            raise BadFile(f"{path.name} is a damaged Word file.", "Open it in Word and save it again.") from error
        raise


def _paragraphs(part: Any) -> Iterator[str]:
    """Every paragraph in reading order, tables and text boxes included; Word's second copy of a box left out."""
    for paragraph in part.iter(f"{_W}p"):
        if any(parent.tag == _FALLBACK for parent in paragraph.iterancestors()):
            continue
        nodes = paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br")
        own = (node for node in nodes if next(node.iterancestors(f"{_W}p")) is paragraph)
        text = "".join(_MARKS.get(node.tag) or node.text or "" for node in own)
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        bullet = style is not None and "List" in str(style.get(f"{_W}val"))
        yield f"• {text}" if bullet and text else text


def _office(path: Path) -> str:
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if not program:
        raise BadFile(f"{path.name} needs LibreOffice to be read.", "Install it, or save the file as PDF or DOCX.")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(  # noqa: S603 - a fixed program, the path is one argument
            [
                program, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--norestore",
                "--convert-to", "txt:Text (encoded):UTF8", "--outdir", folder, str(path),
            ],
            capture_output=True, timeout=90, check=False,
        )  # fmt: skip
        made = list(Path(folder).glob("*.txt"))
        if done.returncode or not made:
            raise BadFile(f"{path.name} could not be converted by LibreOffice.", "Save it as PDF or DOCX.")
        return decode(made[0].read_bytes(), path.name)
