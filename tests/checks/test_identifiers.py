from __future__ import annotations

import numpy as np
import pytest

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.profile import ColumnKind

INTEGER, TEXT = ColumnKind.INTEGER, ColumnKind.CATEGORICAL


def judged(judge, make, column, **changes):
    return judge("id-like-feature", make.record(train=make.profile(column), **changes))


@pytest.mark.parametrize(
    "changes", [{"integer_sequence": True}, {"increasing": True}, {"minimum": 1.0, "maximum": 1400.0}]
)
def test_whole_numbers_that_were_handed_out_are_flagged(changes, judge, make):
    verdict = judged(judge, make, make.column("instant", INTEGER, distinct=1000, **changes))
    assert verdict.status is Status.FLAGGED
    assert "'instant'" in verdict.message


@pytest.mark.parametrize(
    "name", ["PassengerId", "customer_id", "id", "ID", "row no", "account-number", "uuid", "id_row"]
)
def test_whole_numbers_named_as_a_key_are_flagged(name, judge, make):
    assert judged(judge, make, make.column(name, INTEGER, distinct=1000)).status is Status.FLAGGED


@pytest.mark.parametrize("name", ["population", "fnlwgt", "price_cents", "paid", "humidity", "number_of_steps", "idle"])
def test_distinct_measures_are_not_flagged(name, judge, make):
    assert judged(judge, make, make.column(name, INTEGER, distinct=990)).status is Status.PASSED


def test_floats_are_never_flagged(judge, make):
    column = make.column("id", ColumnKind.FLOAT, distinct=1000, increasing=True)
    assert judged(judge, make, column).status is Status.PASSED


def test_distinct_texts_are_flagged_and_long_ones_are_content(judge, make):
    assert judged(judge, make, make.column("ticket", TEXT, distinct=960)).status is Status.FLAGGED
    assert judged(judge, make, make.column("name", TEXT, distinct=1000, mean_words=4.1)).status is Status.FLAGGED
    assert judged(judge, make, make.column("review", TEXT, distinct=1000, mean_words=40.0)).status is Status.PASSED


def test_texts_that_a_vectoriser_reads_are_content(judge, make):
    fit = make.fit(estimator=make.estimator(steps=("Pipeline", "TfidfVectorizer", "LogisticRegression")))
    assert judged(judge, make, make.column("text", TEXT, distinct=1000), fit=fit).status is Status.PASSED


def test_just_below_the_share_or_the_rows_passes(judge, make):
    assert judged(judge, make, make.column("id", INTEGER, distinct=949)).status is Status.PASSED
    few = make.column("id", INTEGER, distinct=99, rows=99, sampled_rows=99)
    assert judged(judge, make, few).status is Status.PASSED


@pytest.mark.parametrize("top", [400, 1_000, 4_000, 20_000, 1_000_000])
@pytest.mark.parametrize("spread", ["uniform", "normal", "lognormal"])
def test_random_whole_numbers_are_no_keys_however_dense(top, spread, judge, make):
    rng = np.random.default_rng(top)
    draws = {
        "uniform": rng.random(1000),
        "normal": rng.normal(0.5, 0.1, 1000),
        "lognormal": rng.lognormal(0, 1, 1000) / 20,
    }
    values = np.round(draws[spread] * top).astype(int)
    column = make.column(
        "count", INTEGER, distinct=len(set(values)), minimum=float(values.min()), maximum=float(values.max())
    )
    assert judged(judge, make, column).status is Status.PASSED
