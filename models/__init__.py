"""TEXT -> NUMBERS. Knows no person, workspace or database."""
