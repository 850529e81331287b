"""Judges runs that were logged without this package, by what MLflow itself keeps of them."""
