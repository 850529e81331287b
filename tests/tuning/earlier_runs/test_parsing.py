from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlflow_pitfalls.tuning.earlier_runs.parsing import UNKNOWN, parse

NAMED = {"None", "True", "False", "inf", "nan"}
words = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,20}", fullmatch=True).filter(lambda word: word not in NAMED)
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    words,
    st.lists(st.integers(-(10**9), 10**9), max_size=5).map(tuple),
)


@given(values)
def test_what_was_logged_comes_back(value):
    found = parse(str(value))
    assert found == value
    assert type(found) is type(value)


@given(st.text())
def test_no_text_raises(text):
    found = parse(text)
    assert found is UNKNOWN or found is None or isinstance(found, bool | int | float | str | tuple)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("[0.1, 1]", (0.1, 1)),
        ("[64, 64]", (64, 64)),
        ("(64,)", (64,)),
        ("()", ()),
        ("sqrt", "sqrt"),
        ("", ""),
        ("007", "007"),
        ("{0: 1, 1: 5}", "{0: 1, 1: 5}"),
        ("SVC(C=2)", "SVC(C=2)"),
        ("__import__('os')", "__import__('os')"),
        ("٣", "٣"),
        ("9" * 5_000, "9" * 5_000),
        ("(" * 300, "(" * 300),
    ],
)
def test_examples(text, value):
    assert parse(text) == value


def test_nan_is_a_number():
    assert math.isnan(parse("nan"))


@pytest.mark.parametrize("text", ["...", "[('scaler', StandardScaler()), ('svc...", "[1, 2, ..."])
def test_what_was_cut_off_is_unknown(text):
    assert parse(text) is UNKNOWN
