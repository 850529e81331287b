"""Runs beside each other, from the store."""
