"""A Word file (docx, docm) -> its text: headers, body with tables and text boxes, footnotes, footers."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from lxml import etree

from engine.errors import BadFile

MAIN = re.compile(r"word/document\d*\.xml")
_PARTS = (
    re.compile(r"word/header\d*\.xml"),
    MAIN,
    re.compile(r"word/footnotes\.xml"),
    re.compile(r"word/footer\d*\.xml"),
)
_MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def read_docx(archive: zipfile.ZipFile, name: str) -> str:
    """Raises BadFile."""
    lines: list[str] = []
    seen: set[str] = set()
    try:
        for part in _PARTS:
            for member in sorted(member for member in archive.namelist() if part.fullmatch(member)):
                found = list(_paragraphs(_parsed(archive.read(member))))
                lines += found if part is MAIN else [line for line in found if line not in seen]
                seen.update(found)  # a header for the first page mostly says what that for the others says
    except RuntimeError:  # what zipfile raises for an encrypted member
        raise BadFile(f"{name} is protected by a password.", "Save it without one.") from None
    except (etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        raise BadFile(f"{name} is a damaged Word file.", "Open it in Word and save it again.") from None
    return "\n".join(lines)


def _parsed(data: bytes) -> Any:
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))


def _paragraphs(root: Any) -> Iterator[str]:
    """Every paragraph in reading order; of a text box, which stands there twice, Word's second copy left out.

    By local names: strict and transitional files differ in namespace only.
    """
    for paragraph in root.iter("{*}p"):
        if not _of_word(paragraph) or any(_local(parent) == "Fallback" for parent in paragraph.iterancestors()):
            continue
        nodes = paragraph.iter("{*}t", *(f"{{*}}{mark}" for mark in _MARKS))
        text = "".join(_MARKS.get(_local(node)) or node.text or "" for node in nodes if _owner(node) is paragraph)
        yield f"• {text}" if text and _is_item(paragraph) else text


def _is_item(paragraph: Any) -> bool:
    if paragraph.find("{*}pPr/{*}numPr") is not None:
        return True
    style = paragraph.find("{*}pPr/{*}pStyle")
    return style is not None and any(
        "List" in str(value) and value != "ListParagraph" for value in style.attrib.values()
    )


def _owner(node: Any) -> Any:
    return next((parent for parent in node.iterancestors("{*}p") if _of_word(parent)), None)


def _of_word(element: Any) -> bool:
    """DrawingML has paragraphs of its own, of one shape's text; those are no lines of the document."""
    return "wordprocessingml" in str(element.tag)


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
