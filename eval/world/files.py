"""CV blocks -> a real PDF or DOCX file. Knows nothing of people."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import IO

from docx import Document
from docx.shared import Pt
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate

from eval.world.prose import Block

_SIZES = {"name": 18, "contact": 9, "head": 13, "job": 11, "text": 10, "bullet": 10}
_BOLD = {"name", "head", "job"}


def write_pdf(blocks: list[Block], path: Path | IO[bytes]) -> None:
    """One column, A4. ``invariant`` keeps time and random ids out, so the same CV is the same bytes."""
    plain, bold = ("Helvetica", "Helvetica-Bold") if fits_pdf(blocks) else _wide_fonts()
    styles = {
        name: ParagraphStyle(
            name,
            fontName=bold if name in _BOLD else plain,
            fontSize=size,
            leading=size * 1.35,
            spaceBefore=8 if name in ("head", "job") else 1,
            alignment=TA_LEFT,
            leftIndent=10 if name == "bullet" else 0,
        )
        for name, size in _SIZES.items()
    }
    story = [
        Paragraph(_markup(block.text), styles[block.style], bulletText="•" if block.style == "bullet" else None)
        for block in blocks
    ]
    margin = 20 * mm
    SimpleDocTemplate(
        str(path) if isinstance(path, Path) else path,
        pagesize=A4,
        leftMargin=margin,
        rightMargin=margin,
        topMargin=margin,
        bottomMargin=margin,
        invariant=1,
    ).build(story)


def _markup(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("\n", "<br/>")


def fits_pdf(blocks: list[Block]) -> bool:
    """True when the PDF base fonts can show every letter."""
    try:
        "".join(b.text for b in blocks).encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


@cache
def _wide_fonts() -> tuple[str, str]:
    """The PDF base fonts hold Latin-1 only; reportlab brings a pair that has the rest of our letters."""
    for name, file in (("Vera", "Vera.ttf"), ("Vera-Bold", "VeraBd.ttf")):
        pdfmetrics.registerFont(TTFont(name, file))
    return "Vera", "Vera-Bold"


def pdf_bytes(blocks: list[Block]) -> bytes:
    out = io.BytesIO()
    write_pdf(blocks, out)
    return out.getvalue()


def docx_bytes(blocks: list[Block]) -> bytes:
    """The same CV is the same bytes: the moment of writing, which the archive notes, is taken out."""
    out = io.BytesIO()
    write_docx(blocks, out)
    made = io.BytesIO()
    with zipfile.ZipFile(out) as read, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as write:
        for name in read.namelist():
            write.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), read.read(name), zipfile.ZIP_DEFLATED)
    return made.getvalue()


def write_docx(blocks: list[Block], path: Path | IO[bytes]) -> None:
    document = Document()
    document.core_properties.created = document.core_properties.modified = datetime(2026, 1, 1, tzinfo=UTC)
    for block in blocks:
        if block.style == "head":
            document.add_heading(block.text, level=2)
            continue
        paragraph = document.add_paragraph(style="List Bullet" if block.style == "bullet" else None)
        run = paragraph.add_run(block.text)
        run.bold = block.style in _BOLD
        run.font.size = Pt(_SIZES[block.style])
    document.save(str(path) if isinstance(path, Path) else path)
