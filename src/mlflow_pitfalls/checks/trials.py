"""What the trials of remedies against imbalance say: the best one, and all of them in order of their effect."""

from __future__ import annotations

from mlflow_pitfalls.checks.evidence import certain, decided, usable
from mlflow_pitfalls.checks.remedies import balance
from mlflow_pitfalls.checks.text import between, number, plural
from mlflow_pitfalls.model.outcomes import Remedy
from mlflow_pitfalls.model.record import ImbalanceTrialFacts, RunRecord

_NOTHING = "nothing"
_ALIKE = 0.02  # gains in balanced accuracy within it are alike: then the better ranking comes first
_WORDS = {"class_weight": "weighting the classes", "threshold": "tuning the decision threshold"}


def measure_remedy() -> Remedy:
    """Evaluate with a metric that shows the imbalance."""
    return Remedy(
        text="Evaluate with a metric that the rare class counts in.",
        code="balanced_accuracy_score(y_test, model.predict(X_test))",
    )


def balancing_remedies(record: RunRecord) -> tuple[Remedy, ...]:
    """Ways to make the rare class count: those tried, in order of their effect, then the others.

    What was tried and certainly gains nothing that matters is left out where something else gained.
    """
    assert record.fit is not None
    tried = trials_by_effect(record)
    useful = tuple(trial for trial in tried if _may_gain(trial)) if best_trial(record) else tried
    known = {trial.code for trial in tried}
    return (
        *(Remedy(text=f"{_told(trial, record)}.", code=trial.code) for trial in useful),
        *(other for other in balance(record.fit.estimator, record.task) if other.code not in known),
    )


def _may_gain(trial: ImbalanceTrialFacts) -> bool:
    gain = decided(trial.balanced_accuracy_change)
    return gain is None or gain[1].high >= _ALIKE


def best_trial(record: RunRecord) -> str:
    """A sentence on the remedy that certainly gained most; empty where none did or none was tried."""
    best = next(iter(trials_by_effect(record)), None)
    if best is None or certain(best.balanced_accuracy_change, 0.0) is None:
        return ""
    return f"Tried by cross-validation: {_told(best, record)}."


def trials_change_nothing(record: RunRecord, worth: float) -> bool:
    """Whether every remedy was tried to the end, and certainly gains less than ``worth`` in balanced accuracy."""
    tried = [trial for trial in record.imbalance_trials if trial.remedy != _NOTHING]
    gains = [decided(trial.balanced_accuracy_change) for trial in tried]
    return bool(gains) and all(gain is not None and gain[1].high < worth for gain in gains)


def trials_in_words(record: RunRecord) -> str:
    """How many were tried, and what the best one gained."""
    tried = trials_by_effect(record)
    return f"{plural(len(tried), 'remedy', 'remedies')}, at best {_told(tried[0], record)}" if tried else "none"


def trials_by_effect(record: RunRecord) -> tuple[ImbalanceTrialFacts, ...]:
    """Trials with a measured effect, best first; those that certainly rank the rows worse last."""
    tried = [trial for trial in record.imbalance_trials if trial.remedy != _NOTHING and not trial.error]
    known = [(trial, decided(trial.balanced_accuracy_change)) for trial in tried]
    ordered = sorted(
        ((trial, gain) for trial, gain in known if gain is not None),
        key=lambda pair: (_ranks_worse(pair[0]), -round(pair[1][1].low / _ALIKE), -_ranking_gain(pair[0])),
    )
    return tuple(trial for trial, _ in ordered)


def _ranks_worse(trial: ImbalanceTrialFacts) -> bool:
    change = decided(trial.average_precision_change)
    return change is not None and change[1].high < 0


def _ranking_gain(trial: ImbalanceTrialFacts) -> float:
    change = usable(trial.average_precision_change)
    return change.value if change is not None else 0.0


def _told(trial: ImbalanceTrialFacts, record: RunRecord) -> str:
    """``weighting the classes: balanced accuracy 0.62 → 0.68 (change 0.06, 95 % CI 0.03–0.09)``."""
    base = next((other for other in record.imbalance_trials if other.remedy == _NOTHING), None)
    before, after = usable(base.balanced_accuracy) if base else None, usable(trial.balanced_accuracy)
    gain = decided(trial.balanced_accuracy_change)
    assert gain is not None
    scores = f" {number(before.value)} → {number(after.value)}" if before and after else ""
    words = _WORDS.get(trial.remedy, trial.remedy)
    return f"{words}: balanced accuracy{scores} (change {number(gain[0].value)}, {between(gain[1])})"
