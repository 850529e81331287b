from __future__ import annotations

from dataclasses import replace

import pytest

from mlflow_pitfalls.model.comparison import (
    Comparison,
    DataChange,
    FlagChange,
    GapChange,
    ReferenceChoice,
    ReferenceFacts,
    RunLabel,
    SchemaChange,
    SchemaKind,
    ScoreChange,
    ValueChange,
)
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Estimate, Interval, Severity, Task

ROOM = 0.5


def label(run_id: str) -> RunLabel:
    return RunLabel(
        run_id=run_id, run_name="", experiment_id="1", started_at="", estimator="SVC", task=Task.BINARY, target="y"
    )


@pytest.fixture
def referred(make):
    """A record with a reference that differs from it as told."""

    def build(reference: dict | None = None, **changes) -> RunRecord:
        comparison = Comparison(before=label("then"), after=label("now"), **changes)
        facts = {"choice": ReferenceChoice.TAG, "comparison": comparison}
        return make.record(reference=ReferenceFacts(**{**facts, **(reference or {})}))

    return build


def drop(by: float, half: float = 0.01, effect: float | None = -0.3, **changes) -> tuple[ScoreChange, ...]:
    difference = Estimate(value=-by, interval=Interval(low=-by - half, high=-by + half), rows=500)
    facts = {
        "metric": "roc_auc",
        "primary": True,
        "before": Estimate(value=0.9, rows=500),
        "after": Estimate(value=0.9 - by, rows=500),
        "difference": difference,
        "paired_rows": 500 if effect is not None else 0,
        "effect": effect,
        "room": ROOM,
    }
    return (ScoreChange(**{**facts, **changes}),)


def test_a_certain_drop(judge, referred):
    verdict = judge(
        "score-regression", referred(scores=drop(0.03), parameters=(ValueChange(name="C", before=None, after="9"),))
    )
    assert verdict.status is Status.FLAGGED
    assert "'C'" in verdict.message
    assert verdict.evidence.value == pytest.approx(0.03 / ROOM)
    assert verdict.evidence.interval.low > 0.01


@pytest.mark.parametrize("by", [-0.02, 0.0, 0.004])
def test_no_drop_that_matters(judge, referred, by):
    assert judge("score-regression", referred(scores=drop(by, half=0.001))).status is Status.PASSED


def test_a_drop_just_below(judge, referred):
    verdict = judge("score-regression", referred(scores=drop(0.015, half=0.0101)))
    assert verdict.status is Status.INCONCLUSIVE
    assert "held-out rows" in verdict.message
    assert judge("score-regression", referred(scores=drop(0.015, half=0.0099))).status is Status.FLAGGED


def test_the_best_of_many_was_lucky(judge, referred):
    best = {"choice": ReferenceChoice.BEST, "candidates": 20}
    assert judge("score-regression", referred(best, scores=drop(0.018))).status is Status.INCONCLUSIVE
    assert judge("score-regression", referred(best, scores=drop(0.03))).status is Status.FLAGGED


def test_another_seed_differs_in_many_rows_and_hardly_in_the_mean(judge, referred):
    verdict = judge("score-regression", referred(scores=drop(0.03, effect=-0.02)))
    assert verdict.status is Status.PASSED
    assert "draws" in verdict.message
    assert judge("score-regression", referred(scores=drop(0.03, effect=-0.11))).status is Status.FLAGGED
    assert judge("score-regression", referred(scores=drop(0.03, effect=None))).status is Status.FLAGGED


def test_a_repeat_of_the_reference(judge, referred):
    varied = {"repeats": (0.90, 0.87, 0.89, 0.86, 0.88)}
    assert judge("score-regression", referred(varied, scores=drop(0.03))).status is Status.PASSED
    assert judge("score-regression", referred(varied, scores=drop(0.12))).status is Status.FLAGGED
    few = {"repeats": (0.90, 0.86, 0.88)}
    assert judge("score-regression", referred(few, scores=drop(0.03))).status is Status.FLAGGED


def test_a_score_that_was_too_good_is_no_reference(judge, referred):
    verdict = judge("score-regression", referred({"inflated_by": ("target-leakage",)}, scores=drop(0.2)))
    assert verdict.status is Status.INCONCLUSIVE
    assert "target-leakage" in verdict.message


def test_nothing_to_compare_scores_with(judge, make, referred):
    assert judge("score-regression", make.record()).status is Status.NOT_APPLICABLE
    absent = judge("score-regression", make.record(reference=ReferenceFacts(absence="No reference run: gone.")))
    assert (absent.status, absent.message) == (Status.NOT_APPLICABLE, "No reference run: gone.")
    assert judge("score-regression", referred()).status is Status.NOT_APPLICABLE
    assert judge("score-regression", referred(comparable=False, scores=drop(0.2))).status is Status.NOT_APPLICABLE
    bare = drop(0.2, difference=Estimate(value=-0.2, rows=5))
    assert judge("score-regression", referred(scores=bare)).status is Status.INCONCLUSIVE


def gap(before: float, after: float, half: float = 0.02, room: float | None = ROOM) -> GapChange:
    def estimate(value: float, width: float = half) -> Estimate:
        return Estimate(value=value, interval=Interval(low=value - width, high=value + width), rows=400)

    return GapChange(
        metric="roc_auc",
        before=estimate(before),
        after=estimate(after),
        difference=estimate(after - before, 1.41 * half),
        room=room,
    )


def test_a_wider_gap(judge, referred):
    verdict = judge("gap-regression", referred(gap=gap(0.02, 0.12)))
    assert verdict.status is Status.FLAGGED
    assert verdict.evidence.value == pytest.approx(0.2)


def test_gaps_whose_intervals_meet(judge, referred):
    assert judge("gap-regression", referred(gap=gap(0.02, 0.055))).status is Status.INCONCLUSIVE
    assert judge("gap-regression", referred(gap=gap(0.02, 0.061))).status is Status.FLAGGED
    best = {"choice": ReferenceChoice.BEST, "candidates": 20}
    assert judge("gap-regression", referred(best, gap=gap(0.02, 0.061))).status is Status.INCONCLUSIVE


def test_a_gap_that_matters_little(judge, referred):
    assert judge("gap-regression", referred(gap=gap(0.020, 0.029, half=0.001))).status is Status.PASSED
    assert judge("gap-regression", referred(gap=gap(0.10, 0.02))).status is Status.PASSED


def test_nothing_to_compare_gaps_with(judge, referred):
    assert judge("gap-regression", referred()).status is Status.NOT_APPLICABLE
    assert judge("gap-regression", referred(comparable=False, gap=gap(0, 1))).status is Status.NOT_APPLICABLE
    bare = replace(gap(0.0, 0.5), before=Estimate(value=0.0, rows=5))
    assert judge("gap-regression", referred(gap=bare)).status is Status.INCONCLUSIVE


def test_what_differs_is_told(judge, referred):
    data = (
        DataChange(side="train", before_rows=9, after_rows=8, before_columns=1, after_columns=1, same_content=False),
    )
    schema = (SchemaChange(kind=SchemaKind.ADDED, column="x"),)
    told = judge("score-regression", referred(scores=drop(0.03), data=data, schema=schema)).message
    assert "1 column of the schema" in told
    assert "the train rows" in told
    assert "look at code" in judge("score-regression", referred(scores=drop(0.03))).message


def change(check: str, severity: Severity = Severity.HIGH, *, certain: bool = True) -> FlagChange:
    return FlagChange(
        check=check, severity=severity, message="", before=Status.PASSED, after=Status.FLAGGED, certain=certain
    )


def test_new_flags(judge, referred):
    verdict = judge("new-flag", referred(gained=(change("no-lift"), change("label-noise", Severity.MEDIUM))))
    assert verdict.status is Status.FLAGGED
    assert [subject.name for subject in verdict.evidence.subjects] == ["no-lift", "label-noise"]


@pytest.mark.parametrize("gained", [change("no-lift", certain=False), change("collinear-features", Severity.LOW)])
def test_flags_that_are_no_news(judge, referred, gained):
    assert judge("new-flag", referred(gained=(gained,))).status is Status.PASSED


def test_new_flags_need_a_reference(judge, make, referred):
    assert judge("new-flag", make.record()).status is Status.NOT_APPLICABLE
    assert judge("new-flag", referred(comparable=False, gained=(change("a"),))).status is Status.NOT_APPLICABLE
