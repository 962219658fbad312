"""Real files, made here; and a machine without, or with broken, programs."""

import os
import shutil
import sys

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfgen import canvas

from engine.errors import BadFile
from indexer.documents import DocumentReader


@pytest.fixture(scope="session")
def reader():
    with DocumentReader(workers=1) as opened:
        yield opened


@pytest.fixture
def text_of(reader):
    return lambda path: reader.read(path).text


@pytest.fixture
def why_not(reader):
    """The reason a file is refused, with what to do."""

    def refused(path, by=reader):
        with pytest.raises(BadFile) as caught:
            by.read(path)
        assert caught.value.fix
        assert path.name in caught.value.what
        return caught.value.what

    return refused


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """name -> the script that stands for it; the real ones are not to be found, as on a machine without."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def install(name, script):
        path = folder / name
        path.write_text(f"#!{shutil.which('sh', path=os.defpath)}\nPATH={os.defpath}\n{script}\n", "utf-8")
        path.chmod(0o755)

    return install


@pytest.fixture
def write_pdf(tmp_path):
    """pages of lines -> a PDF."""

    def write(name, *pages, **more):
        path = tmp_path / name
        drawn = canvas.Canvas(str(path), **more)
        for lines in pages:
            for number, line in enumerate(lines):
                drawn.drawString(72, 750 - 15 * number, line)
            drawn.showPage()
        drawn.save()
        return path

    return write


@pytest.fixture
def write_scan(tmp_path):
    """lines -> a picture of them, in the format of the name; a PDF then holds that picture and nothing else."""

    def write(name, *lines):
        page = Image.new("L", (1240, 500), 255)
        font = ImageFont.load_default(size=40)
        for number, line in enumerate(lines):
            ImageDraw.Draw(page).text((80, 60 + 70 * number), line, fill=0, font=font)
        path = tmp_path / name
        page.save(path, **({"resolution": 150.0} if name.endswith(".pdf") else {"dpi": (150, 150)}))
        return path

    return write


@pytest.fixture
def python():
    return sys.executable
