"""PF4: a GPU that stood idle while a fit took long."""

from __future__ import annotations

from typing import NamedTuple

from mlflow_pitfalls.checks.base import Cost, Limits, Threshold, Verdict, check, flagged, not_applicable, passed
from mlflow_pitfalls.checks.complexity import own_settings
from mlflow_pitfalls.checks.evidence import evidence
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.remedies import set_params_line
from mlflow_pitfalls.checks.text import count, seconds, short
from mlflow_pitfalls.model.outcomes import Group, Remedy
from mlflow_pitfalls.model.record import EstimatorFacts, RunRecord
from mlflow_pitfalls.model.values import Severity

_MEASURED = "30 columns beside one NVIDIA H200 and 16 CPU cores"


class _Switch(NamedTuple):
    """How one library's estimators are moved to a GPU."""

    names: tuple[str, ...]  # the parameters that may name a device
    values: dict[str, object]  # what to set
    min_rows: str  # the threshold on rows


# By how a class's name begins.
_SWITCHES: dict[str, _Switch] = {
    "XGB": _Switch(("device", "tree_method"), {"device": "cuda"}, "min_rows"),
    "LGBM": _Switch(("device_type", "device"), {"device_type": "gpu"}, "min_rows_lightgbm"),
    "CatBoost": _Switch(("task_type",), {"task_type": "GPU"}, "min_rows_catboost"),
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
            10_000,
            "rows",
            "training rows of XGBoost and scikit-learn below which moving them saves little",
            f"measured for XGBoost 3.2 on {_MEASURED}: 1.2 to 1.4 times as fast at 10 000 rows, no faster at 3 000; "
            "our choice for scikit-learn",
        ),
        "min_rows_catboost": Threshold(
            100_000,
            "rows",
            "training rows of CatBoost below which the CPU is as fast",
            f"measured for CatBoost 1.2 on {_MEASURED}: slower up to 30 000 rows, 1.1 times as fast at 100 000, 4.2 "
            "times at 1 000 000",
        ),
        "min_rows_lightgbm": Threshold(
            1_000_000,
            "rows",
            "training rows of LightGBM below which the CPU is as fast",
            f"measured for LightGBM 4.7 (OpenCL) on {_MEASURED}: slower up to 300 000 rows, 1.8 times as fast at "
            "1 000 000",
        ),
    },
)
def idle_accelerator(record: RunRecord, limits: Limits) -> Verdict:
    """A long fit ran on the CPU although the process can see a GPU and the estimator can use one.

    What it does:
        For fits of {min_seconds} s or more on at least {min_rows} rows (CatBoost: {min_rows_catboost}; LightGBM:
        {min_rows_lightgbm}): looks whether the machine has a GPU that the process may use (its device file;
        `CUDA_VISIBLE_DEVICES` is respected, and no driver is loaded), and whether the estimator could have used it:
        XGBoost, LightGBM and CatBoost by a parameter, and estimators of scikit-learn that cuML computes unchanged.

    Why is this bad:
        The GPU is there already, and the larger the table, the more of the time it saves. How many times as fast
        XGBoost was on an H200 as on two threads, and as on 16 cores: 3 and 1.4 at 10 000 rows of 30 columns, 7 and 2.5
        at 100 000, 20 and 5 at 1 000 000; at 10 000 rows of 300 columns 23 and 6. The first use of the GPU costs half a
        second in a process, with LightGBM five seconds.

    Example:
        `XGBClassifier(n_estimators=300)` on 1 000 000 rows of 30 columns took 24 s on two threads, 5.7 s on 16 cores,
        and 1.2 s with `device="cuda"`: with ten times the rounds, on two threads, it is flagged.

    How to fix:
        Set the device before the fit. For scikit-learn's own estimators start the script as
        `python -m cuml.accel train.py`; how much that saves was not measured here, cuML's authors report 5.8 times as
        the median of their benchmarks.

    References:
        XGBoost, GPU support, https://xgboost.readthedocs.io/en/stable/gpu/;
        CatBoost, Training on GPU, https://catboost.ai/docs/en/features/training-on-gpu;
        cuML, Performance and speedups, https://docs.nvidia.com/cuml/latest/cuml-accel/benchmarks/.
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
    switch = _switch(fit.estimator)
    if switch is None and record.times.is_sklearn_accelerated:
        return passed(f"{name} was computed through cuml.accel, which uses the GPU ({short(device)}) where it can.")
    told = f"{name} took {seconds(fit.seconds)} on {count(fit.rows)} rows on the CPU"
    if fit.seconds < limits["min_seconds"] or fit.rows < limits[switch.min_rows if switch else "min_rows"]:
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


def _switch(estimator: EstimatorFacts) -> _Switch | None:
    return next((to for start, to in _SWITCHES.items() if estimator.final_class_name.startswith(start)), None)


def _moved(estimator: EstimatorFacts) -> Remedy | None:
    """How to compute this estimator on a GPU; None where no way is known."""
    switch = _switch(estimator)
    if switch is not None:
        return Remedy(text="Let the next fit use the GPU.", code=set_params_line(estimator, **switch.values))
    if estimator.final_class_name not in _CUML or not estimator.module.startswith("sklearn."):
        return None
    return Remedy(text="Start the script as python -m cuml.accel, which computes this estimator on the GPU.")


def _is_on_device(estimator: EstimatorFacts) -> bool:
    switch, own = _switch(estimator), own_settings(estimator)
    return switch is not None and any(part in own.get(name, "").lower() for name in switch.names for part in _ON_DEVICE)
