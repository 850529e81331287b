from __future__ import annotations

import pytest

from mlflow_pitfalls.model.comparison import (
    ColumnDrift,
    Comparison,
    DataChange,
    ReferenceChoice,
    ReferenceFacts,
    RunLabel,
    SchemaChange,
    SchemaKind,
)
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.values import Task

LABEL = RunLabel(
    run_id="r", run_name="nightly", experiment_id="1", started_at="", estimator="SVC", task=Task.BINARY, target="y"
)
DATA = DataChange(side="train", before_rows=900, after_rows=900, before_columns=2, after_columns=2, same_content=True)


@pytest.fixture
def referred(make):
    def build(**changes):
        comparison = Comparison(before=LABEL, after=LABEL, **{"data": (DATA,), **changes})
        return make.record(reference=ReferenceFacts(choice=ReferenceChoice.CHAMPION, comparison=comparison))

    return build


def drift(column: str = "age", p_value: float = 1e-6, effect: float = 0.3, **changes) -> ColumnDrift:
    facts = {
        "is_target": False,
        "test": "ks_2samp",
        "statistic": 0.3,
        "adjusted_p": p_value,
        "effect_name": "wasserstein",
        "before_rows": 900,
        "after_rows": 800,
    }
    return ColumnDrift(**{**facts, "column": column, "p_value": p_value, "effect": effect, **changes})


def test_columns_that_drifted(judge, referred):
    found = judge("data-drift", referred(drift=(drift("age"), drift("size", effect=0.6), drift("flat", 0.5, 0.0))))
    assert found.status is Status.FLAGGED
    assert [subject.name for subject in found.evidence.subjects] == ["size", "age"]
    assert "'size'" in found.message and "champion" in found.message


@pytest.mark.parametrize(("p_value", "effect"), [(0.011, 0.5), (1e-9, 0.099), (0.9, 0.0)])
def test_columns_just_below(judge, referred, p_value, effect):
    assert judge("data-drift", referred(drift=(drift(p_value=p_value, effect=effect),))).status is Status.PASSED


def test_no_columns_to_compare(judge, make, referred):
    assert judge("data-drift", make.record()).status is Status.NOT_APPLICABLE
    found = judge("data-drift", referred(notes=("The training rows were resampled in one of the runs only.",)))
    assert found.status is Status.NOT_APPLICABLE
    assert "resampled" in found.message


def target(p_value: float = 1e-6, effect: float = 0.4) -> ColumnDrift:
    return drift(
        "y",
        p_value,
        effect,
        is_target=True,
        effect_name="jensen_shannon",
        labels=("no", "yes"),
        before_shares=(0.9, 0.1),
        after_shares=(0.6, 0.4),
    )


def test_a_target_that_drifted(judge, referred):
    found = judge("target-drift", referred(drift=(drift(), target())))
    assert found.status is Status.FLAGGED
    assert "'no'" in found.message
    assert judge("data-drift", referred(drift=(drift(effect=0.0), target()))).status is Status.PASSED


@pytest.mark.parametrize(("p_value", "effect"), [(0.011, 0.5), (1e-9, 0.149)])
def test_a_target_just_below(judge, referred, p_value, effect):
    assert judge("target-drift", referred(drift=(target(p_value, effect),))).status is Status.PASSED


def test_no_target_to_compare(judge, make, referred):
    assert judge("target-drift", make.record()).status is Status.NOT_APPLICABLE
    assert judge("target-drift", referred(drift=(drift(),))).status is Status.NOT_APPLICABLE
    assert judge("target-drift", referred(drift=(target(),), comparable=False)).status is Status.NOT_APPLICABLE


def test_other_columns(judge, referred):
    changes = (
        SchemaChange(kind=SchemaKind.REMOVED, column="age", before="number"),
        SchemaChange(kind=SchemaKind.RETYPED, column="size", before="number", after="categorical"),
        SchemaChange(kind=SchemaKind.REORDERED, column="flat", before="1", after="0"),
    )
    found = judge("schema-change", referred(schema=changes))
    assert found.status is Status.FLAGGED
    assert found.evidence.value == 3
    assert "'age'" in found.message and "of another type: 'size'" in found.message
    assert judge("schema-change", referred(schema=changes), max_changes=3).status is Status.PASSED


def test_the_number_of_columns_alone(judge, referred):
    changes = (SchemaChange(kind=SchemaKind.ADDED, column="", before="2", after="3"),)
    found = judge("schema-change", referred(schema=changes))
    assert found.status is Status.FLAGGED
    assert "2 → 3" in found.message


def test_the_same_columns(judge, make, referred):
    assert judge("schema-change", referred()).status is Status.PASSED
    assert judge("schema-change", referred(data=())).status is Status.NOT_APPLICABLE
    assert judge("schema-change", make.record()).status is Status.NOT_APPLICABLE
