"""What changed between two runs: in words, on the page, in the terminal and in the notebook."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlflow_pitfalls.model.comparison import (
    ColumnDrift,
    Comparison,
    DataChange,
    FlagChange,
    GapChange,
    RunLabel,
    SchemaChange,
    SchemaKind,
    ScoreChange,
    TimeChange,
    ValueChange,
)
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.values import Estimate, Interval, Severity, Task
from mlflow_pitfalls.reporting.comparison_page import render_comparison
from mlflow_pitfalls.reporting.comparison_report import ComparisonReport
from mlflow_pitfalls.reporting.comparison_text import headline, summary_line, tone_of, verdict_of
from mlflow_pitfalls.reporting.console import show
from tests.reporting.conftest import HOSTILE
from tests.reporting.test_html import Page, assert_inert


def estimate(value, half=0.02):
    return Estimate(value=value, interval=Interval(low=value - half, high=value + half), rows=500)


def label(name="owl-1", run_id="a" * 32):
    return RunLabel(
        run_id=run_id,
        run_name=name,
        experiment_id="1",
        started_at="2026-11-26T07:15:00+00:00",
        estimator=name,
        task=Task.BINARY,
        target=name,
    )


def score(difference, metric="roc_auc", primary=True):
    return ScoreChange(
        metric=metric,
        primary=primary,
        before=estimate(0.8),
        after=estimate(0.8 + difference),
        difference=estimate(difference),
        paired_rows=500,
    )


def full(text="age", difference=0.1):
    """A comparison in which every text is the given one."""
    flag = FlagChange(check=text, severity=Severity.HIGH, message=text, before=Status.PASSED, after=Status.FLAGGED)
    numbers = {
        "test": "ks_2samp", "statistic": 0.4, "p_value": 1e-9, "adjusted_p": 1e-8, "effect": 0.4, "effect_name": text,
        "before_rows": 500, "after_rows": 500, "before_shares": (0.7, 0.3), "after_shares": (0.2, 0.8),
    }  # fmt: skip
    return Comparison(
        before=label(text),
        after=label(text, "b" * 32),
        gained=(flag,),
        lost=(replace(flag, certain=True),),
        scores=(score(difference, text),),
        gap=GapChange(metric=text, before=estimate(0.1), after=estimate(0.2), difference=estimate(0.1)),
        times=(
            TimeChange(what="fit", before_seconds=1.0, after_seconds=3.0, before_rows=500, after_rows=None, ratio=3.0),
        ),
        parameters=(ValueChange(name=text, before=text, after=None),),
        drift=(
            ColumnDrift(column=text, is_target=False, bins=(0.0, 1.0, 2.0), **numbers),
            ColumnDrift(column=text, is_target=True, labels=(text, "other"), **numbers),
        ),
        schema=(SchemaChange(kind=SchemaKind.RETYPED, column=text, before=text, after=text),),
        data=(
            DataChange(
                side="train", before_rows=500, after_rows=600, before_columns=3, after_columns=4, same_content=False
            ),
        ),
        notes=(text,),
    )


def test_the_page_says_all_of_it():
    parsed = assert_inert(render_comparison([full()]), scripts=0)
    for said in ("Flags gained", "Flags lost", "500", "0.800", "0.900", "default", "changed", "retyped", "2"):
        assert said in parsed.said
    assert len(parsed.all("svg")) == 3  # the scores, and two columns
    titles = " ".join(parsed.texts["title"])
    assert "earlier run (area) and later run (line)" in titles
    assert "held-out" not in titles


def test_several_runs_stand_in_one_table():
    page = render_comparison([full("age"), full("city")])
    assert "The runs" in Page(page).said
    assert "The runs" not in Page(render_comparison([full()])).said
    with pytest.raises(ValueError, match="nothing to compare"):
        render_comparison([])


def test_nothing_but_labels():
    bare = Comparison(before=label(), after=label("owl-2"), comparable=False)
    parsed = assert_inert(render_comparison([bare]), scripts=0)
    assert "They do not predict the same" in parsed.said
    assert summary_line(bare) == "Against owl-1: nothing has certainly changed."
    show(ComparisonReport((bare,)), io.StringIO())


def test_other_main_metrics_are_said_to_be():
    others = Comparison(before=label(), after=label("owl-2"), scores=(score(0.1, primary=False),))
    assert headline(others) == "They have no main metric in common"
    assert headline(replace(others, scores=())) == "They share no score"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_stay_text(text):
    parsed = assert_inert(render_comparison([full(text), full(text)]), scripts=0)
    assert parsed.said
    policy = next(tag["content"] for tag in parsed.all("meta") if "http-equiv" in tag)
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    stream = io.StringIO()
    show(ComparisonReport((full(text),)), stream)
    assert "\x1b" not in stream.getvalue()
    assert "\u202e" not in stream.getvalue()


def test_the_notebook_folds_the_page_into_a_frame_that_runs_nothing():
    report = ComparisonReport((full(HOSTILE[1]),))
    parsed = Page(report._repr_html_())
    assert parsed.problems == []
    assert [tag for tag, _ in parsed.tags] == ["details", "summary", "iframe"]
    (frame,) = parsed.all("iframe")
    assert frame["sandbox"] == ""
    assert frame["srcdoc"] == report.html()


def test_the_interval_decides_what_is_better():
    assert verdict_of(score(0.1)) == "better"
    assert verdict_of(score(-0.1)) == "worse"
    assert verdict_of(score(0.01)) == "no certain difference"
    assert verdict_of(None) == ""
    assert tone_of(full(difference=-0.1)) == "high"
    assert tone_of(Comparison(before=label(), after=label(), scores=(score(0.1),))) == "none"
    assert tone_of(Comparison(before=label(), after=label(), scores=(score(0.01),))) == "low"


def test_the_same_score_is_told_without_an_interval():
    nought = estimate(0.0, half=0.0)
    same = replace(score(0.0), difference=nought)
    for change, told in ((same, "roc_auc as before"), (score(0.0), "roc_auc 0.000 (−0.020 to 0.020)")):
        comparison = Comparison(before=label(), after=label("owl-2"), scores=(change,))
        assert summary_line(comparison) == f"Against owl-1: {told}."


def test_one_line_and_the_terminal():
    line = summary_line(full())
    assert line.startswith("Against age: age +0.100 (0.080–0.120); gained age; lost age; 2 columns drifted.")
    stream = io.StringIO()
    show(ComparisonReport((full(),)), stream)
    said = stream.getvalue()
    assert said.splitlines()[0] == "age → age: age: better"
    assert "1 s → 3 s, 3 times as long a row" in said.replace("\u202f", " ")
    assert "age: age → default" in said
    assert str(ComparisonReport((full(),))) == line


@settings(max_examples=30)
@given(value=st.floats(), text=st.text(max_size=30))
def test_any_number_and_any_text(value, text):
    found = full(text)
    odd = Estimate(value=value, interval=Interval(low=value, high=value))
    found = replace(found, scores=(replace(found.scores[0], before=odd, after=odd, difference=odd),))
    assert_inert(render_comparison([found]), scripts=0)
    show(ComparisonReport((found,)), io.StringIO())
