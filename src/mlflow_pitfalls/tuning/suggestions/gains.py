"""What tuning should bring: measured where an extra fit or an earlier run did better on the same rows, else a prior."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mlflow_pitfalls.checks.text import between, count, number, printable
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.suggestions import ExpectedGain
from mlflow_pitfalls.model.values import Estimate

MEASURED, PRIOR = "measured", "prior"
_LENGTH = 120  # characters of what was tried

# Probst, Boulesteix and Bischl, "Tunability" (JMLR 20, 2019; 38 data sets, six kinds of models): forests gain least.
_USUAL = {
    "forest": "Random forests usually gain little: of six kinds of models their defaults leave least to tuning",
    "tree": "Single trees usually gain clearly, from their size above all",
    "svm": "Support vector machines usually gain much, because their defaults suit few data sets",
    "boosting": "Boosting usually gains clearly, from the learning rate together with the number of rounds",
    "linear": "Linear models usually gain where there are many columns for the rows, and little elsewhere",
    "neighbors": "Nearest neighbours usually gain clearly, from how many of them are asked",
    "network": "Neural networks usually gain much, and vary much with the seed",
}
_USUAL_ELSEWHERE = "What tuning brings this kind of model is not known beforehand"


@dataclass(frozen=True, slots=True)
class _Tried:
    what: str
    gain: Estimate
    where: str


def expected_gain(record: RunRecord, metric: str) -> ExpectedGain:
    """The gain in the primary metric.

    Args:
        record: The run's facts.
        metric: scikit-learn's name of the scorer that is tuned for; higher is better.
    """
    tried = [found for found in _tried(record, metric) if found.gain.interval is not None]
    surely = [found for found in tried if found.gain.interval is not None and found.gain.interval.low > 0]
    if surely:
        best = max(surely, key=lambda found: found.gain.value)
        text = (
            f"{best.what} alone scored {number(best.gain.value)} ({between(best.gain.interval)}) higher in {metric} "
            f"{best.where}. The best of {count(len(tried))} tried looks a little better than it is."
            if len(tried) > 1
            else f"{best.what} alone scored {number(best.gain.value)} ({between(best.gain.interval)}) higher in "
            f"{metric} {best.where}."
        )
        return ExpectedGain(basis=MEASURED, text=text, value=best.gain.value, interval=best.gain.interval)
    return ExpectedGain(basis=PRIOR, text=_prior(record, tried, metric))


def _tried(record: RunRecord, metric: str) -> Iterator[_Tried]:
    """Everything else that was fitted on the same rows and is a setting of this model."""
    for other in record.alternatives:
        if other.kind != "linear" and other.metric == metric:
            source = "an earlier run, " if other.source == "history" else ""
            where = f"on the same {count(other.gain.rows)} held-out rows" if other.gain.rows else "on the same rows"
            yield _Tried(printable(f"{source}{other.description}", _LENGTH), other.gain, where)
    for trial in record.imbalance_trials:
        changes = {
            "balanced_accuracy": trial.balanced_accuracy_change,
            "average_precision": trial.average_precision_change,
        }
        change = changes.get(metric)
        if change is not None and trial.remedy != "nothing":
            where = f"in {trial.folds} folds of {count(trial.rows)} training rows"
            yield _Tried(printable(trial.remedy, _LENGTH), change, where)


def _prior(record: RunRecord, tried: list[_Tried], metric: str) -> str:
    family = record.fit.estimator.family if record.fit is not None else ""
    said = f"Not measured. {_USUAL.get(family, _USUAL_ELSEWHERE)}; no promise for this run."
    if tried:
        best = max(tried, key=lambda found: found.gain.value)
        said += (
            f" {best.what} was tried and changed {metric} by {number(best.gain.value)} "
            f"({between(best.gain.interval)}): no sure gain."
        )
    return f"{said}{_noise(record)}"


def _noise(record: RunRecord) -> str:
    """What the held-out rows can show at all."""
    score = record.primary_score
    noise = score.held_out.interval if score is not None and score.held_out is not None else None
    if score is not None and score.held_out is not None and noise is not None:
        left = score.perfect - score.held_out.value
        if left <= noise.width / 2:
            return f" Only {number(left)} is left to a perfect score, which is less than its own error."
        return (
            f" The held-out score is known to within {number(noise.width / 2)} on {count(score.held_out.rows)} rows, "
            "so that smaller gains will not show in it."
        )
    return ""
