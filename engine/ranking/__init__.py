"""Fusion, levels, the ATS-first prior, evidence: pure functions."""
