"""The run's own estimator on growing parts of its training rows: do fewer rows suffice, would more help?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.containers import take_rows
from mlflow_pitfalls.checks.evidence import decided
from mlflow_pitfalls.model.record import LearningCurveFacts, LearningCurvePoint, RunRecord
from mlflow_pitfalls.model.values import Estimate, Task
from mlflow_pitfalls.probes.base import Probe, ProbeContext
from mlflow_pitfalls.probes.curves import gain_at_double, time_exponent
from mlflow_pitfalls.probes.fits import (
    FitFailedError,
    OutOfBudgetError,
    Scored,
    fit_and_predict,
    in_skill,
    interval_of,
    own_refit,
    resampled,
)

MIN_ROWS = 200  # fewer leave no parts that are worth a curve
MIN_PART = 40  # rows of the smallest part
NOTICEABLE_SECONDS = 1.0  # of a fit: below it nobody asks whether fewer rows would do
NEAR_PERFECTION = 0.97  # skill from which more rows have next to nothing to give
# Parts of the sample, and how many different ones are fitted: small parts depend most on which rows they hold.
_PARTS = ((1 / 16, 3), (1 / 8, 3), (1 / 4, 2), (1 / 2, 2))
_ORDER_STREAM = 11  # of the seed


@dataclass(frozen=True, slots=True)
class _Size:
    """All fits on parts of one size."""

    rows: int
    fits: list[Scored]
    seconds: float


def _not_needed(record: RunRecord) -> str:
    fit, score = record.fit, record.primary_score
    if fit is None or score is None or score.held_out is None:
        return "no held-out score to compare with"
    if fit.rows < MIN_ROWS:
        return f"fewer than {MIN_ROWS} training rows"
    skill = decided(score.skill)
    if skill is not None and skill[1].low <= 0:
        return "the model is not certainly better than a dummy"
    near = skill is not None and skill[0].value >= NEAR_PERFECTION
    return "the score is nearly perfect, and the fit quick" if near and fit.seconds < NOTICEABLE_SECONDS else ""


def _seconds(context: ProbeContext) -> float:
    """Of the first two sizes: with them there is something to tell, and the others follow while the budget lasts."""
    return sum(repeats * context.estimated_seconds(round(part * context.rows)) for part, repeats in _PARTS[:2])


def _run(context: ProbeContext, record: RunRecord) -> Mapping[str, object]:
    sizes: list[_Size] = []
    try:
        for size in _sizes(context):
            sizes.append(size)
    except OutOfBudgetError:
        if len(sizes) < 2:
            raise
    if len(sizes) < 2:
        raise FitFailedError("the sample is too small for a curve")
    return {"learning_curve": _facts(context, record, sizes)}


def _sizes(context: ProbeContext) -> Iterator[_Size]:
    """Parts from small to large, and the whole sample where it is not what the user fitted."""
    for part, repeats in _PARTS:
        rows = round(part * context.rows)
        if rows < MIN_PART:
            continue
        fits = [fitted for number in range(repeats) if (fitted := _fit(context, rows, number)) is not None]
        if fits:
            yield _Size(rows, fits, float(np.mean([fit.seconds for fit in fits])))
    if not _own_is_last(context):
        whole = own_refit(context)
        yield _Size(context.rows, [whole], whole.seconds)


def _fit(context: ProbeContext, rows: int, number: int) -> Scored | None:
    """A fit on one of several disjoint parts; None where a class is not in it. Raises OutOfBudgetError."""
    from sklearn.base import clone

    order = np.random.default_rng([context.seed, _ORDER_STREAM]).permutation(context.rows)
    index = np.sort(order[number * rows : (number + 1) * rows])
    target = context.y_train[index]
    if len(index) < rows or (context.task is not Task.REGRESSION and not _has_every_class(context, target)):
        return None
    return fit_and_predict(
        context,
        clone(context.estimator),
        take_rows(context.x_train, index),
        target,
        estimate=context.estimated_seconds(rows),
    )


def _has_every_class(context: ProbeContext, target: npt.NDArray[np.generic]) -> bool:
    return len(np.unique(target.astype(str))) == len(np.unique(context.y_train.astype(str)))


def _facts(context: ProbeContext, record: RunRecord, sizes: list[_Size]) -> LearningCurveFacts:
    assert record.fit is not None
    full = [context.held_out] if context.held_out is not None else []
    found = resampled(context, [*(fit.predictions for size in sizes for fit in size.fits), *full])
    table = np.column_stack([found.points, found.scores])
    means, drawn = _by_size(table, sizes, context.seed)
    own = table[-1] if full else None
    points = []
    for size, scores in zip(sizes, means, strict=True):
        gap = None if own is None else _estimate(own - scores, found.rows)
        points.append(
            LearningCurvePoint(
                rows=size.rows, score=_estimate(scores, found.rows), seconds=size.seconds, gap_to_full=gap
            )
        )
    rows = np.array([size.rows for size in sizes], dtype=np.float64)
    curve = drawn if own is None else np.vstack([drawn, own])
    ends = rows if own is None else np.append(rows, context.fit_rows)
    gain = gain_at_double(ends, curve.T)
    promise = None if gain is None else Estimate(value=gain[0], interval=gain[1], rows=found.rows)
    return LearningCurveFacts(
        metric=context.metric.name,
        points=tuple(points),
        full_rows=record.fit.rows,
        full_seconds=record.fit.seconds,
        time_exponent=time_exponent(rows, np.array([size.seconds for size in sizes])),
        gain_at_double=None if promise is None else in_skill(promise, record),
    )


def _by_size(
    table: npt.NDArray[np.float64], sizes: list[_Size], seed: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Scores of each size, as measured and on each resample: the mean of its fits, and one fit drawn at random.

    The second spreads by which rows a part holds, as well as by which rows are held out.
    """
    generator = np.random.default_rng([seed, _ORDER_STREAM, 1])
    means, drawn, start = [], [], 0
    for size in sizes:
        own = table[start : start + len(size.fits)]
        start += len(size.fits)
        means.append(own.mean(axis=0))
        chosen = own[generator.integers(0, len(own), own.shape[1]), np.arange(own.shape[1])]
        chosen[0] = own[:, 0].mean()
        drawn.append(chosen)
    return np.array(means), np.array(drawn)


def _estimate(values: npt.NDArray[np.float64], rows: int) -> Estimate:
    """The measured value first, then those of the resamples."""
    return Estimate(value=float(values[0]), interval=interval_of(values[1:]), rows=rows)


def _own_is_last(context: ProbeContext) -> bool:
    """Whether the user's own model stands for the fit on the whole sample."""
    return context.is_whole and context.held_out is not None


LEARNING_CURVE = Probe(
    name="learning-curve",
    question="Do fewer rows suffice, and would more help?",
    not_needed=_not_needed,
    seconds=_seconds,
    run=_run,
)
