"""CV file -> text, in a child process with limits."""

from indexer.documents.reader import DocumentReader

SUFFIXES = frozenset(".pdf .docx .txt .md .text .doc .rtf .odt .png .jpg .jpeg .tif .tiff".split())
"""Files of a folder that are taken for CVs. What a file is, its content decides."""

__all__ = ["SUFFIXES", "DocumentReader"]
