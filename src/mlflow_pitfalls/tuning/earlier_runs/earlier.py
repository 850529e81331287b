"""Earlier runs in the terms of the search space: which of them can be compared, and what each of them set."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mlflow_pitfalls.model.suggestions import EarlierConfiguration, Kind, Parameter, SearchSpace, Value
from mlflow_pitfalls.model.suggestions import TriedConfiguration as Tried
from mlflow_pitfalls.tuning.earlier_runs.logged_values import in_space
from mlflow_pitfalls.tuning.earlier_runs.parsing import UNKNOWN, Parsed, Unknown, parse
from mlflow_pitfalls.tuning.space.values import same

_SEARCHED = "estimator__"  # what a search puts before the names of its estimator


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """The comparable runs of an experiment.

    Attributes:
        parameters: The space's, with ranges widened to what was tried.
        varied: Names of those that differ between the runs.
        tried: What each run set, oldest first; parameters whose conditions do not hold are left out.
        basis: What the scores are.
        notes: Which runs were left out, and why.
    """

    parameters: tuple[Parameter, ...]
    varied: tuple[str, ...]
    tried: tuple[Tried, ...]
    basis: str
    notes: tuple[str, ...]


def explored(space: SearchSpace, runs: Sequence[EarlierConfiguration], metric: str) -> Explored:
    """Read earlier runs in the terms of the space.

    A parameter that a run did not log is taken to be what the asking run uses. Held-out and cross-validated scores are
    not of one kind: of the two, those that more runs have are taken.

    Args:
        space: What is searched.
        runs: In any order.
        metric: Name of the score; runs that are known to tell another one are left out.
    """
    usable = [run for run in runs if math.isfinite(run.score) and run.metric in ("", metric)]
    counted = Counter(run.basis for run in usable)
    basis = max(counted, key=lambda each: (counted[each], each == "held_out"), default="")
    chosen = sorted((run for run in usable if run.basis == basis), key=lambda run: (run.started_ms, run.run_id))
    notes = _left_out(len(runs) - len(usable), len(usable) - len(chosen), basis)
    tables = [_values(space.parameters, run) for run in chosen]
    unreadable: Counter[str] = Counter()
    tried: list[Tried] = []
    ignored = _never_known(space.parameters, tables)
    for run, table in zip(chosen, tables, strict=True):
        missing = [name for name, value in table.items() if value is UNKNOWN and name not in ignored]
        unreadable.update(missing[:1])
        if not missing:
            values = {
                name: value for name, value in table.items() if not isinstance(value, Unknown) and name not in ignored
            }
            tried.append(_tried(space.parameters, run, values))
    notes += [f"{_runs(count)} left out: {name} was set to what is not searched" for name, count in unreadable.items()]
    parameters = tuple(_widened(each, tried) for each in space.parameters)
    return Explored(
        parameters=parameters,
        varied=tuple(each.name for each in parameters if _differs(each.name, tried)),
        tried=tuple(tried),
        basis=basis if tried else "",
        notes=tuple(notes),
    )


def is_active(parameter: Parameter, values: Mapping[str, Value]) -> bool:
    """Whether a parameter's conditions hold; one on what is not searched is taken to hold."""
    return all(name not in values or same(values[name], value) for name, value in parameter.when)


def _left_out(foreign: int, other_basis: int, basis: str) -> list[str]:
    notes = []
    if foreign:
        notes.append(f"{_runs(foreign)} left out: no finite score in this metric")
    if other_basis:
        kind = "held-out rows" if basis == "held_out" else "cross-validation"
        notes.append(f"{_runs(other_basis)} left out: only scores of {kind} are compared")
    return notes


def _runs(count: int) -> str:
    return f"{count} earlier run{'s' if count > 1 else ''}"


def _values(parameters: Sequence[Parameter], run: EarlierConfiguration) -> dict[str, Value | Unknown]:
    logged = dict(run.parameters)
    return {each.name: in_space(each, _logged(each, logged), rows=run.rows, columns=run.columns) for each in parameters}


def _logged(parameter: Parameter, logged: Mapping[str, str]) -> Parsed:
    """What a run logged for a parameter, by its own name or by that which it has inside or outside of a search."""
    name = parameter.name
    for key in (name, f"best_{name.removeprefix(_SEARCHED)}", name.removeprefix(_SEARCHED), f"{_SEARCHED}{name}"):
        if key in logged:
            return parse(logged[key])
    leaf = name.rpartition("__")[2]
    alike = [key for key in logged if key.rpartition("__")[2] == leaf]
    return parse(logged[alike[0]]) if len(alike) == 1 else parameter.current


def _never_known(parameters: Sequence[Parameter], tables: Sequence[Mapping[str, Value | Unknown]]) -> frozenset[str]:
    """Parameters that most runs leave at what is no point of the range: they tell nothing, and cost no runs."""
    half = len(tables) / 2
    return frozenset(each.name for each in parameters if sum(table[each.name] is UNKNOWN for table in tables) > half)


def _tried(parameters: Sequence[Parameter], run: EarlierConfiguration, values: Mapping[str, Value]) -> Tried:
    active = tuple(
        (each.name, values[each.name]) for each in parameters if each.name in values and is_active(each, values)
    )
    return Tried(run_id=run.run_id, values=active, score=run.score, started_ms=run.started_ms)


def _differs(name: str, tried: Sequence[Tried]) -> bool:
    return len({dict(each.values)[name] for each in tried if name in dict(each.values)}) > 1


def _widened(parameter: Parameter, tried: Sequence[Tried]) -> Parameter:
    if parameter.kind is Kind.CATEGORY or parameter.low is None or parameter.high is None:
        return parameter
    found = [dict(each.values)[parameter.name] for each in tried if parameter.name in dict(each.values)]
    numbers = [float(value) for value in found if isinstance(value, int | float)]
    low, high = min([parameter.low, *numbers]), max([parameter.high, *numbers])
    return replace(parameter, low=low, high=high)
