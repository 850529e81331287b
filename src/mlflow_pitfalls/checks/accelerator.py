"""PF4: a GPU that stood idle while a fit took long."""

from __future__ import annotations

from mlflow_pitfalls.checks.base import Cost, Limits, Threshold, Verdict, check, flagged, not_applicable, passed
from mlflow_pitfalls.checks.complexity import own_settings
from mlflow_pitfalls.checks.evidence import evidence
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.remedies import set_params_line
from mlflow_pitfalls.checks.text import count, seconds, short
from mlflow_pitfalls.model.outcomes import Group, Remedy
from mlflow_pitfalls.model.record import EstimatorFacts, RunRecord
from mlflow_pitfalls.model.values import Severity

# By how a class's name begins: the parameters that may name a device, and what to set.
_SWITCHES: dict[str, tuple[tuple[str, ...], dict[str, object]]] = {
    "XGB": (("device", "tree_method"), {"device": "cuda"}),
    "LGBM": (("device_type", "device"), {"device_type": "gpu"}),
    "CatBoost": (("task_type",), {"task_type": "GPU"}),
}
_ON_DEVICE = ("gpu", "cuda")
# scikit-learn's estimators that cuML computes on a GPU, unchanged, where Python is started with -m cuml.accel.
_CUML = frozenset(
    {
        "RandomForestClassifier",
        "RandomForestRegressor",
        "KNeighborsClassifier",
        "KNeighborsRegressor",
        "LogisticRegression",
        "LinearRegression",
        "Ridge",
        "Lasso",
        "ElasticNet",
        "SVC",
        "SVR",
        "LinearSVC",
        "LinearSVR",
        "KernelRidge",
        "KMeans",
        "DBSCAN",
        "HDBSCAN",
    }
)


@check(
    name="idle-accelerator",
    group=Group.TIME,
    severity=Severity.LOW,
    cost=Cost.FREE,
    needs=(Fact.FIT,),
    explained_by=("superlinear-fit",),
    thresholds={
        "min_seconds": Threshold(60.0, "seconds", "fits below it are not worth moving", "our choice"),
        "min_rows": Threshold(
            10_000, "rows", "training rows below which moving them costs more than it saves", "our choice"
        ),
    },
)
def idle_accelerator(record: RunRecord, limits: Limits) -> Verdict:
    """A long fit ran on the CPU although the process can see a GPU and the estimator can use one.

    What it does:
        For fits of {min_seconds} s or more on at least {min_rows} rows: looks whether the machine has a GPU that the
        process may use (its device file; `CUDA_VISIBLE_DEVICES` is respected, and no driver is loaded), and whether
        the estimator could have used it: XGBoost, LightGBM and CatBoost by a parameter, and estimators of scikit-learn
        that cuML computes unchanged.

    Why is this bad:
        On tables of this size a GPU often needs a fifth of the time, and it is there already.

    Example:
        `XGBClassifier(n_estimators=2000)` fits for 4 min on 8 cores next to an idle GPU; with `device="cuda"` it takes
        30 s.

    How to fix:
        Set the device. For scikit-learn's own estimators start the script as `python -m cuml.accel train.py`.

    References:
        XGBoost, GPU support, https://xgboost.readthedocs.io/en/stable/gpu/;
        cuML, Zero code change acceleration, https://docs.rapids.ai/api/cuml/stable/cuml-accel/.
    """
    fit = record.fit
    assert fit is not None
    name, device = short(fit.estimator.final_class_name), record.times.accelerator
    if not device:
        return not_applicable("The process sees no GPU.")
    remedy = _moved(fit.estimator)
    if remedy is None:
        return not_applicable(f"{name} is not known to run on a GPU.")
    if _is_on_device(fit.estimator):
        return passed(f"{name} was told to use the GPU ({short(device)}).")
    told = f"{name} took {seconds(fit.seconds)} on {count(fit.rows)} rows on the CPU"
    if fit.seconds < limits["min_seconds"] or fit.rows < limits["min_rows"]:
        return passed(f"{told}: not worth moving to the GPU.")
    return flagged(
        f"{told}, more than {seconds(limits['min_seconds'])}, next to an unused {short(device)}. {remedy.text}",
        evidence=evidence(
            limits,
            "min_seconds",
            statistic=f"wall-clock of {name}'s fit on the CPU",
            value=fit.seconds,
            rows=fit.rows,
            would_clear=f"a fit on the GPU, or one of under {seconds(limits['min_seconds'])}",
        ),
        remedies=(remedy,),
    )


def _moved(estimator: EstimatorFacts) -> Remedy | None:
    """How to compute this estimator on a GPU; None where no way is known."""
    for start, (_, values) in _SWITCHES.items():
        if estimator.final_class_name.startswith(start):
            return Remedy(text="Let it use the GPU.", code=set_params_line(estimator, **values))
    if estimator.final_class_name not in _CUML or not estimator.module.startswith("sklearn."):
        return None
    return Remedy(text="Start the script as python -m cuml.accel, which computes this estimator on the GPU.")


def _is_on_device(estimator: EstimatorFacts) -> bool:
    own = own_settings(estimator)
    names = next((names for start, (names, _) in _SWITCHES.items() if estimator.final_class_name.startswith(start)), ())
    return any(part in own.get(name, "").lower() for name in names for part in _ON_DEVICE)
