"""The search space of a live estimator: what to tune, between which values, and what each parameter helps against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.capture.estimators.nested import is_estimator, own_attributes
from mlflow_pitfalls.capture.estimators.parameters import parameters_of
from mlflow_pitfalls.hyperparameters.catalogue import TAKES_KEYWORDS, known_estimator, package_of
from mlflow_pitfalls.model.suggestions import Parameter, SearchSpace
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.tuning.space.anatomy import Part, Role, is_search, parts_of, searched
from mlflow_pitfalls.tuning.space.bounding import parameter_of
from mlflow_pitfalls.tuning.space.declared import declared_parameters
from mlflow_pitfalls.tuning.space.sizes import Sizes, sizes_of_fold

MAX_PARAMETERS = 24  # of one space, the most promising ones
_MEMBER_PARAMETERS = 2  # of each of several models that predict together
_FIRST_ASIDE = 4  # priority
_MAX_SEARCHES = 3  # one inside of another


def space_of(
    estimator: Any,
    *,
    task: Task,
    class_counts: Sequence[int] | None = None,
    rows: int | None = None,
    columns: int | None = None,
) -> SearchSpace:
    """What to search for an estimator.

    Args:
        estimator: Fitted or not; only its parameters are read, nothing of it is called but ``get_params``. Of a search
            it is the estimator inside (the best one, where it is fitted) whose space is told.
        task: What it predicts.
        class_counts: Rows of each class among the training rows, in any order; of two classes the rarer one is taken
            to be the positive one.
        rows: Training rows. Ranges hold for the folds of a cross-validation with three folds or more.
        columns: Columns that go in.

    Returns:
        Parameters by promise. Names are what ``set_params`` of the estimator takes, of a search that of the estimator
        inside. Never raises: what cannot be read has no space, and a note that says so.

    Sources:
        Each parameter's ``source``: TabArena (Erickson et al. 2025), mlr3tuningspaces 0.6, FLAML 2.7, hyperopt-sklearn,
        PyCaret 3.4, AutoGluon, mljar-supervised, and van Rijn and Hutter, Hyperparameter Importance Across Datasets,
        KDD 2018, for the order.
    """
    try:
        sizes = sizes_of_fold(task, rows, columns, class_counts)
        inner, notes = _inside_of_searches(estimator)
        return _space(inner, sizes, notes)
    except Exception:  # noqa: BLE001 - foreign objects
        name = safe_text(type(estimator).__name__)
        return SearchSpace(estimator=name, origin="none", note=f"The parameters of {name} could not be read.")


def _inside_of_searches(estimator: Any) -> tuple[Any, list[str]]:
    notes: list[str] = []
    for _ in range(_MAX_SEARCHES):
        inner = searched(estimator) if is_search(estimator) else None
        if not is_estimator(inner):
            break
        notes.append(f"The space is that of the estimator inside of {safe_text(type(estimator).__name__)}.")
        estimator = inner
    return estimator, notes


def _space(estimator: Any, sizes: Sizes, notes: list[str]) -> SearchSpace:
    fitted_columns = own_attributes(estimator).get("n_features_in_")
    if sizes.columns is None and type(fitted_columns) is int:
        sizes = sizes.with_columns(fitted_columns)
    parts = parts_of(estimator, sizes)
    models = [part for part in parts if part.role is not Role.PREPARER and not part.wraps]
    found: list[Parameter] = []
    declared = False
    for part in parts:
        own = _of_table(part)
        if not own and part in models and known_estimator(part.estimator) is None:
            own = declared_parameters(part)
            declared = declared or bool(own)
        if part in models or part.wraps:
            notes += _notes(part, own)
        found += own[:_MEMBER_PARAMETERS] if part.role is Role.MEMBER else own
    usable = _accepted(estimator, found)
    ranked = sorted(usable, key=lambda parameter: parameter.priority)[:MAX_PARAMETERS]
    return SearchSpace(
        estimator=_tuned_class(estimator, models),
        parameters=_closed(ranked),
        origin=("constraints" if declared else "table") if ranked else "none",
        note=" ".join(dict.fromkeys(notes)),
    )


def _of_table(part: Part) -> tuple[Parameter, ...]:
    known = known_estimator(part.estimator)
    if known is None:
        return ()
    is_aside = part.role is Role.PREPARER and known.first == 1  # a model that selects columns or rows for another
    first = _FIRST_ASIDE if is_aside else known.first
    lines = [
        parameter_of(line, part, known.lines, priority=place, source=known.source)
        for place, line in enumerate(known.lines, start=first)
    ]
    return tuple(parameter for parameter in lines if parameter is not None)


def _notes(part: Part, found: Sequence[Parameter]) -> Iterator[str]:
    """What is to be said about one model: why there is nothing, or where it comes from."""
    known = known_estimator(part.estimator)
    if known is not None:
        if known.note:
            yield known.note
        return
    name = safe_text(type(part.estimator).__name__)
    if part.wraps:
        return
    if is_search(part.estimator):
        yield f"{name} searches by itself where it stands; it is left alone."
    elif found:
        yield f"{name} is not in the tables: its ranges are what it declares as allowed, around its present values."
    else:
        yield f"There is no search space for {name}: it is not in the tables and declares no hyperparameters."


def _tuned_class(estimator: Any, models: Sequence[Part]) -> str:
    """The class that predicts, where it is one; the outermost one otherwise."""
    alone = [part for part in models if part.role is Role.MODEL]
    return safe_text(type(alone[0].estimator if len(alone) == 1 else estimator).__name__)


def _accepted(estimator: Any, found: Sequence[Parameter]) -> list[Parameter]:
    """Those that ``set_params`` of the whole takes, each name once."""
    names = parameters_of(estimator)
    accepted: dict[str, Parameter] = {}
    for parameter in found:
        owner = parameter.name.rpartition("__")[0]
        part = names.get(owner) if owner else estimator
        is_open = part is not None and any(package_of(base) in TAKES_KEYWORDS for base in type(part).__mro__)
        if parameter.name in names or is_open:
            accepted.setdefault(parameter.name, parameter)
    return list(accepted.values())


def _closed(parameters: Sequence[Parameter]) -> tuple[Parameter, ...]:
    """Without those whose condition names a parameter that is not searched any more."""
    names = {parameter.name for parameter in parameters}
    kept = (parameter for parameter in parameters if all(name in names for name, _ in parameter.when))
    return tuple(kept)
