"""What a finished search over hyperparameters tried, and whether its best values stand at the ends of their ranges."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.capture.estimators.nested import base_names, own_attributes
from mlflow_pitfalls.capture.estimators.parameters import are_defaults, nested_defaults, parameters_of, value_text
from mlflow_pitfalls.capture.estimators.private_text import SECRET
from mlflow_pitfalls.model.record import SearchedParameter, SearchFacts
from mlflow_pitfalls.model.values import Estimate, Interval

_HALVING = "BaseSuccessiveHalving"
_GRID = "GridSearchCV"
_MAX_CANDIDATES = 5_000
_MAX_PARAMETERS = 30
_MAX_LOOKED_AT = 200  # candidates that are compared with the defaults
_LEVEL = 0.95
_GROUP_SHARE = 0.2  # of a sampled search's candidates: those nearest to the end of a range
_LEAST_GROUP = 5  # candidates
_LAST_VALUES = 2  # of a sampled range: the best one stands at its end where it is one of these

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Candidates with their scores by fold, shape (n, folds); ``rounds`` tell a halving search's rungs apart."""

    candidates: Sequence[Mapping[str, Any]]
    scores: Array
    rounds: Array
    best: int

    @property
    def means(self) -> Array:
        """Mean score of each candidate; NaN where a fold failed."""
        return np.asarray(self.scores.mean(axis=1))


def search_facts(search: Any, *, seconds: float = 0.0, site: str = "") -> SearchFacts | None:
    """The facts of a fitted search; None for other estimators, and for a search without results.

    Args:
        search: Any fitted estimator.
        seconds: Wall-clock of its fit.
        site: Where it was fitted.
    """
    stored = own_attributes(search)
    table = _table(stored)
    if table is None:
        return None
    bases = base_names(search)
    is_grid = any(base.endswith(_GRID) for base in bases)
    folds = table.scores.shape[1]
    best = float(table.means[table.best])
    scoring = stored.get("scoring")
    return SearchFacts(
        class_name=safe_text(type(search).__name__),
        exhaustive=is_grid and _HALVING not in bases,
        candidates=int((table.rounds == table.rounds.min()).sum()),
        folds=folds,
        fits=len(table.candidates) * folds,
        metric=safe_text(scoring) if isinstance(scoring, str) else "",
        parameters=_parameters(table, is_grid=is_grid, is_halving=_HALVING in bases),
        best_score=best if math.isfinite(best) else None,
        default_score=_default_score(stored.get("estimator"), table),
        near_best=_near_best(table),
        seconds=seconds,
        site=site,
    )


def _table(stored: Mapping[str, Any]) -> _Table | None:
    results, best = stored.get("cv_results_"), stored.get("best_index_")
    candidates = results.get("params") if isinstance(results, dict) else None
    if not isinstance(results, dict) or not isinstance(candidates, list) or not isinstance(best, int | np.integer):
        return None
    refit = stored.get("refit")
    name = refit if isinstance(refit, str) and f"split0_test_{refit}" in results else "score"
    folds = [results[key] for key in results if key.startswith("split") and key.endswith(f"_test_{name}")]
    if not folds or not 0 <= int(best) < len(candidates) <= _MAX_CANDIDATES:
        return None
    scores = np.array(folds, dtype=float).T
    rounds = np.asarray(results["iter"]) if "iter" in results else np.zeros(len(candidates), dtype=int)
    return _Table(candidates, scores, rounds, int(best)) if scores.shape[0] == len(candidates) else None


def _near_best(table: _Table) -> int:
    """Candidates whose mean stands within one standard error of the best one's (Breiman's rule), the best included."""
    own = table.scores[table.rounds == table.rounds[table.best]]
    best = table.scores[table.best]
    if len(best) < 2 or not np.isfinite(best).all():
        return 1
    error = float(best.std(ddof=1)) / math.sqrt(len(best))
    with np.errstate(invalid="ignore"):
        return max(1, int((own.mean(axis=1) >= best.mean() - error).sum()))


def _default_score(estimator: Any, table: _Table) -> float | None:
    """Mean score of the candidate whose values are all defaults; None where there is none."""
    defaults = nested_defaults(estimator, parameters_of(estimator))
    for row in np.flatnonzero(table.rounds == table.rounds[table.best])[:_MAX_LOOKED_AT]:
        if table.candidates[row] and are_defaults(defaults, table.candidates[row]):
            mean = float(table.means[row])
            return mean if math.isfinite(mean) else None
    return None


def _parameters(table: _Table, *, is_grid: bool, is_halving: bool) -> tuple[SearchedParameter, ...]:
    names = dict.fromkeys(name for candidate in table.candidates for name in candidate if not SECRET.search(name))
    found = []
    for name in list(names)[:_MAX_PARAMETERS]:
        values = [candidate.get(name) for candidate in table.candidates]
        found.append(_parameter(table, name, values, is_grid=is_grid, is_halving=is_halving))
    return tuple(found)


def _parameter(
    table: _Table, name: str, values: Sequence[Any], *, is_grid: bool, is_halving: bool
) -> SearchedParameter:
    known = [value for value in values if _is_number(value)]
    ladder = sorted({float(value) for value in known})
    best = values[table.best]
    texts = {value if isinstance(value, str) else value_text(value) for value in values}
    facts: dict[str, Any] = {
        "name": safe_text(name),
        "values": max(len(texts), len(ladder)),
        "best": value_text(best),
        "low": ladder[0] if ladder else None,
        "high": ladder[-1] if ladder else None,
    }
    if len(ladder) < 2 or not _is_number(best):
        return SearchedParameter(**facts)
    if is_grid:
        facts |= _edge_of_grid(table, name, ladder)
    elif not is_halving:
        facts |= _edge_of_sample(table, np.array([_as_float(value) for value in values]))
    return SearchedParameter(**facts)


def _edge_of_grid(table: _Table, name: str, ladder: list[float]) -> dict[str, Any]:
    """The best value at an end of the grid, against its neighbour with everything else at its best."""
    best = table.candidates[table.best]
    place = ladder.index(float(best[name]))
    if 0 < place < len(ladder) - 1:
        return {}
    neighbour = ladder[1] if place == 0 else ladder[-2]
    found: dict[str, Any] = {"edge": "low" if place == 0 else "high", "neighbour": neighbour}
    twin = [
        row
        for row, candidate in enumerate(table.candidates)
        if candidate.keys() == best.keys()
        and _as_float(candidate[name]) == neighbour
        and all(_same(candidate[key], best[key]) for key in best if key != name)
    ]
    # Of a halving search, the last round in which both were still running.
    for row in sorted(twin, key=lambda row: -int(table.rounds[row])):
        own = next((i for i in _rows_of(table, best) if table.rounds[i] == table.rounds[row]), None)
        if own is not None:
            gain = _paired(table.scores[own] - table.scores[row])
            return found | ({"edge_gain": gain[0], "edge_p_value": gain[1]} if gain else {})
    return found


def _rows_of(table: _Table, best: Mapping[str, Any]) -> list[int]:
    return [
        row
        for row, candidate in enumerate(table.candidates)
        if candidate.keys() == best.keys() and all(_same(candidate[key], best[key]) for key in best)
    ]


def _edge_of_sample(table: _Table, values: Array) -> dict[str, Any]:
    """The candidates nearest to an end of a sampled range, where the best one stands, against the next ones inside."""
    usable = np.isfinite(values) & np.isfinite(table.means)
    rows = np.flatnonzero(usable)
    for edge, ordered in (("low", rows[np.argsort(values[rows])]), ("high", rows[np.argsort(-values[rows])])):
        outer = _group(values, ordered)
        inner = _group(values, ordered[len(outer) :])
        last = list(dict.fromkeys(values[outer].tolist()))[:_LAST_VALUES]
        if values[table.best] not in last or len(inner) < _LEAST_GROUP or len(outer) < _LEAST_GROUP:
            continue
        gain = _unpaired(table.means[outer], table.means[inner])
        found: dict[str, Any] = {"edge": edge, "neighbour": float(np.median(values[inner]))}
        return found | ({"edge_gain": gain[0], "edge_p_value": gain[1]} if gain else {})
    return {}


def _group(values: Array, ordered: Array) -> Array:
    """The first fifth of the candidates in this order, and those that share the last one's value."""
    size = max(_LEAST_GROUP, math.ceil(_GROUP_SHARE * len(values)))
    if len(ordered) <= size:
        return ordered
    last = values[ordered[size - 1]]
    return ordered[: size + int((values[ordered[size:]] == last).sum())]


def _paired(differences: Array) -> tuple[Estimate, float] | None:
    """Mean of the folds' differences; training sets overlap, so the variance is Nadeau and Bengio's corrected one."""
    from scipy.stats import t

    folds = len(differences)
    if folds < 2 or not np.isfinite(differences).all():
        return None
    value = float(differences.mean())
    error = math.sqrt(float(differences.var(ddof=1)) * (1.0 / folds + 1.0 / (folds - 1)))
    half = float(t.ppf((1 + _LEVEL) / 2, folds - 1)) * error
    p_value = float(2 * t.sf(abs(value) / error, folds - 1)) if error > 0 else float(value == 0)
    return Estimate(value=value, interval=Interval(low=value - half, high=value + half), rows=folds), p_value


def _unpaired(outer: Array, inner: Array) -> tuple[Estimate, float] | None:
    """Difference of two groups' means by Welch's test; the candidates were drawn independently."""
    from scipy.stats import ttest_ind

    value = float(outer.mean() - inner.mean())
    if outer.std() == 0 and inner.std() == 0:
        return None
    found = ttest_ind(outer, inner, equal_var=False)
    bounds = found.confidence_interval(_LEVEL)
    interval = Interval(low=float(bounds.low), high=float(bounds.high))
    return Estimate(value=value, interval=interval, rows=len(outer) + len(inner)), float(found.pvalue)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real):
        return False
    return type(value).__module__ in ("builtins", "numpy") and math.isfinite(float(value))


def _as_float(value: Any) -> float:
    return float(value) if _is_number(value) else math.nan


def _same(one: Any, other: Any) -> bool:
    """Whether two values of a grid are the same one; objects count by identity, as their equality is foreign code."""
    if one is other:
        return True
    if _is_number(one) and _is_number(other):
        return float(one) == float(other)
    return isinstance(one, str | bool) and isinstance(other, str | bool) and one == other
