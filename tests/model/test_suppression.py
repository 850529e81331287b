"""Requests to ignore checks: what is read, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlflow_pitfalls.model.suppression import Suppression, read_entries, read_entry, split_entries

FULL = Suppression(check="overfit", until="2027-01-31", reason="the trees are pruned later")


@pytest.mark.parametrize(
    ("given_value", "expected"),
    [
        ("overfit", Suppression(check="overfit")),
        (" PF3 ", Suppression(check="PF3")),
        ("overfit until 2027-01-31", Suppression(check="overfit", until="2027-01-31")),
        ("overfit until 2027-01-31 because the trees are pruned later", FULL),
        ("overfit UNTIL 2027-01-31\nBECAUSE the trees  are pruned later", FULL),
        ("overfit because the trees are pruned later until 2027-01-31", FULL),
        ("overfit because it is known", Suppression(check="overfit", reason="it is known")),
        ({"check": "overfit", "until": "2027-01-31", "reason": "the trees are pruned later"}, FULL),
        ({"check": "overfit", "until": date(2027, 1, 31), "reason": "the trees are pruned later"}, FULL),
        (FULL, FULL),
    ],
)
def test_an_entry_in_words_or_as_a_table(given_value, expected):
    assert read_entry(given_value) == expected
    assert read_entries([given_value]) == (expected,)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "expected names"),
        ("over fit", "expected names"),
        ("overfit until", "expected names"),
        ("overfit until tomorrow", "found 'tomorrow'"),
        ("overfit until 2027-02-30", "found '2027-02-30'"),
        ("overfit until 20270131", "found '20270131'"),
        ({"check": "overfit", "until": 5}, "expected text for 'until', found 5"),
        ({"check": " "}, "expected the name of a check"),
        ({"check": "overfit", "why": "x"}, "a table of check, until and reason"),
        ({"until": "2027-01-31"}, "a table of check, until and reason"),
        (None, "expected names"),
        (b"overfit", "expected names"),
    ],
)
def test_what_cannot_be_read_is_told(value, said):
    with pytest.raises(ValueError, match="expected") as raised:
        read_entry(value)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("overfit, PF3; no-lift,,", ("overfit", "PF3", "no-lift")),
        ("overfit because a, b and c, no-lift", ("overfit because a, b and c", "no-lift")),
        ("overfit because a; b-c until 2027-01-31", ("overfit because a", "b-c until 2027-01-31")),
        ("", ()),
        (" ; , ", ()),
    ],
)
def test_entries_are_separated_and_reasons_keep_their_commas(text, entries):
    assert split_entries(text) == entries


def test_a_request_holds_through_its_last_day():
    assert FULL.holds_on(date(2027, 1, 31))
    assert not FULL.holds_on(date(2027, 2, 1))
    assert Suppression(check="x").holds_on(date.max)


def test_terms_say_why_until_when_or_who_asks():
    assert FULL.terms == "the trees are pruned later, until 2027-01-31"
    assert Suppression(check="x").terms == "by your settings"


@given(st.text())
def test_any_text_is_read_or_refused_in_words(text):
    try:
        entries = read_entries(text)
    except ValueError as error:
        assert str(error).startswith("expected ")
        return
    assert read_entries(entries) == entries
