"""CV and record text -> facts with spans. Knows the lexicon; knows no index and no database."""

from engine.facts.extract import extract
from engine.facts.person import read_person

__all__ = ["extract", "read_person"]
