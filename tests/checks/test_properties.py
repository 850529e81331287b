from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlflow_pitfalls.checks.catalogue import ALL_CHECKS
from mlflow_pitfalls.checks.runner import run_checks
from mlflow_pitfalls.model.codec import from_json, to_json
from mlflow_pitfalls.model.outcomes import Outcomes, Status
from mlflow_pitfalls.model.profile import (
    Association,
    ClassCount,
    ColumnKind,
    ColumnPair,
    ColumnProfile,
    ConflictFacts,
    DatasetProfile,
    DuplicateFacts,
    SentinelFacts,
    TargetProfile,
    ValueCount,
)
from mlflow_pitfalls.model.record import (
    AlternativeFitFacts,
    CalibrationFacts,
    ClassScoreFacts,
    ConvergenceFacts,
    CrossValidationFacts,
    DriftFacts,
    EarlierRun,
    EstimatorFacts,
    EvaluationFacts,
    FitFacts,
    GroupFacts,
    HistoryFacts,
    ImbalanceRemedies,
    ImbalanceTrialFacts,
    ImportanceFacts,
    LabelNoiseFacts,
    LearningCurveFacts,
    LearningCurvePoint,
    LiftFacts,
    OverlapFacts,
    PreprocessingFacts,
    ProbeFacts,
    ResamplingFacts,
    RuleFacts,
    RunInfo,
    RunRecord,
    ScoreFacts,
    SearchedParameter,
    SearchFacts,
    SegmentFacts,
    SingleFeatureFacts,
    SplitFacts,
    StagedFacts,
    TimeFacts,
    TimeOrderFacts,
)
from mlflow_pitfalls.model.values import Estimate, Interval, Role, Severity, Task

NAMES = st.sampled_from(["a", "customer_id", "<script>", "x" * 300, "\u202e", "", "ä\n"])
NUMBERS = st.one_of(st.floats(-2, 2), st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([0.0, 1.0]))
SHARES = st.floats(0, 1)
ROWS = st.one_of(st.integers(0, 60), st.integers(0, 10**7))
METRICS = st.sampled_from(["accuracy", "roc_auc", "r2", "neg_mean_squared_error"])


def few(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(strategy, max_size=3).map(tuple)


def maybe(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(st.none(), strategy)


@st.composite
def estimates(draw: Any) -> Estimate:
    low, value, high = sorted(draw(st.tuples(NUMBERS, NUMBERS, NUMBERS)))
    interval = Interval(low=low, high=high) if draw(st.booleans()) else None
    return Estimate(value=value, interval=interval, rows=draw(ROWS))


def built(cls: type, /, **strategies: st.SearchStrategy) -> st.SearchStrategy:
    return st.builds(cls, **strategies)


ASSOCIATIONS = built(Association, method=st.just("auc"), effect=SHARES, p_value=maybe(SHARES), rows=ROWS)
COLUMNS = built(
    ColumnProfile,
    position=st.integers(0, 9),
    name=NAMES,
    kind=st.sampled_from(ColumnKind),
    dtype=st.just("object"),
    rows=ROWS,
    sampled_rows=ROWS,
    missing=ROWS,
    infinite=ROWS,
    std=maybe(NUMBERS),
    quantiles=few(st.tuples(st.sampled_from([0.25, 0.5, 0.75]), NUMBERS)),
    distinct=maybe(ROWS),
    singletons=maybe(ROWS),
    kinds=few(built(ValueCount, value=st.sampled_from(["number", "number written as text", "text"]), count=ROWS)),
    sentinels=few(
        built(
            SentinelFacts,
            value=st.sampled_from(["", "0", "-1", "?", "unknown", "x'y"]),
            count=ROWS,
            sampled_rows=ROWS,
            distance=maybe(st.floats(0, 1e9)),
            relative_distance=maybe(st.floats(0, 1e9)),
            neighbours=maybe(st.floats(0, 1e6)),
            breaks_sign=st.booleans(),
        )
    ),
    top_count=maybe(ROWS),
    minimum=maybe(NUMBERS),
    maximum=maybe(NUMBERS),
    increasing=st.booleans(),
    integer_sequence=st.booleans(),
    mean_words=maybe(st.floats(0, 100)),
    missing_association=maybe(ASSOCIATIONS),
)
TARGETS = built(
    TargetProfile,
    name=NAMES,
    task=st.sampled_from(Task),
    rows=ROWS,
    missing=ROWS,
    distinct=maybe(ROWS),
    is_integer=st.booleans(),
    mean=maybe(NUMBERS),
    std=maybe(NUMBERS),
    minimum=maybe(NUMBERS),
    maximum=maybe(NUMBERS),
    skew=maybe(NUMBERS),
    skew_interval=maybe(built(Interval, low=NUMBERS, high=NUMBERS)),
    quantiles=few(st.tuples(st.sampled_from([0.25, 0.5, 0.75]), NUMBERS)),
    classes=few(built(ClassCount, label=NAMES, count=ROWS)),
)
PROFILES = built(
    DatasetProfile,
    role=st.sampled_from(Role),
    container=st.sampled_from(["pandas.DataFrame", "scipy.sparse.csr_matrix"]),
    rows=ROWS,
    column_count=ROWS,
    sampled_rows=ROWS,
    sample_error=SHARES,
    columns=few(COLUMNS),
    target=maybe(TARGETS),
    duplicates=maybe(
        built(DuplicateFacts, rows_checked=ROWS, duplicates=ROWS, expected=st.floats(0, 1e7)),
    ),
    collinear=few(
        built(ColumnPair, first=NAMES, second=NAMES, correlation=st.one_of(st.floats(-1, 1), NUMBERS), rows=ROWS)
    ),
    conflicts=maybe(
        built(
            ConflictFacts,
            rows_checked=ROWS,
            conflicting=ROWS,
            expected=st.floats(0, 1e7),
            repeated=ROWS,
            shuffled=st.floats(0, 1e7),
        )
    ),
)
PREPARED = built(
    PreprocessingFacts,
    transformer=NAMES,
    supervised=st.booleans(),
    rows=ROWS,
    held_out_rows=ROWS,
    before=st.sampled_from(["split", "cross_validation"]),
    site=NAMES,
)
ESTIMATORS = built(
    EstimatorFacts,
    class_name=NAMES,
    final_class_name=st.sampled_from(
        ["SVC", "GradientBoostingClassifier", "RandomForestRegressor", "LogisticRegression", "XGBClassifier", "Mine"]
    ),
    module=st.just("m"),
    family=st.sampled_from(["linear", "tree", "forest", "boosting", "svm", "neighbors", "network", "other"]),
    steps=few(NAMES),
    parameters=few(
        st.tuples(
            st.sampled_from(["C", "max_depth", "alpha", "n_estimators", "learning_rate"]),
            st.sampled_from(["0.1", "None", "nan", "inf", "1e-9", "10", "<function>", "-3", "0"]),
        )
    ),
    tunable=few(st.sampled_from(["C", "max_depth", "alpha", "class_weight", "max_iter", "n_jobs", "early_stopping"])),
    parameter_prefix=st.sampled_from(["", "clf__", "my step__"]),
    is_search=st.booleans(),
    tuned=few(NAMES),
    jobs=few(
        st.tuples(
            st.sampled_from(["GridSearchCV", "RandomForestRegressor", "XGBClassifier", "Mine"]),
            st.sampled_from(["None", "1", "-1", "nan"]),
        )
    ),
    kind=st.sampled_from(["", "classifier", "regressor"]),
    transformers=few(st.sampled_from(["StandardScaler", "TargetEncoder", "SimpleImputer", "Mine"])),
    scalers=few(st.just("StandardScaler")),
    dropped_columns=few(NAMES),
    target_transformed=st.booleans(),
    convergence=few(
        built(
            ConvergenceFacts,
            estimator=NAMES,
            path=st.sampled_from(["", "clf", "a.b", "my step"]),
            n_iter=ROWS,
            max_iter=st.integers(-1, 10**6),
            warned=st.booleans(),
        )
    ),
)
FITS = built(
    FitFacts,
    estimator=ESTIMATORS,
    rows=ROWS,
    columns=ROWS,
    seconds=st.floats(0, 1e9),
    cpu_seconds=st.floats(0, 1e9),
    error=st.sampled_from(["", "", "", "ValueError"]),
)
SCORES = built(
    ScoreFacts,
    metric=METRICS,
    primary=st.booleans(),
    perfect=st.sampled_from([0.0, 1.0]),
    worst=maybe(st.sampled_from([-1.0, 0.0])),
    computed_by=st.sampled_from(["script", "us"]),
    **dict.fromkeys(("train", "held_out", "gap", "dummy", "skill", "train_skill", "gap_skill"), maybe(estimates())),
)
RECORDS = built(
    RunRecord,
    run=st.just(RunInfo(run_id="run")),
    task=st.sampled_from(Task),
    package_version=st.just("0"),
    fit=maybe(FITS),
    fits=few(FITS),
    train=maybe(PROFILES),
    held_out=maybe(PROFILES),
    split=maybe(
        built(
            SplitFacts,
            method=NAMES,
            recognised_by=st.just("split"),
            train_rows=ROWS,
            held_out_rows=ROWS,
            stratified=maybe(st.booleans()),
        )
    ),
    evaluations=few(built(EvaluationFacts, metric=METRICS, role=st.sampled_from(Role), rows=ROWS)),
    scores=few(SCORES),
    classes=few(
        built(
            ClassScoreFacts,
            label=NAMES,
            train_rows=ROWS,
            held_out_rows=ROWS,
            predicted_rows=ROWS,
            recall=maybe(estimates()),
            train_recall=maybe(estimates()),
        )
    ),
    cross_validations=few(
        built(
            CrossValidationFacts,
            function=NAMES,
            estimator=NAMES,
            splitter=NAMES,
            folds=ROWS,
            metric=METRICS,
            preprocessing=few(PREPARED),
        )
    ),
    drift=few(
        built(
            DriftFacts,
            column=NAMES,
            is_target=st.booleans(),
            test=st.just("ks_2samp"),
            statistic=SHARES,
            p_value=SHARES,
            effect=SHARES,
            effect_name=st.just("distance"),
            train_rows=ROWS,
            held_out_rows=ROWS,
        )
    ),
    overlap=maybe(
        built(
            OverlapFacts,
            held_out_rows_checked=ROWS,
            train_rows_hashed=ROWS,
            train_rows=ROWS,
            matched=ROWS,
            expected_share=SHARES,
            share=estimates(),
        )
    ),
    single_features=few(
        built(
            SingleFeatureFacts,
            column=NAMES,
            metric=METRICS,
            score=estimates(),
            skill=estimates(),
            levels=ROWS,
            is_continuous=st.booleans(),
            relation=st.sampled_from(["", "copy", "invertible"]),
            suspicious_name=st.booleans(),
            edge_density=maybe(NUMBERS),
            pooled_skill=maybe(estimates()),
            class_gap=maybe(NUMBERS),
            rival_skill=maybe(NUMBERS),
        )
    ),
    preprocessing=few(PREPARED),
    time_order=maybe(
        built(
            TimeOrderFacts,
            source=st.sampled_from(["column", "index"]),
            column=NAMES,
            rows=ROWS,
            held_out_before_last=SHARES,
            between=SHARES,
            dependence=maybe(estimates()),
        )
    ),
    groups=few(
        built(
            GroupFacts,
            column=NAMES,
            groups=ROWS,
            shared_groups=ROWS,
            held_out_share=SHARES,
            mean_rows=st.floats(0, 1e6),
            rows=ROWS,
            lift=maybe(estimates()),
            p_value=maybe(SHARES),
            likeness=st.floats(-1, 1),
            is_prefix=st.booleans(),
        )
    ),
    rule=maybe(
        built(
            RuleFacts,
            column=NAMES,
            kind=st.sampled_from(["tree", "group_mean"]),
            metric=METRICS,
            score=estimates(),
            skill=estimates(),
            difference=estimates(),
            ratio=maybe(estimates()),
            words=NAMES,
            python=st.sampled_from(["", "model.fit(X_train[['a']], y_train)"]),
            sql=NAMES,
        )
    ),
    benchmark=few(st.tuples(st.one_of(METRICS, NAMES), NUMBERS)),
    segments=few(
        built(
            SegmentFacts,
            column=NAMES,
            segment=NAMES,
            rows=ROWS,
            other_rows=ROWS,
            metric=st.sampled_from(["accuracy", "absolute error"]),
            score=estimates(),
            other_score=estimates(),
            difference=estimates(),
            p_value=maybe(SHARES),
            skill=maybe(estimates()),
            other_skill=maybe(estimates()),
            skill_difference=maybe(estimates()),
            tested=st.integers(0, 50),
        )
    ),
    calibration=maybe(
        built(
            CalibrationFacts, error=estimates(), bins=few(st.tuples(SHARES, SHARES, ROWS)), rows=ROWS, of=st.just("x")
        )
    ),
    resamplings=few(
        built(
            ResamplingFacts,
            sampler=NAMES,
            rows_before=ROWS,
            rows_after=ROWS,
            before_split=st.booleans(),
            held_out_resampled=st.booleans(),
        )
    ),
    remedies=built(ImbalanceRemedies, class_weight=st.booleans(), sample_weight=st.booleans()),
    held_out_digest=st.sampled_from(["", "rows"]),
    search=maybe(
        built(
            SearchFacts,
            class_name=st.sampled_from(["GridSearchCV", "RandomizedSearchCV", "Mine"]),
            exhaustive=st.booleans(),
            candidates=ROWS,
            folds=st.integers(0, 20),
            fits=ROWS,
            metric=METRICS,
            near_best=st.integers(1, 60),
            best_score=maybe(NUMBERS),
            seconds=st.floats(0, 1e6),
            parameters=few(
                built(
                    SearchedParameter,
                    name=NAMES,
                    values=st.integers(0, 60),
                    best=NAMES,
                    low=maybe(NUMBERS),
                    high=maybe(NUMBERS),
                    edge=st.sampled_from(["", "low", "high"]),
                    neighbour=maybe(NUMBERS),
                    edge_gain=maybe(estimates()),
                    edge_p_value=maybe(SHARES),
                )
            ),
        )
    ),
    staged=maybe(
        built(
            StagedFacts,
            estimator=st.sampled_from(["XGBClassifier", "GradientBoostingClassifier", "Mine"]),
            parameter=st.sampled_from(["n_estimators", "max_iter"]),
            early_stopping=st.booleans(),
            metric=METRICS,
            measured_on=st.sampled_from(["held_out", "train"]),
            rounds=st.just((10, 20, 30)),
            scores=st.just((0.5, 0.6, 0.6)),
            best_round=st.just(20),
            total_rounds=st.sampled_from([0, 30]),
            gains=st.tuples(estimates(), estimates(), estimates()),
            rows=ROWS,
        )
    ),
    times=built(
        TimeFacts,
        predict_seconds=st.floats(0, 1e6),
        cores=st.integers(1, 64),
        accelerator=st.sampled_from(["", "NVIDIA L4"]),
    ),
    history=maybe(
        built(
            HistoryFacts,
            runs_seen=ROWS,
            comparable_runs=ROWS,
            families=few(st.sampled_from(["linear", "forest", "dummy", ""])),
            baseline_runs=ROWS,
            tuning_runs=ROWS,
            reuses=maybe(ROWS),
            own_estimator=st.just("SVC"),
            own_settings=st.just("s"),
            complete=st.booleans(),
            earlier=st.lists(
                built(
                    EarlierRun,
                    run_id=NAMES,
                    estimator=st.just("SVC"),
                    settings=st.just("s"),
                    seconds=maybe(st.floats(0, 1e9)),
                    cpu_seconds=maybe(st.floats(0, 1e9)),
                    rows=maybe(ROWS),
                    columns=maybe(ROWS),
                    held_out_score=maybe(NUMBERS),
                    metric=METRICS,
                    held_out=st.sampled_from(["", "rows"]),
                ),
                max_size=8,
            ).map(tuple),
        )
    ),
    imbalance_trials=few(
        built(
            ImbalanceTrialFacts,
            remedy=st.sampled_from(["nothing", "class_weight", "threshold", "SMOTE"]),
            rows=ROWS,
            folds=ROWS,
            error=st.sampled_from(["", "", "ValueError"]),
            code=st.sampled_from(["", "use()"]),
            **dict.fromkeys(
                ("balanced_accuracy", "balanced_accuracy_change", "average_precision_change"), maybe(estimates())
            ),
        )
    ),
    label_noise=maybe(
        built(
            LabelNoiseFacts,
            rows=ROWS,
            suspects=ROWS,
            share=estimates(),
            expected_share=SHARES,
            excess=estimates(),
            model=NAMES,
            skill=maybe(estimates()),
            error_share=SHARES,
            is_falling=st.booleans(),
        )
    ),
    lift=maybe(built(LiftFacts, metric=METRICS, skill=estimates(), rows=ROWS, folds=st.just(5))),
    alternatives=few(
        built(
            AlternativeFitFacts,
            kind=st.sampled_from(["simpler", "richer", "linear", "fewer-columns"]),
            description=NAMES,
            source=st.just("probe"),
            metric=METRICS,
            score=estimates(),
            gain=estimates(),
            gain_skill=maybe(estimates()),
            seconds=maybe(st.floats(0, 1e6)),
            rows=ROWS,
        )
    ),
    learning_curve=maybe(
        built(
            LearningCurveFacts,
            metric=METRICS,
            points=few(
                built(
                    LearningCurvePoint,
                    rows=ROWS,
                    score=estimates(),
                    seconds=st.floats(0, 1e6),
                    gap_to_full=maybe(estimates()),
                )
            ),
            full_rows=ROWS,
            full_seconds=st.floats(0, 1e6),
            gain_at_double=maybe(estimates()),
        )
    ),
    importances=few(built(ImportanceFacts, column=NAMES, importance=estimates(), metric=METRICS)),
    probes=few(
        built(
            ProbeFacts,
            name=st.sampled_from(["linear", "learning-curve", "importances"]),
            status=st.sampled_from(["done", "cut", "failed", "not_needed"]),
            reason=st.sampled_from(["", "needs about 3 s"]),
        )
    ),
)


@given(RECORDS)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_record_gets_every_answer_once(record):
    outcomes = run_checks(record)
    assert [outcome.check for outcome in outcomes.outcomes] == [check.name for check in ALL_CHECKS]
    known = {check.name: check for check in ALL_CHECKS}
    flags = {flag.check for flag in outcomes.flags}
    for outcome in outcomes.outcomes:
        assert outcome.status is not Status.ERRORED, outcome.message
        assert outcome.message
        assert outcome.message.isprintable()
        if outcome.status is Status.EXPLAINED:
            assert outcome.explained_by in flags
        if outcome.status is Status.FLAGGED:
            assert outcome.severity in known[outcome.check].severities
            assert any(char.isdigit() for char in outcome.message)
            assert outcome.remedies and outcome.evidence.would_clear
            for remedy in outcome.remedies:
                ast.parse(remedy.code)
        else:
            assert outcome.severity is Severity.NONE


@given(RECORDS)
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_outcomes_can_be_stored_and_replayed(record):
    outcomes = run_checks(record)
    assert from_json(Outcomes, to_json(outcomes)) == outcomes
    assert run_checks(from_json(RunRecord, to_json(record))) == outcomes


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_are_none_do_not_fail_a_check(value, make):
    broken = Estimate(value=value, interval=Interval(low=value, high=value), rows=100)
    score = ScoreFacts(
        metric="r2",
        primary=True,
        perfect=1.0,
        **dict.fromkeys(("train", "held_out", "gap", "dummy", "skill", "train_skill", "gap_skill"), broken),
    )
    record = make.record(
        scores=(score,),
        single_features=(
            SingleFeatureFacts(column="x", metric="r2", score=broken, skill=broken, levels=3, is_continuous=True),
        ),
        drift=(make.drift(p_value=value, effect=value),),
    )
    outcomes = run_checks(record)
    assert not [outcome for outcome in outcomes.outcomes if outcome.status is Status.ERRORED]
    assert from_json(Outcomes, to_json(outcomes)) == outcomes
