"""An installation that is connected to the practice ATS, with three people of it. Shared by what tries writing."""

from contextlib import contextmanager

from api.app import make_app
from api.runtime import Runtime, stamp_of
from api.secret import Secret
from api.settings import Settings
from engine.index import open_folder
from indexer.ledger import Ledger
from models import FakeEncoder
from tests.indexer.sync.conftest import World
from tests.indexer.sync.fake import Clock


class PracticeOpener:
    """Opens every connection as the practice ATS."""

    def __init__(self, connector):
        self._connector = connector

    def connector(self, _row):
        return self._connector

    def secrets(self, _row):
        return ()


class Practice(World):
    """Adds the door to a world of the practice ATS."""

    def __init__(self, runtime, settings, folder, clock):
        super().__init__(runtime.ledger, clock, folder)
        self.runtime, self.settings = runtime, settings
        self.ats.users["u1"] = "Karl"
        self.ats.jobs |= {"j1": "Nurse", "j2": "Developer"}
        for n in (1, 2, 3):
            job = f"j{1 + n % 2}"
            self.ats.put(
                f"p{n}", f"Person {n}", email=f"p{n}@example.com", tags=("t1",), applied=((f"a{n}", job, "Inbox"),)
            )
        self.run(30)
        runtime.follow()
        self.app = make_app(runtime, settings)
        self.app.state.opener = PracticeOpener(self.connector)

    def id_of(self, record, connection="ats"):
        reader = self.ledger.reader(self.viewer())
        return reader.ids_of(connection, [record])[record]

    def viewer(self, **more):
        from engine.records import Viewer

        return Viewer(**more)

    def settle(self):
        """Everything that is owed is written and read back."""
        self.run(120)

    def settings_are(self, **values):
        self.ledger.connections.change_settings("default", "ats", values)
        row = self.ledger.connections.get("default", "ats")
        from dataclasses import replace

        from indexer.sync.worker import rules_of

        self.work = replace(self.work, **rules_of(row))


@contextmanager
def practice(folder, lexicon):
    clock = Clock()
    settings, encoder = Settings(data_dir=folder, _env_file=None), FakeEncoder()
    runtime = Runtime(
        ledger=Ledger.open(settings.database, clock=clock), encoder=encoder, lexicon=lexicon, clock=clock,
        index=open_folder(settings.index_dir, stamp_of(encoder, lexicon)),
        secret=Secret(b"a secret for the tests, long enough"),
    )  # fmt: skip
    yield Practice(runtime, settings, folder / "files", clock)
    runtime.close()
