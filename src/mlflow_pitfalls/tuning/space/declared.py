"""A search space read off what an estimator declares of its parameters, for estimators that the tables do not know.

scikit-learn's estimators, and others that follow it, say what each parameter may be.
That is what is allowed, not what is worth a try: numbers are searched around the value at hand.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlflow_pitfalls import private_names
from mlflow_pitfalls.capture.estimators.nested import own_attributes
from mlflow_pitfalls.hyperparameters.catalogue import package_of
from mlflow_pitfalls.model.suggestions import Aim, Direction, Kind, Move, Parameter, Value
from mlflow_pitfalls.tuning.space.anatomy import Part
from mlflow_pitfalls.tuning.space.sizes import Sizes
from mlflow_pitfalls.tuning.space.values import Foreign, as_number, as_value, same

MAX_DECLARED = 10  # parameters; more are not searched with profit
_SOURCE = "what the estimator declares as allowed, around its present value"
_FIRST_NUMBER, _FIRST_CATEGORY = 4, 6  # priorities
_FACTOR = 10.0  # a number is searched from a tenth of its present value to ten times it
_COUNT_FACTOR = 4  # and a count from a quarter to four times it
_UNSET = 1.0  # where the present value is none, or 0 without another bound
_SMALL = 1e-4  # stands for 0 on a logarithmic scale
_COUNT = 8  # where the present count is none
_INSET = 0.01  # of a range whose ends are not allowed themselves
_MOST_CHOICES = 8  # a longer list is names of things rather than a choice
# Of scikit-learn's own estimators only these: most of what they declare says how it is computed or what is reported.
_HYPERPARAMETERS = frozenset(
    {
        "C",
        "activation",
        "alpha",
        "alpha_1",
        "alpha_2",
        "alpha_H",
        "alpha_W",
        "angle",
        "bandwidth",
        "bootstrap",
        "branching_factor",
        "ccp_alpha",
        "class_weight",
        "code_size",
        "coef0",
        "covariance_type",
        "criterion",
        "damping",
        "degree",
        "degrees_of_freedom_prior",
        "density",
        "encode",
        "epsilon",
        "eta0",
        "fit_prior",
        "gamma",
        "interaction_only",
        "k",
        "k_best",
        "l1_ratio",
        "l2_regularization",
        "lambda_1",
        "lambda_2",
        "learning_rate",
        "linkage",
        "loss",
        "max_bins",
        "max_depth",
        "max_features",
        "max_leaf_nodes",
        "max_samples",
        "min_df",
        "min_impurity_decrease",
        "min_samples",
        "min_samples_leaf",
        "min_samples_split",
        "n_bins",
        "n_clusters",
        "n_components",
        "n_estimators",
        "n_knots",
        "n_neighbors",
        "n_nonzero_coefs",
        "norm",
        "nu",
        "p",
        "penalty",
        "percentile",
        "perplexity",
        "power",
        "radius",
        "reg_covar",
        "reg_param",
        "residual_threshold",
        "shrink_threshold",
        "shrinkage",
        "smooth",
        "splitter",
        "subsample",
        "threshold",
        "var_smoothing",
        "voting",
        "weights",
        "xi",
    }
)
_PACKAGES = frozenset({"sklearn", "imblearn"})
# Of others' estimators all but these.
_SETTINGS = frozenset(
    {
        "random_state",
        "seed",
        "n_jobs",
        "verbose",
        "warm_start",
        "copy",
        "copy_x",
        "cache_size",
        "max_iter",
        "tol",
        "memory",
        "cv",
        "scoring",
        "refit",
        "device",
        "dtype",
        "missing_values",
        "check_input",
        "categories",
        "solver",
        "algorithm",
        "priors",
        "precompute",
        "metric",
        "kernel",
        "shuffle",
    }
)
_NEVER = frozenset({"precomputed", "callable", "deprecated", "warn"})  # choices that ask for other data, or no choice


@dataclass(frozen=True, slots=True)
class _Range:
    """One allowed interval of numbers; ``whole`` for whole numbers only, open ends left out."""

    whole: bool
    low: float
    high: float
    open_low: bool
    open_high: bool

    def holds(self, value: float) -> bool:
        """Whether the number is allowed."""
        above = value > self.low if self.open_low else value >= self.low
        below = value < self.high if self.open_high else value <= self.high
        return above and below


def declared_parameters(part: Part) -> tuple[Parameter, ...]:
    """Parameters of an estimator by its own declaration; empty where it makes none."""
    declared = getattr(type(part.estimator), private_names.DECLARED_PARAMETERS.name, None)
    if not isinstance(declared, Mapping):
        return ()
    found = []
    for name, constraints in declared.items():
        if name not in part.parameters or not _shapes(name, part) or not isinstance(constraints, list | tuple):
            continue
        parameter = _parameter(name, list(constraints), part)
        if parameter is not None:
            found.append(parameter)
    return tuple(sorted(found, key=lambda parameter: parameter.priority)[:MAX_DECLARED])


def _shapes(name: Any, part: Part) -> bool:
    """Whether a parameter shapes the model, as against how it is computed."""
    if not isinstance(name, str):
        return False
    if package_of(type(part.estimator)) in _PACKAGES:
        return name in _HYPERPARAMETERS
    return name.lower() not in _SETTINGS


def _parameter(name: str, constraints: list[Any], part: Part) -> Parameter | None:
    current = as_value(part.parameters[name])
    if current is Foreign.VALUE:
        return None
    plain: dict[str, Any] = {"name": f"{part.prefix}{name}", "current": current, "source": _SOURCE}
    ranges = [found for constraint in constraints if (found := _range(constraint)) is not None]
    bounds = _around(ranges, current, name, part.sizes)
    if bounds is not None and not isinstance(current, bool):
        return Parameter(priority=_FIRST_NUMBER, **plain, **bounds)
    choices = tuple(_choices(constraints))
    if not any(same(current, choice) for choice in choices) or not 1 < len(choices) <= _MOST_CHOICES:
        return None
    moves = (Move(aim=Aim.IMBALANCE, direction=Direction.CHOOSE, choice="balanced"),) if "balanced" in choices else ()
    return Parameter(kind=Kind.CATEGORY, choices=choices, start=current, priority=_FIRST_CATEGORY, moves=moves, **plain)


def _range(constraint: Any) -> _Range | None:
    """An interval of numbers as scikit-learn declares it."""
    if type(constraint).__name__ != "Interval":
        return None
    stored = own_attributes(constraint)
    kind, closed = getattr(stored.get("type"), "__name__", ""), stored.get("closed")
    low, high = stored.get("left"), stored.get("right")
    return _Range(
        whole=kind in ("Integral", "int"),
        low=-math.inf if low is None else float(low),
        high=math.inf if high is None else float(high),
        open_low=closed in ("right", "neither"),
        open_high=closed in ("left", "neither"),
    )


def _around(ranges: list[_Range], current: Any, name: str, sizes: Sizes) -> dict[str, Any] | None:
    """Kind, ends, scale and start of the range to search; None where no interval holds the present value."""
    now = as_number(current)
    if now is None and current is not None:
        return None  # a word: it says how the number is found, or that it plays no part
    holding = [found for found in ranges if now is None or found.holds(now)]
    of_type = [found for found in holding if found.whole is (type(current) is int)]
    chosen = next(iter(of_type or holding), None)
    if chosen is None:
        return None
    low, high, log = _whole_ends(chosen, now) if chosen.whole else _real_ends(chosen, now)
    most = _most(name, sizes)
    if chosen.whole and most is not None:
        high = min(high, max(most, chosen.low))
    if not low < high:
        return None
    return {
        "kind": Kind.INTEGER if chosen.whole else Kind.FLOAT,
        "low": low,
        "high": high,
        "log": log,
        "floor": chosen.low if math.isfinite(chosen.low) else None,
        "ceiling": chosen.high if math.isfinite(chosen.high) else None,
        "start": None if now is None else current if low <= now <= high else low,
    }


def _whole_ends(allowed: _Range, now: float | None) -> tuple[float, float, bool]:
    least = allowed.low + 1 if allowed.open_low else allowed.low
    most = allowed.high - 1 if allowed.open_high else allowed.high
    here = now if now is not None else max(least, _COUNT)
    if not math.isfinite(here):
        here = float(_COUNT)
    low, high = math.floor(here / _COUNT_FACTOR), math.ceil(here * _COUNT_FACTOR)
    low, high = (low, high) if here > 0 else (math.floor(here) - _COUNT, math.ceil(here) + _COUNT)
    low, high = int(max(low, least)), int(min(high, most))
    return low, high, low > 0


def _real_ends(allowed: _Range, now: float | None) -> tuple[float, float, bool]:
    if math.isfinite(allowed.low) and math.isfinite(allowed.high):
        inset = _INSET * (allowed.high - allowed.low)
        low = allowed.low + (inset if allowed.open_low else 0.0)
        high = allowed.high - (inset if allowed.open_high else 0.0)
        here = low if now is None else now
        return min(low, here), max(high, here), False
    here = _UNSET if now is None else now
    if allowed.low >= 0 and here >= 0:
        here = here or _SMALL
        low, high = here / _FACTOR, here * _FACTOR
        return max(low, allowed.low), min(high, allowed.high), max(low, allowed.low) > 0
    reach = max(abs(here), _UNSET)
    return max(here - reach, allowed.low), min(here + reach, allowed.high), False


def _most(name: str, sizes: Sizes) -> int | None:
    """What the data allow of a count, by the parameter's name."""
    if name in ("n_components", "k", "max_features"):
        sides = [side for side in (sizes.columns, sizes.rows) if side is not None]
        return min(sides) if sides else None
    return sizes.rows - 1 if sizes.rows is not None and name in ("n_neighbors", "n_clusters", "max_samples") else None


def _choices(constraints: list[Any]) -> Iterator[Value]:
    """The values that are declared one by one, in a stable order."""
    if any(constraint is None for constraint in constraints):
        yield None
    for constraint in constraints:
        if isinstance(constraint, str) and constraint == "boolean":
            yield from (False, True)
        if type(constraint).__name__ in ("StrOptions", "Options"):
            stored = own_attributes(constraint)
            gone = stored.get("deprecated") or ()
            options = stored.get("options") or ()
            named = [option for option in options if type(option) in (str, bool) and option not in gone]
            yield from sorted((option for option in named if option not in _NEVER), key=str)
