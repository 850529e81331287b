from __future__ import annotations

import pytest

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import TimeFacts

GPU = "NVIDIA L4"


def judged(judge, make, name="XGBClassifier", *, gpu=GPU, seconds=240.0, rows=2_000_000, accel=False, **changes):
    estimator = make.estimator(name, "boosting", **changes)
    fit = make.fit(estimator=estimator, rows=rows, seconds=seconds)
    times = TimeFacts(accelerator=gpu, is_sklearn_accelerated=accel)
    return judge("idle-accelerator", make.record(fit=fit, times=times))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("XGBClassifier", 'model.set_params(device="cuda")'),
        ("LGBMRegressor", 'model.set_params(device_type="gpu")'),
        ("CatBoostClassifier", 'model.set_params(task_type="GPU")'),
    ],
)
def test_a_long_fit_next_to_a_gpu_is_flagged(name, code, judge, make):
    verdict = judged(judge, make, name)
    assert verdict.status is Status.FLAGGED
    assert "4 min" in verdict.message and GPU in verdict.message
    assert verdict.remedies[0].code == code


def test_sklearn_has_a_counterpart_for_some(judge, make):
    verdict = judged(judge, make, "RandomForestClassifier", module="sklearn.ensemble._forest")
    assert verdict.status is Status.FLAGGED
    assert "cuml.accel" in verdict.remedies[0].text
    other = judged(judge, make, "GradientBoostingClassifier", module="sklearn.ensemble._gb")
    assert other.status is Status.NOT_APPLICABLE
    own = judged(judge, make, "RandomForestClassifier", module="cuml.ensemble")
    assert own.status is Status.NOT_APPLICABLE


@pytest.mark.parametrize("name", ["XGBClassifier", "LGBMClassifier", "CatBoostClassifier"])
def test_a_short_fit_passes(name, judge, make):
    assert judged(judge, make, name, seconds=59.0).status is Status.PASSED


@pytest.mark.parametrize(
    ("name", "module", "rows"),
    [
        ("XGBRegressor", "xgboost.sklearn", 10_000),
        ("RandomForestClassifier", "sklearn.ensemble._forest", 10_000),
        ("CatBoostRegressor", "catboost.core", 100_000),
        ("LGBMRegressor", "lightgbm.sklearn", 1_000_000),
    ],
)
def test_each_library_has_its_own_bound_on_rows(name, module, rows, judge, make):
    """CatBoost and LightGBM start to save time on a GPU at far larger tables than XGBoost."""
    assert judged(judge, make, name, module=module, rows=rows).status is Status.FLAGGED
    below = judged(judge, make, name, module=module, rows=rows - 1)
    assert below.status is Status.PASSED
    assert "not worth" in below.message


def test_sklearn_under_cuml_is_on_the_gpu(judge, make):
    """cuml.accel's classes go by scikit-learn's names."""
    verdict = judged(judge, make, "RandomForestClassifier", module="sklearn.ensemble", accel=True)
    assert verdict.status is Status.PASSED
    assert "cuml.accel" in verdict.message
    assert judged(judge, make, "XGBClassifier", accel=True).status is Status.FLAGGED


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("XGBClassifier", (("device", "cuda:1"),)),
        ("XGBClassifier", (("tree_method", "gpu_hist"),)),
        ("LGBMClassifier", (("device_type", "cuda"),)),
        ("CatBoostClassifier", (("task_type", "GPU"),)),
    ],
)
def test_a_gpu_in_use_passes(name, parameters, judge, make):
    assert judged(judge, make, name, parameters=parameters).status is Status.PASSED


def test_no_gpu_is_not_applicable(judge, make):
    assert judged(judge, make, gpu="").status is Status.NOT_APPLICABLE
    assert judge("idle-accelerator", make.record(fit=None)).status is Status.NOT_APPLICABLE
