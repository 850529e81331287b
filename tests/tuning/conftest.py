"""Small spaces, records and outcomes, as a forest that is overfit has them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mlflow_pitfalls.model.outcomes import Group, Outcome, Outcomes, Status
from mlflow_pitfalls.model.profile import ClassCount, DatasetProfile, TargetProfile
from mlflow_pitfalls.model.record import EstimatorFacts, FitFacts, RunInfo, RunRecord, ScoreFacts, SplitFacts
from mlflow_pitfalls.model.suggestions import Aim, Direction, Kind, Move, Parameter, SearchSpace
from mlflow_pitfalls.model.values import Estimate, Interval, Role, Severity, Task


def forest_space(prefix: str = "") -> SearchSpace:
    raised = Move(aim=Aim.OVERFIT, direction=Direction.RAISE)
    lowered = Move(aim=Aim.OVERFIT, direction=Direction.LOWER)
    return SearchSpace(
        estimator="RandomForestClassifier",
        parameters=(
            Parameter(
                name=f"{prefix}min_samples_leaf", kind=Kind.INTEGER, low=1, high=64, log=True, current=1, start=1,
                priority=1, moves=(raised,), why="against overfit (train 0.99, test 0.81)",
            ),
            Parameter(
                name=f"{prefix}max_features", kind=Kind.FLOAT, low=0.05, high=1.0, log=True, current="sqrt", start=0.3,
                priority=2, moves=(lowered,),
            ),
            Parameter(
                name=f"{prefix}class_weight", kind=Kind.CATEGORY, choices=(None, "balanced"), priority=4,
                moves=(Move(aim=Aim.IMBALANCE, direction=Direction.CHOOSE, choice="balanced"),),
            ),
        ),
    )  # fmt: skip


def flagged(*checks: str, severity: Severity = Severity.HIGH) -> Outcomes:
    return Outcomes(
        run_id="r",
        outcomes=tuple(
            Outcome(check=check, group=Group.ACCURACY, status=Status.FLAGGED, message=check, severity=severity)
            for check in checks
        ),
    )


@pytest.fixture
def make_record() -> Callable[..., RunRecord]:
    """A forest's run on 400 rows of two classes; ``changes`` are fields of the record."""

    def make(rare: int = 120, metric: str = "roc_auc", task: Task = Task.BINARY, **changes: object) -> RunRecord:
        estimator = EstimatorFacts(
            class_name="RandomForestClassifier", final_class_name="RandomForestClassifier", module="sklearn",
            family="forest",
        )  # fmt: skip
        target = TargetProfile(
            name="y",
            task=task,
            rows=400,
            classes=(ClassCount(label="0", count=400 - rare), ClassCount(label="1", count=rare)),
        )
        train = DatasetProfile(
            role=Role.TRAIN, container="list", rows=400, column_count=4, sampled_rows=400, sample_error=0.0,
            target=target,
        )  # fmt: skip
        score = ScoreFacts(
            metric=metric, primary=True, perfect=1.0,
            train=Estimate(value=0.99, rows=400),
            held_out=Estimate(value=0.81, interval=Interval(low=0.76, high=0.86), rows=100),
        )  # fmt: skip
        parts: dict[str, object] = {
            "run": RunInfo(run_id="r1", experiment_id="1", run_name="forest"),
            "task": task,
            "package_version": "1",
            "fit": FitFacts(estimator=estimator, rows=400, columns=4, seconds=0.5, cpu_seconds=0.5, site="train.py:12"),
            "train": train,
            "split": SplitFacts(method="train_test_split", recognised_by="split", train_rows=400, held_out_rows=100),
            "scores": (score,),
        }
        return RunRecord(**{**parts, **changes})  # type: ignore[arg-type]

    return make
