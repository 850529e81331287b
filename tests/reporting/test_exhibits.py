"""What the exhibits say at the edges: numbers that are none, facts that are missing, remedies that do not help."""

from __future__ import annotations

import dataclasses
import math
import re
from dataclasses import replace
from typing import Any

import pytest

import mlflow_pitfalls.reporting.html as page
from mlflow_pitfalls.model.outcomes import Group, Outcomes
from mlflow_pitfalls.model.record import (
    ImbalanceTrialFacts,
    LearningCurveFacts,
    ProbeFacts,
    RunInfo,
    RunRecord,
    StagedFacts,
)
from mlflow_pitfalls.model.values import Estimate, Interval, Task
from mlflow_pitfalls.reporting import advice, markdown
from mlflow_pitfalls.reporting.column_views import importance_exhibit
from mlflow_pitfalls.reporting.curve_views import learning_curve_exhibit, staged_exhibit
from mlflow_pitfalls.reporting.exhibits import Exhibit
from mlflow_pitfalls.reporting.imbalance_views import imbalance_exhibit
from mlflow_pitfalls.reporting.ledger_views import ledger_exhibit
from mlflow_pitfalls.reporting.rule_views import rule_exhibit
from mlflow_pitfalls.reporting.svg_dots import DotRow, dot_chart

FACTS = (
    *("rule", "prototypes", "label_noise", "imbalance_trials", "learning_curve", "staged", "search", "scores"),
    *("benchmark", "importances", "segments", "calibration", "probes", "alternatives", "classes", "overlap"),
)
BARE = RunRecord(run=RunInfo(), task=Task.BINARY, package_version="0")


def shown(found: Exhibit | None) -> Exhibit:
    assert found is not None
    return found


def estimate(value: float, half: float) -> Estimate:
    return Estimate(value=value, interval=Interval(low=value - half, high=value + half))


def with_numbers(facts: Any, number: float) -> Any:
    """The same facts with every decimal number replaced."""
    if isinstance(facts, float):
        return number
    if isinstance(facts, tuple):
        return tuple(with_numbers(part, number) for part in facts)
    if dataclasses.is_dataclass(facts) and not isinstance(facts, type):
        changed = {field.name: with_numbers(getattr(facts, field.name), number) for field in dataclasses.fields(facts)}
        return replace(facts, **changed)
    return facts


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 0.0, 1e300, -1e300, 5e-324])
def test_any_number_makes_a_page(
    record: RunRecord, outcomes: Outcomes, number: float, caplog: pytest.LogCaptureFixture
) -> None:
    odd = replace(record, **{name: with_numbers(getattr(record, name), number) for name in FACTS})
    markup = page.render(odd, outcomes, docs={})
    assert not re.search(r"""["= ,](nan|inf|-inf)[", ]""", markup)
    assert markdown.pitfalls_md(odd, outcomes)
    assert caplog.records == []


def test_a_bare_record_has_nothing_to_show() -> None:
    assert [found for group in advice.exhibits(BARE).values() for found in group] == []
    assert ledger_exhibit(BARE) is None


def test_every_check_that_points_to_an_exhibit_points_to_one_that_exists(record: RunRecord) -> None:
    keys = {found.key for group in advice.exhibits(record).values() for found in group}
    assert {key for wanted in advice._SHOWS_WHY.values() for key in wanted} <= keys


def test_a_section_of_regressions_appears_with_its_checks(record: RunRecord, outcomes: Outcomes) -> None:
    assert len(advice.groups(outcomes)) == 5
    compared = replace(outcomes.outcomes[0], check="score-regression", group=Group.REGRESSION)
    assert len(advice.groups(replace(outcomes, outcomes=(compared,)))) == 6


def test_an_exhibit_that_another_flag_shows_is_pointed_to(record: RunRecord, outcomes: Outcomes) -> None:
    overfit = next(flag for flag in outcomes.flags if flag.check == "overfit")
    both = replace(outcomes, outcomes=(*outcomes.outcomes, replace(overfit, check="underfit")))
    flags = next(found for found in advice.sections(record, both, {}) if found.key == "pf5").flags
    assert [[shown.key for shown in flag.exhibits] for flag in flags] == [["gap"], []]
    assert flags[1].see == (("gap", "Training against held-out rows"),)


def test_a_rule_that_may_be_no_better_than_a_dummy_is_not_shown(record: RunRecord) -> None:
    assert record.rule is not None
    assert rule_exhibit(replace(BARE, rule=replace(record.rule, skill=estimate(0.02, 0.05)))) is None


def test_a_rule_that_the_model_surely_beats(record: RunRecord) -> None:
    assert record.rule is not None
    beaten = replace(record.rule, difference=estimate(0.2, 0.05), words="", sql="")
    found = shown(rule_exhibit(replace(BARE, rule=beaten)))
    assert found.says.endswith("0.200 (0.150–0.250): that is what the model adds.")
    assert found.says.startswith("This rule over")
    assert [code.label for code in found.codes] == ["Python"]


def test_a_learning_curve_on_which_no_part_suffices(record: RunRecord) -> None:
    assert record.learning_curve is not None
    far = tuple(replace(point, gap_to_full=estimate(0.1, 0.02)) for point in record.learning_curve.points)
    curve: LearningCurveFacts = replace(record.learning_curve, points=far, gain_at_double=estimate(0.01, 0.02))
    found = shown(learning_curve_exhibit(replace(BARE, learning_curve=curve)))
    assert found.says.startswith("No smaller part of the rows")
    assert "Twice the rows are not sure to add anything" in found.says
    assert "this run" not in found.picture  # its score in this metric is not known


def test_rounds_that_end_with_the_best(record: RunRecord) -> None:
    assert record.staged is not None
    staged: StagedFacts = replace(record.staged, best_round=200, early_stopping=True)
    says = shown(staged_exhibit(replace(BARE, staged=staged))).says
    assert "stops early" in says
    assert says.endswith("best at round 200 of 200.")


def test_remedies_that_do_not_help(record: RunRecord) -> None:
    trials: tuple[ImbalanceTrialFacts, ...] = tuple(
        replace(trial, balanced_accuracy_change=estimate(0.01, 0.02)) for trial in record.imbalance_trials
    )
    found = shown(imbalance_exhibit(replace(BARE, imbalance_trials=trials)))
    assert found.says == "None of the 2 remedies that were tried is surely better than doing nothing."
    assert found.codes == ()


def test_columns_that_all_count(record: RunRecord) -> None:
    found = shown(importance_exhibit(replace(BARE, importances=record.importances[:2])))
    assert found.says == "Each of the 2 columns adds to the held-out score."


def test_the_ledger_names_the_script_only_where_its_name_is_plain(record: RunRecord) -> None:
    cut = (ProbeFacts(name="p", status="cut"),)
    for site, script in (("fit it.py:3", "train.py"), ("$(x).py:3", "train.py"), ("my_model.py:3", "my_model.py")):
        assert record.fit is not None
        found = shown(ledger_exhibit(replace(BARE, fit=replace(record.fit, site=site), probes=cut)))
        assert found.codes[0].text.endswith(f"mlflow-pitfalls run {script}")
    done = shown(ledger_exhibit(replace(BARE, probes=(ProbeFacts(name="p", status="done", seconds=2.0),))))
    assert done.codes == ()


def test_a_chart_without_finite_values_is_left_out() -> None:
    assert not dot_chart([DotRow(label="a", estimate=Estimate(value=math.nan))], "t")
