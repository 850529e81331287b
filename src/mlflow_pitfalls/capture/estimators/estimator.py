"""What was fitted: its class, the predictor inside, its family and its parameters as short, safe text."""

from __future__ import annotations

from typing import Any

from mlflow_pitfalls import private_names
from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.capture.estimators.convergence import convergence_facts
from mlflow_pitfalls.capture.estimators.dropped import dropped_columns
from mlflow_pitfalls.capture.estimators.hyperparameters import tuned_names
from mlflow_pitfalls.capture.estimators.kinds import estimator_kind
from mlflow_pitfalls.capture.estimators.model_families import model_family
from mlflow_pitfalls.capture.estimators.nested import (
    MAX_DEPTH,
    OTHER_PARAMETER_STORES,
    base_names,
    configured_parts,
    is_estimator,
    own_attributes,
)
from mlflow_pitfalls.capture.estimators.parallel import jobs_of
from mlflow_pitfalls.capture.estimators.parameters import changed_parameters, parameters_of
from mlflow_pitfalls.capture.estimators.transformers import scalers_among, target_transformed, transformers_inside
from mlflow_pitfalls.model.record import EstimatorFacts

# Meta-estimators that predict by one other estimator: (base class, attribute once fitted, constructor's parameter).
_WRAPPERS = (
    ("BaseSearchCV", "best_estimator_", "estimator"),
    ("OptunaSearchCV", "best_estimator_", "estimator"),
    ("TransformedTargetRegressor", "regressor_", "regressor"),
    ("CalibratedClassifierCV", "", "estimator"),
    ("BaseThresholdClassifier", "estimator_", "estimator"),
    ("RFE", "estimator_", "estimator"),
    ("SelfTrainingClassifier", "estimator_", "estimator"),
    ("OneVsRestClassifier", "", "estimator"),
    ("OneVsOneClassifier", "", "estimator"),
    ("OutputCodeClassifier", "", "estimator"),
    (private_names.MULTI_OUTPUT.name, "", "estimator"),
    (private_names.CHAIN.name, "", "estimator"),
)
_SEARCHES = frozenset({"BaseSearchCV", "OptunaSearchCV"})
_SKIPPED_STEPS = frozenset({"passthrough", "drop"})

_CLASS_WEIGHTS = frozenset({"class_weight", "class_weights", "auto_class_weights"})
_POSITIVE_WEIGHTS = frozenset({"scale_pos_weight"})
_BALANCE_SWITCHES = frozenset({"is_unbalance", "unbalance", "is_unbalanced"})
_THRESHOLD_CLASSES = frozenset({"BaseThresholdClassifier", "TunedThresholdClassifierCV", "FixedThresholdClassifier"})
_SAMPLER_METHOD = "fit_resample"
_SAMPLING_ENSEMBLES = frozenset(
    {"BalancedRandomForestClassifier", "BalancedBaggingClassifier", "EasyEnsembleClassifier", "RUSBoostClassifier"}
)


def estimator_facts(estimator: Any) -> EstimatorFacts:
    """Describe a fitted (or failed) estimator.

    ``get_params`` is called once, on the estimator itself (on a search's chosen one); everything else is read from
    instance attributes, so that no other code of the user's runs.

    Args:
        estimator: Any object that was fitted.
    """
    chain, path, steps = _chain(estimator)
    final = chain[-1]
    root, prefix = _configured_root(estimator)
    parameters = parameters_of(root)
    inner = path[len(prefix) :]
    kind = type(final)
    family = model_family(kind)
    changed = changed_parameters(root, parameters, prefix)
    transformers = transformers_inside(estimator)
    return EstimatorFacts(
        class_name=safe_text(type(estimator).__name__),
        final_class_name=safe_text(kind.__name__),
        module=safe_text(kind.__module__),
        family=family,
        steps=tuple(safe_text(step) for step in steps),
        parameters=changed,
        tuned=tuned_names(family, (name for name, _ in changed), path),
        tunable=_names_below(parameters, inner),
        parameter_prefix=safe_text(path),
        is_search=bool(base_names(estimator) & _SEARCHES),
        searched_fits=_searched_fits(estimator),
        jobs=jobs_of(estimator),
        kind=estimator_kind(chain),
        transformers=transformers,
        scalers=scalers_among(transformers),
        target_transformed=target_transformed(estimator),
        dropped_columns=dropped_columns(chain),
        convergence=convergence_facts(estimator),
    )


def class_weight_used(estimator: Any) -> bool:
    """Whether any estimator inside weights classes (``class_weight``, ``scale_pos_weight``, ``is_unbalance`` …)."""
    return any(_weights_classes(stored) for part in configured_parts(estimator) for stored in _parameter_stores(part))


def threshold_tuned(estimator: Any) -> bool:
    """Whether a decision threshold was chosen (``TunedThresholdClassifierCV``, ``FixedThresholdClassifier``)."""
    return any(base_names(part) & _THRESHOLD_CLASSES for part in configured_parts(estimator))


def sampler_inside(estimator: Any) -> str | None:
    """Class name of the first sampler inside (imbalanced-learn's, or an ensemble that samples), None without one."""
    for part in configured_parts(estimator):
        is_pipeline = "Pipeline" in base_names(part)  # imbalanced-learn's passes fit_resample through
        if not is_pipeline and (hasattr(type(part), _SAMPLER_METHOD) or base_names(part) & _SAMPLING_ENSEMBLES):
            return safe_text(type(part).__name__)
    return None


def _chain(estimator: Any) -> tuple[list[Any], str, list[str]]:
    """The estimators down to the predictor inside, its ``set_params`` prefix, and the class names on the way."""
    chain, path, steps = [estimator], "", [type(estimator).__name__]
    for _ in range(MAX_DEPTH):
        inside = _inside(estimator)
        if inside is None:
            break
        estimator, name, names = inside
        chain.append(estimator)
        path += f"{name}__"
        steps += names
    return chain, path, steps


def _inside(estimator: Any) -> tuple[Any, str, list[str]] | None:
    """The estimator that ``estimator`` predicts by, its parameter's name, and the class names down to it."""
    bases, stored = base_names(estimator), own_attributes(estimator)
    if "Pipeline" in bases:
        return _last_step(stored.get("steps"))
    for base, fitted, parameter in _WRAPPERS:
        if base in bases:
            # Not by truth: the length of an unfitted forest raises.
            found = stored[fitted] if stored.get(fitted) is not None else stored.get(parameter)
            return (found, parameter, [type(found).__name__]) if is_estimator(found) else None
    return None


def _last_step(steps: Any) -> tuple[Any, str, list[str]] | None:
    if not isinstance(steps, list | tuple):
        return None
    named = [step for step in steps if isinstance(step, tuple) and len(step) == 2 and is_estimator(step[1])]
    if not named:
        return None
    name, last = named[-1]
    return last, str(name), [type(step).__name__ for _, step in named]


def _configured_root(estimator: Any) -> tuple[Any, str]:
    """The object whose parameters count: of a search, the estimator that it chose."""
    chosen = own_attributes(estimator).get("best_estimator_")
    if base_names(estimator) & _SEARCHES and is_estimator(chosen):
        return chosen, "estimator__"
    return estimator, ""


def _names_below(parameters: dict[str, Any], prefix: str) -> tuple[str, ...]:
    own = (name[len(prefix) :] for name in parameters if name.startswith(prefix))
    return tuple(sorted(safe_text(name) for name in own if "__" not in name))


def _searched_fits(estimator: Any) -> int:
    if not base_names(estimator) & _SEARCHES:
        return 0
    stored = own_attributes(estimator)
    results, folds = stored.get("cv_results_"), stored.get("n_splits_")
    candidates = results.get("params") if isinstance(results, dict) else None
    if not isinstance(candidates, list | tuple) or not isinstance(folds, int):
        return 0
    return len(candidates) * folds


def _parameter_stores(part: Any) -> list[dict[str, Any]]:
    stored = own_attributes(part)
    others = (stored.get(name) for name in OTHER_PARAMETER_STORES)
    return [stored, *(other for other in others if isinstance(other, dict))]


def _weights_classes(stored: dict[str, Any]) -> bool:
    for name in _CLASS_WEIGHTS:
        value = stored.get(name)
        if value is not None and not (isinstance(value, str) and value.lower() in ("", "none")):
            return True
    for name in _POSITIVE_WEIGHTS:
        value = stored.get(name)
        if isinstance(value, int | float) and value != 1:
            return True
    return any(stored.get(name) is True for name in _BALANCE_SWITCHES)
