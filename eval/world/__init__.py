"""One seeded generator of everything made up: people, jobs, histories, CV files, queries, truth."""
