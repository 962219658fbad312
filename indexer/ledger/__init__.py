"""The truth in SQL: one metadata, one migration tree. The only place that writes SQL."""
