"""What can go wrong between a text and its numbers. Each message says what to do next.

ModelError            root
├── UnknownModel      no such name in the catalog
├── WrongWeights      the file's sha256 is not the catalog's
├── MissingModel      the package or the hub that holds the weights is not there
└── BadOutput         the model gave a number that is not finite
"""

from __future__ import annotations


class ModelError(Exception):
    """Root."""


class UnknownModel(ModelError):
    """No such name in the catalog."""


class WrongWeights(ModelError):
    """The weights on disk are not the ones the catalog names."""


class MissingModel(ModelError):
    """The package that carries the weights is not installed, or a hub is out of reach."""


class BadOutput(ModelError):
    """A vector that is not finite: never given to an index."""
