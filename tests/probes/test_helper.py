"""The process that makes the extra fits: it is asked, it is ended, and it is never waited for in vain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sklearn.ensemble import RandomForestClassifier

from mlflow_pitfalls.probes.budget import Budget
from mlflow_pitfalls.probes.helper import Helper
from mlflow_pitfalls.probes.linear import LINEAR


@pytest.fixture(scope="module")
def helper() -> Iterator[Helper]:
    made = Helper()
    yield made
    made.close()
    assert made._process is None


@pytest.fixture
def made(make_context):
    return make_context(RandomForestClassifier(random_state=0))


def test_answers_come_from_another_process_and_are_charged(helper, made):
    (answer,) = helper.answers(*made, [LINEAR], {})
    assert answer.facts.status == "done" and answer.found["alternatives"][0].kind == "linear"
    assert made[1].budget.spent >= answer.facts.seconds > 0
    process = helper._process
    (again,) = helper.answers(*made, [LINEAR], {"assume_finite": True})
    assert again.facts.status == "done" and helper._process is process


def test_without_need_or_budget_no_process_is_started(made):
    helper = Helper()
    record, context = made
    (answer,) = helper.answers(replace(record, scores=()), context, [LINEAR], {})
    assert answer.facts.status == "not_needed"
    (answer,) = helper.answers(record, replace(context, budget=Budget(0.0)), [LINEAR], {})
    assert answer.facts.status == "cut" and "budget=60" in answer.facts.reason
    assert helper._process is None


@pytest.mark.slow
def test_one_that_has_ended_is_told_and_replaced(helper, made):
    list(helper.answers(*made, [LINEAR], {}))
    helper._process.kill()
    helper._process.wait()
    (answer,) = helper.answers(*made, [LINEAR], {})
    assert answer.facts.status == "done"


def test_a_fit_beyond_the_budget_is_ended(helper, made):
    record, context = made
    list(helper.answers(record, context, [LINEAR], {}))  # ready
    process = helper._process
    with context.budget.spending():
        context.budget._spent += 1e6  # from now on nothing is left
        assert helper._next(context.budget) is not None
    assert process.poll() is not None and helper._process is None


def test_rows_that_cannot_be_copied_are_told(helper, made):
    record, context = made
    (answer,) = helper.answers(record, replace(context, x_train=(row for row in [])), [LINEAR], {})
    assert answer.facts.status == "failed" and "cannot be copied" in answer.facts.reason


def test_after_close_nothing_starts(made):
    helper = Helper()
    helper.close()
    (answer,) = helper.answers(*made, [LINEAR], {})
    assert helper._process is None and answer.facts.status == "failed"
