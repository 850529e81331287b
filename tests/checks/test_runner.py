from __future__ import annotations

from collections.abc import Callable

import pytest

from mlflow_pitfalls import errors
from mlflow_pitfalls.checks.base import SECTIONS, Check, Cost, Limits, Link, Threshold, Verdict, check, flagged, passed
from mlflow_pitfalls.checks.catalogue import ALL_CHECKS
from mlflow_pitfalls.checks.evidence import evidence
from mlflow_pitfalls.checks.runner import run_checks
from mlflow_pitfalls.model.codec import from_json, to_json
from mlflow_pitfalls.model.outcomes import Group, Outcomes, Remedy, Status, Subject
from mlflow_pitfalls.model.profile import Association, ColumnKind, DuplicateFacts
from mlflow_pitfalls.model.record import EvaluationFacts, ResamplingFacts, RunRecord
from mlflow_pitfalls.model.values import Role, Severity


@pytest.fixture(autouse=True)
def _fresh_reports():
    errors.forget_reported()
    yield
    errors.forget_reported()


def made_up(name: str, function: Callable[[RunRecord, Limits], Verdict], explained_by: tuple = ()) -> Check:
    function.__doc__ = "Summary.\n\n" + "".join(f"{title}:\n    text\n" for title in SECTIONS)
    return check(
        name=name,
        group=Group.DATA,
        severity=Severity.LOW,
        cost=Cost.FREE,
        thresholds={"limit": Threshold(1.0, "rows", "a limit", "a source")},
        explained_by=explained_by,
    )(function)


def flagging(name: str, *, explained_by: tuple = (), columns: tuple[str, ...] = ()) -> Check:
    def flag(record: RunRecord, limits: Limits) -> Verdict:
        subjects = tuple(Subject(name=column, value=1.0) for column in columns)
        proof = evidence(limits, "limit", statistic="s", value=limits["limit"], rows=1, subjects=subjects)
        return flagged("1 thing", evidence=proof, remedies=(Remedy(text="do"),))

    return made_up(name, flag, explained_by)


def by_check(outcomes: Outcomes) -> dict:
    return {outcome.check: outcome for outcome in outcomes.outcomes}


def flag_names(outcomes: Outcomes) -> list[str]:
    return [flag.check for flag in outcomes.flags]


def test_a_clean_run_has_no_flag_and_every_check_answers_once(make):
    outcomes = run_checks(make.record())
    assert [outcome.check for outcome in outcomes.outcomes] == [check.name for check in ALL_CHECKS]
    assert outcomes.flags == ()
    assert outcomes.severity is Severity.NONE
    assert outcomes.run_id == "run"


def test_ignored_by_name_or_group(make):
    record = make.record(train=make.profile(duplicates=DuplicateFacts(rows_checked=1000, duplicates=200, expected=0)))
    assert flag_names(run_checks(record)) == ["duplicate-rows"]
    assert flag_names(run_checks(record, ignore=["duplicate-rows"])) == []
    by_group = by_check(run_checks(record, ignore=["pf2"]))
    assert by_group["missing-values"].status is Status.IGNORED
    assert by_group["overfit"].status is not Status.IGNORED
    assert flag_names(run_checks(record, ignore=["no-such-check"])) == ["duplicate-rows"]


def test_thresholds_reach_their_check(make):
    record = make.record(train=make.profile(duplicates=DuplicateFacts(rows_checked=1000, duplicates=200, expected=0)))
    thresholds = {"duplicate-rows.low": 0.5, "duplicate-rows.nonsense": 1.0, "overfit.low": 0.0}
    outcomes = run_checks(record, thresholds=thresholds)
    assert flag_names(outcomes) == []
    told = by_check(outcomes)["duplicate-rows"].evidence
    assert (told.threshold, told.threshold_source) == (0.5, "your setting")


@pytest.mark.parametrize("error", [ValueError("secret rows"), MemoryError(), RecursionError(), SystemExit(1)])
def test_a_check_that_raises_is_an_outcome(error, make, caplog):
    def broken(record: RunRecord, limits: Limits) -> Verdict:
        raise error

    checks = (made_up("broken", broken), flagging("other"))
    outcomes = by_check(run_checks(make.record(), checks=checks))
    assert outcomes["broken"].status is Status.ERRORED
    assert type(error).__name__ in outcomes["broken"].message
    assert outcomes["other"].status is Status.FLAGGED
    run_checks(make.record(), checks=checks)
    assert len(caplog.records) == 1
    assert "secret" not in caplog.text + outcomes["broken"].message


def test_a_check_that_answers_nothing_is_an_outcome(make, caplog):
    checks = (made_up("mute", lambda record, limits: None),)  # type: ignore[arg-type,return-value]
    assert run_checks(make.record(), checks=checks).outcomes[0].status is Status.ERRORED


def test_an_interrupt_passes(make):
    def interrupted(record: RunRecord, limits: Limits) -> Verdict:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_checks(make.record(), checks=(made_up("interrupted", interrupted),))


def test_a_symptom_stands_under_its_cause(make):
    checks = (flagging("symptom", explained_by=("cause",)), flagging("cause"))
    outcomes = by_check(run_checks(make.record(), checks=checks))
    assert outcomes["symptom"].status is Status.EXPLAINED
    assert outcomes["symptom"].explained_by == "cause"
    assert outcomes["symptom"].severity is Severity.NONE
    assert outcomes["symptom"].evidence is not None
    assert outcomes["cause"].explains == ("symptom",)


def test_only_a_flag_explains(make):
    silent = made_up("cause", lambda record, limits: passed("fine"))
    outcomes = by_check(run_checks(make.record(), checks=(flagging("symptom", explained_by=("cause",)), silent)))
    assert outcomes["symptom"].status is Status.FLAGGED
    both = (flagging("symptom", explained_by=("cause",)), flagging("cause"))
    assert flag_names(run_checks(make.record(), checks=both, ignore=["cause"])) == ["symptom"]


def test_a_chain_ends_at_the_flag_that_stands(make):
    checks = (
        flagging("third", explained_by=("second",)),
        flagging("second", explained_by=("first",)),
        flagging("first"),
    )
    outcomes = by_check(run_checks(make.record(), checks=checks))
    assert {name: outcome.explained_by for name, outcome in outcomes.items()} == {
        "third": "first",
        "second": "first",
        "first": "",
    }
    assert outcomes["first"].explains == ("third", "second")


def test_a_circle_explains_nothing(make):
    checks = (flagging("a", explained_by=("b",)), flagging("b", explained_by=("a",)))
    assert sorted(flag_names(run_checks(make.record(), checks=checks))) == ["a", "b"]


@pytest.mark.parametrize(("columns", "explained"), [(("x",), True), (("x", "z"), False)])
def test_links_of_the_same_columns_need_all_of_them(columns, explained, make):
    link = Link("cause", same_columns=True)
    checks = (flagging("symptom", explained_by=(link,), columns=columns), flagging("cause", columns=("x", "y")))
    outcome = by_check(run_checks(make.record(), checks=checks))["symptom"]
    assert (outcome.status is Status.EXPLAINED) is explained


def test_random_labels_are_no_lift_and_not_overfit(make):
    record = make.record(scores=(make.score(train=1.0, held_out=0.5, half=0.03),))
    outcomes = run_checks(record)
    assert flag_names(outcomes) == ["no-lift"]
    assert outcomes.flags[0].explains == ("overfit",)


def test_a_shifted_side_is_drift_and_not_overfit(make):
    record = make.record(scores=(make.score(1.0, 0.8),), drift=(make.drift(p_value=1e-9, effect=0.5),))
    outcomes = run_checks(record)
    assert flag_names(outcomes) == ["train-test-drift"]
    assert outcomes.flags[0].explains == ("overfit",)


def test_resampling_before_the_split_is_the_cause_of_copies(make):
    early = ResamplingFacts(
        sampler="RandomOverSampler", rows_before=1200, rows_after=2000, before_split=True, held_out_resampled=True
    )
    copies = DuplicateFacts(rows_checked=1000, duplicates=300, expected=0)
    record = make.record(resamplings=(early,), overlap=make.overlap(matched=300), train=make.profile(duplicates=copies))
    assert flag_names(run_checks(record)) == ["resample-before-split"]


def test_copies_on_both_sides_are_one_flag(make):
    copies = DuplicateFacts(rows_checked=1000, duplicates=300, expected=0)
    record = make.record(overlap=make.overlap(matched=300), train=make.profile(duplicates=copies))
    assert flag_names(run_checks(record)) == ["train-test-overlap"]


def test_a_constant_answer_on_uneven_classes_is_the_accuracy_paradox(make):
    accuracy = make.score(metric="accuracy", train=0.95, held_out=0.95, dummy=0.95, half=0.01)
    uneven = make.target(950, 50)
    record = make.record(
        train=make.profile(target=uneven),
        held_out=make.profile(role=Role.HELD_OUT, target=uneven),
        evaluations=(EvaluationFacts(metric="accuracy_score", role=Role.HELD_OUT, rows=1000),),
        scores=(accuracy,),
        classes=(make.recall("class 0", 950, 1.0), make.recall("class 1", 50, 0.0)),
    )
    outcomes = run_checks(record)
    assert flag_names(outcomes) == ["accuracy-paradox"]
    assert set(outcomes.flags[0].explains) == {"no-lift", "class-imbalance"}


def test_a_row_number_that_leaks_is_one_flag(make):
    column = make.column("row_id", ColumnKind.INTEGER, distinct=1000)
    record = make.record(train=make.profile(column), single_features=(make.single("row_id", 0.99, 0.005),))
    assert flag_names(run_checks(record)) == ["target-leakage"]


def test_a_stored_record_replays_to_the_same_outcomes(make):
    record = make.record(
        scores=(make.score(1.0, 0.8),),
        train=make.profile(make.column("cabin", missing=700), make.column("id", ColumnKind.INTEGER, distinct=1000)),
        drift=(make.drift(p_value=1e-9, effect=0.5),),
    )
    outcomes = run_checks(record)
    assert run_checks(from_json(RunRecord, to_json(record))) == outcomes
    assert from_json(Outcomes, to_json(outcomes)) == outcomes


def fails(record: RunRecord) -> bool:
    raise ValueError("a fault")


@pytest.mark.parametrize(
    ("when", "explained"),
    [(lambda record: record.train is not None, True), (lambda record: False, False), (fails, False)],
)
def test_links_may_hold_on_some_records_only(when, explained, make):
    link = Link("cause", when=when, condition="where it is so")
    checks = (flagging("symptom", explained_by=(link,)), flagging("cause"))
    outcomes = by_check(run_checks(make.record(), checks=checks))
    assert (outcomes["symptom"].status is Status.EXPLAINED) is explained
    assert outcomes["cause"].status is Status.FLAGGED


@pytest.mark.parametrize(("p_value", "cause", "symptom"), [(1e-9, "overfit", "no-lift"), (0.2, "no-lift", "overfit")])
def test_a_useless_model_is_overfit_where_the_features_know_and_hopeless_where_they_do_not(
    p_value, cause, symptom, make
):
    association = Association(method="auc", effect=0.3, p_value=p_value, rows=1000)
    column = make.column("size", target_association=association)
    record = make.record(scores=(make.score(1.0, 0.50, half=0.03),), train=make.profile(column))
    outcomes = by_check(run_checks(record))
    assert outcomes[cause].status is Status.FLAGGED
    assert outcomes[symptom].status is Status.EXPLAINED
    assert outcomes[symptom].explained_by == cause
