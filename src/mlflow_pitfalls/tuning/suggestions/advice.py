"""What a practitioner would do beside searching: mend first, stop early, weight classes, look at a part of the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mlflow_pitfalls.checks.text import between, count, number, seconds
from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.tuning.space.aims import is_flagged, to_mend

MEND = "Mend"  # how advice begins that comes before any tuning
LONG_TRIAL_SECONDS = 60.0  # from which on a first search on a part of the rows pays
LABEL_METRICS = ("f1", "balanced_accuracy", "precision", "recall", "jaccard", "matthews_corrcoef", "cohen_kappa")
_RARE_SHARE = 0.25  # of the rarest class, below which the threshold of one half suits label metrics badly
_LOPSIDED = ("class-imbalance", "accuracy-paradox", "class-never-predicted")
_ROUNDS_LEFT = 0.8  # of the rounds: a best round before that is worth telling


@dataclass(frozen=True, slots=True)
class _Judged:
    """A run, what the checks said of it, what is tuned for, and what a trial should take."""

    record: RunRecord
    outcomes: Outcomes
    metric: str
    trial_seconds: float | None


_Advice = Callable[[_Judged], Iterator[str]]


def advice_of(record: RunRecord, outcomes: Outcomes, *, metric: str, trial_seconds: float | None) -> tuple[str, ...]:
    """Sentences, the most important first.

    Args:
        record: The run's facts.
        outcomes: Every check's answer.
        metric: What is tuned for.
        trial_seconds: What one trial should take.
    """
    run = _Judged(record, outcomes, metric, trial_seconds)
    return tuple(said for one in _ADVICE for said in one(run))


def wants_threshold(record: RunRecord, metric: str) -> bool:
    """Whether a decision threshold of its own should beat tuning: a label metric of two classes, one of them rare."""
    if record.task is not Task.BINARY or not _is_label_metric(metric) or record.remedies.threshold_tuning:
        return False
    shares = _class_shares(record)
    return bool(shares) and min(shares) < _RARE_SHARE


def _mend(run: _Judged) -> Iterator[str]:
    for flag, why in to_mend(run.outcomes):
        yield f"{MEND} {flag.check} first: {why}."


def _other_model(run: _Judged) -> Iterator[str]:
    """Where another model is ahead already, or a simpler one suffices, this one is not the one to tune."""
    if is_flagged(run.outcomes, "simple-rule-suffices"):
        yield "A rule over one column does as well: tuning this model is not the answer."
    elif is_flagged(run.outcomes, "linear-suffices"):
        yield "A linear model does as well and has little to tune: choose it before tuning this one."
    own = next((each for each in run.record.prototypes if each.is_run and each.score is not None), None)
    scored = [each for each in run.record.prototypes if each.score is not None and not each.is_run]
    if own is None or own.score is None or own.score.interval is None or not scored:
        return
    best = max(scored, key=lambda each: each.score.value if each.score is not None else 0.0)
    if best.score is not None and best.score.interval and best.score.interval.low > own.score.interval.high:
        yield (
            f"{best.model} as it comes is ahead of this model by {number(best.score.value - own.score.value)} in "
            f"{best.metric} over {best.folds} folds: changing the model brings more than tuning this one."
        )


def _imbalance(run: _Judged) -> Iterator[str]:
    """On three sets, weights or a threshold gave most of the gain in a second where six of tuning gave none."""
    metric, task = run.metric, run.record.task
    if wants_threshold(run.record, metric):
        yield (
            f"With a rare class, a tuned decision threshold or class weights usually bring more {metric} than tuning "
            "does: tune for a ranking metric such as average_precision, then choose the threshold "
            "(TunedThresholdClassifierCV)."
        )
    elif task is Task.MULTICLASS and _is_label_metric(metric) and is_flagged(run.outcomes, "class-imbalance"):
        yield f"With rare classes, class weights usually bring more {metric} than tuning does: set them first."
    elif metric == "accuracy" and is_flagged(run.outcomes, *_LOPSIDED):
        yield "Tuning for accuracy favours the large class: tune for balanced_accuracy or average_precision instead."


def _rounds(run: _Judged) -> Iterator[str]:
    staged = run.record.staged
    if staged is None or staged.early_stopping or staged.measured_on == "train":
        return
    if staged.best_round < _ROUNDS_LEFT * staged.total_rounds:
        change = staged.gain_after_best
        lost = ""
        if change is not None and change.interval is not None and change.interval.high < 0:
            lost = f"; the rounds after it lose {number(-change.value)} ({between(change.interval)} as a change)"
        yield (
            f"The score was best at round {count(staged.best_round)} of {count(staged.total_rounds)}{lost}: stop early "
            f"rather than searching {staged.parameter}."
        )


def _time(run: _Judged) -> Iterator[str]:
    fit, long = run.record.fit, run.trial_seconds
    if long is None or long < LONG_TRIAL_SECONDS or fit is None:
        return
    yield (
        f"A trial takes about {seconds(long)}: search on a tenth of the {count(fit.rows)} training "
        "rows first, then on all of them around what was best there; pruning drops poor settings after a few folds."
    )


def _data(run: _Judged) -> Iterator[str]:
    if is_flagged(run.outcomes, "more-data-helps"):
        yield "The score still rises with more rows: collecting them may bring more than tuning."
    if is_flagged(run.outcomes, "label-noise"):
        yield "Wrong labels set a limit to every setting: mend them before long searches."
    if is_flagged(run.outcomes, "unscaled-features"):
        yield "Scale the features first: the best settings of unscaled ones are not the best settings."
    if is_flagged(run.outcomes, "test-set-too-small", "unstable-score"):
        yield "Compare settings by cross-validation only: the held-out rows are too few to tell them apart."


def _class_shares(record: RunRecord) -> list[float]:
    target = record.train.target if record.train is not None else None
    counts = [each.count for each in target.classes] if target is not None else []
    return [each / sum(counts) for each in counts] if counts and sum(counts) else []


def _is_label_metric(metric: str) -> bool:
    return metric.startswith(LABEL_METRICS)


_ADVICE: tuple[_Advice, ...] = (_mend, _other_model, _imbalance, _rounds, _time, _data)
