"""Titles, skills, places, languages: names, aliases, codes."""

from engine.lexicon.concepts import Concept, ConceptKind, Mention
from engine.lexicon.lexicon import Lexicon

__all__ = ["Concept", "ConceptKind", "Lexicon", "Mention"]
