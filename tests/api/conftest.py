"""Runs a user's script in a process of its own, against a real store."""

from tests.scripts import data, fit, run_script

__all__ = ["data", "fit", "run_script"]
