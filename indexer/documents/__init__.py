"""CV file -> text, in a child process with limits."""

from indexer.documents.reader import DocumentReader
from indexer.documents.values import ReadText

SUFFIXES = frozenset(".pdf .docx .docm .txt .md .text .doc .rtf .odt .png .jpg .jpeg .tif .tiff".split())
"""Files of a folder that are taken for CVs. What a file is, its content decides."""

RECIPE = 1
"""Raised when the same file would give another text: then a second import opens it again."""

__all__ = ["RECIPE", "SUFFIXES", "DocumentReader", "ReadText"]
