from __future__ import annotations

import math
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mlflow_pitfalls.model.outcomes import Evidence
from mlflow_pitfalls.model.profile import ClassCount, Histogram, ValueCount
from mlflow_pitfalls.model.record import RunRecord, ScoreFacts
from mlflow_pitfalls.model.values import Estimate, Interval
from mlflow_pitfalls.reporting import svg_bars, svg_columns, svg_scores
from mlflow_pitfalls.reporting.svg import scale, ticks

NUMBERS = st.floats(-1e12, 1e12, allow_nan=False)
INTERVALS = st.builds(lambda a, b: Interval(low=min(a, b), high=max(a, b)), NUMBERS, NUMBERS)
ESTIMATES = st.none() | st.builds(Estimate, value=NUMBERS, interval=st.none() | INTERVALS)


def parts(markup: str, tag: str, style: str = "") -> list[ElementTree.Element]:
    """The picture's elements; fails where it is no well-formed XML."""
    return [e for e in ElementTree.fromstring(markup).iter(tag) if style in e.get("class", "").split() or not style]


def numbers_in(markup: str) -> list[float]:
    found = []
    for element in ElementTree.fromstring(markup).iter():
        found += [float(element.get(name, "0")) for name in ("x", "y", "x1", "x2", "cx", "cy", "width", "height")]
    return found


@given(ESTIMATES, ESTIMATES, ESTIMATES, NUMBERS)
def test_any_scores_make_a_bounded_picture(
    train: Estimate | None, held_out: Estimate | None, dummy: Estimate | None, perfect: float
) -> None:
    facts = ScoreFacts(metric="r2", primary=True, perfect=perfect, train=train, held_out=held_out, dummy=dummy)
    drawn = svg_scores.score_chart(facts)
    if not any((train, held_out, dummy)):
        assert drawn == ""
        return
    assert len(parts(drawn, "circle")) == sum(estimate is not None for estimate in (train, held_out, dummy))
    assert all(0 <= number <= 640 for number in numbers_in(drawn))


def test_dots_stand_in_the_order_of_the_scores(record: RunRecord) -> None:
    drawn = svg_scores.score_chart(record.scores[0])
    train, held, dummy = (float(dot.get("cx", "nan")) for dot in parts(drawn, "circle"))
    assert dummy < held < train
    (band,) = parts(drawn, "rect", "band")
    assert float(band.get("x", "nan")) == pytest.approx(held, abs=0.2)
    assert float(band.get("width", "nan")) == pytest.approx(train - held, abs=0.2)


@given(NUMBERS, NUMBERS, st.none() | INTERVALS)
def test_evidence_against_its_threshold(value: float, threshold: float, interval: Interval | None) -> None:
    evidence = Evidence(statistic="s", value=value, threshold=threshold, unit="skill", rows=1, interval=interval)
    drawn = svg_scores.evidence_strip(evidence)
    dot, limit = parts(drawn, "circle")[0], parts(drawn, "line", "limit")[0]
    x, at = float(dot.get("cx", "nan")), float(limit.get("x1", "nan"))
    assert (x - at) * (value - threshold) >= 0
    assert all(-5 <= number <= 325 for number in numbers_in(drawn))


def test_evidence_without_numbers_has_no_picture() -> None:
    evidence = Evidence(statistic="s", value=math.nan, threshold=1.0, unit="", rows=0)
    assert svg_scores.evidence_strip(evidence) == ""


@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=40),
    st.lists(st.integers(0, 10**9), min_size=1, max_size=40),
    NUMBERS,
    st.floats(0, 1e9),
)
@example(one=[0], other=[1], start=0.0, width=2.2250738585e-313)  # so narrow that one over it overflows
@example(one=[1], other=[1], start=0.0, width=5e-324)
def test_any_two_histograms_share_a_picture(one: list[int], other: list[int], start: float, width: float) -> None:
    def histogram(counts: list[int], low: float) -> Histogram:
        step = width / len(counts)
        return Histogram(edges=tuple(low + step * i for i in range(len(counts) + 1)), counts=tuple(counts))

    pair = histogram(one, start), histogram(other, start + width / 2)
    drawn = svg_columns.histogram_pair(*pair)
    shown = [h for h in pair if sum(h.counts)]
    assert len(parts(drawn, "path") if drawn else []) == len(shown)
    assert "nan" not in drawn
    assert "inf" not in drawn


def test_histograms_are_compared_by_density() -> None:
    """Ten times the rows over the same values must draw the same outline."""
    few = Histogram(edges=(0.0, 1.0, 2.0), counts=(1, 3))
    many = Histogram(edges=(0.0, 1.0, 2.0), counts=(10, 30))
    area, outline = parts(svg_columns.histogram_pair(few, many), "path")
    assert area.get("d") == outline.get("d")


def test_damaged_histograms_are_left_out() -> None:
    for broken in (
        Histogram(edges=(0.0, math.nan), counts=(1,)),
        Histogram(edges=(0.0,), counts=(1,)),
        Histogram(edges=(), counts=()),
    ):
        assert svg_columns.histogram_pair(broken, None) == ""


def test_categories_stand_in_pairs() -> None:
    values = (ValueCount(value="a", count=30), ValueCount(value="b", count=10))
    drawn = svg_columns.category_pair((values, 40), ((ValueCount(value="b", count=5),), 10))
    train, held = parts(drawn, "rect", "train"), parts(drawn, "rect", "held")
    heights = [float(bar.get("height", "nan")) for bar in (*train, *held)]
    assert heights[0] == pytest.approx(3 * heights[1], abs=0.2)
    assert heights[2] == 0
    assert heights[3] == pytest.approx(2 * heights[1], abs=0.2)  # 50 % against 25 %
    assert svg_columns.category_pair(((), 0), ((), 0)) == ""


def test_class_bars_always_show_the_rarest_class() -> None:
    classes = tuple(ClassCount(label=f"class {i}", count=10_000 >> i) for i in range(14))
    drawn = svg_bars.class_bars(classes, ())
    labels = [element.text for element in parts(drawn, "{*}text", "label") or parts(drawn, "text", "label")]
    assert len(labels) == svg_bars.CLASSES_SHOWN
    assert labels[-1] == "class 13"
    assert min(float(bar.get("width", "nan")) for bar in parts(drawn, "rect")) >= 1.0
    assert svg_bars.class_bars((), classes) == ""


def test_the_time_bar_fills_its_width_and_skips_what_took_no_time() -> None:
    drawn = svg_bars.time_bar((("fit", "a", 9.0), ("predict", "b", 0.0), ("odd", "c", math.nan), ("us", "d", 1e-9)))
    widths = [float(bar.get("width", "nan")) for bar in parts(drawn, "rect")]
    assert len(widths) == 2
    assert sum(widths) == pytest.approx(640, abs=0.2)
    assert widths[1] > 1
    assert svg_bars.time_bar((("fit", "a", 0.0),)) == ""


def test_titles_are_escaped(record: RunRecord) -> None:
    drawn = svg_scores.score_chart(replace(record.scores[0], metric='</title><script>"'))
    assert "<script" not in drawn
    (title,) = parts(drawn, "title")
    assert title.text is not None
    assert title.text.startswith('</title><script>"')


@given(NUMBERS, st.floats(1e-6, 1e12))
def test_ticks_are_few_round_and_inside(low: float, span: float) -> None:
    high = low + span
    if (high - low) < 1e-9 * abs(low) + 1e-9:
        return
    found = ticks(low, high)
    assert len(found) <= 6
    slack = 1e-9 * max(abs(low), abs(high), 1.0)
    assert all(low - slack <= tick <= high + slack for tick in found)


def test_a_scale_without_width_maps_to_the_middle() -> None:
    assert scale((2.0, 2.0), (0.0, 10.0))(2.0) == 5.0
    assert scale((0.0, 4.0), (0.0, 8.0))(99.0) == 8.0
