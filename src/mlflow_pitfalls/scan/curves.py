"""Training curves: a loss that diverges, a held-out metric that turns, steps that gain nothing any more."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.checks.text import count, number, percent, short
from mlflow_pitfalls.model.logged import LoggedRun, Series
from mlflow_pitfalls.model.outcomes import Evidence, Outcome, Remedy, Status
from mlflow_pitfalls.model.values import Interval, Severity
from mlflow_pitfalls.scan.answers import answer
from mlflow_pitfalls.scan.names import MetricName, Side
from mlflow_pitfalls.scan.pairs import curves_of, names_of, pairs_of

Values = npt.NDArray[np.float64]

DIVERGED, ONSET, WENT_ON = "not-converged", "overfit", "no-early-stopping"
MIN_STEPS = 20  # of a curve that is judged; below it, a few noisy steps decide; our choice
MIN_RISE = 0.1  # of what the held-out metric had gained, lost again: from here on it has turned; our choice
MAX_SHARE = 0.5  # of the steps, from which on the rest is little; our choice
MAX_GAIN = 0.02  # of the whole gain, that later steps may add and count as nothing; our choice
MIN_GAIN_NOISE = 6.0  # times its own noise that a curve must gain: slow noise gains up to twice that of its own
MIN_RISE_NOISE = 4.0  # … and lose again
LEVEL = 0.99  # of the intervals over steps: the best of many windows is chosen, and steps go together
_QUARTER = 4
_START = 2  # steps at the beginning, from which a gain is counted: boosting gains most in its first rounds
_WINDOW, _LEAST_WINDOW = 20, 4  # a window is a twentieth of the curve, at least four steps
_END, _LEAST_END = 5, 5  # the curve's end is its last fifth
_OVER_STEPS = "over steps, which says how steady the curve is, not how it would be on other rows"


@dataclass(frozen=True, slots=True)
class _Curve:
    """The two sides at the steps that they share, turned so that less is better."""

    name: MetricName
    steps: npt.NDArray[np.int64]
    train: Values
    held_out: Values


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where a held-out curve is best, and what it gained until there. Positions count steps."""

    best: slice
    end: slice
    gain: float  # from its first steps to its best window
    noise: float  # standard deviation around the nearest curve that falls to its best and rises after it


def judge_divergence(run: LoggedRun) -> Outcome:
    """Whether a training loss became no number, or ended above all that it was in the beginning.

    Args:
        run: What MLflow knows of the run.
    """
    losses = [(name, series) for name, series in _losses(run) if series.steps]
    if not losses:
        return answer(DIVERGED, Status.NOT_APPLICABLE, "No history of a training loss was logged.")
    for name, series in losses:
        found = _no_number(name, series) or _exploded(name, series)
        if found is not None:
            return found
    return answer(DIVERGED, Status.PASSED, f"{short(losses[0][0].key)} stays a number and does not explode.")


def judge_onset(run: LoggedRun) -> Outcome:
    """Whether a held-out metric has turned while the training metric went on improving."""
    curve = _curve(run)
    if curve is None:
        return answer(ONSET, Status.NOT_APPLICABLE, "No metric has histories of both sides of 20 steps or more.")
    shape = _shape(curve.held_out)
    if shape is None:
        return answer(ONSET, Status.PASSED, f"{short(curve.name.key)} does not improve at first, and cannot turn.")
    rise, interval = _difference(curve.held_out[shape.end], curve.held_out[shape.best])
    _, improved = _difference(curve.train[shape.best], curve.train[shape.end])
    step = int(curve.steps[shape.best.stop - 1])
    value, bounds = rise / shape.gain, Interval(low=interval.low / shape.gain, high=interval.high / shape.gain)
    proof = Evidence(
        statistic=f"{short(curve.name.key)}: lost again after its best, of what it had gained",
        value=value,
        threshold=MIN_RISE,
        unit="share of the gain",
        rows=run.held_out_rows or 0,
        interval=Interval(low=bounds.low, high=bounds.high, level=LEVEL),
        threshold_source="our choice",
        would_clear="an end as good as its best",
    )
    is_steady = improved.low > 0 and rise > MIN_RISE_NOISE * shape.noise
    if bounds.low <= MIN_RISE or not is_steady:
        return answer(ONSET, Status.PASSED, f"{short(curve.name.key)} ends about as good as its best.", evidence=proof)
    message = (
        f"{short(curve.name.key)} is best around step {count(step)} and then loses {percent(value)} of what it had "
        f"gained ({percent(bounds.low)} to {percent(bounds.high)}, {_OVER_STEPS}), while the training side goes on "
        "improving."
    )
    return answer(
        ONSET,
        Status.FLAGGED,
        message,
        severity=Severity.MEDIUM,
        evidence=proof,
        remedies=(
            Remedy(text=f"Stop early, or keep the model of about step {count(step)}."),
            Remedy(text="Regularise more, or add rows."),
        ),
    )


def judge_plateau(run: LoggedRun) -> Outcome:
    """Whether a run went on for long after its held-out metric had stopped improving."""
    curve = _curve(run)
    shape = _shape(curve.held_out) if curve is not None else None
    if curve is None or shape is None:
        return answer(WENT_ON, Status.NOT_APPLICABLE, "No held-out metric's history of 20 steps or more improves.")
    reached = _reached(curve.held_out, shape)
    share = reached / len(curve.held_out)
    message = f"{short(curve.name.key)} has its final level after {percent(share)} of the steps"
    if share > MAX_SHARE:
        return answer(WENT_ON, Status.PASSED, f"{message}.")
    after = curve.held_out[reached : reached + (len(curve.held_out) - reached) // 2]
    gain, interval = _difference(after, curve.held_out[shape.end])
    bounds = Interval(low=interval.low / shape.gain, high=interval.high / shape.gain, level=LEVEL)
    proof = Evidence(
        statistic=f"{short(curve.name.key)}: gained later, of the whole gain",
        value=gain / shape.gain,
        threshold=MAX_GAIN,
        unit="share of the gain",
        rows=run.held_out_rows or 0,
        interval=bounds,
        threshold_source="our choice",
        would_clear="fewer steps, or a gain by the later ones",
    )
    if bounds.high >= MAX_GAIN:
        return answer(
            WENT_ON, Status.INCONCLUSIVE, f"{message}, but later ones may still add. It would take more steps."
        )
    message += f" (step {count(int(curve.steps[reached]))}); the rest gains nothing, {_OVER_STEPS}."
    remedies = (Remedy(text="Stop early by a validation share of the training rows."),)
    return answer(WENT_ON, Status.FLAGGED, message, severity=Severity.LOW, evidence=proof, remedies=remedies)


def _losses(run: LoggedRun) -> Iterator[tuple[MetricName, Series]]:
    curves = curves_of(run)
    for name in names_of(run):
        if name.key in curves and name.higher_is_better is False and name.side is not Side.HELD_OUT:
            yield name, curves[name.key]


def _no_number(name: MetricName, series: Series) -> Outcome | None:
    """A loss that ends in NaN or infinity; one value in between may be of a step without rows."""
    if not series.values or math.isfinite(series.values[-1]):
        return None
    at = len(series.values)
    while at and not math.isfinite(series.values[at - 1]):
        at -= 1
    message = f"{short(name.key)} is no finite number from step {count(series.steps[at])} on: training has diverged."
    return _divergence(message, len(series.values) - at, 0.0, "steps at the end without a finite loss")


def _exploded(name: MetricName, series: Series) -> Outcome | None:
    values = np.array([value for value in series.values if math.isfinite(value)])
    if len(values) < MIN_STEPS:
        return None
    part = len(values) // _QUARTER
    start, end = float(values[:part].max()), float(values[-part:].min())
    if end <= start:
        return None
    message = (
        f"{short(name.key)} ends higher than it began: never below {number(end)} in its last quarter, never above "
        f"{number(start)} in its first."
    )
    return _divergence(message, end, start, f"least {short(name.key)} of the last quarter of the steps")


def _divergence(message: str, value: float, threshold: float, statistic: str) -> Outcome:
    proof = Evidence(
        statistic=statistic,
        value=value,
        threshold=threshold,
        unit="",
        rows=0,
        threshold_source="what it was in the beginning",
        would_clear="a loss that falls",
    )
    remedies = (
        Remedy(text="Lower the learning rate, or clip gradients."),
        Remedy(text="Look for missing, infinite or unscaled values in the data."),
    )
    return answer(DIVERGED, Status.FLAGGED, message, severity=Severity.MEDIUM, evidence=proof, remedies=remedies)


def _curve(run: LoggedRun) -> _Curve | None:
    """The metric of which both sides are known at most steps, losses before scores: those are smoother."""
    curves = curves_of(run)
    found = []
    for pair in pairs_of(run):
        if pair.train.key not in curves or pair.held_out.key not in curves:
            continue
        train, held_out = (_by_step(curves[name.key]) for name in (pair.train, pair.held_out))
        steps = sorted(set(train) & set(held_out))
        sign = -1.0 if pair.held_out.higher_is_better else 1.0
        if len(steps) >= MIN_STEPS:
            sides = [np.array([sign * side[step] for step in steps]) for side in (train, held_out)]
            found.append(_Curve(pair.held_out, np.array(steps, dtype=np.int64), *sides))
    return min(found, key=lambda curve: (bool(curve.name.higher_is_better), -len(curve.steps)), default=None)


def _by_step(series: Series) -> dict[int, float]:
    """The last finite value of each step."""
    pairs = zip(series.steps, series.values, strict=True)
    return {step: value for step, value in pairs if math.isfinite(value)}


def _shape(values: Values) -> _Shape | None:
    """None where the curve does not gain, far beyond its own noise, from its first steps to its best window."""
    width, end = max(_LEAST_WINDOW, len(values) // _WINDOW), max(_LEAST_END, len(values) // _END)
    means = np.convolve(values, np.ones(width) / width, mode="valid")
    at = int(np.argmin(means))
    if at < _START:  # nothing was gained before
        return None
    gain, noise = float(np.mean(values[:_START]) - means[at]), _noise(values, at)
    if gain <= 0 or gain < MIN_GAIN_NOISE * noise:
        return None
    return _Shape(slice(at, at + width), slice(len(values) - end, len(values)), gain, noise)


def _noise(values: Values, turn: int) -> float:
    """How far the values scatter around the nearest curve that only falls up to a step, and only rises from there."""
    from sklearn.isotonic import isotonic_regression

    falling = values[:turn] - isotonic_regression(values[:turn], increasing=False)
    rising = values[turn:] - isotonic_regression(values[turn:])
    return float(np.std(np.concatenate([falling, rising])))


def _reached(values: Values, shape: _Shape) -> int:
    """The first step of the first window that is as good as the curve's end."""
    width = shape.best.stop - shape.best.start
    means = np.convolve(values, np.ones(width) / width, mode="valid")
    level = float(np.mean(values[shape.end])) + MAX_GAIN * shape.gain
    return int(np.argmax(means <= level))


def _difference(one: Values, other: Values) -> tuple[float, Interval]:
    """Mean of one minus mean of the other, with Welch's interval; steps next to each other are taken as independent."""
    from scipy.stats import ttest_ind

    value = float(np.mean(one) - np.mean(other))
    if len(one) < 2 or len(other) < 2 or (np.ptp(one) == 0 and np.ptp(other) == 0):
        return value, Interval(low=value, high=value, level=LEVEL)
    bounds = ttest_ind(one, other, equal_var=False).confidence_interval(LEVEL)
    return value, Interval(low=float(bounds.low), high=float(bounds.high), level=LEVEL)
