"""The private shapes of scikit-learn, MLflow and multiprocessing that the hooks lean on, with a self-test of each.

None of them is a documented interface. Where one is missing, the hooks fall back or are left out and say so.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator
from types import CellType, CodeType, FunctionType
from typing import Any, Final

# scikit-learn: decorators keep the decorated function in a closure cell of this name.
FUNCTION_CELL: Final = "func"  # sklearn.utils._param_validation.validate_params
METHOD_CELL: Final = "fit_method"  # sklearn.base._fit_context
CONDITIONAL_ATTRIBUTE: Final = "fn"  # sklearn.utils._available_if: the method behind the descriptor

# scikit-learn: functions that call an estimator many times on data of their own making; such calls are not the user's.
# The second and third only show between a hook and the user where the work was handed to a foreign thread.
REPEATING_MODULES: Final = (
    "sklearn.inspection",
    "sklearn.model_selection._validation",
    "sklearn.model_selection._search",
)

# MLflow: the functions of its autologging patches, through which a call is still the user's own.
PATCH_FUNCTIONS: Final = {
    "mlflow.utils.autologging_utils.safety": frozenset(
        {
            "safe_patch_function",
            "bound_safe_patch_fn",
            "original",
            "call_original",
            "call_original_fn_with_event_logging",
            "_original_fn",
            "patch_with_managed_run",
        }
    ),
    "mlflow.sklearn": frozenset(
        {
            "patched_fit",
            "fit_mlflow",
            "fit_mlflow_xgboost_and_lightgbm",
            "patched_predict",
            "patched_metric_api",
            "patched_model_score",
            "patched_fn_with_autolog_disabled",
        }
    ),
}

# MLflow: what each autologging patch asks whether it is switched off, taken from the module when the patch is made.
AUTOLOG_MODULE: Final = "mlflow.utils.autologging_utils"
AUTOLOG_IS_DISABLED: Final = "autologging_is_disabled"

# MLflow: who opens and closes runs.
MANAGED_RUN_MODULE: Final = "mlflow.utils.autologging_utils.safety"
MANAGED_RUN_FUNCTIONS: Final = frozenset({"create_managed_run", "patch_with_managed_run"})
EXIT_MODULE: Final = "mlflow.tracking.fluent"
EXIT_FUNCTION: Final = "_safe_end_run"
RUN_MODULES: Final = frozenset({"mlflow.tracking.fluent", "mlflow.tracking.client", MANAGED_RUN_MODULE})

GLOBALLY_CONFIGURED: Final = "globally_configured"  # marks what a plain mlflow.autolog() has set


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
        type(attribute).__name__ == "_AvailableIfDescriptor"
        and hasattr(attribute, "check")
        and isinstance(vars(attribute).get(CONDITIONAL_ATTRIBUTE), FunctionType)
    )


def pristine(function: FunctionType) -> Any:
    """The function as its own module holds it: MLflow exchanges only the package's attribute."""
    return getattr(sys.modules.get(function.__module__), function.__name__, function)


def splitter_bases() -> tuple[type, ...]:
    """The roots of scikit-learn's splitters; two of the three are private."""
    from sklearn.model_selection import BaseCrossValidator, BaseShuffleSplit, _split

    repeated = getattr(_split, "_RepeatedSplits", None)
    return (BaseCrossValidator, BaseShuffleSplit, *((repeated,) if isinstance(repeated, type) else ()))


def is_child_process() -> bool:
    """Whether this is a worker of multiprocessing, loky included.

    While a spawned worker imports the program's main module it has no parent process yet; the mark that it has then is
    the one by which multiprocessing itself refuses to start processes from there.
    """
    return multiprocessing.parent_process() is not None or getattr(
        multiprocessing.current_process(), "_inheriting", False
    )


def autolog_settings() -> dict[str, Any]:
    """MLflow's table of autologging settings by flavor; empty settings mean: never configured."""
    from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS

    settings: dict[str, Any] = AUTOLOGGING_INTEGRATIONS
    return settings


def awaits_import(package: str) -> bool:
    """Whether ``mlflow.autolog()`` was called and waits for this package to be imported."""
    hooks: Any = sys.modules.get("mlflow.utils.import_hooks")
    waiting = getattr(hooks, "_post_import_hooks", {})
    return bool(waiting.get(package))


def self_test() -> tuple[str, ...]:
    """Try each shape on toys of our own.

    Returns:
        What is not there, in words.
    """
    tests: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("parameter validation of scikit-learn's functions", _function_cell_works),
        ("fit context of scikit-learn's estimators", _method_cell_works),
        ("conditional methods of scikit-learn's estimators", _conditional_works),
        ("autologging patches of MLflow", _patch_functions_exist),
    )
    return tuple(meaning for meaning, test in tests if not _holds(test))


def _holds(test: Callable[[], bool]) -> bool:
    try:
        return test()
    except Exception:  # noqa: BLE001 - any surprise means that the shape is not what it was
        return False


def _function_cell_works() -> bool:
    from sklearn.utils._param_validation import validate_params

    def toy(value: int) -> int:
        return value

    decorated = validate_params({"value": [int]}, prefer_skip_nested_validation=True)(toy)
    cell = find_cell(decorated, FUNCTION_CELL)
    if cell is None or cell.cell_contents is not toy:
        return False
    cell.cell_contents = lambda value: value + 1
    return bool(decorated(1) == 2)


def _method_cell_works() -> bool:
    from sklearn.base import _fit_context

    def fit(estimator: Any, X: Any) -> Any:
        return estimator

    cell = find_cell(_fit_context(prefer_skip_nested_validation=True)(fit), METHOD_CELL)
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
