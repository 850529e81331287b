from __future__ import annotations

import math
import posixpath
import re

from hypothesis import given
from hypothesis import strategies as st
from mlflow.utils.validation import _validate_metric_name, _validate_tag

from mlflow_pitfalls.model.items import Artifact, LogItems, Metric, Tag
from mlflow_pitfalls.sinks.limits import ELLIPSIS, MAX_TAG_LENGTH, fit, fit_key, fit_text, is_artifact_path

anything = st.text(st.characters(codec=None), max_size=400)  # surrogates and NUL among them


@given(anything)
def test_a_fitted_key_is_one_that_mlflow_accepts(key: str) -> None:
    fitted = fit_key(key)
    if fitted:
        _validate_metric_name(fitted)
        _validate_tag(fitted, "value")
        assert len(fitted) <= 250
        assert posixpath.normpath(fitted) == fitted


@given(st.from_regex(re.compile(r"[a-z][a-z0-9_.:-]{0,100}(/[a-z0-9_-]{1,50}){0,2}"), fullmatch=True))
def test_a_key_that_is_fine_stays_as_it_is(key: str) -> None:
    assert fit_key(key) == key


def test_two_long_keys_with_the_same_beginning_stay_two() -> None:
    first, second = fit_key("a" * 300), fit_key("a" * 301)
    assert len(first) == len(second) == 250
    assert first != second


@given(st.text(st.characters(codec=None), max_size=300), st.integers(min_value=1, max_value=200))
def test_fitted_text_is_storable_and_within_its_limit(text: str, limit: int) -> None:
    fitted = fit_text(text, limit)
    assert len(fitted) <= limit
    assert "\x00" not in fitted
    fitted.encode("utf-8")


def test_a_long_tag_ends_in_an_ellipsis() -> None:
    assert fit_text("x" * 8_000) == "x" * 8_000
    fitted = fit_text("x" * 8_001)
    assert len(fitted) == MAX_TAG_LENGTH
    assert fitted.endswith("x" + ELLIPSIS)


@given(st.lists(st.floats(), max_size=30))
def test_only_finite_metrics_pass(values: list[float]) -> None:
    metrics = tuple(Metric(key=f"m{at}", value=value) for at, value in enumerate(values))
    fitted = fit(LogItems(run_id="r", stage="settled", metrics=metrics))
    assert [metric.value for metric in fitted.metrics] == [value for value in values if math.isfinite(value)]


@given(anything)
def test_an_accepted_artifact_path_stays_inside_the_run(path: str) -> None:
    if is_artifact_path(path):
        assert posixpath.normpath(path) == path
        assert not path.startswith(("/", "."))
        assert re.fullmatch(r"[a-z0-9_/-]+\.[a-z]+", path)


def test_artifact_paths() -> None:
    for good in ("pitfalls.md", "pitfalls_flags.json", "pitfalls/report.html", "pitfalls/docs/test-set-too-small.md"):
        assert is_artifact_path(good), good
    for bad in (
        "../x.md", "/x.md", "a//b.md", "con", "x.exe", "X.md", "a b.md", "a/../b.md", ".md", "a/.md", "ä.md",
        "a" * 65 + ".md", "a/b/c/d/e.md", "x.md\n", "a.b.md", "",
    ):  # fmt: skip
        assert not is_artifact_path(bad), bad


def test_surplus_duplicates_and_foreign_names_are_left_out() -> None:
    items = LogItems(
        run_id="r",
        stage="settled",
        tags=(*(Tag(key=f"t{at}", value="v") for at in range(101)), Tag(key="t0", value="later")),
        metrics=tuple(Metric(key=f"m{at}", value=1.0) for at in range(1_001)),
        artifacts=(Artifact(path="../../x", content=b""), Artifact(path="ok.md", content=b"")),
    )
    fitted = fit(items)
    assert len(fitted.tags) == 100
    assert fitted.tags[0] == Tag(key="t0", value="later")
    assert len(fitted.metrics) == 1_000
    assert [file.path for file in fitted.artifacts] == ["ok.md"]
