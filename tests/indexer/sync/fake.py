"""The practice ATS under the names the tests know, and what a whole and right copy of it says of everyone."""

from eval.sandbox.clock import VirtualClock
from eval.simulate.ats import START, Ats
from eval.simulate.ats import Http as FakeHttp
from eval.simulate.connector import PracticeConnector as FakeConnector


class Clock(VirtualClock):
    def __init__(self):
        super().__init__(START)

    def pass_(self, seconds):
        self.advance(seconds)


def truth(ats):
    """id -> (name, tags, applications, notes, CV)"""
    found = {}
    for key, row in ats.people.items():
        notes = sorted(text.partition(" #")[0] for owner, text in ats.notes.values() if owner == key)
        found[key] = (row.name, row.tags, sorted(a[:2] for a in row.applied), notes, row.cv)
    return found


__all__ = ["START", "Ats", "Clock", "FakeConnector", "FakeHttp", "truth"]
