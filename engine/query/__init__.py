"""What the user typed -> Query: criteria, terms, remarks."""

from engine.query.criteria import Criterion, Identity, Query
from engine.query.understand import understand

__all__ = ["Criterion", "Identity", "Query", "understand"]
