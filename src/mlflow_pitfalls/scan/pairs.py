"""Metrics that a run has logged for both sides of its split."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mlflow_pitfalls.model.logged import LoggedRun, Series
from mlflow_pitfalls.scan.names import MetricName, Side, metric_name, rank

_SEVERAL = 2  # steps of a history


@dataclass(frozen=True, slots=True)
class Pair:
    """One metric on both sides; ``train`` and ``held_out`` are its names, with the direction that both share."""

    train: MetricName
    held_out: MetricName


def names_of(run: LoggedRun) -> tuple[MetricName, ...]:
    """Every metric's name taken apart; as Keras logs them, ``loss`` beside ``val_loss`` is of the training rows."""
    names = [metric_name(key, run.estimator) for key, _ in run.metrics]
    held = {name.stem for name in names if name.key.lower().startswith("val")}
    curves = {key for key, series in run.histories if len(series.steps) >= _SEVERAL}
    return tuple(
        MetricName(name.key, Side.TRAIN, name.stem, name.higher_is_better, name.is_share)
        if name.side is Side.UNKNOWN and name.stem in held and name.key in curves
        else name
        for name in names
    )


def pairs_of(run: LoggedRun) -> list[Pair]:
    """Metrics whose direction is known and that have one value on each side; those that say most first."""
    names = names_of(run)
    train = {name.stem: name for name in names if name.side is Side.TRAIN}
    held_out = [name for name in names if name.side is Side.HELD_OUT and name.stem in train]
    # Of a validation and a test score the test score is the one that nothing was chosen by.
    held_out.sort(key=lambda name: ("test" not in name.key.lower(), name.key))
    unique: dict[str, Pair] = {}
    for name in held_out:
        if name.higher_is_better is not None:
            unique.setdefault(name.stem, Pair(train[name.stem], name))
    return sorted(unique.values(), key=lambda pair: (not pair.held_out.is_share, rank(pair.held_out.stem)))


def curves_of(run: LoggedRun) -> dict[str, Series]:
    """Histories by name."""
    return dict(run.histories)


def finite(value: float | None) -> bool:
    """Whether it is a number."""
    return value is not None and math.isfinite(value)
