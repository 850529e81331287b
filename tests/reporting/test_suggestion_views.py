"""The section on tuning in each format: escaped, short, and silent where nothing was looked for."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from mlflow_pitfalls.model.codec import from_json
from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.suggestions import (
    Aim,
    Configuration,
    Direction,
    ExpectedGain,
    Importance,
    Kind,
    Move,
    Parameter,
    SearchSpace,
    Suggestions,
    TriedConfiguration,
)
from mlflow_pitfalls.model.values import Interval
from mlflow_pitfalls.reporting import html, markdown, suggestion_views, terminal
from mlflow_pitfalls.reporting.log_items import settled_items
from mlflow_pitfalls.reporting.tuning_points import scores_in_order, slices_of
from mlflow_pitfalls.reporting.tuning_sheets import tuning_pictures
from mlflow_pitfalls.tuning.suggestions.run_advice import Tuning
from tests.reporting.conftest import HOSTILE


@pytest.fixture
def suggestions() -> Suggestions:
    leaf = Parameter(
        name="forest__min_samples_leaf", kind=Kind.INTEGER, low=1, high=64, log=True, current=1, source="TabArena",
        why="against overfit (train 0.99, test 0.81)",
    )  # fmt: skip
    weight = Parameter(
        name="forest__class_weight", kind=Kind.CATEGORY, choices=(None, "balanced"),
        moves=(Move(aim=Aim.IMBALANCE, direction=Direction.CHOOSE, choice="balanced"),),
    )  # fmt: skip
    gain = ExpectedGain(
        basis="measured", text="min_samples_leaf=5 alone scored 0.031 higher.", value=0.031,
        interval=Interval(low=0.01, high=0.05),
    )  # fmt: skip
    return Suggestions(
        run_id="r", metric="roc_auc",
        space=SearchSpace(estimator="RandomForestClassifier", parameters=(leaf, weight)),
        next=(Configuration(values=(("forest__min_samples_leaf", 8), ("forest__max_features", 0.3)), why="stronger"),),
        importances=(Importance(name="forest__min_samples_leaf", share=0.7),),
        tried=tuple(
            TriedConfiguration(
                run_id=str(i), score=0.8 + i / 100,
                values=(("forest__min_samples_leaf", 1 + i), ("forest__class_weight", None)),
            )
            for i in range(4)
        ),
        history_runs=20, gain=gain, trial_seconds=2.0, advice=("Weigh the classes.",), notes=("2 runs were left out",),
    )  # fmt: skip


def of_script(record: RunRecord, site: str = "train.py:12") -> RunRecord:
    return replace(record, fit=replace(record.fit, site=site))


def test_the_page_tells_what_ranges_why_next_gain_and_command(record, outcomes, suggestions):
    page = html.render(of_script(record), outcomes, docs={}, suggestions=suggestions)
    section = page.partition('<section id="tune"')[2].partition("</section>")[0]
    for said in (
        "min_samples_leaf", "1 … 64, log", "against overfit", "stronger", "forest__max_features=0.3",
        "Expected gain (measured)", "mlflow-pitfalls tune train.py", "Weigh the classes.", "2 runs were left out",
        "against imbalance", "TabArena", "70", "pitfalls/tune.py",
    ):  # fmt: skip
        assert said in section, said
    assert '<a href="#tune">' in page
    assert 'id="tune"' not in html.render(record, outcomes, docs={})


def test_the_markdown_is_short_and_has_the_command(record, outcomes, suggestions):
    page = markdown.pitfalls_md(of_script(record), outcomes, suggestions=suggestions)
    section = page.partition("## What to tune next")[2]
    assert "look in 1 … 64, log: against overfit" in section and "1. forest" in section
    assert "```\nmlflow-pitfalls tune train.py\n```" in section
    assert "What to tune next" not in markdown.pitfalls_md(record, outcomes)


@pytest.mark.parametrize("site", ["", "<ipython-input-1>:3", "cell:1", "train:7"])
def test_no_command_without_a_script(record, outcomes, suggestions, site):
    other = of_script(record, site)
    assert suggestion_views.command_of(other) == ""
    assert "mlflow-pitfalls tune" not in html.render(other, outcomes, docs={}, suggestions=suggestions)


def test_the_command_is_one_argument_for_a_shell(record):
    assert (
        suggestion_views.command_of(of_script(record, "my train; rm.py:3")) == "mlflow-pitfalls tune 'my train; rm.py'"
    )


def test_the_terminal_says_one_line_where_there_is_something_to_try(record, outcomes, suggestions):
    def printed(given: Suggestions | None, site: str = "train.py:3") -> str:
        stream = io.StringIO()
        terminal.print_table(of_script(record, site), outcomes, stream=stream, url=None, suggestions=given)
        return stream.getvalue()

    assert "Tune min_samples_leaf and class_weight: mlflow-pitfalls tune train.py" in printed(suggestions)
    words = " ".join(printed(suggestions, "cell:3").split())
    assert "Tune min_samples_leaf and class_weight: mlflow_pitfalls.tune(model, X_train, y_train)" in words
    assert len(printed(suggestions).splitlines()) <= terminal.MAX_LINES + 1
    assert "Tune" not in printed(None) and "Tune" not in printed(replace(suggestions, next=()))


def test_earlier_runs_are_drawn_in_the_page_and_as_files(record, outcomes, suggestions):
    page = html.render(record, outcomes, docs={}, suggestions=suggestions)
    section = page.partition('<section id="tune"')[2].partition("</section>")[0]
    for key in ("tune-importances", "tune-history", "tune-slices"):
        assert f'id="{key}"' in section
    assert section.count("<svg") == 3 and "The best of 20 runs scored 0.830" in section
    pictures = {each.path: each.content for each in tuning_pictures(suggestions)}
    assert set(pictures) == {f"pitfalls/tuning_{name}.png" for name in ("importances", "history", "slices")}
    assert all(content.startswith(b"\x89PNG") for content in pictures.values())
    silent = replace(suggestions, importances=(), tried=suggestions.tried[:2])
    assert not tuning_pictures(silent)
    assert (
        "<svg"
        not in html.render(record, outcomes, docs={}, suggestions=silent)
        .partition('<section id="tune"')[2]
        .partition("</section>")[0]
    )


def test_slices_are_of_what_was_varied(suggestions):
    (only,) = slices_of(suggestions)
    assert only.name == "min_samples_leaf" and only.ends == ("1", "4")
    assert [place for place, _ in only.points] == pytest.approx([0.0, 0.5, 0.7924812503605781, 1.0])
    values = (None, "balanced", "balanced", None)
    tried = tuple(
        replace(each, values=(("forest__class_weight", value),))
        for each, value in zip(suggestions.tried, values, strict=True)
    )
    (only,) = slices_of(replace(suggestions, tried=tried))
    assert only.name == "class_weight" and {place for place, _ in only.points} == {0.0, 1.0}
    odd = tuple(replace(each, score=float("nan")) for each in suggestions.tried)
    assert not slices_of(replace(suggestions, tried=odd)) and not scores_in_order(replace(suggestions, tried=odd))


def test_nothing_to_tune_is_said(record, outcomes, suggestions):
    nothing = Suggestions(
        run_id="r", metric="r2", space=SearchSpace(estimator="GaussianNB"), notes=("GaussianNB has nothing to tune.",)
    )
    for page in (
        html.render(record, outcomes, docs={}, suggestions=nothing),
        markdown.pitfalls_md(record, outcomes, suggestions=nothing),
    ):
        assert "There is nothing to tune in GaussianNB." in page
        assert "mlflow-pitfalls tune" not in page
    waits = html.render(record, outcomes, docs={}, suggestions=replace(suggestions, next=(), gain=None))
    assert "is not the next step" in waits


def test_both_artifacts_are_written(record, outcomes, suggestions):
    tuning = Tuning(suggestions=suggestions, script="X, y = ...\n")
    items = settled_items(record, outcomes, docs={}, tuning=tuning)
    files = {artifact.path: artifact.content for artifact in items.artifacts}
    assert from_json(Suggestions, files["pitfalls/suggestions.json"]) == suggestions
    assert files["pitfalls/tune.py"] == b"X, y = ...\n"
    without = settled_items(record, outcomes, docs={}, tuning=replace(tuning, script=""))
    paths = {artifact.path for artifact in without.artifacts}
    assert "pitfalls/suggestions.json" in paths and "pitfalls/tune.py" not in paths
    assert not {a.path for a in settled_items(record, outcomes, docs={}).artifacts} & {"pitfalls/suggestions.json"}


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_only_words(record: RunRecord, clean_outcomes: Outcomes, suggestions, words):
    space = replace(
        suggestions.space,
        estimator=words,
        note=words,
        parameters=(replace(suggestions.space.parameters[0], name=words, why=words, current=words, source=words),),
    )
    hostile = replace(
        suggestions, space=space, advice=(words,), notes=(words,), gain=ExpectedGain(basis=words, text=words),
        next=(Configuration(values=((words, words),), why=words),), importances=(Importance(name=words, share=0.5),),
        tried=tuple(replace(each, values=((words, f"{words}{i}"),)) for i, each in enumerate(suggestions.tried)),
    )  # fmt: skip
    page = html.render(of_script(record, f"{words}.py:1"), clean_outcomes, docs={}, suggestions=hostile)
    section = page.partition('<section id="tune"')[2].partition("</section>")[0]
    for tag in ("<script", "<img", "<svg onload"):
        assert tag not in section
    assert len(tuning_pictures(hostile)) == 3
    note = markdown.pitfalls_md(of_script(record, f"{words}.py:1"), clean_outcomes, suggestions=hostile)
    section = note.partition("## What to tune next")[2].partition("```")[0]
    assert "<script" not in section and "(http:" not in section and "\n# heading" not in section
