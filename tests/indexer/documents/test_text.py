"""Plain text in the encodings it comes in, and what is no text at all."""

import os
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadFile
from indexer.documents.formats import decode

TEXT = "Åsa Öberg, sjuksköterska – 5 år"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_its_encoding(tmp_path, text_of, encoding):
    path = tmp_path / "cv.txt"
    path.write_bytes(TEXT.encode(encoding))
    assert text_of(path) == TEXT


def test_one_damaged_letter_does_not_spoil_the_others():
    assert decode((TEXT * 3).encode() + b"\xe5", "cv.txt") == TEXT * 3 + "\ufffd"


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_refused(data):
    if data.count(0) <= 8:
        assert isinstance(decode(data, "x"), str)
    with suppress(BadFile):
        decode(data, "x")


def test_letters_written_in_two_characters_become_one(tmp_path, text_of):
    path = tmp_path / "cv.txt"
    path.write_text("A\u030asa", "utf-8")
    assert text_of(path) == "Åsa"


def test_nothing_in_it_is_said(tmp_path, why_not):
    path = tmp_path / "cv.txt"
    path.write_bytes(b"")
    assert "is empty" in why_not(path)
    path.write_bytes(b" \n--\n")
    assert "no text" in why_not(path)
    path.write_bytes(os.urandom(20) + bytes(2000))
    assert "is not a text" in why_not(path)


def test_what_is_too_big_or_gone_is_said(tmp_path, why_not):
    path = tmp_path / "cv.txt"
    with path.open("wb") as file:
        file.truncate(51 * 2**20)
    assert "51 MB, more than 50" in why_not(path)
    path.unlink()
    assert "No such file" in why_not(path)


def test_a_very_long_text_is_cut_and_said_so(tmp_path, reader):
    path = tmp_path / "cv.txt"
    path.write_text("nurse " * 200_000)
    read = reader.read(path)
    assert len(read.text) == 1_000_000
    assert read.remark == "cv.txt: the first 1,000,000 letters were read."
