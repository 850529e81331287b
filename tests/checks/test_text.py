from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlflow_pitfalls.checks import text
from mlflow_pitfalls.checks.evidence import rows_for_width, share_interval, usable, worst_first
from mlflow_pitfalls.checks.multiplicity import adjusted
from mlflow_pitfalls.model.outcomes import Subject
from mlflow_pitfalls.model.values import Estimate, Interval, Severity


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.5, "0.50"),
        (0.03, "0.03"),
        (0.034, "0.034"),
        (0.999, "0.999"),
        (1.0, "1.00"),
        (12.34, "12.3"),
        (600.0, "600"),
        (1e-9, "1.00e-09"),
        (123456.0, "1.23e+05"),
        (-0.25, "−0.25"),
        (0.0, "0.00"),
    ],
)
def test_numbers(value, shown):
    assert text.number(value) == shown


def test_other_words():
    assert text.count(1143) == "1 143"
    assert text.percent(0.051) == "5.1 %"
    assert text.percent(0.77) == "77 %"
    assert text.percent(0.0001) == "under 0.1 %"
    assert text.percent(0.999) == "99.9 %"
    assert text.between(Interval(low=0.15, high=0.21)) == "95 % CI 0.15–0.21"
    assert text.between(Interval(low=-0.05, high=0.2)) == "95 % CI −0.05 to 0.20"
    assert [text.seconds(value) for value in (0.5, 600, 9000)] == ["0.50 s", "10 min", "2.5 h"]
    assert text.names(["a"]) == "'a'"
    assert text.names(["a", "b"]) == "'a' and 'b'"
    assert text.names(list("abcde")) == "'a', 'b', 'c' and 2 more"
    assert text.plural(1, "column") == "1 column"
    assert text.plural(3, "column") == "3 columns"


@given(st.text(max_size=500))
def test_names_are_bounded_and_printable(name):
    shown = text.short(name)
    assert len(shown) <= text.NAME_LENGTH
    assert shown.isprintable()


@given(st.integers(0, 500), st.integers(1, 500))
def test_share_intervals_hold_the_share(hits, rows):
    hits = min(hits, rows)
    interval = share_interval(hits, rows)
    assert 0 <= interval.low <= hits / rows + 1e-9
    assert hits / rows - 1e-9 <= interval.high <= 1


def test_unusable_numbers():
    assert usable(None) is None
    assert usable(Estimate(value=float("nan"))) is None
    half_known = Estimate(value=1.0, interval=Interval(low=float("-inf"), high=1.0))
    assert usable(half_known).interval is None


def test_rows_for_width_grow_with_the_square():
    assert rows_for_width(100, 0.2, 0.1) == 400


def test_worst_first_by_severity_then_value():
    subjects = [Subject(name="a", value=9.0), Subject(name="b", value=1.0, severity=Severity.HIGH)]
    assert [subject.name for subject in worst_first(subjects)] == ["b", "a"]


def test_adjusted_p_values():
    assert adjusted([]) == []
    assert adjusted([0.01, 0.5]) == pytest.approx([0.02, 0.5])
    assert adjusted([float("nan"), 2.0]) == [1.0, 1.0]


def test_rows_that_it_would_take():
    assert text.about_rows(400, 100) == "about 400 held-out rows"
    assert text.about_rows(90, 100, "rows") == "about 101 rows"
    assert text.about_rows(2_000, 100) == "about 2 000 held-out rows"
    assert text.about_rows(2_001, 100, "rows") == "many more rows"
