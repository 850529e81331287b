"""Names of other packages that those packages promise to nobody, and what is lost where one has moved.

They stand here alone; a test walks them against the installed versions and says which one moved. Whoever uses one comes
by :func:`read` or :func:`imported`, or asks :func:`missing` first: a name that is gone costs one warning and its own
feature, and nothing else.
"""

from __future__ import annotations

import inspect
import sys
from typing import Any, Final

from mlflow_pitfalls import errors
from mlflow_pitfalls.private_lookup import PrivateName, has_name, resolved

_STORE: Final = "thinned curves, issues in MLflow, and the link to the page /pitfalls"
_INNER: Final = "seeing the estimator inside scikit-learn's multi-output and calibrated estimators"
_OPTIONS: Final = "reading options that a boosting library keeps apart"
_PROCESSES: Final = "telling a worker process that is still importing from the user's program"
_REPEATED: Final = "telling scikit-learn's own repeated fits from the user's"

# scikit-learn: decorators keep the decorated function in a closure cell of this name.
FUNCTION_CELL = PrivateName(
    home="sklearn.utils._param_validation:validate_params",
    name="func",
    lost="parameter validation of scikit-learn's functions",
)
VALIDATE_PARAMS = PrivateName(home="sklearn.utils._param_validation", name="validate_params", lost=FUNCTION_CELL.lost)
METHOD_CELL = PrivateName(
    home="sklearn.base:_fit_context", name="fit_method", lost="fit context of scikit-learn's estimators"
)
FIT_CONTEXT = PrivateName(home="sklearn.base", name="_fit_context", lost=METHOD_CELL.lost)
CONDITIONAL_CLASS = PrivateName(
    home="sklearn.utils._available_if",
    name="_AvailableIfDescriptor",
    lost="conditional methods of scikit-learn's estimators",
)
CONDITIONAL_ATTRIBUTE = PrivateName(
    home="sklearn.utils._available_if:_AvailableIfDescriptor", name="fn", lost=CONDITIONAL_CLASS.lost
)
REPEATED_SPLITS = PrivateName(
    home="sklearn.model_selection._split", name="_RepeatedSplits", lost="the folds of repeated cross-validation"
)
REPEATING_VALIDATION = PrivateName(home="sklearn.model_selection", name="_validation", lost=_REPEATED)
REPEATING_SEARCH = PrivateName(home="sklearn.model_selection", name="_search", lost=_REPEATED)
MULTI_OUTPUT = PrivateName(home="sklearn.multioutput", name="_MultiOutputEstimator", lost=_INNER)
CHAIN = PrivateName(home="sklearn.multioutput", name="_BaseChain", lost=_INNER)
CALIBRATED = PrivateName(home="sklearn.calibration", name="_CalibratedClassifier", lost=_INNER)
DECLARED_PARAMETERS = PrivateName(
    home="sklearn.base:BaseEstimator._validate_params",
    name="_parameter_constraints",
    lost="ranges that an estimator declares for tuning",
)
KEPT_ROWS = PrivateName(
    home="sklearn.neighbors._base:NeighborsBase._fit",
    name="_fit_X",
    lost="knowing that a model keeps its training rows",
)
KEPT_TREE = PrivateName(home="sklearn.neighbors._base:NeighborsBase._fit", name="_tree", lost=KEPT_ROWS.lost)

# Boosting libraries: where they keep what was passed as **kwargs, and LightGBM's best round.
LIGHTGBM_OPTIONS = PrivateName(home="lightgbm.sklearn:LGBMModel", name="_other_params", lost=_OPTIONS)
LIGHTGBM_BEST = PrivateName(
    home="lightgbm.sklearn:LGBMModel", name="_best_iteration", lost="knowing that LightGBM stopped early"
)
CATBOOST_OPTIONS = PrivateName(home="catboost.core:_CatBoostBase", name="_init_params", lost=_OPTIONS)
XGBOOST_OPTIONS = PrivateName(home="xgboost.sklearn:XGBModel", name="kwargs", lost=_OPTIONS)

# Optuna: the storage of a study, which holds back what one trial writes.
STUDY_STORAGE = PrivateName(home="optuna.study.study:Study", name="_storage", lost="writing a trial in one go")

# MLflow's client.
TRACKING_CLIENT = PrivateName(home="mlflow.tracking.client:MlflowClient", name="_tracking_client", lost=_STORE)
METRIC_OBJECTS = PrivateName(
    home="mlflow.entities.run_data:RunData", name="_metric_objs", lost="curves of runs that were logged without us"
)
HTTP_REQUEST = PrivateName(
    home="mlflow.utils.rest_utils", name="http_request", lost="the link from a run to the page /pitfalls"
)
ARTIFACT_REPOSITORY = PrivateName(
    home="mlflow.store.artifact.artifact_repository_registry",
    name="get_artifact_repository",
    lost="reading an artifact by a single request",
)
DOWNLOAD_FILE = PrivateName(
    home="mlflow.store.artifact.artifact_repo:ArtifactRepository", name="_download_file", lost=ARTIFACT_REPOSITORY.lost
)
SUPPRESS_LOGS = PrivateName(
    home="mlflow.utils.logging_utils",
    name="should_suppress_logs_in_thread",
    lost="keeping MLflow's messages about our own writing off the terminal",
)

# MLflow's autologging: its settings by flavor, the packages that it awaits, whether it is switched off.
AUTOLOG_SETTINGS = PrivateName(
    home="mlflow.utils.autologging_utils", name="AUTOLOGGING_INTEGRATIONS", lost="turning on MLflow's autologging"
)
AUTOLOG_GLOBAL = PrivateName(
    home="mlflow.utils.autologging_utils",
    name="AUTOLOGGING_CONF_KEY_IS_GLOBALLY_CONFIGURED",
    lost="letting a later mlflow.autolog() have its way over ours",
)
AUTOLOG_AWAITED = PrivateName(
    home="mlflow.utils.import_hooks",
    name="_post_import_hooks",
    lost="turning on MLflow's autologging for packages that are imported later",
)
AUTOLOG_IS_DISABLED = PrivateName(
    home="mlflow.utils.autologging_utils",
    name="autologging_is_disabled",
    lost="autologging of MLflow in our own threads",
)
AUTOLOG_DISABLED = PrivateName(
    home="mlflow.utils.autologging_utils", name="disable_autologging", lost=AUTOLOG_IS_DISABLED.lost
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

# MLflow: who opens and closes runs.
MANAGED_RUN = PrivateName(
    home="mlflow.utils.autologging_utils.safety", name="create_managed_run", lost="telling who opened a run"
)
EXIT_FUNCTION = PrivateName(
    home="mlflow.tracking.fluent", name="_safe_end_run", lost="telling a run that the exit ends from one that is closed"
)

# MLflow's server.
SERVER_VARIABLE = PrivateName(
    home="mlflow.environment_variables", name="_MLFLOW_SGI_NAME", lost="telling which server runs the page /pitfalls"
)
SERVER_PREFIX = PrivateName(
    home="mlflow.server.handlers", name="STATIC_PREFIX_ENV_VAR", lost="the page /pitfalls under a static prefix"
)
AUTH_VALIDATORS = PrivateName(
    home="mlflow.server.auth",
    name="BEFORE_REQUEST_VALIDATORS",
    lost="the page /pitfalls for users who are no admins",
)

AUTH_CONFIG = PrivateName(
    home="mlflow.server.auth", name="auth_config", lost="making the users' database once for several workers"
)
ASGI_APP = PrivateName(home="mlflow.server.fastapi_app", name="app", lost="the page /pitfalls under uvicorn")

# Python's own.
INHERITING = PrivateName(home="multiprocessing.spawn:_main", name="_inheriting", lost=_PROCESSES)
INITIALIZING = PrivateName(
    home="importlib._bootstrap:_load_unlocked",
    name="_initializing",
    lost="telling a package that is still being imported",
)
THREAD_PARENT = PrivateName(
    home="multiprocessing.dummy:DummyProcess", name="_parent", lost="telling whose work a thread pool does"
)


def table() -> tuple[PrivateName, ...]:
    """All of them."""
    single = (value for value in globals().values() if isinstance(value, PrivateName))
    patches = (
        PrivateName(home=module, name=name, lost="autologging patches of MLflow")
        for module, names in PATCH_FUNCTIONS.items()
        for name in sorted(names)
    )
    return (*single, *patches)


def is_there(name: PrivateName) -> bool | None:
    """Whether the installed version has the name; None where its module is not imported yet. Imports nothing."""
    module, _, path = name.home.partition(":")
    home: Any = sys.modules.get(module)
    if home is None or getattr(getattr(home, "__spec__", None), INITIALIZING.name, False):
        return None
    for part in filter(None, path.split(".")):
        home = inspect.getattr_static(home, part, None)
    return has_name(home, name.name)


_found: set[PrivateName] = set()  # what was there once is not looked for again


def missing() -> tuple[PrivateName, ...]:
    """The names that the modules imported by now do not have, one for each loss that was not told yet."""
    gone = []
    for name in table():
        if name in _found:
            continue
        there = is_there(name)
        if there:
            _found.add(name)
        elif there is False and errors.is_first(name.lost):
            gone.append(name)
    return tuple(gone)


def read(owner: Any, name: PrivateName) -> Any:
    """The attribute of an object; None, and one warning a process, where it is not there."""
    found = getattr(owner, name.name, None)
    if found is None:
        tell(name)
    return found


def imported(name: PrivateName) -> Any:
    """What a module holds under the name; None, and one warning a process, where it is not there."""
    try:
        return resolved(name)
    except (ImportError, AttributeError):
        tell(name)
        return None


def tell_missing() -> None:
    """Log what :func:`missing` finds."""
    for name in missing():
        _warn(name)


def tell(name: PrivateName) -> None:
    """Log what is lost without the name, once a process."""
    if errors.is_first(name.lost):
        _warn(name)


def _warn(name: PrivateName) -> None:
    errors.logger.warning("mlflow-pitfalls: this version has no %s; what does not work: %s", name, name.lost)
