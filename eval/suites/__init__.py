"""Suites that come with Headwater: a folder each. Those with a ``suite.toml`` are read, `recruiting` is made."""
