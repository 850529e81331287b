"""What to do, as a line to paste for the estimator at hand.

A line is written only for a parameter that this estimator has (``EstimatorFacts.tunable``), with the prefix that its
pipeline asks for, and with a value relative to the one in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mlflow_pitfalls.checks.complexity import as_number, own_settings
from mlflow_pitfalls.model.outcomes import Remedy
from mlflow_pitfalls.model.record import ConvergenceFacts, EstimatorFacts
from mlflow_pitfalls.model.values import Task

MAX_LEVERS = 2  # parameter changes that one flag proposes
MAX_ITER_FACTOR = 10
MAX_ITER_CEILING = 100_000  # beyond it, more iterations are no remedy
SEARCH_CANDIDATES = 30
# Elsewhere ``alpha`` is no penalty: a clamping factor, a quantile, a noise level.
_ALPHA_FAMILIES = frozenset({"linear", "network", "bayes"})
_ALPHA_CLASSES = frozenset({"KernelRidge"})
_WHOLE_NUMBERS = frozenset(
    {"min_samples_leaf", "min_child_samples", "max_leaf_nodes", "max_depth", "n_neighbors", "num_leaves", "depth"}
)
# Families or classes that take no sample_weight in fit.
_UNWEIGHTED_FAMILIES = frozenset({"neighbors"})
_UNWEIGHTED_CLASSES = frozenset(
    {
        "GaussianProcessClassifier",
        "LinearDiscriminantAnalysis",
        "QuadraticDiscriminantAnalysis",
        "LabelPropagation",
        "LabelSpreading",
        "PassiveAggressiveClassifier",
    }
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
    "SV": (Lever("C", 1.0, 0.1, 0.1, "a smaller C is a stronger penalty"),),
    "SGD": (Lever("alpha", 1e-4, 10, 1e-3, _SHRINK),),
    "MLP": (Lever("alpha", 1e-4, 100, 1e-2, _SHRINK),),
    "AdaBoost": (Lever("learning_rate", 1.0, 0.1, 0.1, "smaller steps trust single rounds less"),),
}
_RICHER_BY_CLASS: dict[str, tuple[Lever, ...]] = {
    "SGD": (Lever("alpha", 1e-4, 0.1, 1e-5, "a weaker penalty lets coefficients grow"),),
    "MLP": (Lever("alpha", 1e-4, 0.01, 1e-5, "a weaker penalty lets weights grow"),),
}


def set_params_line(estimator: EstimatorFacts, **values: object) -> str:
    """``model.set_params(clf__min_samples_leaf=5)``, with the prefix of the estimator's pipeline."""
    return _set_params({f"{estimator.parameter_prefix}{name}": value for name, value in values.items()})


def simplify(estimator: EstimatorFacts) -> tuple[Remedy, ...]:
    """Parameter changes that make this estimator simpler, most effective first."""
    return _moves(estimator, _SIMPLER_BY_CLASS, _SIMPLER, "Regularise")


def enrich(estimator: EstimatorFacts) -> tuple[Remedy, ...]:
    """Parameter changes that let this estimator follow more of the data, and richer models to try."""
    moves = _moves(estimator, _RICHER_BY_CLASS, _RICHER, "Let the model follow more")
    if estimator.family in ("forest", "boosting", "network"):
        return moves
    kind = "Regressor" if estimator.final_class_name.endswith("Regressor") else "Classifier"
    line = f"from sklearn.ensemble import HistGradientBoosting{kind}"
    text = "Try a model that finds curves and interactions by itself, such as gradient boosting."
    return (*moves, Remedy(text=text, code=line if _kind_is_known(estimator) else ""))


def balance(estimator: EstimatorFacts, task: Task) -> tuple[Remedy, ...]:
    """Ways to make the rare class count, for this estimator."""
    remedies = []
    if "class_weight" in estimator.tunable:
        text = "Weight the classes by their rarity."
        remedies.append(Remedy(text=text, code=set_params_line(estimator, class_weight="balanced")))
    elif "auto_class_weights" in estimator.tunable:
        text = "Weight the classes by their rarity."
        remedies.append(Remedy(text=text, code=set_params_line(estimator, auto_class_weights="Balanced")))
    elif _takes_sample_weight(estimator):
        remedies.append(
            Remedy(
                text="Weight the rows by their class's rarity (sklearn.utils.class_weight).",
                code=_call(
                    "fit(X_train, y_train, ",
                    {f"{estimator.parameter_prefix}sample_weight": 'compute_sample_weight("balanced", y_train)'},
                ),
            )
        )
    if task is Task.BINARY:
        remedies.append(
            Remedy(
                text="Keep the model and move its decision threshold (sklearn.model_selection).",
                code='TunedThresholdClassifierCV(model, scoring="balanced_accuracy").fit(X_train, y_train)',
            )
        )
    return tuple(remedies)


def converge(estimator: EstimatorFacts, facts: ConvergenceFacts) -> tuple[Remedy, ...]:
    """Ways to let one iterative estimator finish."""
    prefix = f"{facts.path.replace('.', '__')}__" if facts.path else estimator.parameter_prefix
    wanted = min(MAX_ITER_CEILING, max(1, facts.max_iter) * MAX_ITER_FACTOR)
    has_parameter = bool(facts.path) or "max_iter" in estimator.tunable
    code = _set_params({f"{prefix}max_iter": wanted}) if has_parameter else ""
    more = Remedy(text="Allow more iterations.", code=code)
    scale = Remedy(
        text="Scale the features first: solvers crawl where columns differ in size.",
        code="model = make_pipeline(StandardScaler(), model)",
    )
    is_scaled = any("Scaler" in step for step in estimator.steps)
    return (more,) if is_scaled else (scale, more)


def speed_up(estimator: EstimatorFacts) -> tuple[Remedy, ...]:
    """Ways to make this estimator's fit faster."""
    remedies = []
    if estimator.is_search:
        text = f"Search {SEARCH_CANDIDATES} sampled candidates rather than the whole grid, or halve them as you go."
        code = f"RandomizedSearchCV(model, distributions, n_iter={SEARCH_CANDIDATES}, random_state=0)"
        remedies.append(Remedy(text=text, code=code))
    if estimator.final_class_name in ("GradientBoostingClassifier", "GradientBoostingRegressor"):
        remedies.append(
            Remedy(
                text="Use the histogram-based version: same idea, far faster from 10 000 rows on.",
                code=f"from sklearn.ensemble import Hist{estimator.final_class_name}",
            )
        )
    if estimator.final_class_name in ("SVC", "SVR"):
        kind = "LinearSVC" if estimator.final_class_name == "SVC" else "LinearSVR"
        text = "Approximate the kernel: its exact cost grows with the square of the rows."
        remedies.append(
            Remedy(text=text, code=f"model = make_pipeline(StandardScaler(), Nystroem(random_state=0), {kind}())")
        )
    if "n_jobs" in estimator.tunable and not _current(estimator, "n_jobs"):
        remedies.append(Remedy(text="Use all cores.", code=set_params_line(estimator, n_jobs=-1)))
    if "early_stopping" in estimator.tunable and not _current(estimator, "early_stopping"):
        text = "Stop when a validation share of the training rows no longer improves."
        remedies.append(Remedy(text=text, code=set_params_line(estimator, early_stopping=True)))
    remedies.append(
        Remedy(
            text="Try a tenth of the training rows first: where the score stays within its interval, they suffice.",
            code="X_train, _, y_train, _ = train_test_split(X_train, y_train, train_size=0.1, random_state=0)",
        )
    )
    return tuple(remedies)


def _moves(
    estimator: EstimatorFacts, by_class: dict[str, tuple[Lever, ...]], general: dict[str, Lever], verb: str
) -> tuple[Remedy, ...]:
    own = next((levers for stem, levers in by_class.items() if _is_class(estimator, stem)), ())
    names = {lever.parameter for lever in own}
    levers = [*own, *(lever for name, lever in general.items() if name not in names)]
    found = []
    for lever in levers:
        value = _proposal(estimator, lever)
        if value is not None:
            line = set_params_line(estimator, **{lever.parameter: value})
            found.append(Remedy(text=f"{verb}: {lever.why}.", code=line))
    return tuple(found[:MAX_LEVERS])


def _proposal(estimator: EstimatorFacts, lever: Lever) -> float | None:
    """The value to try; None where this estimator has no such parameter or stands beyond the bound already."""
    if lever.parameter not in estimator.tunable or (lever.parameter == "alpha" and not _alpha_is_penalty(estimator)):
        return None
    text = _current(estimator, lever.parameter)
    now = as_number(text) if text else lever.default
    raising = lever.factor > 1
    if now is None:
        # "No limit" cannot be raised, and what cannot be read is left alone.
        return None if raising or (text and text != "None") else _rounded(lever.parameter, lever.bound)
    if 0 < now < 1 and lever.parameter in _WHOLE_NUMBERS:  # a share of the rows
        return None
    moved = now * lever.factor
    value = _rounded(lever.parameter, max(moved, lever.bound) if raising else min(moved, lever.bound))
    return value if (value > now if raising else value < now) else None


def _rounded(parameter: str, value: float) -> float:
    if parameter in _WHOLE_NUMBERS or parameter in ("n_estimators", "max_iter"):
        return max(2 if parameter in ("max_leaf_nodes", "num_leaves") else 1, round(value))
    return float(f"{value:.2g}")


def _current(estimator: EstimatorFacts, parameter: str) -> str:
    return own_settings(estimator).get(parameter, "")


def _alpha_is_penalty(estimator: EstimatorFacts) -> bool:
    return estimator.family in _ALPHA_FAMILIES or estimator.final_class_name in _ALPHA_CLASSES


def _is_class(estimator: EstimatorFacts, stem: str) -> bool:
    rest = estimator.final_class_name.removeprefix(stem)
    return rest in ("C", "R", "Classifier", "Regressor")


def _kind_is_known(estimator: EstimatorFacts) -> bool:
    return estimator.final_class_name.endswith(("Classifier", "Regressor"))


def _takes_sample_weight(estimator: EstimatorFacts) -> bool:
    return estimator.family not in _UNWEIGHTED_FAMILIES and estimator.final_class_name not in _UNWEIGHTED_CLASSES


def _set_params(values: Mapping[str, object]) -> str:
    return _call("set_params(", {name: _literal(value) for name, value in values.items()})


def _call(start: str, arguments: Mapping[str, str]) -> str:
    """A method call of the model's; step names that are no Python names go into a dictionary."""
    if all(name.isidentifier() for name in arguments):
        return f"model.{start}{', '.join(f'{name}={value}' for name, value in arguments.items())})"
    return f"model.{start}**{{{', '.join(f'{name!r}: {value}' for name, value in arguments.items())}}})"


def _literal(value: object) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    return f"{value:g}" if isinstance(value, float) else repr(value)
