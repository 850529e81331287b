"""Iterations of iterative estimators, wherever they sit inside the fitted one."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.capture.estimators.model_families import model_family
from mlflow_pitfalls.capture.estimators.nested import base_names, fitted_parts, own_attributes
from mlflow_pitfalls.model.record import ConvergenceFacts

_MAX_FACTS = 20
_LIMITS = ("max_iter", "max_iterations")
# Those that always use all their iterations, or for which using them all is no failure.
_NO_CONVERGENCE = frozenset(
    {
        "LatentDirichletAllocation",
        "TSNE",
        "MiniBatchKMeans",
        "MiniBatchDictionaryLearning",
        "MiniBatchSparsePCA",
        "MiniBatchNMF",
        "SelfTrainingClassifier",
        "BaseHistGradientBoosting",
    }
)
_BOOSTING = "boosting"  # counts trees


def convergence_facts(estimator: Any) -> tuple[ConvergenceFacts, ...]:
    """Iterations used and allowed of each iterative estimator inside a fitted one.

    An estimator that says itself that it converged is left out when it used all its iterations; one that says that
    it did not is marked ``warned``. Boosting, whose iterations are trees, and estimators without a tolerance, which
    run to their limit by design, are left out.

    Args:
        estimator: A fitted estimator, a pipeline, a search (its best estimator is looked at), …
    """
    facts: list[ConvergenceFacts] = []
    for path, part in fitted_parts(estimator):
        try:
            fact = _of(path, part)
        except Exception:  # noqa: BLE001 - foreign attributes
            fact = None
        if fact is not None:
            facts.append(fact)
        if len(facts) >= _MAX_FACTS:
            break
    return tuple(facts)


def _of(path: str, part: Any) -> ConvergenceFacts | None:
    if base_names(part) & _NO_CONVERGENCE or model_family(type(part)) == _BOOSTING:
        return None
    stored = own_attributes(part)
    used = _largest(stored.get("n_iter_"))
    allowed = next((limit for name in _LIMITS if (limit := _largest(stored.get(name))) is not None), None)
    if used is None or allowed is None or allowed <= 0 or ("tol" in stored and stored["tol"] is None):
        return None
    converged = _says(stored)
    if converged is True and used >= allowed:
        return None
    return ConvergenceFacts(
        estimator=safe_text(type(part).__name__),
        path=safe_text(path),
        n_iter=used,
        max_iter=allowed,
        warned=converged is False,
    )


def _says(stored: dict[str, Any]) -> bool | None:
    """What the estimator itself says of its convergence; None where it says nothing."""
    if isinstance(stored.get("converged_"), bool | np.bool_):
        return bool(stored["converged_"])
    status = stored.get("fit_status_")  # of support vector machines: 0 where the solver ended by itself
    if isinstance(status, int | np.integer) and not isinstance(status, bool):
        return int(status) == 0
    return None


def _largest(value: Any) -> int | None:
    if value is None or isinstance(value, bool | str):
        return None
    numbers = np.asarray(value)
    if numbers.size == 0 or numbers.dtype.kind not in "iuf" or not np.isfinite(numbers).all():
        return None
    return int(numbers.max())
