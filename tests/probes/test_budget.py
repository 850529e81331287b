from __future__ import annotations

import pickle

import pytest

from mlflow_pitfalls.probes.budget import GRACE_SECONDS, Budget


def test_a_grace_and_a_share_of_the_fits():
    budget = Budget(0.1)
    assert budget.left == GRACE_SECONDS
    budget.earn(100.0)
    assert budget.left == pytest.approx(GRACE_SECONDS + 10)
    assert budget.allows(14.9) and not budget.allows(15.1)


def test_nothing_without_a_share():
    budget = Budget(0.0)
    budget.earn(1000.0)
    assert budget.left == 0 and not budget.allows(0.0)


def test_what_happens_inside_is_charged_even_where_it_raises():
    budget = Budget(1.0)
    with pytest.raises(ValueError), budget.spending():
        before = budget.spent
        raise ValueError
    assert budget.spent >= before > 0
    assert budget.left == GRACE_SECONDS - budget.spent


def test_while_somebody_waits_no_more_than_so_long():
    budget = Budget(1.0, grace=100)
    with budget.hurried(1.0):
        assert budget.left == 1.0 and budget.is_hurried
    assert budget.left == 100 and not budget.is_hurried


def test_another_process_may_spend_what_is_left():
    budget = Budget(0.1, grace=3)
    budget.earn(10)
    copy = pickle.loads(pickle.dumps(budget))
    assert copy.left == pytest.approx(4) and copy.spent == 0
    with budget.hurried(-5):
        assert pickle.loads(pickle.dumps(budget)).left == 0
