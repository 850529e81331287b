"""Which request counts, what an ignored answer says, and what tags may ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mlflow_pitfalls.checks.catalogue import ignorable
from mlflow_pitfalls.checks.runner import run_checks
from mlflow_pitfalls.checks.suppression import asked, from_tags
from mlflow_pitfalls.model.codec import from_json, to_json
from mlflow_pitfalls.model.outcomes import Outcome, Outcomes, Status
from mlflow_pitfalls.model.profile import DuplicateFacts
from mlflow_pitfalls.model.suppression import Suppression
from mlflow_pitfalls.model.values import Severity

TODAY = date(2026, 6, 1)


@pytest.fixture
def record(make):
    """A run whose only flag is ``duplicate-rows``."""
    return make.record(train=make.profile(duplicates=DuplicateFacts(rows_checked=1000, duplicates=200, expected=0)))


def answer(outcomes: Outcomes, check: str = "duplicate-rows") -> Outcome:
    return next(outcome for outcome in outcomes.outcomes if outcome.check == check)


def test_an_ignored_check_still_says_what_it_saw(record):
    (flag,) = run_checks(record).flags
    outcomes = run_checks(record, ignore=["duplicate-rows until 2026-06-01 because they are real"], today=TODAY)
    found = answer(outcomes)
    assert outcomes.flags == ()
    assert outcomes.severity is Severity.NONE
    assert (found.status, found.severity, found.would_be) == (Status.IGNORED, Severity.NONE, flag.severity)
    assert found.message == f"Ignored (they are real, until 2026-06-01): {flag.message}"
    assert found.evidence == flag.evidence
    assert from_json(Outcomes, to_json(outcomes)) == outcomes


def test_an_ignored_check_that_passes_would_be_no_flag(make):
    found = answer(run_checks(make.record(train=make.profile()), ignore=["PF2"]))
    assert (found.status, found.would_be) == (Status.IGNORED, Severity.NONE)
    assert found.message.startswith("Ignored (by your settings): ")


def test_an_expired_request_flags_again_and_says_so_once(record):
    outcomes = run_checks(record, ignore=["duplicate-rows until 2026-05-31 because they are real"], today=TODAY)
    found = answer(outcomes)
    assert found.status is Status.FLAGGED
    assert found.message.endswith("It was ignored until 2026-05-31 (they are real); that day is over.")
    assert to_json(outcomes).count("that day is over") == 1


def test_a_request_about_columns_silences_flags_about_no_others(make):
    def judged(*names: str, ignore: Suppression) -> Outcome:
        columns = [make.column(name, missing=600, rows=1000) for name in names]
        return answer(run_checks(make.record(train=make.profile(*columns)), ignore=[ignore]), "missing-values")

    rejected = Suppression(check="missing-values", reason="seen", subjects=("age", "income"))
    assert judged("age", ignore=rejected).status is Status.IGNORED
    assert judged("age", "income", ignore=rejected).message.startswith("Ignored (seen): ")
    assert judged("age", "town", ignore=rejected).status is Status.FLAGGED
    assert judged(ignore=rejected).status is Status.PASSED


def test_a_request_that_holds_counts_before_one_that_has_expired():
    old = Suppression(check="overfit", until="2026-01-01")
    older = replace(old, until="2025-01-01")
    group = Suppression(check="pf5")
    assert asked([old, group], "overfit", "PF5", TODAY) == group
    assert asked([older, old], "overfit", "PF5", TODAY) == old
    assert asked([group, Suppression(check="overfit")], "overfit", "PF5", TODAY) == Suppression(check="overfit")
    assert asked([old], "no-lift", "PF1", TODAY) is None


def test_tags_ask_in_the_grammar_of_the_settings():
    tags = {
        "pitfalls.ignore": "overfit; PF3, no-lift until 2027-01-31 because rare, but real",
        "pitfalls.ignore.missing-values": "until 2027-01-31 because the sensor was off",
        "pitfalls.ignore.constant-feature": "known",
        "pitfalls.ignore.duplicate-rows": "true",
        "pitfalls.ignore.underfit": "false",
        "pitfalls.overfit": "high",
        "pitfalls.ignored": "overfit",
    }
    found, notes = from_tags(tags, "the run", ignorable())
    assert notes == ()
    assert [(entry.check, entry.until, entry.reason) for entry in found] == [
        ("overfit", "", ""),
        ("PF3", "", ""),
        ("no-lift", "2027-01-31", "rare, but real"),
        ("constant-feature", "", "known"),
        ("duplicate-rows", "", ""),
        ("missing-values", "2027-01-31", "the sensor was off"),
    ]
    assert found[0].terms == "by the tag pitfalls.ignore of the run"


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"pitfalls.ignore": "overfitt"}, "unknown check or group 'overfitt'; did you mean 'overfit'?"),
        ({"pitfalls.ignore.no-lifts": ""}, "did you mean 'no-lift'?"),
        ({"pitfalls.ignore": "overfit until soon"}, "expected a date such as 2027-01-31"),
        ({"pitfalls.ignore": "over fit " + "x" * 9_000}, "expected names"),
    ],
)
def test_a_tag_that_has_no_effect_is_noted(tags, said):
    found, (note,) = from_tags(tags, "the experiment", ignorable())
    assert found == ()
    assert note.startswith("The tag pitfalls.ignore")
    assert "of the experiment has no effect" in note
    assert said in note
    assert len(note) <= 200
