"""Flags as issues: plain text, the serious ones, no more than a handful."""

from __future__ import annotations

from mlflow_pitfalls.model.values import Severity
from mlflow_pitfalls.reporting.issues import MAX_ISSUES, issues
from mlflow_pitfalls.reporting.log_items import settled_items
from mlflow_pitfalls.reporting.native_items import with_pages
from mlflow_pitfalls.settings import Settings


def test_serious_flags_only_worst_first(outcomes):
    found = issues(outcomes)
    serious = [flag for flag in outcomes.flags if flag.severity in (Severity.HIGH, Severity.MEDIUM)]
    assert [(issue.check, issue.severity) for issue in found] == [(flag.check, flag.severity) for flag in serious]
    assert len(serious) < len(outcomes.flags)
    assert 0 < len(found) <= MAX_ISSUES


def test_a_description_says_what_why_and_how_to_silence(outcomes):
    issue, flag = issues(outcomes)[0], outcomes.flags[0]
    assert issue.description.startswith(flag.message[:40])
    assert f"What to do: {flag.remedies[0].text}"[:40] in issue.description
    assert issue.description.endswith(f"Reject this issue to silence {flag.check} in later runs of this experiment.")


def test_a_flag_about_columns_is_rejected_for_them(outcomes):
    flag = outcomes.flags[0]
    names = [subject.name for subject in flag.evidence.subjects]
    about_columns = issues(outcomes, names)[0]
    assert about_columns.subjects == tuple(names)
    assert "silence target-leakage about th" in about_columns.description
    assert issues(outcomes, names[1:])[0].subjects == ()


def test_hostile_names_stay_one_line_of_text(hostile_outcomes):
    for issue in issues(hostile_outcomes):
        assert "\n" not in issue.description
        assert "\u202e" not in issue.description


def test_none_where_they_are_not_wanted(record, outcomes):
    items = settled_items(record, outcomes, docs={})
    assert with_pages(items, record, outcomes, Settings(issues=False)).issues is None
    assert with_pages(items, record, outcomes, Settings()).issues == issues(
        outcomes, {column.name for column in record.train.columns}
    )
