"""Records as JSON: read back as they were, or refused with a reason."""

import json
import math
from dataclasses import asdict, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlflow_pitfalls.errors import SchemaError
from mlflow_pitfalls.model.codec import from_json, to_json
from mlflow_pitfalls.model.outcomes import Evidence, Group, Outcome, Outcomes, Remedy, Status, Subject
from mlflow_pitfalls.model.profile import ColumnKind, ColumnProfile, DatasetProfile
from mlflow_pitfalls.model.record import RunInfo, RunRecord, ScoreFacts
from mlflow_pitfalls.model.values import Estimate, Interval, Role, Severity, Task

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
INTERVAL = st.builds(Interval, low=NUMBER, high=NUMBER)
ESTIMATE = st.builds(Estimate, value=NUMBER, interval=st.none() | INTERVAL, rows=st.integers(0, 2**60))
OUTCOME = st.builds(
    Outcome,
    check=TEXT,
    group=st.sampled_from(Group),
    status=st.sampled_from(Status),
    message=TEXT,
    severity=st.sampled_from(Severity),
    evidence=st.none()
    | st.builds(
        Evidence,
        statistic=TEXT,
        value=NUMBER,
        threshold=NUMBER,
        unit=TEXT,
        rows=st.integers(0),
        subjects=st.lists(st.builds(Subject, name=TEXT, value=NUMBER, detail=TEXT), max_size=2).map(tuple),
    ),
    remedies=st.lists(st.builds(Remedy, text=TEXT, code=TEXT), max_size=2).map(tuple),
    explains=st.lists(TEXT, max_size=2).map(tuple),
)
OUTCOMES = st.builds(
    Outcomes, run_id=TEXT, outcomes=st.lists(OUTCOME, max_size=3).map(tuple), schema_version=st.just(1)
)
FAST = settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])


def _score(value: float) -> ScoreFacts:
    return ScoreFacts(metric="r2", primary=True, perfect=1.0, worst=value, held_out=Estimate(value=value))


RECORD = RunRecord(
    run=RunInfo(run_id="a" * 32, experiment_id="1"),
    task=Task.REGRESSION,
    package_version="0.1.0",
    scores=(_score(0.5),),
)


@FAST
@given(OUTCOMES)
def test_outcomes_come_back(outcomes):
    assert from_json(Outcomes, to_json(outcomes)) == outcomes


@FAST
@given(st.from_type(RunRecord).map(lambda record: replace(record, schema_version=RECORD.schema_version)))
def test_any_record_comes_back(record):
    # Numbers that JSON does not have become null or NaN, and lone surrogates question marks: once, then no more.
    text = to_json(record)
    text.encode("ascii")
    again = from_json(RunRecord, text)
    assert to_json(again) == text
    assert from_json(RunRecord, to_json(again, indent=2).encode()).task is record.task


@given(ESTIMATE)
def test_numbers_come_back_exactly(estimate):
    assert from_json(Estimate, to_json(estimate)) == estimate


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_json_has_no_number_for_is_null(value):
    text = to_json(replace(RECORD, scores=(_score(value),)))
    (stored,) = json.loads(text, parse_constant=pytest.fail)["scores"]
    assert stored["worst"] is stored["held_out"]["value"] is None
    (score,) = from_json(RunRecord, text).scores
    assert score.worst is None
    assert math.isnan(score.held_out.value)


def test_lone_surrogates_become_question_marks():
    column = ColumnProfile(position=0, name="a\ud800b", kind=ColumnKind.FLOAT, dtype="float64", rows=1, sampled_rows=1)
    profile = DatasetProfile(
        role=Role.TRAIN, container="list", rows=1, column_count=1, sampled_rows=1, sample_error=0.0, columns=(column,)
    )
    back = from_json(RunRecord, to_json(replace(RECORD, train=profile)))
    assert back.train.columns[0].name == "a?b"


def test_a_document_without_a_version_is_of_this_one():
    plain = asdict(RECORD)
    del plain["schema_version"]
    assert from_json(RunRecord, json.dumps(plain)) == RECORD


def _changed(**changes: object) -> str:
    return json.dumps({**json.loads(to_json(RECORD)), **changes})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not a JSON document"),
        ("{", "not a JSON document"),
        (b"\x89PNG\r\n", "not a JSON document"),
        ("[" * 100_000, "not a JSON document"),
        ("9" * 5_000, "not a JSON document"),
        ("[]", "no RunRecord: expected an object, found list"),
        ("null", "no RunRecord: expected an object, found NoneType"),
        ("{}", "no RunRecord of this version: run: Field required"),
        ('{"schema_version": 2}', "RunRecord has schema version 2, this mlflow-pitfalls reads version 1"),
        ('{"schema_version": "1"}', "RunRecord has schema version '1'"),
        ('{"schema_version": null}', "RunRecord has schema version None"),
        (_changed(task="clairvoyance"), "no RunRecord of this version: task: Input should be"),
        (_changed(task=None), "no RunRecord of this version: task: "),
        (_changed(run={"run_id": 7}), "no RunRecord of this version: run.run_id: Input should be a valid string"),
        (_changed(scores=[{"metric": "r2"}]), "no RunRecord of this version: scores.0.primary: Field required"),
        (_changed(scores=[{"metric": "r2", "primary": None, "perfect": None}]), "scores.0.primary: Input should be"),
    ],
)  # fmt: skip
def test_a_foreign_damaged_or_newer_document_is_refused_clearly(text, said):
    with pytest.raises(SchemaError) as raised:
        from_json(RunRecord, text)
    assert said in str(raised.value)


@given(st.binary() | st.text() | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_any_text_is_refused_as_a_record(text):
    with pytest.raises(SchemaError):
        from_json(RunRecord, text)


@FAST
@given(st.data())
def test_a_document_with_one_value_replaced_is_read_or_refused(data):
    plain = json.loads(to_json(RECORD))
    name = data.draw(st.sampled_from(sorted(plain)))
    plain[name] = data.draw(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.none()))
    try:
        found = from_json(RunRecord, json.dumps(plain))
    except SchemaError:
        return
    assert isinstance(found, RunRecord)
