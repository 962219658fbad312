"""A library that serving does not need is asked for where it is used."""

import pytest

from engine.errors import NeedsOperator
from engine.extras import extra


def test_what_is_here_is_given():
    assert extra("json.decoder", "Reading").JSONDecoder


def test_what_is_absent_is_said_with_whom_it_is_for_and_how_to_get_it():
    with pytest.raises(NeedsOperator, match=r"A picture needs no_such_library, .*pip install -e '\.\[eval\]'"):
        extra("no_such_library.part", "A picture")
