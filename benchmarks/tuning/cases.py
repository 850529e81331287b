"""What is tuned: data sets that ship, each with the estimators that somebody would take for it, and five seeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SEEDS = 5

# Every kind of estimator, every kind of target, and tables of 442 to 6 000 rows.
PLAN: tuple[tuple[str, str], ...] = (
    ("breast_cancer", "vectors"),
    ("german_credit", "forest"),
    ("telco_churn", "boosting"),
    ("adult_income", "lightgbm"),
    ("bank_marketing", "xgboost"),
    ("wine_red", "vectors"),
    ("digits", "linear"),
    ("abalone", "boosting"),
    ("bike_day", "lightgbm"),
    ("diabetes", "linear"),
    ("diabetes", "network"),
    ("wine_red", "forest"),
    ("abalone", "vectors"),
    ("bike_day", "tree"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One data set, one estimator, one seed: of the split into training and held-out rows, and of every choice."""

    table: str
    estimator: str
    seed: int

    @property
    def id(self) -> str:
        """``wine_red/forest/3``."""
        return f"{self.table}/{self.estimator}/{self.seed}"


def case_of(text: str) -> Case:
    """The case of an id.

    Raises:
        ValueError: It is no id.
    """
    table, estimator, seed = text.split("/")
    return Case(table=table, estimator=estimator, seed=int(seed))


def all_cases(*, seeds: int = SEEDS, tables: Sequence[str] | None = None) -> Iterator[Case]:
    """Seed by seed, so that a run that is stopped has something of every table."""
    for seed in range(seeds):
        for table, estimator in PLAN:
            if tables is None or table in tables:
                yield Case(table=table, estimator=estimator, seed=seed)
