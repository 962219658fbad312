"""What only a folder has: one opener, a stamp file, a snapshot of the columns, kills and damage."""

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from engine.errors import Busy, NeedsOperator
from engine.index import edge, open_folder
from engine.index.columns import Columns
from engine.index.schema import point_id

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def closed(tmp_path_factory, make_world, stamp):
    """(a folder with 40 people, closed; those people). Copy it, do not open it."""
    folder, points = tmp_path_factory.mktemp("closed") / "index", make_world(1, 40)
    index = open_folder(folder, stamp)
    index.upsert(points)
    index.close()
    return folder, points


@pytest.fixture(scope="module")
def expected(closed, view):
    """What the columns of that folder say, read by an engine without a snapshot."""
    columns = Columns()
    for seq, point in enumerate(closed[1], 1):
        columns.put(point_id(point.draft.person_id), point.draft.person_id, point.draft.fields, seq)
    return view(SimpleNamespace(columns=columns))


@pytest.fixture
def folder(closed, tmp_path):
    copy = tmp_path / "index"
    # The engine's files are large and nearly empty: cp keeps the holes, copytree fills them.
    subprocess.run(["cp", "-r", "--sparse=always", str(closed[0]), str(copy)], check=True)
    return copy


@pytest.fixture
def opening(stamp):
    opened = []

    def now(folder):
        opened.append(open_folder(folder, stamp))
        return opened[-1]

    yield now
    for index in opened:
        index.close()


def test_a_second_opener_is_told_who_holds_it(folder, opening, stamp):
    index = opening(folder)
    with pytest.raises(Busy, match="another process") as caught:
        open_folder(folder, stamp)
    assert "headwater serve" in caught.value.fix
    assert index.count() == 40  # and the first goes on


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"encoder": "x"}', b'{"surprise": 1}', b"\xff\xfe"])
def test_a_stamp_that_cannot_be_read_needs_the_operator(folder, stamp, content):
    (folder / "stamp.json").write_bytes(content)
    with pytest.raises(NeedsOperator, match=r"stamp\.json") as caught:
        open_folder(folder, stamp)
    assert "doctor --rebuild" in caught.value.fix


def test_an_index_that_lost_its_stamp_is_not_written_over(folder, stamp):
    (folder / "stamp.json").unlink()
    with pytest.raises(NeedsOperator, match="lost its stamp") as caught:
        open_folder(folder, stamp)
    assert "doctor --rebuild" in caught.value.fix
    assert (folder / "shard").is_dir()


@pytest.mark.parametrize("part", ["edge_config.json", "segment.json"])
def test_a_damaged_shard_needs_the_operator(folder, stamp, part):
    [file] = (folder / "shard").rglob(part)
    file.write_bytes(b"\0" * 20)
    with pytest.raises(NeedsOperator, match="cannot be opened") as caught:
        open_folder(folder, stamp)
    assert "doctor --rebuild" in caught.value.fix


def test_a_making_cut_short_is_made_anew(tmp_path, stamp, opening, monkeypatch, make_world):
    class Killed(BaseException):
        pass

    def kill(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", kill)
        with pytest.raises(Killed):
            open_folder(tmp_path / "index", stamp)
    index = opening(tmp_path / "index")
    index.upsert(make_world(1, 3))
    assert index.count() == 3


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: b"garbage",
        lambda data: b"PK\x03\x04" + data,
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1],
        lambda data: data[:40] + b"\0" * 40 + data[80:],
        lambda data: data[:-200] + bytes(reversed(data[-200:])),
        lambda data: data[: len(data) // 3] + bytes([data[len(data) // 3] ^ 1]) + data[len(data) // 3 + 1 :],
    ],
    ids=["empty", "garbage", "zip", "half", "cut", "zeros", "end", "one bit"],
)
def test_a_damaged_snapshot_is_read_anew_from_the_engine(folder, opening, damage, expected, view):
    snapshot = folder / "columns.bin"
    before = snapshot.read_bytes()
    snapshot.write_bytes(damage(before))
    assert snapshot.read_bytes() != before
    assert view(opening(folder)) == expected


def test_an_old_snapshot_is_caught_up_with(folder, opening, view, make_world, make_point, closed, stamp):
    """Written, replaced and deleted after the snapshot, and then the process was gone."""
    old = (folder / "columns.bin").read_bytes()
    index = open_folder(folder, stamp)
    index.upsert(make_world(2, 5))
    index.upsert([make_point(np.random.default_rng(8), person_id=closed[1][0].draft.person_id)])
    index.delete([closed[1][1].draft.person_id])
    expected = view(index)
    index.close()
    (folder / "columns.bin").write_bytes(old)
    assert view(opening(folder)) == expected


def test_one_deleted_and_one_added_since_the_snapshot_are_not_mixed_up(folder, stamp, view, make_world, closed):
    """As many people as in the snapshot, and the newest number of it was free again."""
    old = (folder / "columns.bin").read_bytes()
    index = open_folder(folder, stamp)
    index.delete([closed[1][-1].draft.person_id])  # the newest
    index.close()
    (folder / "columns.bin").write_bytes(old)  # killed: the snapshot never heard of it
    index = open_folder(folder, stamp)
    [new] = make_world(3, 1)
    index.upsert([new])
    index.close()
    (folder / "columns.bin").write_bytes(old)
    index = open_folder(folder, stamp)
    assert set(view(index)) == {p.draft.person_id for p in [*closed[1][:-1], new]}
    index.close()


CHILD = """
    import importlib.util, sys
    import numpy as np
    from pathlib import Path
    from engine.index import open_folder
    spec = importlib.util.spec_from_file_location("made", "tests/engine/conftest.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    rng = np.random.default_rng(21)
    points = [made.made_point(rng) for _ in range(60)]
    index = open_folder(Path(sys.argv[1]), made.STAMP)
    index.upsert(points[:50])
    index._save_columns()
    index.upsert(points[50:])
    index.upsert([made.made_point(rng, {"source": "ats", "tags": ["again"]}, points[0].draft.person_id)])
    index.delete([points[1].draft.person_id])
    print("written", flush=True)
    sys.stdin.read()
"""


def test_a_kill_loses_nothing_that_was_written(tmp_path, opening, make_world, view, stamp):
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(CHILD), str(tmp_path / "index")],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout.readline() == "written\n"
    with pytest.raises(Busy):  # another process, this time
        open_folder(tmp_path / "index", stamp)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    index, points = opening(tmp_path / "index"), make_world(21, 60)
    seen = view(index)
    assert index.count() == 59
    assert set(seen) == {p.draft.person_id for n, p in enumerate(points) if n != 1}
    assert ("tags", "again") in seen[points[0].draft.person_id]
    assert index.cards([point_id(points[55].draft.person_id)])


def test_the_log_alone_brings_back_what_came_after_the_last_flush(tmp_path, opening, make_world, make_point, view):
    """After a power cut nothing else is sure to be there as it was."""
    folder, cut = tmp_path / "index", tmp_path / "cut"
    index, points = opening(folder), make_world(5, 30)
    index.upsert(points[:20])
    index._shard.flush()
    shutil.copytree(folder, cut)
    again = make_point(np.random.default_rng(9), person_id=points[3].draft.person_id)
    index.upsert(points[20:])
    index.upsert([again])
    index.delete([points[4].draft.person_id])
    shutil.rmtree(cut / "shard" / "wal")
    shutil.copytree(folder / "shard" / "wal", cut / "shard" / "wal")
    assert view(opening(cut)) == view(index)
    assert index.count() == 29


def test_all_is_flushed_once_in_a_while(tmp_path, opening, make_world, monkeypatch):
    """Or the log would grow, and the next open with it."""
    monkeypatch.setattr(edge, "FLUSH_EVERY", 10)
    index = opening(tmp_path / "index")
    log = tmp_path / "index" / "shard" / "wal" / "first-index"
    before = log.read_bytes()
    index.upsert(make_world(1, 9))
    assert log.read_bytes() == before
    index.upsert(make_world(2, 1))
    assert log.read_bytes() != before


def test_the_snapshot_is_written_while_it_goes_on(tmp_path, opening, make_world, monkeypatch):
    """So that the next open after a kill reads little again."""
    monkeypatch.setattr(edge, "SNAPSHOT_EVERY", 10)
    index = opening(tmp_path / "index")
    index.upsert(make_world(1, 9))
    index.tidy()
    assert not (tmp_path / "index" / "columns.bin").exists()
    index.upsert(make_world(2, 1))
    index.tidy()
    assert (tmp_path / "index" / "columns.bin").exists()


def test_the_stamp_is_readable_by_people(folder, stamp):
    assert json.loads((folder / "stamp.json").read_text())["encoder"] == stamp.encoder
    assert not list(folder.glob("*.new"))
