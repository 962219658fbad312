"""A person in one line says what the whole person says."""

from engine.records import Position, SourceRecord, Viewer
from eval.world import make_world
from indexer.ledger import headline_of


def test_a_brief_is_what_the_whole_person_would_show(ledger):
    world = make_world(40, seed=3)
    ledger.writer("default", "test").put_records("ats", world.records)
    reader = ledger.reader(Viewer())
    ids = list(reader.person_ids())
    briefs = reader.briefs(ids)
    assert len(briefs) == 40
    for person_id, person in reader.people(ids).items():
        brief = briefs[person_id]
        assert (brief.name, brief.source) == (person.name, person.source)
        assert brief.ids == tuple(zip(person.connections, (r.id for r in person.records), strict=True))
        assert brief.location == next((r.location for r in person.records if r.location), None)
        assert brief.headline == headline_of(person.records)


def test_a_brief_leaves_out_the_erased_and_other_workspaces(ledger):
    record = SourceRecord(id="1", name="Ada Exempel", positions=(Position(title="Welder", employer="Example AB"),))
    (here,) = ledger.writer("default", "test").put_records("ats", [record])
    (there,) = ledger.writer("other", "test").put_records("ats", [record])
    reader = ledger.reader(Viewer())
    assert reader.briefs([here.person_id, there.person_id])[here.person_id].headline == "Welder · Example AB"
    assert there.person_id not in reader.briefs([here.person_id, there.person_id])
    ledger.writer("default", "test").erase(here.person_id)
    assert reader.briefs([here.person_id]) == {}
