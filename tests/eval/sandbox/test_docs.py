"""docs/sandbox.md names what there is: faults, acts of the recruiter, keys."""

from pathlib import Path

from eval.sandbox import FAULT_KINDS, KEYS
from eval.sandbox.serve import ACTS

TEXT = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text("utf-8")


def test_every_fault_act_and_key_is_named():
    assert [name for name in (*FAULT_KINDS, *ACTS, *KEYS) if f"`{name}`" not in TEXT] == []
