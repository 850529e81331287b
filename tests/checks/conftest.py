"""Records made by hand: a clean run, and what is changed on it to plant one pitfall."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from mlflow_pitfalls.checks.base import Verdict
from mlflow_pitfalls.checks.catalogue import by_name
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.profile import (
    ClassCount,
    ColumnKind,
    ColumnProfile,
    DatasetProfile,
    DuplicateFacts,
    TargetProfile,
)
from mlflow_pitfalls.model.record import (
    ClassScoreFacts,
    ConvergenceFacts,
    DriftFacts,
    EstimatorFacts,
    EvaluationFacts,
    FitFacts,
    HistoryFacts,
    OverlapFacts,
    RunInfo,
    RunRecord,
    ScoreFacts,
    SingleFeatureFacts,
    SplitFacts,
)
from mlflow_pitfalls.model.values import Estimate, Interval, Role, Task

TREE_PARAMETERS = ("ccp_alpha", "class_weight", "max_depth", "min_samples_leaf", "random_state")


class Builders:
    """Facts with defaults of a clean binary classification of 1 000 training and 1 000 held-out rows."""

    @staticmethod
    def estimate(value: float, half: float | None = 0.02, rows: int = 1000) -> Estimate:
        interval = None if half is None else Interval(low=value - half, high=value + half)
        return Estimate(value=value, interval=interval, rows=rows)

    @staticmethod
    def estimator(name: str = "DecisionTreeClassifier", family: str = "tree", **changes: Any) -> EstimatorFacts:
        defaults: dict[str, Any] = {"class_name": name, "module": "sklearn", "tunable": TREE_PARAMETERS}
        return EstimatorFacts(**{**defaults, "final_class_name": name, "family": family, **changes})

    @classmethod
    def fit(cls, **changes: Any) -> FitFacts:
        defaults: dict[str, Any] = {
            "estimator": cls.estimator(),
            "rows": 1000,
            "columns": 3,
            "seconds": 0.5,
            "cpu_seconds": 0.5,
        }
        return FitFacts(**{**defaults, **changes})

    @classmethod
    def score(
        cls,
        train: float | None = 0.90,
        held_out: float | None = 0.89,
        *,
        metric: str = "roc_auc",
        dummy: float = 0.5,
        half: float | None = 0.01,
        rows: int = 1000,
        **changes: Any,
    ) -> ScoreFacts:
        perfect = changes.get("perfect", 1.0)
        scale = perfect - dummy
        facts: dict[str, Any] = {"metric": metric, "primary": True, "perfect": perfect, "worst": 0.0}
        skill_half = None if half is None else half / scale
        facts["dummy"] = cls.estimate(dummy, half, rows)
        if train is not None:
            facts["train"] = cls.estimate(train, half, rows)
            facts["train_skill"] = cls.estimate((train - dummy) / scale, skill_half, rows)
        if held_out is not None:
            facts["held_out"] = cls.estimate(held_out, half, rows)
            facts["skill"] = cls.estimate((held_out - dummy) / scale, skill_half, rows)
        if train is not None and held_out is not None:
            facts["gap"] = cls.estimate(train - held_out, half, rows)
            facts["gap_skill"] = cls.estimate((train - held_out) / scale, skill_half, rows)
        return ScoreFacts(**{**facts, **changes})

    @staticmethod
    def column(name: str = "size", kind: ColumnKind = ColumnKind.FLOAT, **changes: Any) -> ColumnProfile:
        defaults: dict[str, Any] = {
            "position": 0,
            "dtype": "float64",
            "rows": 1000,
            "sampled_rows": 1000,
            "minimum": 0.0,
            "maximum": 1e6,
            "distinct": 600,
            "top_count": 5,
        }
        return ColumnProfile(**{**defaults, "name": name, "kind": kind, **changes})

    @staticmethod
    def target(*counts: int) -> TargetProfile:
        ordered = sorted(counts, reverse=True)
        classes = tuple(ClassCount(label=f"class {i}", count=count) for i, count in enumerate(ordered))
        task = Task.BINARY if len(counts) == 2 else Task.MULTICLASS
        return TargetProfile(name="y", task=task, rows=sum(counts), distinct=len(counts), classes=classes)

    @classmethod
    def profile(cls, *columns: ColumnProfile, role: Role = Role.TRAIN, **changes: Any) -> DatasetProfile:
        shown = columns or (cls.column("size"), cls.column("weight"), cls.column("age"))
        defaults: dict[str, Any] = {
            "container": "pandas.DataFrame",
            "rows": 1000,
            "column_count": len(shown),
            "sampled_rows": 1000,
            "sample_error": 0.0,
            "target": cls.target(500, 500),
            "duplicates": DuplicateFacts(rows_checked=1000, duplicates=0, expected=0.0),
        }
        return DatasetProfile(**{**defaults, "role": role, "columns": shown, **changes})

    @classmethod
    def overlap(cls, matched: int = 0, checked: int = 1000, expected: float = 0.0) -> OverlapFacts:
        share = Estimate(value=matched / checked, rows=checked)
        return OverlapFacts(
            held_out_rows_checked=checked,
            train_rows_hashed=1000,
            train_rows=1000,
            matched=matched,
            expected_share=expected,
            share=share,
        )

    @staticmethod
    def drift(column: str = "size", p_value: float = 0.5, effect: float = 0.02, **changes: Any) -> DriftFacts:
        defaults: dict[str, Any] = {
            "is_target": False,
            "test": "ks_2samp",
            "statistic": 0.1,
            "effect_name": "Wasserstein distance",
            "train_rows": 1000,
            "held_out_rows": 1000,
        }
        return DriftFacts(**{**defaults, "column": column, "p_value": p_value, "effect": effect, **changes})

    @classmethod
    def single(cls, column: str = "size", skill: float = 0.3, half: float = 0.01, **changes: Any) -> SingleFeatureFacts:
        defaults: dict[str, Any] = {
            "metric": "roc_auc",
            "score": cls.estimate(0.5 + skill / 2, half),
            "skill": cls.estimate(skill, half, changes.pop("rows", 1000)),
            "levels": 20,
            "is_continuous": True,
        }
        return SingleFeatureFacts(**{**defaults, "column": column, **changes})

    @staticmethod
    def converged(n_iter: int = 12, max_iter: int = 100, **changes: Any) -> ConvergenceFacts:
        defaults: dict[str, Any] = {"estimator": "LogisticRegression", "path": ""}
        return ConvergenceFacts(**{**defaults, "n_iter": n_iter, "max_iter": max_iter, **changes})

    @staticmethod
    def recall(label: str, rows: int, recall: float) -> ClassScoreFacts:
        return ClassScoreFacts(
            label=label,
            train_rows=rows,
            held_out_rows=rows,
            predicted_rows=rows,
            recall=Estimate(value=recall, rows=rows),
        )

    @classmethod
    def record(cls, **changes: Any) -> RunRecord:
        fit = changes.get("fit", cls.fit(estimator=cls.estimator(convergence=(cls.converged(),))))
        defaults: dict[str, Any] = {
            "run": RunInfo(run_id="run"),
            "task": Task.BINARY,
            "package_version": "0",
            "fit": fit,
            "fits": () if fit is None else (fit,),
            "train": cls.profile(),
            "held_out": cls.profile(role=Role.HELD_OUT),
            "split": SplitFacts(
                method="train_test_split", recognised_by="split", train_rows=1000, held_out_rows=1000, shuffled=True
            ),
            "evaluations": (EvaluationFacts(metric="roc_auc_score", role=Role.HELD_OUT, rows=1000, value=0.89),),
            "scores": (cls.score(),),
            "drift": (cls.drift(), cls.drift("y", is_target=True)),
            "overlap": cls.overlap(),
            "single_features": (cls.single(),),
            "history": HistoryFacts(runs_seen=5, comparable_runs=5, baseline_runs=1, tuning_runs=1),
        }
        return RunRecord(**{**defaults, **changes})


@pytest.fixture(scope="session")
def make() -> type[Builders]:
    return Builders


@pytest.fixture(scope="session")
def judge():
    """Run one check by name on a record; the answer's numbers are finite and its flags complete."""

    def run(name: str, record: RunRecord, **thresholds: float) -> Verdict:
        check = by_name(name)
        verdict = check(record, check.limits({f"{name}.{key}": value for key, value in thresholds.items()}))
        if verdict.status is Status.FLAGGED:
            severity = verdict.severity or check.severity
            assert severity in check.severities
            assert any(char.isdigit() for char in verdict.message), verdict.message
            assert verdict.remedies and all(remedy.text for remedy in verdict.remedies)
            assert verdict.evidence is not None and verdict.evidence.would_clear
            assert math.isfinite(verdict.evidence.value) and verdict.evidence.threshold_source
        return verdict

    return run


@pytest.fixture(scope="session")
def with_score(make):
    """A clean record with one other primary score."""

    def build(**changes: Any) -> RunRecord:
        return replace(make.record(), scores=(make.score(**changes),))

    return build
