"""Faults of ours that these tests found, and that were mended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of ours.

    Attributes:
        what: What went wrong, in one line.
        how: Which test or figure showed it.
        tests: Ids of tests that hold it now.
    """

    what: str
    how: str
    tests: tuple[str, ...]


FINDINGS: tuple[Finding, ...] = ()
