"""A search space in Optuna's terms, and a trial's choice as ``set_params`` takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mlflow_pitfalls.model.suggestions import Kind, Parameter, Value

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import Trial

_OWN = object()


def label(value: Value) -> bool | int | float | str | None:
    """A choice as Optuna stores it: tuples, which it does not take, become text."""
    return repr(value) if isinstance(value, tuple) else value


def labels(parameter: Parameter) -> list[bool | int | float | str | None]:
    """A category's choices as Optuna stores them, in an order that stays: a study knows them by their places."""
    return sorted((label(choice) for choice in parameter.choices), key=repr)


def unlabelled(parameter: Parameter, stored: Any) -> Any:
    """What a trial's parameter stands for; itself where it is none of the choices."""
    return next((choice for choice in parameter.choices if _same(label(choice), stored)), stored)


def distribution_of(parameter: Parameter) -> BaseDistribution:
    """Where Optuna looks for a parameter.

    Raises:
        ValueError: The parameter has no range or no choices.
    """
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if parameter.kind is Kind.CATEGORY:
        return CategoricalDistribution(labels(parameter))
    if parameter.low is None or parameter.high is None:
        raise ValueError(f"{parameter.name} has no range")
    log = parameter.log and parameter.low > 0
    if parameter.kind is Kind.INTEGER:
        return IntDistribution(round(parameter.low), round(parameter.high), log=log)
    return FloatDistribution(float(parameter.low), float(parameter.high), log=log)


def holds(parameter: Parameter, value: Any) -> bool:
    """Whether a value lies in a parameter's range, or among its choices."""
    if parameter.kind is Kind.CATEGORY:
        return any(_same(choice, value) for choice in parameter.choices)
    if isinstance(value, bool) or not isinstance(value, int | float) or parameter.low is None:
        return False
    if parameter.kind is Kind.INTEGER and value != int(value):
        return False
    return parameter.high is not None and parameter.low <= value <= parameter.high


def enqueued(parameters: Sequence[Parameter], values: Mapping[str, Any]) -> dict[str, Any]:
    """Of some values those that the space holds, as ``enqueue_trial`` takes them."""
    found = {each.name: each for each in parameters}
    return {name: label(value) for name, value in values.items() if name in found and holds(found[name], value)}


def in_order(parameters: Sequence[Parameter]) -> list[Parameter]:
    """The same with each parameter behind those that its conditions name; otherwise as they were."""
    waiting = list(parameters)
    ordered: list[Parameter] = []
    names = {each.name for each in waiting}
    while waiting:
        settled = {each.name for each in ordered}
        free = [each for each in waiting if all(name in settled or name not in names for name, _ in each.when)]
        chosen = free[0] if free else waiting[0]  # a circle is broken at its first
        waiting.remove(chosen)
        ordered.append(chosen)
    return ordered


def choose(
    trial: Trial, parameters: Sequence[Parameter], own: Mapping[str, Any], *, only: frozenset[str] | None = None
) -> dict[str, Any]:
    """Ask a trial for the values of all parameters whose conditions hold.

    Args:
        trial: Optuna's.
        parameters: Ordered by :func:`in_order`.
        own: The estimator's own parameters, for conditions on what is not searched.
        only: Names to ask for; the rest keep the estimator's own values. None for all.

    Returns:
        What ``set_params`` takes: the values, and what must be set together with them.
    """
    chosen: dict[str, Any] = {}
    for each in parameters:
        if only is not None and each.name not in only:
            continue
        if not all(_same(value, chosen.get(name, own.get(name, _OWN))) for name, value in each.when):
            continue
        chosen[each.name] = _value(trial, each)
        for name, value in each.together:
            chosen.setdefault(name, value)
    return chosen


def _value(trial: Trial, parameter: Parameter) -> Any:
    if parameter.kind is Kind.CATEGORY:
        found = trial.suggest_categorical(parameter.name, labels(parameter))
        return next(choice for choice in parameter.choices if _same(label(choice), found))
    if parameter.low is None or parameter.high is None:
        raise ValueError(f"{parameter.name} has no range")
    log = parameter.log and parameter.low > 0
    if parameter.kind is Kind.INTEGER:
        return trial.suggest_int(parameter.name, round(parameter.low), round(parameter.high), log=log)
    return trial.suggest_float(parameter.name, float(parameter.low), float(parameter.high), log=log)


def _same(one: Any, other: Any) -> bool:
    """Equal and of one kind: 1 is not True, while 1 and 1.0 are one number."""
    if isinstance(one, bool) is not isinstance(other, bool):
        return False
    try:
        return bool(one == other)
    except (TypeError, ValueError):
        return False
