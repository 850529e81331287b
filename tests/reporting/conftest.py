"""A realistic run: a leaking, overfit forest with missing values, drift and a rare class; and a hostile one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mlflow_pitfalls.model.outcomes import Evidence, Group, Outcome, Outcomes, Remedy, Status, Subject
from mlflow_pitfalls.model.profile import (
    Association,
    ClassCount,
    ColumnKind,
    ColumnProfile,
    DatasetProfile,
    DuplicateFacts,
    Histogram,
    TargetProfile,
    ValueCount,
)
from mlflow_pitfalls.model.record import (
    AlternativeFitFacts,
    CalibrationFacts,
    ClassScoreFacts,
    CrossValidationFacts,
    EstimatorFacts,
    EvaluationFacts,
    FitFacts,
    ImbalanceTrialFacts,
    ImportanceFacts,
    LabelNoiseFacts,
    LearningCurveFacts,
    LearningCurvePoint,
    OverlapFacts,
    ProbeFacts,
    PrototypeFacts,
    ResamplingFacts,
    RuleFacts,
    RunInfo,
    RunRecord,
    ScoreFacts,
    SearchedParameter,
    SearchFacts,
    SegmentFacts,
    SplitFacts,
    StagedFacts,
    TimeFacts,
)
from mlflow_pitfalls.model.suppression import Suppression
from mlflow_pitfalls.model.values import Estimate, Interval, Role, Severity, Task

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script></style></title><svg onload=alert(1)>",
    "pay\u202eexe.txt\u0000\x1b[31mred\x1b]8;;http://evil.example\x07",
    "=cmd|' /C calc'!A0",
    "${7*7}{{7*7}}{% for x in y %}",
    "a|b`c`\n# heading\n\n![x](http://evil.example/x.png) [y](javascript:alert(1))",
    "../../x",
    "x" * 10_000,
    "[red]markup[/red] \ud800 & &lt;",
)

DOCS = {
    "target-leakage": (
        "# target-leakage\n\n## What it does\nLooks for a column that **could not be known** when predicting.\n\n"
        "## How to fix\n```python\nX = X.drop(columns=['total'])\n```\n\n"
        "## References\n- [Kaufman et al.](https://doi.org/10.1145/2020408.2020496)\n"
    ),
    "overfit": "# overfit\n\n## What it does\nCompares both scores.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
}


def numeric(position: int, name: str, role: Role, shift: float = 0.0, **changes: object) -> ColumnProfile:
    rows = 4_000 if role is Role.TRAIN else 1_000
    values = np.random.default_rng(position + rows).gamma(2.0 + position % 3, 2.0, rows) + shift
    counts, edges = np.histogram(values, bins=20)
    known = {
        "mean": float(values.mean()),
        "std": float(values.std()),
        "minimum": float(values.min()),
        "maximum": float(values.max()),
        "distinct": rows,
        "histogram": Histogram(edges=tuple(edges.tolist()), counts=tuple(counts.tolist())),
        "target_association": Association(method="auc", effect=0.1 + 0.02 * (position % 20), rows=rows),
    } | changes
    return ColumnProfile(
        position=position, name=name, kind=ColumnKind.FLOAT, dtype="float64", rows=rows, sampled_rows=rows, **known
    )


def categorical(position: int, name: str, values: dict[str, int], role: Role) -> ColumnProfile:
    rows = sum(values.values())
    return ColumnProfile(
        position=position,
        name=name,
        kind=ColumnKind.CATEGORICAL,
        dtype="str",
        rows=rows,
        sampled_rows=rows,
        distinct=len(values) + 3,
        top_count=max(values.values()),
        top_values=tuple(ValueCount(value=value, count=count) for value, count in values.items()),
        withheld_values=3,
    )


def dataset(role: Role, columns: tuple[ColumnProfile, ...], classes: dict[str, int]) -> DatasetProfile:
    rows = sum(classes.values())
    return DatasetProfile(
        role=role,
        container="pandas.DataFrame",
        rows=rows,
        column_count=len(columns),
        sampled_rows=min(rows, 5_000),
        sample_error=0.0,
        columns=columns,
        target=TargetProfile(
            name="churned",
            task=Task.BINARY,
            rows=rows,
            distinct=len(classes),
            classes=tuple(ClassCount(label=label, count=count) for label, count in classes.items()),
        ),
        duplicates=DuplicateFacts(rows_checked=rows, duplicates=12, expected=0.1),
        digest="d" * 16,
    )


def estimate(value: float, half: float, rows: int = 1_000) -> Estimate:
    return Estimate(value=value, interval=Interval(low=value - half, high=value + half), rows=rows)


def columns(role: Role, count: int = 28) -> tuple[ColumnProfile, ...]:
    other = role is Role.HELD_OUT
    plain = [numeric(i, f"feature_{i:02d}", role) for i in range(count - 6)]
    place = len(plain)
    return (
        *plain,
        numeric(place, "total_charges_after_churn", role),
        numeric(place + 1, "days_since_signup", role, shift=6.0 if other else 0.0),
        numeric(place + 2, "income", role, missing=140 if other else 1_320),
        numeric(place + 3, "customer_id", role, distinct=1_000 if other else 4_000),
        categorical(
            place + 4,
            "region",
            {"north": 200, "south": 300, "east": 500} if other else {"north": 1_600, "south": 1_400, "east": 1_000},
            role,
        ),
        categorical(place + 5, "plan", {"basic": 700, "pro": 300} if other else {"basic": 2_800, "pro": 1_200}, role),
    )


def probed() -> dict[str, object]:
    """What scans and probes find out, all of it."""
    rocs = "roc_auc"
    return {
        "rule": RuleFacts(
            column="days_since_signup", kind="tree", metric=rocs, score=estimate(0.79, 0.03),
            skill=estimate(0.58, 0.06), difference=estimate(0.04, 0.06), ratio=estimate(0.93, 0.1), leaves=2,
            words="If days_since_signup ≤ 41.5 then yes (81 % of 120 rows), else no",
            python='predicted = np.where(X["days_since_signup"] <= 41.5, "yes", "no")',
            sql="SELECT CASE WHEN days_since_signup <= 41.5 THEN 'yes' ELSE 'no' END, COUNT(*)\nFROM data\nGROUP BY 1",
        ),
        "prototypes": (
            *(
                PrototypeFacts(model=model, family=family, metric=rocs, rows=2_000, folds=5,
                               score=estimate(value, 0.02), seconds=seconds, is_run=model == "RandomForestClassifier")
                for model, family, value, seconds in (
                    ("HistGradientBoostingClassifier", "boosting", 0.834, 0.61),
                    ("RandomForestClassifier", "forest", 0.812, 2.4),
                    ("LogisticRegression", "linear", 0.801, 0.05),
                    ("GaussianNB", "bayes", 0.744, 0.01),
                    ("DummyClassifier", "dummy", 0.5, 0.001),
                )
            ),
            PrototypeFacts(model="KNeighborsClassifier", family="neighbors", metric=rocs, rows=2_000, folds=5,
                           error="ValueError"),
        ),
        "learning_curve": LearningCurveFacts(
            metric=rocs, full_rows=4_000, full_seconds=3.21, time_exponent=estimate(1.21, 0.1),
            gain_at_double=estimate(0.013, 0.009),
            points=tuple(
                LearningCurvePoint(rows=rows, score=estimate(score, 0.03), seconds=seconds,
                                   gap_to_full=estimate(0.8123 - score, 0.012))
                for rows, score, seconds in (
                    (250, 0.71, 0.1), (500, 0.752, 0.22), (1_000, 0.78, 0.5), (2_000, 0.803, 1.3)
                )
            ),
        ),
        "staged": StagedFacts(
            estimator="GradientBoostingClassifier", parameter="n_estimators", early_stopping=False, metric=rocs,
            measured_on="held_out", rounds=tuple(range(10, 201, 10)),
            scores=tuple(0.82 - 0.12 * 0.8**at - 0.0004 * at for at in range(20)), best_round=90, total_rounds=200,
            gain_after_best=estimate(-0.004, 0.003), rows=1_000,
        ),
        "search": SearchFacts(
            class_name="GridSearchCV", exhaustive=True, candidates=48, folds=5, fits=240, metric=rocs,
            parameters=(
                SearchedParameter(name="max_depth", values=4, best="16", low=2.0, high=16.0, edge="high"),
                SearchedParameter(name="criterion", values=2, best="gini"),
                SearchedParameter(name="min_samples_leaf", values=6, best="5", low=1.0, high=50.0),
            ),
            best_score=0.821, default_score=0.806, seconds=312.0, site="train.py:22",
        ),
        "importances": tuple(
            ImportanceFacts(column=name, importance=estimate(value, 0.004), metric=rocs)
            for name, value in (("total_charges_after_churn", 0.31), ("income", 0.02),
                                *((f"feature_{i:02d}", 0.006 - 0.001 * i) for i in range(18)))
        ),
        "segments": tuple(
            SegmentFacts(column="region", segment=segment, rows=rows, other_rows=1_000 - rows, metric=rocs,
                         score=estimate(0.82 + gain, 0.05), other_score=estimate(0.82, 0.02),
                         difference=estimate(gain, 0.055), p_value=0.001)
            for segment, rows, gain in (("region = north", 200, -0.17), ("income ≤ 21 000", 240, -0.06),
                                        ("plan = pro", 300, 0.03))
        ),
        "calibration": CalibrationFacts(
            error=estimate(0.14, 0.02), rows=1_000, of="positive class",
            bins=((0.05, 0.01, 620), (0.21, 0.09, 180), (0.43, 0.2, 100), (0.66, 0.38, 60), (0.91, 0.7, 40)),
        ),
        "label_noise": LabelNoiseFacts(
            rows=4_000, suspects=212, share=estimate(0.053, 0.006), expected_share=0.008,
            excess=estimate(0.045, 0.006), model="LogisticRegression",
        ),
        "imbalance_trials": (
            ImbalanceTrialFacts(remedy="nothing", rows=4_000, folds=5, balanced_accuracy=estimate(0.61, 0.02),
                                average_precision=estimate(0.33, 0.03), minority_recall=estimate(0.22, 0.05),
                                gap=estimate(0.38, 0.03), seconds=4.1),
            ImbalanceTrialFacts(remedy="class_weight", rows=4_000, folds=5, balanced_accuracy=estimate(0.7, 0.02),
                                average_precision=estimate(0.34, 0.03), minority_recall=estimate(0.48, 0.05),
                                balanced_accuracy_change=estimate(0.09, 0.02),
                                average_precision_change=estimate(0.01, 0.02),
                                minority_recall_change=estimate(0.26, 0.05), gap=estimate(0.29, 0.03), seconds=4.2,
                                code='pipe.set_params(randomforestclassifier__class_weight="balanced")'),
            ImbalanceTrialFacts(remedy="SMOTE", rows=4_000, folds=5, error="ImportError"),
        ),
        "benchmark": ((rocs, 0.85), ("f1", 0.5)),
        "probes": (
            ProbeFacts(name="prototypes", status="done", seconds=3.1),
            ProbeFacts(name="learning-curve", status="done", seconds=2.12),
            ProbeFacts(name="permutation-importances", status="cut", reason="it would take about 9 s, 1.2 s were left"),
            ProbeFacts(name="simpler-fit", status="not_needed", reason="no wide gap"),
            ProbeFacts(name="label-noise", status="failed", reason="ValueError"),
        ),
    }  # fmt: skip


def flag(check: str, group: Group, severity: Severity, message: str, **rest: object) -> Outcome:
    return Outcome(check=check, group=group, status=Status.FLAGGED, severity=severity, message=message, **rest)


@pytest.fixture(scope="session")
def record() -> RunRecord:
    estimator = EstimatorFacts(
        class_name="Pipeline", final_class_name="RandomForestClassifier", module="sklearn.ensemble", family="forest"
    )
    fit = FitFacts(estimator=estimator, rows=4_000, columns=28, seconds=3.21, cpu_seconds=5.9, site="train.py:24")
    linear = EstimatorFacts(
        class_name="LogisticRegression", final_class_name="LogisticRegression", module="sklearn.linear_model",
        family="linear",
    )  # fmt: skip
    return RunRecord(
        run=RunInfo(
            run_id="0af3b2c4d5e6f708192a3b4c5d6e7f80", experiment_id="17", run_name="nimble-crab-412",
            started_at="2025-11-24T03:12:08Z",
        ),
        task=Task.BINARY,
        package_version="0.1.0",
        fit=fit,
        fits=(replace(fit, estimator=linear, seconds=0.12, cpu_seconds=0.12, site="train.py:18"), fit),
        train=dataset(Role.TRAIN, columns(Role.TRAIN), {"no": 3_724, "yes": 276}),
        held_out=dataset(Role.HELD_OUT, columns(Role.HELD_OUT), {"no": 930, "yes": 70}),
        split=SplitFacts(
            method="train_test_split", recognised_by="split", train_rows=4_000, held_out_rows=1_000, shuffled=True,
            stratified=False,
        ),
        evaluations=(
            EvaluationFacts(metric="roc_auc_score", role=Role.HELD_OUT, rows=1_000, value=0.8123, site="train.py:27"),
            EvaluationFacts(metric="classification_report", role=Role.HELD_OUT, rows=1_000, site="train.py:28"),
        ),
        scores=(
            ScoreFacts(
                metric="roc_auc", primary=True, perfect=1.0, worst=0.0, train=estimate(0.991, 0.003, 4_000),
                held_out=estimate(0.8123, 0.03), gap=estimate(0.1787, 0.03), dummy=estimate(0.5, 0.0),
                dummy_strategy="most_frequent", skill=estimate(0.62, 0.06),
            ),
            ScoreFacts(
                metric="accuracy", primary=False, perfect=1.0, held_out=estimate(0.934, 0.015), computed_by="us"
            ),
        ),
        classes=(
            ClassScoreFacts(label="no", train_rows=3_724, held_out_rows=930, predicted_rows=978,
                            recall=estimate(0.991, 0.006)),
            ClassScoreFacts(label="yes", train_rows=276, held_out_rows=70, predicted_rows=22,
                            recall=estimate(0.214, 0.1)),
        ),
        cross_validations=(
            CrossValidationFacts(
                function="cross_val_score", estimator="RandomForestClassifier", splitter="StratifiedKFold", folds=5,
                metric="roc_auc", scores=(0.80, 0.83, 0.79, 0.81, 0.84), seconds=14.2, site="train.py:21",
            ),
        ),
        alternatives=(
            AlternativeFitFacts(kind="simpler", description="min_samples_leaf=5", source="probe", metric="roc_auc",
                                score=estimate(0.842, 0.03), gain=estimate(0.03, 0.012), seconds=2.1),
        ),
        overlap=OverlapFacts(
            held_out_rows_checked=1_000, train_rows_hashed=4_000, train_rows=4_000, matched=31, expected_share=0.0,
            share=estimate(0.031, 0.011),
        ),
        resamplings=(
            ResamplingFacts(sampler="SMOTE", rows_before=5_000, rows_after=9_300, before_split=True,
                            held_out_resampled=False, site="train.py:11"),
        ),
        times=TimeFacts(
            fit_seconds=3.33, fit_cpu_seconds=6.02, predict_seconds=0.21, predict_calls=3, transform_seconds=0.4,
            evaluate_seconds=0.02, peak_rss_mb=412.6, overhead_seconds=0.06, cores=2, linear_baseline_seconds=0.11,
        ),
        notes=("The frame 'extra' was never fitted and never evaluated.",),
        **probed(),
    )  # fmt: skip


@pytest.fixture(scope="session")
def outcomes(record: RunRecord) -> Outcomes:
    return Outcomes(
        run_id=record.run.run_id,
        outcomes=(
            flag(
                "target-leakage", Group.DATA, Severity.HIGH,
                "The column total_charges_after_churn alone reaches ROC AUC 0.97 on held-out rows, the whole model "
                "0.81 (1 000 rows). Its name says that it was made from the target. Drop it and fit again.",
                evidence=Evidence(
                    statistic="skill of one column", value=0.94, threshold=0.8, unit="skill", rows=1_000,
                    interval=Interval(low=0.91, high=0.96), threshold_source="DataRobot, Gini norm 0.85 / 0.975",
                    would_clear="no single column reaches a skill of 0.8",
                    subjects=(
                        Subject(name="total_charges_after_churn", value=0.94, interval=Interval(low=0.91, high=0.96),
                                severity=Severity.HIGH, detail="name marks it as derived from the target"),
                    ),
                ),
                remedies=(Remedy(text="Drop the column", code='X = X.drop(columns=["total_charges_after_churn"])'),),
            ),
            flag(
                "overfit", Group.ACCURACY, Severity.MEDIUM,
                "Train 0.991, test 0.812 (gap 0.179, 95 % CI 0.149–0.209, 1 000 test rows): try min_samples_leaf ≥ 5.",
                evidence=Evidence(
                    statistic="training minus held-out roc_auc", value=0.179, threshold=0.081, unit="score", rows=1_000,
                    interval=Interval(low=0.149, high=0.209), threshold_source="max(0.03, 10 % of the held-out score)",
                ),
                remedies=(
                    Remedy(text="Ask for larger leaves",
                           code="pipe.set_params(randomforestclassifier__min_samples_leaf=5)"),
                    Remedy(text="Or let a search choose:",
                           code="search = RandomizedSearchCV(\n    pipe,\n"
                                "    {'randomforestclassifier__min_samples_leaf': [1, 2, 5, 10, 20]},\n)"),
                    Remedy(text="Collect more rows"),
                ),
                explains=("unstable-score",),
            ),
            flag(
                "class-imbalance", Group.IMBALANCE, Severity.MEDIUM,
                "276 of 4 000 training rows are 'yes' (1 : 13.5), and nothing is done about it: try "
                'class_weight="balanced".',
                evidence=Evidence(statistic="rarest to commonest class, 1 :", value=13.5, threshold=10.0, unit="ratio",
                                  rows=4_000),
                remedies=(Remedy(text="Weigh the classes",
                                 code='pipe.set_params(randomforestclassifier__class_weight="balanced")'),),
            ),
            flag(
                "missing-values", Group.DATA, Severity.LOW, "33 % of income is missing (1 320 of 4 000 training rows).",
                evidence=Evidence(
                    statistic="missing share", value=0.33, threshold=0.3, unit="share", rows=4_000,
                    subjects=(Subject(name="income", value=0.33, severity=Severity.LOW),
                              Subject(name="days_since_signup", value=0.06, severity=Severity.LOW)),
                ),
            ),
            Outcome(check="no-lift", group=Group.TOOL, status=Status.PASSED,
                    message="Skill 0.62 (0.56–0.68) against the dummy."),
            Outcome(check="not-converged", group=Group.TIME, status=Status.NOT_APPLICABLE,
                    message="A forest does not iterate."),
            Outcome(check="train-test-drift", group=Group.DATA, status=Status.INCONCLUSIVE,
                    message="Adjusted p = 0.03; 2 500 held-out rows would decide."),
            Outcome(check="unstable-score", group=Group.ACCURACY, status=Status.EXPLAINED, explained_by="overfit",
                    message="Folds spread by 0.02."),
            Outcome(check="slow-training", group=Group.TIME, status=Status.IGNORED,
                    message="Ignored (nightly job, until 2027-01-31): The fit took 812 s.", would_be=Severity.MEDIUM,
                    suppression=Suppression(check="slow-training", reason="nightly job", until="2027-01-31")),
        ),
    )  # fmt: skip


@pytest.fixture(scope="session")
def clean_outcomes(record: RunRecord) -> Outcomes:
    passed = Outcome(check="no-lift", group=Group.TOOL, status=Status.PASSED, message="Skill 0.62.")
    return Outcomes(run_id=record.run.run_id, outcomes=(passed, replace(passed, check="overfit")))


@pytest.fixture(scope="session")
def docs() -> dict[str, str]:
    return DOCS


@pytest.fixture(scope="session")
def hostile_record(record: RunRecord) -> RunRecord:
    """Every text field that a user's program can fill holds something nasty."""
    bad = tuple(numeric(index, text, Role.TRAIN) for index, text in enumerate(HOSTILE))
    bad += tuple(categorical(len(HOSTILE) + i, text, {t: 100 + j for j, t in enumerate(HOSTILE)}, Role.TRAIN)
                 for i, text in enumerate(HOSTILE))  # fmt: skip
    classes = {text: 100 - index for index, text in enumerate(HOSTILE)}
    assert record.fit is not None
    estimator = replace(
        record.fit.estimator, class_name=HOSTILE[0], final_class_name=HOSTILE[1], parameters=((HOSTILE[2], HOSTILE[3]),)
    )
    fit = replace(record.fit, estimator=estimator, site=HOSTILE[4], error=HOSTILE[6])
    train = dataset(Role.TRAIN, bad, classes)
    assert train.target is not None
    train = replace(train, container=HOSTILE[0], notes=HOSTILE, target=replace(train.target, name=HOSTILE[1]))
    return replace(
        record,
        run=replace(record.run, run_name=HOSTILE[0], run_id=HOSTILE[1], experiment_id=HOSTILE[7]),
        fit=fit,
        fits=(fit,),
        train=train,
        held_out=replace(train, role=Role.HELD_OUT),
        split=replace(record.split, method=HOSTILE[0], recognised_by=HOSTILE[1]),
        evaluations=tuple(EvaluationFacts(metric=t, role=Role.UNKNOWN, rows=1, value=float("nan"), site=t)
                          for t in HOSTILE),
        scores=tuple(replace(record.scores[0], metric=t, dummy_strategy=t) for t in HOSTILE),
        classes=tuple(ClassScoreFacts(label=t, train_rows=1, held_out_rows=1, predicted_rows=0) for t in HOSTILE),
        cross_validations=tuple(
            replace(record.cross_validations[0], function=t, estimator=t, splitter=t, metric=t, site=t) for t in HOSTILE
        ),
        resamplings=tuple(replace(record.resamplings[0], sampler=t, site=t) for t in HOSTILE),
        alternatives=tuple(
            replace(record.alternatives[0], kind=t, description=t, source=t, metric=t) for t in HOSTILE
        ),
        notes=HOSTILE,
        rule=replace(record.rule, column=HOSTILE[0], metric=HOSTILE[1], words=HOSTILE[2], python=HOSTILE[6],
                     sql=HOSTILE[3]),
        prototypes=tuple(replace(record.prototypes[0], model=t, family=t, metric=t, error=t) for t in HOSTILE),
        learning_curve=replace(record.learning_curve, metric=HOSTILE[0]),
        staged=replace(record.staged, estimator=HOSTILE[0], parameter=HOSTILE[1], metric=HOSTILE[2],
                       measured_on=HOSTILE[3]),
        search=replace(
            record.search, class_name=HOSTILE[0], metric=HOSTILE[1],
            parameters=tuple(SearchedParameter(name=t, values=1, best=t, edge=t) for t in HOSTILE),
        ),
        importances=tuple(replace(record.importances[0], column=t, metric=t) for t in HOSTILE),
        segments=tuple(replace(record.segments[0], column=t, segment=t, metric=t) for t in HOSTILE),
        calibration=replace(record.calibration, of=HOSTILE[0]),
        label_noise=replace(record.label_noise, model=HOSTILE[0]),
        imbalance_trials=tuple(replace(record.imbalance_trials[1], remedy=t, code=t) for t in HOSTILE),
        benchmark=tuple((t, 0.5) for t in HOSTILE),
        probes=tuple(ProbeFacts(name=t, status=t, reason=t) for t in HOSTILE),
    )  # fmt: skip


@pytest.fixture(scope="session")
def hostile_outcomes(hostile_record: RunRecord) -> Outcomes:
    subjects = tuple(Subject(name=t, value=float("inf"), detail=t) for t in HOSTILE)
    evidence = Evidence(
        statistic=HOSTILE[0], value=0.5, threshold=0.1, unit=HOSTILE[1], rows=3, threshold_source=HOSTILE[2],
        would_clear=HOSTILE[6], subjects=subjects,
    )  # fmt: skip
    flags = tuple(
        flag(
            "id-like-feature" if index == 0 else f"check-{index}", Group.DATA, Severity.HIGH, f"The column {t} is bad.",
            evidence=evidence, remedies=(Remedy(text=t, code=f"X.drop(columns=[{t!r}])\n```\n{t}"),),
        )
        for index, t in enumerate(HOSTILE)
    )  # fmt: skip
    others = tuple(
        Outcome(check=f"other-{index}", group=Group.DATA, status=status, message=t, explained_by=t)
        for index, (t, status) in enumerate(zip(HOSTILE, list(Status)[1:] * 2, strict=False))
    )
    return Outcomes(run_id=hostile_record.run.run_id, outcomes=flags + others)
