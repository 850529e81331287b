"""Remedies against class imbalance that were tried on the training rows."""

from __future__ import annotations

from mlflow_pitfalls.model.record import ImbalanceTrialFacts, RunRecord
from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.reporting.exhibits import Code, Exhibit
from mlflow_pitfalls.reporting.score_views import Table

NOTHING = "nothing"


def imbalance_exhibit(record: RunRecord) -> Exhibit | None:
    """Each remedy beside doing nothing, and the line of the one that helps most."""
    trials = record.imbalance_trials
    if not trials:
        return None
    best = _best(trials)
    first = trials[0]
    table = Table(
        caption=f"Cross-validated on {text.count(first.rows, 'training row')}, {first.folds} folds; changes against "
        "doing nothing",
        head=("Remedy", "Balanced accuracy", "Its change", "Rare class's recall", "Average precision", "Gap", "Time"),
        rows=tuple(_row(trial) for trial in trials),
        numeric=(1, 2, 3, 4, 5, 6),
    )
    codes = (Code(label=text.name(best.remedy), text=text.clean_block(best.code)),) if best and best.code else ()
    return Exhibit(
        key="imbalance-trials",
        title="Remedies tried",
        says=_says(best, sum(trial.remedy != NOTHING for trial in trials)),
        tables=(table,),
        codes=codes,
    )


def _row(trial: ImbalanceTrialFacts) -> tuple[str, ...]:
    if trial.error:
        return (text.name(trial.remedy), f"failed ({text.name(trial.error)})", *([""] * 5))
    return (
        text.name(trial.remedy),
        text.score(trial.balanced_accuracy.value if trial.balanced_accuracy else None),
        text.estimate(trial.balanced_accuracy_change),
        text.estimate(trial.minority_recall_change),
        text.estimate(trial.average_precision_change),
        text.score(trial.gap.value if trial.gap else None),
        text.seconds(trial.seconds),
    )


def _best(trials: tuple[ImbalanceTrialFacts, ...]) -> ImbalanceTrialFacts | None:
    """The remedy that gains most balanced accuracy, where the whole interval is a gain."""
    gains = [
        (trial.balanced_accuracy_change.value, trial)
        for trial in trials
        if trial.remedy != NOTHING
        and trial.balanced_accuracy_change is not None
        and trial.balanced_accuracy_change.interval is not None
        and trial.balanced_accuracy_change.interval.low > 0
    ]
    return max(gains, key=lambda pair: pair[0])[1] if gains else None


def _says(best: ImbalanceTrialFacts | None, tried: int) -> str:
    if best is None:
        tried_words = text.count(tried, "remedy", "remedies")
        return f"None of the {tried_words} that were tried is surely better than doing nothing."
    said = (
        f"{text.name(best.remedy)} helps most: balanced accuracy {text.estimate(best.balanced_accuracy_change)} higher"
    )
    if best.average_precision_change is not None:
        said += f", average precision changes by {text.estimate(best.average_precision_change)}"
    return f"{said}. A threshold of your own may do the same without a new fit."
