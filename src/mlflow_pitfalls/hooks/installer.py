"""Puts all hooks in place, and takes them away again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from mlflow_pitfalls import errors, private_names
from mlflow_pitfalls.hooks import (
    autolog,
    dispatch,
    estimators,
    folds,
    functions,
    late_classes,
    late_imports,
    mlflow_runs,
    private,
    quiet,
)
from mlflow_pitfalls.model.events import Listener

_CATBOOST: Final = "catboost"  # its classes are no BaseEstimators: they are found by their own root
_SHOWN: Final = 5  # names that a warning spells out


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallReport:
    """What was hooked.

    Attributes:
        active: False in a child process, which is never hooked, and where nothing could be hooked at all.
        functions: Functions of scikit-learn and imbalanced-learn.
        methods: Methods of estimators, by the class that defines them.
        splitters: ``split`` methods.
        run_methods: Methods of MLflow's that open and close runs.
        relayered: Autologging flavors that were on and were laid outside of the hooks.
        not_hooked: What could not be hooked, in words or by its dotted name.
    """

    active: bool = False
    functions: int = 0
    methods: int = 0
    splitters: int = 0
    run_methods: int = 0
    relayered: tuple[str, ...] = ()
    not_hooked: tuple[str, ...] = ()


_FAILED: Final = InstallReport(not_hooked=("scikit-learn",))  # the guard has told of it
_report: InstallReport | None = globals().get("_report")


def install(listener: Listener) -> InstallReport:
    """Send the user's calls to ``listener`` from now on; a second call only exchanges the listener. Never raises.

    scikit-learn and MLflow are imported for it. In a child process nothing is hooked, nor where scikit-learn is missing
    or has no such insides, which is told once.
    """
    global _report
    if private.is_child_process():
        return InstallReport(not_hooked=("this is a child process",))
    if _report is None or not _report.active:
        known, _report = _report, _install()
        if known is None and _report.not_hooked and _report is not _FAILED:
            _warn(_report.not_hooked)
    if _report.active:
        dispatch.listen(listener)
    return _report


def uninstall() -> None:
    """Put back every class, module and closure as it was before :func:`install`. Never raises."""
    global _report
    dispatch.listen(None)
    report, _report = _report, None
    if report is None or not report.active:
        return
    with errors.guard("removing the hooks"), autolog.layered_outside():
        for unhook in _unhooks():
            with errors.guard("removing the hooks"):
                unhook()


def installed() -> bool:
    """Whether the hooks are in place."""
    return _report is not None and _report.active


def refused() -> bool:
    """Whether :func:`install` was called and could hook nothing at all."""
    return _report is not None and not _report.active


def _install() -> InstallReport:
    unfit = private.unfit_interpreter()
    if unfit:
        return InstallReport(not_hooked=(unfit,))
    try:
        import sklearn  # noqa: F401
    except ImportError:
        return InstallReport(not_hooked=("scikit-learn, which is not installed",))
    report = _FAILED
    with errors.guard("installing the hooks"):
        report = _hook_everything()
    if report is _FAILED:
        for unhook in _unhooks():
            with suppress(Exception):  # one line has told of the fault
                unhook()
    return report


def _unhooks() -> tuple[Callable[[], None], ...]:
    return (
        _forget_imports,
        late_classes.unwatch,
        functions.unhook_functions,
        _unhook_classes,
        mlflow_runs.unhook_runs,
        quiet.unhook_autologging,
    )


def _hook_everything() -> InstallReport:
    import sklearn.base
    import sklearn.metrics
    import sklearn.model_selection
    import sklearn.utils.class_weight  # noqa: F401 - so that its functions can be hooked

    missed: list[str] = []
    with autolog.layered_outside() as relayered:
        missed += private.self_test()
        missed += [name.lost for name in private_names.missing() if name.lost not in missed]
        late_classes.watch(_watched_bases(), _hook_late_class)
        methods = _part("estimators", missed, lambda: estimators.hook_classes(_estimator_classes()))
        splitters = _part("splitters", missed, lambda: folds.hook_splitters(_splitter_classes()))
        count = _part("functions", missed, functions.hook_functions)
        missed += quiet.hook_autologging()
        runs = _part("MLflow's runs", missed, mlflow_runs.hook_runs)
    for module in functions.LATE_MODULES:
        late_imports.when_imported(module, _hook_late_functions)
    late_imports.when_imported(_CATBOOST, _hook_catboost)
    return InstallReport(
        active=True,
        functions=count,
        methods=methods,
        splitters=splitters,
        run_methods=runs,
        relayered=relayered,
        not_hooked=tuple(missed),
    )


def _part(name: str, missed: list[str], hook: Callable[[], tuple[int, list[str]]]) -> int:
    count, names = 0, [name]
    with errors.guard(f"hooking {name}"):
        count, names = hook()
    missed += names
    return count


def _watched_bases() -> tuple[type, ...]:
    from sklearn.base import BaseEstimator, TransformerMixin

    return (BaseEstimator, TransformerMixin, *private.splitter_bases())


def _hook_late_class(cls: type) -> None:
    from sklearn.base import BaseEstimator

    lineage = [ancestor for ancestor in cls.__mro__ if ancestor not in estimators.hooked_classes]
    if issubclass(cls, BaseEstimator):
        estimators.hook_classes(lineage)
    if issubclass(cls, private.splitter_bases()):
        folds.hook_splitters(lineage)


def _estimator_classes() -> Iterator[type]:
    from sklearn.base import BaseEstimator

    return estimators.with_bases(estimators.descendants(BaseEstimator))


def _splitter_classes() -> Iterator[type]:
    for root in private.splitter_bases():
        yield from estimators.with_bases(estimators.descendants(root))


def _hook_late_functions() -> None:
    functions.hook_functions()


def _hook_catboost() -> None:
    estimators.hook_classes(_catboost_classes())


def _catboost_classes() -> Iterator[type]:
    import catboost

    return estimators.with_bases(estimators.descendants(catboost.CatBoost))


def _unhook_classes() -> None:
    # Those that were hooked, and any that has taken over a hook since, such as a class unpickled by value.
    estimators.unhook_classes(list(estimators.hooked_classes))
    estimators.unhook_classes(_estimator_classes())
    estimators.unhook_classes(_splitter_classes())
    estimators.hooked_classes.clear()


def _forget_imports() -> None:
    for module in (*functions.LATE_MODULES, _CATBOOST):
        late_imports.forget(module)


def _warn(not_hooked: tuple[str, ...]) -> None:
    named = ", ".join(not_hooked[:_SHOWN])
    rest = f" and {len(not_hooked) - _SHOWN} more" if len(not_hooked) > _SHOWN else ""
    errors.logger.warning("mlflow-pitfalls: %d not hooked: %s%s", len(not_hooked), named, rest)
