"""The parameters that make an estimator simpler or richer, and the value to try for one at hand."""

from __future__ import annotations

from dataclasses import dataclass

from mlflow_pitfalls.checks.complexity import as_number, own_settings
from mlflow_pitfalls.model.record import EstimatorFacts

MAX_LEVERS = 2  # parameter changes that one flag proposes
# Elsewhere ``alpha`` is no penalty: a clamping factor, a quantile, a noise level.
_ALPHA_FAMILIES = frozenset({"linear", "network", "bayes"})
_ALPHA_CLASSES = frozenset({"KernelRidge"})
_PENALTIES = frozenset({"C", "alpha"})
_FURTHER_STEPS = 2  # which strength it takes depends on the rows: a penalty is tried at two, so many steps apart
_WHOLE_NUMBERS = frozenset(
    {"min_samples_leaf", "min_child_samples", "max_leaf_nodes", "max_depth", "n_neighbors", "num_leaves", "depth"}
)


@dataclass(frozen=True, slots=True)
class Lever:
    """One parameter and how it is moved: ``value in force × factor``, kept on the far side of ``bound``.

    Attributes:
        parameter: Name on the estimator itself.
        default: The estimator's default, where the script set none; None where the default is "no limit".
        factor: Above 1 raises the value, below 1 lowers it.
        bound: The least (when raising) or greatest (when lowering) value to propose.
        why: What the change does.
    """

    parameter: str
    default: float | None
    factor: float
    bound: float
    why: str


_LEAF = "larger leaves cannot follow single rows"
_DEPTH = "shallower trees hold fewer rules"
_SHRINK = "a stronger penalty keeps coefficients small"
_SIMPLER = {
    "min_samples_leaf": Lever("min_samples_leaf", 1, 5, 5, _LEAF),
    "C": Lever("C", 1.0, 0.1, 0.1, "a smaller C is a stronger penalty"),
    "alpha": Lever("alpha", 1.0, 10, 0, _SHRINK),
    "n_neighbors": Lever("n_neighbors", 5, 3, 15, "more neighbours average out single rows"),
    "max_depth": Lever("max_depth", None, 0.5, 4, _DEPTH),
    "reg_lambda": Lever("reg_lambda", 1.0, 10, 1, _SHRINK),
    "l2_regularization": Lever("l2_regularization", 0.0, 10, 1, _SHRINK),
    "ccp_alpha": Lever("ccp_alpha", 0.0, 10, 0.001, "pruning drops branches that few rows support"),
    "var_smoothing": Lever("var_smoothing", 1e-9, 100, 1e-7, "smoother densities"),
}
_RICHER = {
    "C": Lever("C", 1.0, 10, 10, "a larger C is a weaker penalty"),
    "alpha": Lever("alpha", 1.0, 0.1, 0.1, "a weaker penalty lets coefficients grow"),
    "min_samples_leaf": Lever("min_samples_leaf", None, 0.2, 20, "smaller leaves follow finer differences"),
    "max_depth": Lever("max_depth", None, 3, 6, "deeper trees hold more rules"),
    "n_neighbors": Lever("n_neighbors", 5, 0.4, 15, "fewer neighbours follow finer differences"),
    "learning_rate": Lever("learning_rate", None, 3, 0.1, "larger steps fit more in the same number of rounds"),
    "n_estimators": Lever("n_estimators", None, 5, 200, "more trees"),
    "max_iter": Lever("max_iter", None, 5, 200, "more rounds"),
}
# Where a class's default or its order of effect differs from the tables above.
_SIMPLER_BY_CLASS: dict[str, tuple[Lever, ...]] = {
    "HistGradientBoosting": (
        Lever("min_samples_leaf", 20, 3, 40, _LEAF),
        Lever("max_leaf_nodes", 31, 0.3, 8, "smaller trees hold fewer rules"),
    ),
    "GradientBoosting": (
        Lever("max_depth", 3, 0.67, 2, _DEPTH),
        Lever("min_samples_leaf", 1, 10, 10, _LEAF),
    ),
    "XGB": (Lever("max_depth", 6, 0.5, 3, _DEPTH), Lever("min_child_weight", 1, 10, 5, _LEAF)),
    "LGBM": (
        Lever("num_leaves", 31, 0.3, 8, "smaller trees hold fewer rules"),
        Lever("min_child_samples", 20, 3, 40, _LEAF),
    ),
    "CatBoost": (Lever("depth", 6, 0.67, 4, _DEPTH), Lever("l2_leaf_reg", 3, 5, 10, _SHRINK)),
    "Ridge": (Lever("alpha", 1.0, 10, 1, _SHRINK),),
    "SV": (Lever("C", 1.0, 0.1, 0.1, "a smaller C is a stronger penalty"),),
    "SGD": (Lever("alpha", 1e-4, 10, 1e-3, _SHRINK),),
    "MLP": (Lever("alpha", 1e-4, 100, 1e-2, _SHRINK),),
    "AdaBoost": (Lever("learning_rate", 1.0, 0.1, 0.1, "smaller steps trust single rounds less"),),
}
_RICHER_BY_CLASS: dict[str, tuple[Lever, ...]] = {
    "SGD": (Lever("alpha", 1e-4, 0.1, 1e-5, "a weaker penalty lets coefficients grow"),),
    "MLP": (Lever("alpha", 1e-4, 0.01, 1e-5, "a weaker penalty lets weights grow"),),
}


@dataclass(frozen=True, slots=True)
class Move:
    """A lever and the value that it proposes for one estimator."""

    lever: Lever
    value: float

    @property
    def words(self) -> str:
        """``min_samples_leaf=5``."""
        return f"{self.lever.parameter}={literal(self.value)}"


def simpler_moves(estimator: EstimatorFacts) -> tuple[Move, ...]:
    """At most two moves that make this estimator simpler, most effective first."""
    return _moves(estimator, _SIMPLER_BY_CLASS, _SIMPLER)


def probed_moves(estimator: EstimatorFacts) -> tuple[Move, ...]:
    """:func:`simpler_moves`; where a penalty is all there is to move, at a second strength too, two steps on."""
    moves = simpler_moves(estimator)
    if len(moves) != 1 or moves[0].lever.parameter not in _PENALTIES:
        return moves
    first, lever = moves[0], moves[0].lever
    return (first, Move(lever, rounded(lever.parameter, first.value * lever.factor**_FURTHER_STEPS)))


def richer_moves(estimator: EstimatorFacts) -> tuple[Move, ...]:
    """At most two moves that let this estimator follow more of the data, most effective first."""
    return _moves(estimator, _RICHER_BY_CLASS, _RICHER)


def _moves(
    estimator: EstimatorFacts, by_class: dict[str, tuple[Lever, ...]], general: dict[str, Lever]
) -> tuple[Move, ...]:
    own = next((levers for stem, levers in by_class.items() if _is_class(estimator, stem)), ())
    names = {lever.parameter for lever in own}
    levers = [*own, *(lever for name, lever in general.items() if name not in names)]
    proposals = ((lever, _proposal(estimator, lever)) for lever in levers)
    return tuple(Move(lever, value) for lever, value in proposals if value is not None)[:MAX_LEVERS]


def _proposal(estimator: EstimatorFacts, lever: Lever) -> float | None:
    """The value to try; None where this estimator has no such parameter or stands beyond the bound already."""
    if lever.parameter not in estimator.tunable or (lever.parameter == "alpha" and not _alpha_is_penalty(estimator)):
        return None
    text = current(estimator, lever.parameter)
    now = as_number(text) if text else lever.default
    raising = lever.factor > 1
    if now is None:
        # "No limit" cannot be raised, and what cannot be read is left alone.
        return None if raising or (text and text != "None") else rounded(lever.parameter, lever.bound)
    if 0 < now < 1 and lever.parameter in _WHOLE_NUMBERS:  # a share of the rows
        return None
    moved = now * lever.factor
    value = rounded(lever.parameter, max(moved, lever.bound) if raising else min(moved, lever.bound))
    return value if (value > now if raising else value < now) else None


def rounded(parameter: str, value: float) -> float:
    """A value that the parameter takes: whole where it must be, two digits otherwise."""
    if parameter in _WHOLE_NUMBERS or parameter in ("n_estimators", "max_iter"):
        return max(2 if parameter in ("max_leaf_nodes", "num_leaves") else 1, round(value))
    return float(f"{value:.2g}")


def current(estimator: EstimatorFacts, parameter: str) -> str:
    """The script's own value of a parameter as text; empty where it left the default."""
    return own_settings(estimator).get(parameter, "")


def _alpha_is_penalty(estimator: EstimatorFacts) -> bool:
    return estimator.family in _ALPHA_FAMILIES or estimator.final_class_name in _ALPHA_CLASSES


def _is_class(estimator: EstimatorFacts, stem: str) -> bool:
    rest = estimator.final_class_name.removeprefix(stem)
    return rest in ("", "C", "R", "Classifier", "Regressor")


def literal(value: object) -> str:
    """A value as Python code."""
    if isinstance(value, str):
        return f'"{value}"'
    return f"{value:g}" if isinstance(value, float) else repr(value)
