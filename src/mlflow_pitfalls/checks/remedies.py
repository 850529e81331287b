"""What to do, as a line to paste for the estimator at hand.

A line is written only for a parameter that this estimator has (``EstimatorFacts.tunable``), with the prefix that its
pipeline asks for, and with a value relative to the one in force.
"""

from __future__ import annotations

from collections.abc import Mapping

from mlflow_pitfalls.checks.complexity import UNPENALISED_CLASSES, as_number
from mlflow_pitfalls.checks.growth import known_growth
from mlflow_pitfalls.checks.levers import Move, current, literal, richer_moves, rounded, simpler_moves
from mlflow_pitfalls.model.outcomes import Remedy
from mlflow_pitfalls.model.record import ConvergenceFacts, EstimatorFacts
from mlflow_pitfalls.model.values import Task

MAX_ITER_FACTOR = 10
MAX_ITER_CEILING = 100_000  # beyond it, more iterations are no remedy
SEARCH_CANDIDATES = 30
_RICH_FAMILIES = frozenset({"forest", "boosting", "network"})  # follow curves and interactions by themselves
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

STRATIFY = Remedy(
    text="Stratify the split, so that both sides get the same share of each class.",
    code="X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)",
)
STRATIFIED_FOLDS = Remedy(
    text="In cross-validation, stratify the folds.",
    code="cross_val_score(model, X, y, cv=StratifiedKFold(5, shuffle=True, random_state=0))",
)
_PENALISED = "make_pipeline(StandardScaler(), RidgeCV(alphas=[0.1, 1, 10, 100, 1000]))"


def set_params_line(estimator: EstimatorFacts, **values: object) -> str:
    """``model.set_params(clf__min_samples_leaf=5)``, with the prefix of the estimator's pipeline."""
    return _set_params({f"{estimator.parameter_prefix}{name}": value for name, value in values.items()})


def simplify(estimator: EstimatorFacts) -> tuple[Remedy, ...]:
    """Changes that make this estimator simpler, most effective first."""
    if estimator.final_class_name in UNPENALISED_CLASSES:
        return (Remedy(text="Penalise large coefficients.", code=_replacing_line(estimator, _PENALISED)),)
    return _as_remedies(estimator, simpler_moves(estimator), "Regularise")


def take(estimator: EstimatorFacts, description: str) -> tuple[Remedy, ...]:
    """The change of one parameter that an extra fit found to be better, ``C=0.1``; empty where it is none."""
    parameter, _, text = description.partition("=")
    value = as_number(text)
    if value is None or parameter not in estimator.tunable:
        return ()
    line = set_params_line(estimator, **{parameter: rounded(parameter, value)})
    return (Remedy(text="Take the setting that scored better.", code=line),)


def simplify_in_words(estimator: EstimatorFacts) -> str:
    """The first change of :func:`simplify` for a message: ``min_samples_leaf=5``."""
    if estimator.final_class_name in UNPENALISED_CLASSES:
        return "ridge regression"
    return next((move.words for move in simpler_moves(estimator)), "a more regularised model")


def choose_by_validation(estimator: EstimatorFacts) -> Remedy:
    """The training and held-out scores along this estimator's first lever; without one, no code."""
    text = "Choose the amount of regularisation by cross-validation rather than by hand."
    move = next(iter(simpler_moves(estimator)), None)
    if move is None:
        return Remedy(text=text)
    name, step = move.lever.parameter, move.lever.factor
    values = sorted({rounded(name, move.value * factor) for factor in (1 / step, 1.0, step)})
    shown = ", ".join(literal(value) for value in values)
    parameter = f"{estimator.parameter_prefix}{name}"
    code = f"validation_curve(model, X_train, y_train, param_name={literal(parameter)}, param_range=[{shown}])"
    return Remedy(text=text, code=code)


def enrich(estimator: EstimatorFacts) -> tuple[Remedy, ...]:
    """Parameter changes that let this estimator follow more of the data, and richer models to try."""
    moves = _as_remedies(estimator, richer_moves(estimator), "Let the model follow more")
    if estimator.family in _RICH_FAMILIES:
        return moves
    kind = "Regressor" if estimator.final_class_name.endswith("Regressor") else "Classifier"
    line = f"from sklearn.ensemble import HistGradientBoosting{kind}"
    text = "Try a model that finds curves and interactions by itself, such as gradient boosting."
    return (*moves, Remedy(text=text, code=line if _kind_is_known(estimator) else ""))


def enrich_in_words(estimator: EstimatorFacts) -> str:
    """The first change of :func:`enrich` for a message: ``C=10``."""
    otherwise = "features that show the bend" if estimator.family in _RICH_FAMILIES else "gradient boosting"
    return next((move.words for move in richer_moves(estimator)), otherwise)


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
        is_grid = estimator.class_name == "GridSearchCV"
        code = f"RandomizedSearchCV(model.estimator, model.param_grid, n_iter={SEARCH_CANDIDATES}, random_state=0)"
        remedies.append(Remedy(text=text, code=code if is_grid else ""))
    if estimator.final_class_name in ("GradientBoostingClassifier", "GradientBoostingRegressor"):
        remedies.append(
            Remedy(
                text="Use the histogram-based version: same idea, far faster from 10 000 rows on.",
                code=f"from sklearn.ensemble import Hist{estimator.final_class_name}",
            )
        )
    remedies += _grow_slower(estimator)
    if "n_jobs" in estimator.tunable and not current(estimator, "n_jobs"):
        remedies.append(Remedy(text="Use all cores.", code=set_params_line(estimator, n_jobs=-1)))
    if "early_stopping" in estimator.tunable and not current(estimator, "early_stopping"):
        text = "Stop when a validation share of the training rows no longer improves."
        remedies.append(Remedy(text=text, code=set_params_line(estimator, early_stopping=True)))
    remedies.append(
        Remedy(
            text="Try a tenth of the training rows first: where the score stays within its interval, they suffice.",
            code="X_train, _, y_train, _ = train_test_split(X_train, y_train, train_size=0.1, random_state=0)",
        )
    )
    return tuple(remedies)


def _grow_slower(estimator: EstimatorFacts) -> tuple[Remedy, ...]:
    """What to take instead of an estimator whose time grows faster than its rows."""
    growth = known_growth(estimator)
    if growth is None:
        return ()
    if growth.setting is not None:
        return (Remedy(text=growth.text, code=set_params_line(estimator, **dict([growth.setting]))),)
    wraps_itself = "model" in growth.other
    code = "" if wraps_itself and estimator.parameter_prefix else _replacing_line(estimator, growth.other)
    return (Remedy(text=growth.text, code=code),)


def _as_remedies(estimator: EstimatorFacts, moves: tuple[Move, ...], verb: str) -> tuple[Remedy, ...]:
    return tuple(
        Remedy(text=f"{verb}: {move.lever.why}.", code=set_params_line(estimator, **{move.lever.parameter: move.value}))
        for move in moves
    )


def _replacing_line(estimator: EstimatorFacts, other: str) -> str:
    """Puts another estimator in this one's place, inside of its pipeline where it has one."""
    step = estimator.parameter_prefix.removesuffix("__")
    return _call("set_params(", {step: other}) if step else f"model = {other}"


def _kind_is_known(estimator: EstimatorFacts) -> bool:
    return estimator.final_class_name.endswith(("Classifier", "Regressor"))


def _takes_sample_weight(estimator: EstimatorFacts) -> bool:
    return estimator.family not in _UNWEIGHTED_FAMILIES and estimator.final_class_name not in _UNWEIGHTED_CLASSES


def _set_params(values: Mapping[str, object]) -> str:
    return _call("set_params(", {name: literal(value) for name, value in values.items()})


def _call(start: str, arguments: Mapping[str, str]) -> str:
    """A method call of the model's; step names that are no Python names go into a dictionary."""
    if all(name.isidentifier() for name in arguments):
        return f"model.{start}{', '.join(f'{name}={value}' for name, value in arguments.items())})"
    return f"model.{start}**{{{', '.join(f'{name!r}: {value}' for name, value in arguments.items())}}})"
