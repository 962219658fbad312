"""A PDF -> its text, page by page; pages that are pictures through tesseract."""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from engine.errors import BadFile
from indexer.documents.programs import can_scan, scan
from indexer.documents.values import MOST_PAGES, SCAN_PAGES, SCAN_S, ReadText

FEW_LETTERS = 30
"""A page with fewer, and a picture on it, is a scan: a scanner's stamp is not its text."""
DPI = 250
MOST_PIXELS = 4000
"""Of a page's longer side."""
_BROKEN = re.compile(r"(\w*)[\ufffe\x02](?:\r?\n)?(\w?)")


def read_pdf(path: Path) -> ReadText:
    """Raises BadFile."""
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if "assword" in str(error):
            raise BadFile(f"{path.name} is protected by a password.", "Save it without one.") from None
        raise BadFile(f"{path.name} is a damaged PDF.", "Open it in a viewer and save it again.") from None
    try:
        return _pages(document, path.name)
    finally:
        document.close()


def _pages(document: Any, name: str) -> ReadText:
    texts: dict[int, str] = {}
    scans: list[int] = []
    damaged = 0
    for number in range(min(len(document), MOST_PAGES)):
        try:
            texts[number], is_scan = _page(document[number])
        except pdfium.PdfiumError:
            damaged += 1
            continue
        if is_scan:
            scans.append(number)
    if damaged and not any(map(_letters, texts.values())):
        raise BadFile(f"{name} is a damaged PDF.", "Open it in a viewer and save it again.")
    remarks = []
    if len(document) > MOST_PAGES:
        remarks.append(f"the first {MOST_PAGES} of {len(document)} pages were read")
    if damaged:
        remarks.append(f"{damaged} damaged pages were left out")
    if scans and not can_scan():
        if not any(map(_letters, texts.values())):
            raise BadFile(f"{name} holds pictures of text only.", "Install tesseract (tesseract-ocr) and import again.")
        remarks.append(f"{len(scans)} pages are pictures, and tesseract is not installed to read them")
    elif scans:
        read = _scanned(document, scans, name)
        texts |= read
        if len(read) < len(scans):
            remarks.append(f"of {len(scans)} pages that are pictures the first {len(read)} were read")
    text = "\n".join(texts[number] for number in sorted(texts))
    return ReadText(text, f"{name}: {'; '.join(remarks)}." if remarks else None)


def _page(page: Any) -> tuple[str, bool]:
    """(its text, whether it is a picture of text)."""
    part = page.get_textpage()
    try:
        text = _BROKEN.sub(_joined, part.get_text_range()).replace("\r\n", "\n")
        few = _letters(text) < FEW_LETTERS
        return text, few and any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]))
    finally:
        part.close()
        page.close()


def _joined(match: re.Match[str]) -> str:
    """A word broken at a line's end: ``utveck-|ling`` is one word, ``IT-|chef`` and ``e-|post`` keep their hyphen."""
    before, after = match.groups()
    one_word = len(before) > 3 and before[1:].islower() and after.islower()
    return before + ("" if one_word else "-") + after


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _scanned(document: Any, pages: list[int], name: str) -> dict[int, str]:
    """page -> its text, of as many as there is time for."""
    until = time.monotonic() + SCAN_S
    texts: dict[int, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number in pages[:SCAN_PAGES]:
            if time.monotonic() > until:
                break
            page = document[number]
            scale = min(DPI / 72, MOST_PIXELS / max(*page.get_size(), 1))
            picture = Path(folder) / f"{number}.png"
            page.render(scale=scale, grayscale=True).to_pil().save(picture, dpi=(scale * 72, scale * 72))
            page.close()
            texts[number] = scan(picture, name)
    return texts
