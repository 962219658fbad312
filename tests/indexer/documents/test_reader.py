"""The pool of children: a file that hangs, kills or devours ends for itself alone."""

import os
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest

from engine.errors import BadFile
from indexer.documents import DocumentReader

BAD_RTF = b"{\\rtf1 bad}"


@pytest.fixture
def files(tmp_path):
    """good, bad, good."""
    paths = [tmp_path / name for name in ("a.txt", "b.rtf", "c.txt")]
    for path, data in zip(paths, (b"first", BAD_RTF, b"last"), strict=True):
        path.write_bytes(data)
    return paths


def all_of(reader, paths):
    return [read.what if isinstance(read, BadFile) else read.text for _, read in reader.read_many(paths)]


def test_one_that_hangs_is_given_up_with_all_it_started(files, programs, tmp_path):
    programs("soffice", f"echo $$ > {tmp_path}/pid; sleep 100")
    with DocumentReader(workers=1, seconds=2) as reader:
        assert all_of(reader, files) == ["first", "b.rtf took longer than 2 seconds to read.", "last"]
    pid = int((tmp_path / "pid").read_text())
    assert not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2]


def test_one_that_kills_its_reader_is_alone(files, programs):
    programs("soffice", "kill -9 $PPID")
    with DocumentReader(workers=1) as reader:
        assert all_of(reader, files) == ["first", "b.rtf brought the reader down.", "last"]


def test_one_that_devours_memory_is_alone(tmp_path):
    big = tmp_path / "big.docx"
    with zipfile.ZipFile(big, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<p>" + b"<a/>" * 45_000_000 + b"</p>")
    good = tmp_path / "a.txt"
    good.write_text("a nurse")
    with DocumentReader(workers=1, memory=700 * 2**20) as reader:
        what, last = all_of(reader, [big, good])
    assert what.startswith("big.docx ")
    assert "memory" in what or "damaged" in what or "brought the reader down" in what
    assert last == "a nurse"


def test_the_order_asked_for_is_the_order_given(tmp_path):
    paths = [tmp_path / f"{n}.txt" for n in range(30)]
    for path in paths:
        path.write_text(path.stem)
    with DocumentReader(workers=3) as reader:
        assert all_of(reader, paths) == [path.stem for path in paths]


def test_a_child_found_dead_is_replaced_without_a_word(files):
    with DocumentReader(workers=1) as reader:
        assert reader.read(files[0]).text == "first"
        child = reader._children[0]._process
        child.kill()
        child.wait()
        assert reader.read(files[2]).text == "last"


def test_closing_does_not_wait_for_a_file(files, programs):
    programs("soffice", "sleep 100")
    reader = DocumentReader(workers=1)
    stuck = threading.Thread(target=lambda: list(reader.read_many([files[1]])))
    stuck.start()
    for _ in range(100):
        if reader._children and reader._children[0]._process:
            break
        time.sleep(0.05)
    time.sleep(0.5)
    began = time.monotonic()
    reader.close()
    stuck.join(10)
    assert not stuck.is_alive()
    assert time.monotonic() - began < 10


def test_names_that_are_no_letters_are_read(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xe5sa.txt"))
    path.write_text("A nurse")
    with DocumentReader(workers=1) as reader:
        assert reader.read(path).text == "A nurse"


def test_the_child_loads_nothing_of_the_command_line(tmp_path):
    code = "import indexer.documents.child, sys; print([m for m in ('api', 'sqlalchemy', 'numpy', 'pydantic') if m in sys.modules])"
    env = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
