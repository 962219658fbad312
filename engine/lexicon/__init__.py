"""Titles, skills, places, languages: names, aliases, codes."""
