"""What each held-out row adds to a run's score, without the row: what a paired comparison of two runs needs."""

from __future__ import annotations

from dataclasses import dataclass

LOSSES_SCHEMA_VERSION = 1
MAX_LOSS_ROWS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLosses:
    """One float and one fingerprint a held-out row.

    ``contributions`` are the rows' pseudo-values of the metric: their mean is the score. For a mean of losses they are
    the losses themselves, with the metric's sign; for any other metric the score plus the row's influence on it. Two
    runs' contributions for the same rows can be subtracted, whatever the metric.

    ``fingerprints`` are the first 48 bits of a keyed hash of the row's features and target; equal rows have equal
    ones within an experiment. No row can be computed from its fingerprint, but who has a row can look for it.
    """

    metric: str  # scikit-learn's scorer name
    score: float  # of these rows; higher is better
    held_out: str  # digest of all held-out rows, "" unknown
    fingerprints: tuple[int, ...]
    contributions: tuple[float, ...]
    rows: int  # held-out rows that the run had a score of; more than are kept here where they are a sample
    complete: bool = True  # every sampled held-out row is here, in its order
    schema_version: int = LOSSES_SCHEMA_VERSION

    @property
    def kept(self) -> int:
        """Rows in here."""
        return len(self.contributions)
