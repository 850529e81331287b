"""A search space as a cube: numbers on 0..1 (in logarithms where asked), categories one column a choice."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.model.suggestions import Kind, Parameter
from mlflow_pitfalls.tuning.suggest_values import label

Floats = npt.NDArray[np.float64]

_UNKNOWN = 0.5  # where a parameter that a configuration leaves open is put
# Two choices are as far from each other as the ends of half a range.
_CHOICE_WIDTH = 0.5 / math.sqrt(2)


@dataclass(frozen=True, slots=True)
class UnitCube:
    """Points are rows of 0..1, one column a parameter; of a category the column picks its choice."""

    parameters: tuple[Parameter, ...]

    @property
    def width(self) -> int:
        """Number of columns of a point."""
        return len(self.parameters)

    def values(self, point: Floats) -> dict[str, Any]:
        """The configuration at a point, as Optuna stores it."""
        return {each.name: _value(each, float(at)) for each, at in zip(self.parameters, point, strict=True)}

    def point(self, values: Mapping[str, Any]) -> Floats:
        """The point of a configuration in Optuna's terms; parameters that it leaves open stand in the middle."""
        return np.array([_position(each, values) for each in self.parameters])

    def features(self, points: Floats) -> Floats:
        """Points as a distance sees them: whole numbers and choices at their own place, choices equally far apart.

        Args:
            points: Shape (n, width).

        Returns:
            Shape (n, columns).
        """
        columns: list[Floats] = []
        for i, each in enumerate(self.parameters):
            if each.kind is Kind.CATEGORY:
                codes = _codes(each, points[:, i])
                columns.append(_CHOICE_WIDTH * (codes[:, None] == np.arange(len(each.choices))[None, :]))
            else:
                columns.append(points[:, i : i + 1])
        return np.concatenate(columns, axis=1)

    def settled(self, points: Floats) -> Floats:
        """Points moved to the configuration that they stand for, so that like configurations are like points."""
        return np.array([self.point(self.values(point)) for point in points]).reshape(-1, self.width)


def _value(parameter: Parameter, at: float) -> Any:
    if parameter.kind is Kind.CATEGORY:
        return label(parameter.choices[min(int(at * len(parameter.choices)), len(parameter.choices) - 1)])
    assert parameter.low is not None and parameter.high is not None
    low, high = parameter.low, parameter.high
    if parameter.log and low > 0:
        found = math.exp(math.log(low) + at * (math.log(high) - math.log(low)))
    else:
        found = low + at * (high - low)
    found = min(max(found, low), high)
    return round(found) if parameter.kind is Kind.INTEGER else found


def _position(parameter: Parameter, values: Mapping[str, Any]) -> float:
    if parameter.name not in values:
        return _UNKNOWN
    value = values[parameter.name]
    if parameter.kind is Kind.CATEGORY:
        labels: Sequence[Any] = [label(choice) for choice in parameter.choices]
        found = [i for i, each in enumerate(labels) if type(each) is type(value) and each == value]
        return (found[0] + 0.5) / len(labels) if found else _UNKNOWN
    assert parameter.low is not None and parameter.high is not None
    low, high = parameter.low, parameter.high
    if high <= low:
        return _UNKNOWN
    if parameter.log and low > 0:
        return (math.log(value) - math.log(low)) / (math.log(high) - math.log(low))
    return float((value - low) / (high - low))


def _codes(parameter: Parameter, column: Floats) -> npt.NDArray[np.intp]:
    count = len(parameter.choices)
    return np.minimum((column * count).astype(np.intp), count - 1)
