"""The schema and its stamp; one plan of legs, two engines. The only place that imports Qdrant."""
