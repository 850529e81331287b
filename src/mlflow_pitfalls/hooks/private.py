"""The private shapes of scikit-learn and MLflow that the hooks lean on, with a self-test of each.

Their names stand in ``private_names``. Where one is missing, the hooks fall back or are left out and say so.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator
from types import CellType, CodeType, FunctionType
from typing import Any, Final

from mlflow_pitfalls import private_names
from mlflow_pitfalls.private_lookup import resolved

FUNCTION_CELL: Final = private_names.FUNCTION_CELL.name
METHOD_CELL: Final = private_names.METHOD_CELL.name
CONDITIONAL_ATTRIBUTE: Final = private_names.CONDITIONAL_ATTRIBUTE.name  # the method behind the descriptor

# scikit-learn: functions that call an estimator many times on data of their own making; such calls are not the user's.
# The second and third only show between a hook and the user where the work was handed to a foreign thread.
REPEATING_MODULES: Final = (
    "sklearn.inspection",
    *(f"{name.home}.{name.name}" for name in (private_names.REPEATING_VALIDATION, private_names.REPEATING_SEARCH)),
)

PATCH_FUNCTIONS: Final = private_names.PATCH_FUNCTIONS

# MLflow: what each autologging patch asks whether it is switched off, taken from the module when the patch is made.
AUTOLOG_MODULE: Final = private_names.AUTOLOG_IS_DISABLED.home
AUTOLOG_IS_DISABLED: Final = private_names.AUTOLOG_IS_DISABLED.name

# MLflow: who opens and closes runs.
MANAGED_RUN_MODULE: Final = private_names.MANAGED_RUN.home
MANAGED_RUN_FUNCTIONS: Final = frozenset({private_names.MANAGED_RUN.name, "patch_with_managed_run"})
AUTOLOGGING_MODULES: Final = frozenset({MANAGED_RUN_MODULE, "mlflow.utils.autologging_utils.client"})
AUTOLOGGING_FLAVOR: Final = "autologging_integration"  # the variable of theirs that holds a flavor's name
NAMES_MODULE: Final = "mlflow.utils.name_utils"
NAMES_GENERATOR: Final = "random"  # the module of that name, from which names of runs are drawn
EXIT_MODULE: Final = private_names.EXIT_FUNCTION.home
EXIT_FUNCTION: Final = private_names.EXIT_FUNCTION.name
RUN_MODULES: Final = frozenset({EXIT_MODULE, private_names.TRACKING_CLIENT.home.partition(":")[0], MANAGED_RUN_MODULE})


def find_cell(function: Any, name: str) -> CellType | None:
    """The closure cell of that name, of the function or of one that it wraps."""
    seen = 0
    while isinstance(function, FunctionType) and seen < _MAX_WRAPPERS:
        cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=False))
        if name in cells:
            return cells[name]
        function = getattr(function, "__wrapped__", None)
        seen += 1
    return None


_MAX_WRAPPERS: Final = 8


def is_conditional(attribute: Any) -> bool:
    """Whether a class attribute is an ``available_if`` descriptor, whose method can be exchanged."""
    return (
        type(attribute).__name__ == private_names.CONDITIONAL_CLASS.name
        and hasattr(attribute, "check")
        and isinstance(vars(attribute).get(CONDITIONAL_ATTRIBUTE), FunctionType)
    )


def pristine(function: FunctionType) -> Any:
    """The function as its own module holds it: MLflow exchanges only the package's attribute."""
    return getattr(sys.modules.get(function.__module__), function.__name__, function)


def splitter_bases() -> tuple[type, ...]:
    """The roots of scikit-learn's splitters; two of the three are private."""
    from sklearn.model_selection import BaseCrossValidator, BaseShuffleSplit

    repeated = private_names.imported(private_names.REPEATED_SPLITS)
    return (BaseCrossValidator, BaseShuffleSplit, *((repeated,) if isinstance(repeated, type) else ()))


def is_child_process() -> bool:
    """Whether this is a worker of multiprocessing, loky included.

    While a spawned worker imports the program's main module it has no parent process yet; the mark that it has then is
    the one by which multiprocessing itself refuses to start processes from there.
    """
    return multiprocessing.parent_process() is not None or getattr(
        multiprocessing.current_process(), private_names.INHERITING.name, False
    )


def unfit_interpreter() -> str:
    """Why nothing can be hooked in this Python; empty where it can.

    Without the global lock two threads would change the same closure or class at once; nothing of that was ever tried.
    """
    try:
        has_lock = sys._is_gil_enabled()  # type: ignore[attr-defined]  # documented, and there since Python 3.13
    except AttributeError:
        return ""
    return "" if has_lock else "this Python, which runs without its global lock (PYTHON_GIL=1 turns it on)"


def autolog_settings() -> dict[str, Any]:
    """MLflow's table of autologging settings by flavor; empty settings mean: never configured.

    Where MLflow has no such table, neither has the result a flavor: then nobody knows what the user has configured.
    That is told with whatever else could not be hooked.
    """
    try:
        settings: dict[str, Any] = resolved(private_names.AUTOLOG_SETTINGS)
    except (ImportError, AttributeError):
        return {}
    return settings


def mark_globally_configured(settings: dict[str, Any]) -> None:
    """As a plain ``mlflow.autolog()`` marks the settings that it has made, which a later one may change."""
    key = private_names.imported(private_names.AUTOLOG_GLOBAL)
    if isinstance(key, str):
        settings[key] = True


def awaits_import(package: str) -> bool:
    """Whether ``mlflow.autolog()`` was called and waits, or may wait, for this package to be imported."""
    hooks: Any = sys.modules.get(private_names.AUTOLOG_AWAITED.home)
    if hooks is None or package in sys.modules:
        return False
    waiting = private_names.read(hooks, private_names.AUTOLOG_AWAITED)
    return waiting is None or bool(waiting.get(package))


def self_test() -> tuple[str, ...]:
    """Try each shape on toys of our own.

    Returns:
        What is not there, in words.
    """
    tests: tuple[tuple[str, Callable[[], bool]], ...] = (
        (private_names.FUNCTION_CELL.lost, _function_cell_works),
        (private_names.METHOD_CELL.lost, _method_cell_works),
        (private_names.CONDITIONAL_CLASS.lost, _conditional_works),
        ("autologging patches of MLflow", _patch_functions_exist),
    )
    return tuple(meaning for meaning, test in tests if not _holds(test))


def _holds(test: Callable[[], bool]) -> bool:
    try:
        return test()
    except Exception:  # noqa: BLE001 - any surprise means that the shape is not what it was
        return False


def _function_cell_works() -> bool:
    validate_params = resolved(private_names.VALIDATE_PARAMS)

    def toy(value: int) -> int:
        return value

    decorated = validate_params({"value": [int]}, prefer_skip_nested_validation=True)(toy)
    cell = find_cell(decorated, FUNCTION_CELL)
    if cell is None or cell.cell_contents is not toy:
        return False
    cell.cell_contents = lambda value: value + 1
    return bool(decorated(1) == 2)


def _method_cell_works() -> bool:
    def fit(estimator: Any, X: Any) -> Any:
        return estimator

    fit_context = resolved(private_names.FIT_CONTEXT)
    cell = find_cell(fit_context(prefer_skip_nested_validation=True)(fit), METHOD_CELL)
    return cell is not None and cell.cell_contents is fit


def _conditional_works() -> bool:
    from sklearn.utils.metaestimators import available_if

    def predict(estimator: Any) -> int:
        return 1

    toy = type("Toy", (), {"predict": available_if(lambda estimator: True)(predict)})
    descriptor = vars(toy)["predict"]
    if not is_conditional(descriptor):
        return False
    setattr(descriptor, CONDITIONAL_ATTRIBUTE, lambda estimator: 2)
    return bool(toy().predict() == 2)


def _patch_functions_exist() -> bool:
    for module, names in PATCH_FUNCTIONS.items():
        loaded = sys.modules.get(module)
        if loaded is None:  # without it there are no patches to see through
            continue
        defined = {name for value in vars(loaded).values() for name in _code_names(value)}
        if not names <= defined:
            return False
    return True


def _code_names(value: Any) -> Iterator[str]:
    # Not getattr: MLflow's modules hold lazy ones, which any question imports.
    code = value.__code__ if isinstance(value, FunctionType) else value
    if not isinstance(code, CodeType):
        return
    yield code.co_name
    for constant in code.co_consts:
        yield from _code_names(constant)
