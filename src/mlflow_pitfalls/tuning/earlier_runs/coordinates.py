"""Settings as points: numbers scaled to 0..1 on their own scale, categories by their place, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mlflow_pitfalls.model.suggestions import Kind, Parameter, Value
from mlflow_pitfalls.tuning.space.values import same

Points = NDArray[np.float64]

_DIGITS = 2  # significant ones of a proposed number: 0.013, not 0.0131846
_ABSENT = 0.5  # where a number that plays no part stands among the features


class Coordinates:
    """The points of some parameters.

    A point has one coordinate a parameter: 0..1 for a number, the place among the choices for a category, NaN where the
    parameter's conditions do not hold.
    """

    def __init__(self, parameters: Sequence[Parameter]) -> None:
        self.parameters = tuple(parameters)
        self.names = tuple(each.name for each in self.parameters)
        self.numeric = np.array([each.kind is not Kind.CATEGORY for each in self.parameters], dtype=bool)
        self._sizes = [len(each.choices) for each in self.parameters]

    def point(self, values: Mapping[str, Value]) -> Points:
        """The point of a setting, shape (parameters,); what it lacks is NaN."""
        return np.array([_place(each, values) for each in self.parameters], dtype=float)

    def settings(self, point: Points) -> dict[str, Value]:
        """The setting of a point, with readable numbers inside of their ranges."""
        return {
            each.name: _value(each, float(place))
            for each, place in zip(self.parameters, point, strict=True)
            if not math.isnan(place)
        }

    def snapped(self, point: Points) -> Points:
        """The point of the setting of a point."""
        return self.conditioned(self.point(self.settings(point)).reshape(1, -1)).ravel()

    def conditioned(self, points: Points) -> Points:
        """The points with NaN where a parameter's conditions on the others do not hold."""
        found = points.copy()
        for column, parameter in enumerate(self.parameters):
            for name, value in parameter.when:
                if name in self.names:
                    other = self.names.index(name)
                    found[found[:, other] != _place(self.parameters[other], {name: value}), column] = np.nan
        return found

    def features(self, points: Points) -> Points:
        """What a model is fitted on: categories as one column a choice; shape (points, features), all finite."""
        columns = []
        for column, size in enumerate(self._sizes):
            places = points[:, column]
            if self.numeric[column] or size == 2:
                columns.append(np.where(np.isnan(places), _ABSENT, places))
            else:
                columns += [(places == choice).astype(float) for choice in range(size)]
        return np.column_stack(columns)

    def owners(self) -> NDArray[np.intp]:
        """Which parameter each column of :meth:`features` belongs to."""
        sizes = [1 if numeric or size == 2 else size for numeric, size in zip(self.numeric, self._sizes, strict=True)]
        return np.repeat(np.arange(len(sizes)), sizes)

    def uniform(self, count: int, random: np.random.Generator) -> Points:
        """Random points, shape (count, parameters)."""
        points = random.random((count, len(self.parameters)))
        for column, size in enumerate(self._sizes):
            if not self.numeric[column]:
                points[:, column] = random.integers(size, size=count)
        return self.conditioned(points)

    def spread(self, shares: Points) -> Points:
        """Points from shares of each range and of each list of choices, 0..1, both of shape (count, parameters)."""
        points = shares.copy()
        for column, size in enumerate(self._sizes):
            if not self.numeric[column]:
                points[:, column] = np.minimum(np.floor(shares[:, column] * size), size - 1)
        return self.conditioned(points)

    def choices(self, column: int) -> int:
        """How many choices a category has."""
        return self._sizes[column]


def _place(parameter: Parameter, values: Mapping[str, Value]) -> float:
    if parameter.name not in values:
        return math.nan
    value = values[parameter.name]
    if parameter.kind is Kind.CATEGORY:
        places = (place for place, choice in enumerate(parameter.choices) if same(choice, value))
        return float(next(places, math.nan))
    low, high = _bounds(parameter)
    if not isinstance(value, int | float) or high <= low:
        return _ABSENT
    return float(np.clip((_scaled(parameter, float(value)) - low) / (high - low), 0.0, 1.0))


def _value(parameter: Parameter, place: float) -> Value:
    if parameter.kind is Kind.CATEGORY:
        return parameter.choices[int(place)]
    low, high = _bounds(parameter)
    scaled = low + min(1.0, max(0.0, place)) * (high - low)
    number = _readable(math.exp(scaled) if parameter.log else scaled)
    least, most = float(parameter.low or 0.0), float(parameter.high or 0.0)
    number = min(most, max(least, number))
    return round(number) if parameter.kind is Kind.INTEGER else number


def _bounds(parameter: Parameter) -> tuple[float, float]:
    low, high = float(parameter.low or 0.0), float(parameter.high or 0.0)
    return _scaled(parameter, low), _scaled(parameter, high)


def _scaled(parameter: Parameter, value: float) -> float:
    return math.log(value) if parameter.log and value > 0 else value


def _readable(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")
