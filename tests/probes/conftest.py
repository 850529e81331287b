"""Contexts on real data and models, as the session makes them, and a session whose extra fits are turned on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

from mlflow_pitfalls.capture.estimators.estimator import estimator_facts
from mlflow_pitfalls.capture.statistics.metrics import metric_by_scorer
from mlflow_pitfalls.capture.statistics.scores import score_facts
from mlflow_pitfalls.model.profile import ClassCount, DatasetProfile, TargetProfile
from mlflow_pitfalls.model.record import FitFacts, RunInfo, RunRecord
from mlflow_pitfalls.model.values import Role, Task
from mlflow_pitfalls.probes.base import ProbeContext
from mlflow_pitfalls.probes.budget import Budget
from mlflow_pitfalls.probes.copying import quiet_copy
from mlflow_pitfalls.probes.fits import predictions_of

PLENTY = 1_000.0  # seconds: what is not about the budget does not depend on how busy the machine is

Made = tuple[RunRecord, ProbeContext]
Make = Callable[..., Made]


@pytest.fixture(scope="session")
def cancer() -> tuple[Any, Any]:
    return load_breast_cancer(return_X_y=True, as_frame=True)


@pytest.fixture
def make_context(cancer) -> Make:
    """``make_context(model, x=None, y=None, *, metric="accuracy", seconds=PLENTY)``: record and context."""

    def make(
        model: Any,
        x: Any = None,
        y: Any = None,
        *,
        metric: str = "accuracy",
        task: Task = Task.BINARY,
        seconds: float = PLENTY,
        fit_seconds: float = 0.1,
        sample: int | None = None,
        seed: int = 0,
    ) -> Made:
        x, y = cancer if x is None else (x, y)
        x_train, x_test, y_train, y_test = train_test_split(x, np.asarray(y), random_state=seed)
        model.fit(x_train, y_train)
        spec = metric_by_scorer(metric)
        assert spec is not None
        held_out = predictions_of(model, x_test, y_test, spec)
        train = predictions_of(model, x_train, y_train, spec)
        rows = len(y_train)
        score = score_facts(spec, train=train, held_out=held_out, primary=True)
        record = RunRecord(
            run=RunInfo(),
            task=task,
            package_version="test",
            fit=FitFacts(
                estimator=estimator_facts(model), rows=rows, columns=x.shape[1], seconds=fit_seconds, cpu_seconds=0.1
            ),
            scores=(score,),
        )
        taken = slice(None) if sample is None else slice(sample)
        context = ProbeContext(
            estimator=quiet_copy(model, 0),
            x_train=x_train[taken],
            y_train=y_train[taken],
            x_held_out=x_test,
            y_held_out=y_test,
            held_out=held_out,
            fit_rows=rows,
            fit_seconds=fit_seconds,
            task=task,
            metric=spec,
            seed=0,
            resamples=200,
            budget=Budget(1.0, grace=seconds),
        )
        return record, context

    return make


@pytest.fixture(scope="session")
def profile_of() -> Callable[..., DatasetProfile]:
    """``profile_of(rows, counts=())``: a training profile with classes of so many rows."""

    def make(rows: int, counts: tuple[int, ...] = ()) -> DatasetProfile:
        classes = tuple(ClassCount(label=f"class {i}", count=count) for i, count in enumerate(counts))
        return DatasetProfile(
            role=Role.TRAIN,
            container="pandas.DataFrame",
            rows=rows,
            column_count=1,
            sampled_rows=rows,
            sample_error=0.0,
            target=TargetProfile(name="y", task=Task.BINARY, rows=rows, classes=classes),
        )

    return make
