"""Another encoder: the old index answers until the new one is whole, whatever happens meanwhile."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import make_app
from api.indexes import report, stamp_of
from api.runtime import Runtime, open_runtime
from api.secret import Secret
from api.settings import Settings
from api.switch import Switch
from engine.index import open_shelf
from engine.query.understand import understand
from engine.ranking.relevance import Weights
from engine.records import Document, Policy, SourceRecord, Viewer
from indexer.embed import TEXTS
from indexer.ledger import Ledger
from models import FakeEncoder
from models.errors import MissingModel, UnknownModel

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")

ROOT = Path(__file__).parents[2]
ME = Viewer()
MANY = 150
"""More than two batches."""


class Gated(FakeEncoder):
    """Embeds passages only while the gate is open; counts them."""

    def __init__(self, dim):
        super().__init__(dim)
        self.open, self.begun = threading.Event(), threading.Event()
        self.open.set()
        self.seen = []

    def encode(self, texts, *, kind="passage"):
        if kind == "passage":
            self.begun.set()
            assert self.open.wait(30)
            self.seen += texts
        return super().encode(texts, kind=kind)


class Fakes:
    """A source of two encoders, by name."""

    def __init__(self, **encoders):
        self.encoders = encoders

    def find(self, name):
        return self.encoders[name]

    def made(self, key):
        for found in self.encoders.values():
            if found.key == key:
                return found
        raise UnknownModel(f"no encoder {key!r} any more.")

    def load(self, found):
        return found


@pytest.fixture
def old():
    return Gated(64)


@pytest.fixture
def new():
    return Gated(32)


@pytest.fixture
def source(old, new):
    return Fakes(old=old, new=new)


def settings_of(folder, name):
    return Settings(data_dir=folder, encoder=name, _env_file=None)


def people(count, *, of=1):
    return [
        SourceRecord(
            id=f"p{n}", name=f"Person Number{n}",
            documents=(Document(id="cv", text=f"Nurse in ward {n}, night shifts, for {of} years."),),
        )
        for n in range(count)
    ]  # fmt: skip


def found(runtime, text="nurse", limit=1):
    query = understand(text, lexicon=runtime.lexicon, vocabulary=runtime.vocabulary(ME), today=runtime.today)
    return runtime.search(query, viewer=ME, policy=Policy(), weights=Weights(), limit=limit)


def until(met, seconds=20):
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


@pytest.fixture(params=["embedded", "server"])
def due(request, tmp_path, lexicon, old, new):
    """A runtime that answers from the old index of MANY people while the new one is due, on each engine."""
    url = ":memory:" if request.param == "server" else None
    shelf = open_shelf(tmp_path / "index", workspace="default", url=url)
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'headwater.db'}")
    ledger.writer().put_records("test", people(MANY))
    before, wanted = stamp_of(old, lexicon), stamp_of(new, lexicon)
    index = shelf.open(before)
    runtime = Runtime(
        ledger=ledger, index=index, encoder=old, lexicon=lexicon, secret=Secret(b"a secret for the tests, long enough"),
        shelf=shelf, switch=Switch(shelf, wanted, wanted.differs(before), lambda: new),
    )  # fmt: skip
    runtime.follow()
    shelf.choose(before)
    yield runtime, shelf
    new.open.set()
    runtime.close()


def test_searches_never_fail_or_see_an_empty_index_while_it_is_built(due, new):
    runtime, shelf = due
    new.open.clear()
    totals, failures, over = [], [], threading.Event()

    def ask():
        while not over.is_set():
            try:
                totals.append((found(runtime).counts.total, runtime.index.stamp.dim))
            except Exception as error:
                failures.append(error)

    asking = [threading.Thread(target=ask) for _ in range(2)]
    for thread in asking:
        thread.start()
    runtime.watch()
    assert new.begun.wait(20)
    # Someone is added meanwhile: found at once, by the old index.
    runtime.writer(ME).put_records("test", [replace_name(people(1)[0], "late", "Latifa Latecomer")])
    runtime.follow_soon().result()
    assert found(runtime, "Latifa Latecomer").hits[0].level == 3
    assert (runtime.encoder.dim, runtime.switch is not None) == (64, True)
    new.open.set()
    until(lambda: runtime.switch is None)
    assert found(runtime, "Latifa Latecomer").counts.total == MANY + 1
    runtime.writer(ME).put_records("test", [replace_name(people(1)[0], "later", "Lars Later")])
    runtime.follow_soon().result()
    assert found(runtime, "Lars Later").hits[0].level == 3
    over.set()
    for thread in asking:
        thread.join()
    assert failures == []
    assert min(total for total, _ in totals) >= MANY
    assert {dim for _, dim in totals} == {64, 32}
    until(lambda: [one.stamp for one in shelf.standing()] == [runtime.index.stamp])
    assert (shelf.current().stamp, runtime.index.stamp.dim) == (runtime.index.stamp, 32)


def replace_name(record, key, name):
    return record.model_copy(update={"id": key, "name": name})


def test_what_is_erased_meanwhile_is_in_neither(due, new):
    runtime, _ = due
    gone = found(runtime, "Person Number7").hits[0].person_id
    new.open.clear()
    runtime.watch()
    assert new.begun.wait(20)
    runtime.writer(ME).erase(gone)
    runtime.follow_soon().result()
    assert found(runtime).counts.total == MANY - 1
    new.open.set()
    until(lambda: runtime.switch is None)
    assert found(runtime).counts.total == MANY - 1


def test_it_takes_over_though_people_are_written_all_the_time(due, new):
    runtime, _ = due
    over = threading.Event()

    def write():
        n = 0
        while not over.wait(0.02):
            n += 1
            runtime.writer(ME).put_records("test", people(1, of=n))

    writing = threading.Thread(target=write)
    writing.start()
    try:
        runtime.watch()
        until(lambda: runtime.switch is None)
    finally:
        over.set()
        writing.join()
    runtime.follow()
    assert found(runtime).counts.total == MANY


def test_closing_ends_the_building_soon_and_the_next_start_goes_on(tmp_path, lexicon, source, old, new):
    with open_runtime(settings_of(tmp_path, "old"), encoders=source) as runtime:
        runtime.writer(ME).put_records("test", people(MANY))
        runtime.follow()
    new.open.clear()
    runtime = open_runtime(settings_of(tmp_path, "new"), encoders=source)
    runtime.watch()
    assert new.begun.wait(20)
    closing = threading.Thread(target=runtime.close)
    closing.start()
    until(runtime._stopping.is_set)
    new.open.set()
    closing.join(20)
    assert not closing.is_alive()
    done = len(new.seen)
    assert 0 < done <= TEXTS < len(old.seen)  # it ended with the call it was in
    with open_runtime(settings_of(tmp_path, "new"), encoders=source) as runtime:
        assert (runtime.encoder.dim, found(runtime).counts.total) == (64, MANY)
        runtime.switch_now()
        assert (runtime.encoder.dim, found(runtime).counts.total) == (32, MANY)
    assert len(new.seen) == len(set(new.seen))  # nothing was embedded twice


KILLED = """
import sys, time
from pathlib import Path
from tests.api.test_encoder_switch import Fakes, Gated, open_runtime, settings_of
class Told(Gated):
    left = int(sys.argv[2])
    def encode(self, texts, *, kind="passage"):
        if kind == "passage":
            self.left -= 1
            print("killed here" if self.left == 0 else len(texts), flush=True)
            time.sleep(60 if self.left == 0 else 0)
        return super().encode(texts, kind=kind)
runtime = open_runtime(settings_of(Path(sys.argv[1]), "new"), encoders=Fakes(old=Gated(64), new=Told(32)))
runtime.switch_now()
"""


@pytest.mark.slow
@pytest.mark.parametrize("batch", [1, 3])
def test_killed_in_the_middle_the_old_index_answers_and_the_work_goes_on(tmp_path, source, old, new, batch):
    with open_runtime(settings_of(tmp_path, "old"), encoders=source) as runtime:
        runtime.writer(ME).put_records("test", people(MANY))
        runtime.follow()
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path), str(batch)], cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    told = [child.stdout.readline().strip() for _ in range(batch)]
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert told[-1] == "killed here"
    with open_runtime(settings_of(tmp_path, "new"), encoders=source) as runtime:
        assert (runtime.encoder.dim, found(runtime).counts.total) == (64, MANY)
        runtime.switch_now()
        assert (runtime.encoder.dim, found(runtime).counts.total) == (32, MANY)
        assert len(runtime._shelf.standing()) == 1
    assert len(new.seen) == len(old.seen) - sum(map(int, told[:-1]))  # what had been embedded was kept


def test_killed_after_the_change_the_leftover_goes_at_the_next_start(tmp_path, lexicon, source, old, new):
    with open_runtime(settings_of(tmp_path, "old"), encoders=source) as runtime:
        runtime.writer(ME).put_records("test", people(3))
        runtime.follow()
    with open_runtime(settings_of(tmp_path, "new"), encoders=source) as runtime:
        runtime.switch_now()
        runtime._shelf.open(stamp_of(old, lexicon)).close()  # as if it had not been removed
        assert len(runtime._shelf.standing()) == 2
    with open_runtime(settings_of(tmp_path, "new"), encoders=source) as runtime:
        assert (runtime.switch, runtime.encoder) == (None, new)
        runtime.follow()
        assert [one.stamp for one in runtime._shelf.standing()] == [stamp_of(new, lexicon)]
    assert "dropped" not in " ".join(map(str, (tmp_path / "index").rglob("*")))


def test_without_the_old_encoder_it_says_so_and_fills_the_new_index(tmp_path, source, new):
    with open_runtime(settings_of(tmp_path, "old"), encoders=source) as runtime:
        runtime.writer(ME).put_records("test", people(3))
        runtime.follow()
    with open_runtime(settings_of(tmp_path, "new"), encoders=Fakes(new=new)) as runtime:
        assert "fake@1#64" in runtime.remark
        assert runtime.switch is None
        runtime.follow()
        assert found(runtime).counts.total == 3
        assert len(runtime._shelf.standing()) == 1


@pytest.mark.parametrize("stamp", ['{"encoder": "fake@1#64", "dim": 64, "lexicon": "x", "schema": 0}', "{}"])
def test_an_index_of_another_schema_does_not_answer(tmp_path, lexicon, source, old, stamp):
    with open_runtime(settings_of(tmp_path, "old"), encoders=source) as runtime:
        runtime.writer(ME).put_records("test", people(3))
        runtime.follow()
    (tmp_path / "index" / "default" / stamp_of(old, lexicon).name / "stamp.json").write_text(stamp, "utf-8")
    with open_runtime(settings_of(tmp_path, "new"), encoders=source) as runtime:
        assert "schema" in runtime.remark or "cannot be read" in runtime.remark
        runtime.follow()
        assert (runtime.encoder.dim, found(runtime).counts.total) == (32, 3)


def test_another_lexicon_keeps_the_encoder_and_embeds_nothing(tmp_path, lexicon, source, old):
    with open_runtime(settings_of(tmp_path, "old"), encoders=source) as runtime:
        runtime.writer(ME).put_records("test", people(3))
        runtime.follow()
        other = replace(stamp_of(old, lexicon), lexicon="older")
        runtime._shelf.open(other).close()
        runtime._shelf.choose(other)
    old.seen.clear()
    with open_runtime(settings_of(tmp_path, "old"), encoders=source) as runtime:
        assert runtime.switch.differs == [f"lexicon: index has older, code wants {lexicon.version}"]
        runtime.switch_now()
        assert runtime.encoder is old
        assert found(runtime).counts.total == 3
    assert old.seen == []


def test_health_and_doctor_say_how_far_it_is(tmp_path, lexicon, source, new):
    with open_runtime(settings_of(tmp_path, "old"), encoders=source) as runtime:
        runtime.writer(ME).put_records("test", people(MANY))
        runtime.follow()
    told = report(settings_of(tmp_path, "old"), lexicon, source)
    assert (told["built"], told["begun"], told["others"]) == (True, False, [])
    new.open.clear()
    settings = settings_of(tmp_path, "new")
    runtime = open_runtime(settings, encoders=source)
    with TestClient(make_app(runtime, settings, close_runtime=True), base_url="http://127.0.0.1") as client:
        assert new.begun.wait(20)
        until(lambda: client.get("/v1/health").json()["index"] == "ready")
        told = client.get("/v1/health").json()
        assert (told["people"], told["switch"]) == (MANY, {"done": 0, "total": MANY, "problem": None})
        told = report(settings, lexicon, source)
        assert (told["built"], told["begun"], [one["answers"] for one in told["others"]]) == (False, True, [True])
        assert "encoder: index has fake@1#64, code wants fake@1#32" in told["others"][0]["differs"]
        new.open.set()
        until(lambda: client.get("/v1/health").json()["switch"] is None)
        until(lambda: report(settings, lexicon, source)["others"] == [])
        assert report(settings, lexicon, source)["built"]


def test_a_failure_is_shown_and_tried_again(lexicon, old, new):
    switch = Switch(None, stamp_of(new, lexicon), [], lambda: new)
    tries, stopping = [], threading.Event()

    def build():
        tries.append(switch.problem)
        if len(tries) < 3:
            raise (OSError(28, "No space left"), MissingModel("gone"))[len(tries) - 1]

    switch.keep_trying(build, stopping, retry_s=0)
    assert tries == [None, "OSError", "MissingModel"]


def test_a_failing_encoder_leaves_the_old_index_answering(due, new):
    runtime, shelf = due

    def fails(*_, **__):
        raise MissingModel("the package is gone")

    runtime.switch._load = fails
    with pytest.raises(MissingModel):
        runtime.switch_now()
    assert (runtime.encoder.dim, found(runtime).counts.total) == (64, MANY)
    assert shelf.current().stamp.dim == 64
