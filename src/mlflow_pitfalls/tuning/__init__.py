"""Tuning: search spaces of live estimators, what flags say about them, suggestions, and the study itself."""
