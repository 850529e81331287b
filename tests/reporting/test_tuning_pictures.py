from __future__ import annotations

import io
import math

import matplotlib as mpl
import pytest
from PIL import Image

from mlflow_pitfalls import errors
from mlflow_pitfalls.model.suggestions import (
    Configuration,
    HistoryAdvice,
    Importance,
    Kind,
    Parameter,
    SearchSpace,
    TriedConfiguration,
)
from mlflow_pitfalls.reporting.tuning_pictures import tuning_pictures

C = Parameter(name="svc__C", kind=Kind.FLOAT, low=0.01, high=100.0, log=True)
WEIGHT = Parameter(name="svc__class_weight", kind=Kind.CATEGORY, choices=(None, "balanced"))
LAYERS = Parameter(name="layers", kind=Kind.CATEGORY, choices=((64,), (64, 64)))
SPACE = SearchSpace(estimator="SVC", parameters=(C, WEIGHT, LAYERS))


@pytest.fixture(autouse=True)
def faults_are_raised():
    errors.set_test_mode(True)
    yield
    errors.set_test_mode(False)


def advice(count=16, metric="roc_auc", scores=None, **changes):
    tried = tuple(
        TriedConfiguration(
            run_id=str(i),
            values=(
                ("svc__C", 10.0 ** (i % 4 - 1)),
                ("svc__class_weight", (None, "balanced")[i % 2]),
                ("layers", (64,)),
            ),
            score=scores[i] if scores else 0.7 + 0.01 * i,
        )
        for i in range(count)
    )
    parts = {
        "next": (Configuration(values=(("svc__C", 0.03), ("svc__class_weight", "balanced"))),),
        "importances": (Importance(name="svc__C", share=0.8), Importance(name="svc__class_weight", share=0.2)),
    }
    return HistoryAdvice(
        metric=metric, greater_is_better=True, runs_used=count, tried=tried, **{**parts, **changes}
    )  # fmt: skip


def test_three_pictures_and_what_they_show():
    drawn = {each.artifact.path: each for each in tuning_pictures(advice(), SPACE)}
    assert list(drawn) == ["pitfalls/importance.png", "pitfalls/history.png", "pitfalls/slices.png"]
    for each in drawn.values():
        image = Image.open(io.BytesIO(each.artifact.content)).convert("RGB")
        assert image.getpixel((0, 0)) == (255, 255, 255)
        assert len(image.getcolors(1_000_000) or ()) > 10
    assert "svc__C 80\u202f%" in drawn["pitfalls/importance.png"].alt
    assert "0.850 in the end" in drawn["pitfalls/history.png"].alt
    assert "svc__C and svc__class_weight" in drawn["pitfalls/slices.png"].alt  # the layers were always the same


def test_the_best_of_errors_is_the_least():
    lower = HistoryAdvice(metric="rmse", greater_is_better=False, tried=advice(scores=[5.0, 3.0, 4.0], count=3).tried)
    assert "3.000 in the end" in next(each.alt for each in tuning_pictures(lower, SPACE))


def test_only_what_there_are_facts_for():
    assert tuning_pictures(HistoryAdvice(metric="r2", greater_is_better=True), SPACE) == ()
    assert tuning_pictures(advice(2, importances=()), SPACE) == ()


@pytest.mark.parametrize("scores", [[0.5] * 16, [math.nan, *[0.5] * 15], [-1e300, *[0.5, 0.6, 0.7] * 5], [1e-320] * 16])
def test_any_scores(scores):
    assert len(tuning_pictures(advice(scores=scores), SPACE)) == 3


def test_hostile_names_are_drawn_as_text():
    name = "数据 $\\frac{<script>" + "x" * 500
    hostile = SearchSpace(estimator="x", parameters=(Parameter(name=name, kind=Kind.FLOAT, low=0.0, high=1.0),))
    tried = tuple(TriedConfiguration(run_id=str(i), values=((name, i / 5),), score=i) for i in range(5))
    told = HistoryAdvice(
        metric=name, greater_is_better=True, tried=tried, importances=(Importance(name=name, share=1.0),)
    )
    assert len(tuning_pictures(told, hostile)) == 3


def test_the_users_style_neither_changes_nor_shows():
    expected = tuning_pictures(advice(), SPACE)
    with mpl.rc_context():
        mpl.rcParams.update({"font.size": 30, "figure.facecolor": "black", "patch.edgecolor": "red", "figure.dpi": 300})
        before = dict(mpl.rcParams)
        assert tuning_pictures(advice(), SPACE) == expected
        assert dict(mpl.rcParams) == before
