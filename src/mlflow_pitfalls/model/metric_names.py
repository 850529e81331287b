"""Names of metrics as users write them, and scikit-learn's names of scorers."""

from __future__ import annotations

import math
from collections.abc import Mapping

# The scorers whose scores are computed here with an interval.
KNOWN_SCORERS = (
    "accuracy",
    "balanced_accuracy",
    "matthews_corrcoef",
    "cohen_kappa",
    *(
        f"{name}{average}"
        for name in ("f1", "precision", "recall", "jaccard")
        for average in ("", "_macro", "_micro", "_weighted")
    ),
    "top_k_accuracy",
    "roc_auc",
    "roc_auc_ovr",
    "roc_auc_ovr_weighted",
    "average_precision",
    "neg_log_loss",
    "neg_brier_score",
    "r2",
    "explained_variance",
    "neg_mean_squared_error",
    "neg_root_mean_squared_error",
    "neg_mean_absolute_error",
    "neg_median_absolute_error",
    "neg_mean_absolute_percentage_error",
    "neg_mean_squared_log_error",
    "neg_root_mean_squared_log_error",
    "neg_mean_poisson_deviance",
    "neg_mean_gamma_deviance",
)
_SHORT_NAMES = {
    "auc": "roc_auc",
    "mse": "neg_mean_squared_error",
    "rmse": "neg_root_mean_squared_error",
    "mae": "neg_mean_absolute_error",
    "mape": "neg_mean_absolute_percentage_error",
    "brier_score_loss": "neg_brier_score",
}
_ERROR = "neg_"
_NAME_LENGTH = 60  # characters of a name that a note shows


def scorer_name(name: str) -> str:
    """The scorer of a metric: ``roc_auc_score`` is ``roc_auc``, ``mean_absolute_error`` ``neg_mean_absolute_error``.

    A name that is not known is returned as it is.
    """
    plain = name.strip().lower()
    for candidate in (plain, _SHORT_NAMES.get(plain, ""), plain.removesuffix("_score"), f"{_ERROR}{plain}"):
        if candidate in KNOWN_SCORERS:
            return candidate
    return name.strip()


def score_to_reach(name: str, value: float) -> tuple[str, float]:
    """A benchmark as scorer and score, higher is better: an error of 3.0 is a score of −3.0."""
    scorer = scorer_name(name)
    return scorer, -abs(value) if scorer.startswith(_ERROR) else value


def is_error(scorer: str) -> bool:
    """Whether a scorer negates an error."""
    return scorer.startswith(_ERROR)


def merged_benchmark(
    given: Mapping[str, float], tags: Mapping[str, str]
) -> tuple[tuple[tuple[str, float], ...], tuple[str, ...]]:
    """One benchmark of what ``enable()`` was given and of an experiment's tags; the former counts where both tell.

    Args:
        given: Number by metric.
        tags: Text by metric.

    Returns:
        Scorers with the scores to reach, and notes on tags that are no numbers.
    """
    notes, told = [], {}
    for name, text in tags.items():
        value = _number(text)
        if value is None:
            notes.append(f"the experiment's benchmark for {scorer_name(name)[:_NAME_LENGTH]!r} is no number")
        else:
            told[name] = value
    pairs = [score_to_reach(name, value) for name, value in (*told.items(), *given.items())]
    return tuple(dict(pairs).items()), tuple(notes)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
