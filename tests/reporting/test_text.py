from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlflow_pitfalls.model.values import Estimate, Interval
from mlflow_pitfalls.reporting import text

THIN = text.THIN
ANY_TEXT = st.text(st.characters(codec=None), max_size=300)  # lone surrogates too


@given(ANY_TEXT, st.integers(2, 50))
def test_clean_leaves_one_short_line_that_hides_nothing(raw: str, limit: int) -> None:
    cleaned = text.clean(raw, limit)
    assert len(cleaned) <= limit
    assert not any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in cleaned)
    assert not any(
        unicodedata.bidirectional(letter) in {"RLO", "LRO", "RLE", "LRE", "PDF", "RLI"} for letter in cleaned
    )
    cleaned.encode("utf-8")


def test_clean_replaces_what_reorders_text_and_keeps_other_scripts() -> None:
    assert text.clean("pay\u202eexe") == "pay\ufffdexe"
    assert text.clean("naïve 数据 می‌خواهم") == "naïve 数据 می‌خواهم"
    assert text.clean("a\r\n\tb") == "a b"
    assert text.clean("x" * 5_000, 10) == "x" * 9 + "…"


def test_code_keeps_its_lines() -> None:
    assert text.clean_block("\nfor a in b:\r\n    c\x1b[0m\n") == "for a in b:\n    c\ufffd[0m"


def test_a_name_is_never_invisible() -> None:
    assert text.name("") == "(blank)"
    assert text.name(" \n ") == "(blank)"
    assert len(text.name("n" * 10_000)) == text.NAME_LIMIT


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (float("nan"), "–"),
        (float("inf"), "∞"),
        (float("-inf"), "−∞"),
        (0, "0"),
        (-0.0, "0"),
        (0.123456, "0.123"),
        (-12.3456, "−12.3"),
        (1234567, f"1{THIN}234{THIN}567"),
        (1234.56, f"1{THIN}235"),
        (0.00001234, "1.23e−05"),
        (1e300, "1.00e+300"),
    ],
)
def test_numbers_have_three_significant_digits(value: float | None, shown: str) -> None:
    assert text.number(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.5, "0.500"), (-0.0001, "0.000"), (-1.5, "−1.500"), (12345.0, f"12{THIN}345"), (float("nan"), "–")],
)
def test_scores_have_three_decimals(value: float, shown: str) -> None:
    assert text.score(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (0.1234, "12.3"),
        (1.0, "100"),
        (0.00001, "< 0.1"),
        (0.99999, "> 99.9"),
    ],
)
def test_shares_are_per_cent_and_never_rounded_to_nothing_or_all(value: float, shown: str) -> None:
    assert text.share(value) == f"{shown}{THIN}%"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0 ms"),
        (0.0002, "< 1 ms"),
        (0.085, "85 ms"),
        (1.239, "1.24 s"),
        (59.96, "1 min 00 s"),
        (125.4, "2 min 05 s"),
        (3599.7, "1 h 00 min"),
        (4320.0, "1 h 12 min"),
    ],
)
def test_durations_read_as_people_say_them(value: float, shown: str) -> None:
    assert text.seconds(value).replace(THIN, " ") == shown


def test_units_choose_the_format() -> None:
    assert text.with_unit(0.333, "share of rows") == f"33.3{THIN}%"
    assert text.with_unit(0.5, "skill") == "0.500"
    assert text.with_unit(90.0, "seconds").startswith("1")
    assert text.with_unit(13.5, "ratio") == f"13.5{THIN}×"
    assert text.with_unit(1234, "rows") == f"1{THIN}234 rows"
    assert text.with_unit(13.5, "commonest : rarest class") == "13.5"
    assert text.with_unit(2.0, "times the share expected") == f"2{THIN}×"
    assert text.with_unit(None, "skill") == "–"


def test_intervals_and_estimates() -> None:
    assert text.interval(Interval(low=0.15, high=0.21)) == "0.150–0.210"
    assert text.interval(Interval(low=-0.15, high=0.21)) == "−0.150 to 0.210"
    assert text.interval(None) == ""
    assert text.estimate(Estimate(value=0.5, interval=Interval(low=0.5, high=0.5))) == "0.500"
    assert text.estimate(Estimate(value=0.5, interval=Interval(low=0.4, high=0.6))) == "0.500 (0.400–0.600)"
    assert text.estimate(None) == "–"


def test_first_sentence_is_not_fooled_by_decimals_and_file_names() -> None:
    message = "train.py scored 0.99 on v1.2 data. Then it stopped. Third."
    assert text.first_sentence(message) == "train.py scored 0.99 on v1.2 data."


def test_counts_and_lists() -> None:
    assert text.count(0, "flag") == "no flags"
    assert text.count(1, "flag") == "1 flag"
    assert text.count(2, "class", "classes") == "2 classes"
    assert text.listed(["a", "b", "c"]) == "a, b and c"
    assert text.listed([]) == ""


@given(ANY_TEXT)
def test_ascii_only_is_ascii(raw: str) -> None:
    assert text.ascii_only(text.clean(raw)).isascii()


@pytest.mark.parametrize(
    ("stamp", "shown"),
    [
        ("2026-11-26T07:15:14+00:00", "2026-11-26 07:15 UTC"),
        ("2026-11-26T07:15:14+02:00", "2026-11-26 05:15 UTC"),
        ("2025-11-24T03:12:08Z", "2025-11-24 03:12 UTC"),
        ("2026-11-26T07:15:14", "2026-11-26 07:15"),
        ("0001-01-01T00:00:00+01:00", "0001-01-01T00:00:00+01:00"),
        ("yesterday", "yesterday"),
    ],
)
def test_moments_are_short_and_in_one_zone(stamp: str, shown: str) -> None:
    assert text.moment(stamp) == shown


def test_recall_reads_as_a_share_and_one_is_singular() -> None:
    assert text.with_unit(0.204, "recall") == f"20.4{text.THIN}%"
    assert text.with_unit(1, "runs") == "1 run"
    assert text.with_unit(2, "runs") == "2 runs"
