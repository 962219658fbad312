"""Old documents and scans through LibreOffice and tesseract, and what is said on a machine without them."""

import subprocess

import pytest

from indexer.documents import DocumentReader

RTF = rb"{\rtf1\ansi\ansicpg1252 A nurse in G\'f6teborg\par}"


@pytest.fixture
def rtf(tmp_path):
    path = tmp_path / "cv.rtf"
    path.write_bytes(RTF)
    return path


@pytest.fixture
def new_reader():
    """With the programs of this test, not those of the reader the others share."""
    with DocumentReader(workers=1) as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["rtf", "doc", "odt"])
def test_old_and_open_documents_are_read_through_libreoffice(rtf, text_of, tmp_path, kind):
    path = rtf
    if kind != "rtf":
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", kind, "--outdir", tmp_path / "out", rtf],
            check=True, capture_output=True,
        )  # fmt: skip
        path = tmp_path / "out" / f"cv.{kind}"
    assert text_of(path) == "A nurse in Göteborg"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["scan.png", "scan.jpg", "scan.tiff", "scan.pdf"])
def test_scans_are_read_through_tesseract(write_scan, text_of, name):
    text = text_of(write_scan(name, "Backend developer", "Python and Kubernetes"))
    assert "Backend developer" in text
    assert "Kubernetes" in text


def test_without_the_programs_it_is_said_what_to_install(programs, rtf, write_scan, write_pdf, new_reader, why_not):
    assert "needs LibreOffice" in why_not(rtf, new_reader)
    assert "picture of text" in why_not(write_scan("scan.png", "A nurse"), new_reader)
    assert "pictures of text only" in why_not(write_scan("scan.pdf", "A nurse"), new_reader)
    assert new_reader.read(write_pdf("cv.pdf", ["A nurse"])).text == "A nurse"


def test_swedish_is_read_where_tesseract_has_it(programs, write_scan, new_reader):
    programs(
        "tesseract", 'if [ "$1" = --list-langs ]; then echo deu; echo eng; echo swe; else echo "asked for: $*"; fi'
    )
    assert new_reader.read(write_scan("scan.png", "x")).text.endswith("stdout -l swe+eng")


def test_tesseract_without_our_languages_uses_its_own(programs, write_scan, new_reader):
    programs("tesseract", 'if [ "$1" = --list-langs ]; then echo fin; else echo "asked for: $*"; fi')
    assert new_reader.read(write_scan("scan.png", "x")).text.endswith("stdout")


def test_a_program_that_fails_is_named(programs, rtf, write_scan, new_reader, why_not):
    programs("soffice", "exit 3")
    programs("tesseract", "exit 3")
    assert "LibreOffice" in why_not(rtf, new_reader)
    assert "tesseract" in why_not(write_scan("scan.png", "x"), new_reader)
