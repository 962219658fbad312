"""Old documents and scans through LibreOffice and tesseract, and what is said on a machine without them."""

import subprocess
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from indexer.documents import DocumentReader

RTF = rb"{\rtf1\ansi\ansicpg1252 A nurse in G\'f6teborg\par}"

_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
ODT = f"""<office:document-content xmlns:office="{_OASIS}:office:1.0" xmlns:text="{_OASIS}:text:1.0"
 xmlns:draw="{_OASIS}:drawing:1.0" xmlns:svg="{_OASIS}:svg-compatible:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"
 office:version="1.2"><office:body><office:text><text:p>A nurse<draw:frame svg:width="2cm" svg:height="2cm">
<draw:image xlink:href="{{url}}" xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame></text:p>
</office:text></office:body></office:document-content>"""
MANIFEST = f"""<manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0" manifest:version="1.2">
<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"""


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


@pytest.mark.office
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


@pytest.mark.scan
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


@pytest.mark.office
@pytest.mark.slow
def test_what_a_document_links_to_is_not_fetched(tmp_path, text_of):
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_GET  # noqa: N815

        def log_message(self, *given):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/seen.png"
        path = tmp_path / "cv.odt"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
            archive.writestr("content.xml", ODT.format(url=url))
            archive.writestr("META-INF/manifest.xml", MANIFEST)
        assert "A nurse" in text_of(path)
        server.shutdown()
    assert asked == []
