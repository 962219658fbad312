"""Lists, relations, include, fields, sort and filters: one test a rule of the wire format."""

from urllib.parse import unquote

import pytest


def ids(rows):
    return [row["id"] for row in rows]


def test_a_page_holds_ten_rows_and_at_most_thirty(client):
    assert len(client.get("candidates")["data"]) == 10
    assert len(client.get("candidates?page[size]=30")["data"]) == 30
    assert len(client.get("candidates?page[size]=500")["data"]) == 30
