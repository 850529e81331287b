from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace

import matplotlib as mpl
import pytest
from PIL import Image

from mlflow_pitfalls import errors
from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.profile import Histogram
from mlflow_pitfalls.model.record import RunInfo, RunRecord
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.reporting.pictures import pictures
from mlflow_pitfalls.reporting.sheet import drawable


@pytest.fixture(autouse=True)
def faults_are_raised():
    errors.set_test_mode(True)
    yield
    errors.set_test_mode(False)


def test_three_pictures_on_white(record: RunRecord, outcomes: Outcomes) -> None:
    drawn = {artifact.path: artifact.content for artifact in pictures(record, outcomes)}
    assert list(drawn) == ["pitfalls/gap.png", "pitfalls/time.png", "pitfalls/distributions.png"]
    for content in drawn.values():
        image = Image.open(io.BytesIO(content)).convert("RGB")
        assert image.getpixel((0, 0)) == (255, 255, 255)
        assert len(image.getcolors(1_000_000) or ()) > 10
        assert len(content) < 150_000


def test_flagged_columns_are_drawn_first(record: RunRecord, outcomes: Outcomes) -> None:
    flagged = pictures(record, outcomes)[2].content
    unflagged = pictures(record, Outcomes(run_id="", outcomes=()))[2].content
    assert flagged != unflagged


def test_the_users_style_neither_changes_nor_shows(record: RunRecord, outcomes: Outcomes) -> None:
    expected = [artifact.content for artifact in pictures(record, outcomes)]
    with mpl.rc_context():
        mpl.rcParams.update(
            {
                "text.usetex": True,
                "text.color": "red",
                "font.size": 30,
                "font.family": "no such font",
                "figure.facecolor": "black",
                "figure.dpi": 300,
                "figure.autolayout": True,
                "figure.constrained_layout.use": False,
                "savefig.facecolor": "black",
                "savefig.bbox": "tight",
                "patch.edgecolor": "red",
                "patch.linewidth": 9,
                "patch.force_edgecolor": True,
                "patch.facecolor": "lime",
                "patch.antialiased": False,
                "lines.linewidth": 9,
                "lines.linestyle": "--",
                "hatch.color": "red",
                "path.sketch": (1, 100, 2),
                "path.snap": True,
                "axes.facecolor": "black",
            }
        )
        before = dict(mpl.rcParams)
        drawn = [artifact.content for artifact in pictures(record, outcomes)]
        assert dict(mpl.rcParams) == before
    assert drawn == expected


def test_pyplot_is_left_alone() -> None:
    code = (
        "import sys; from mlflow_pitfalls.reporting import log_items; assert 'matplotlib' not in sys.modules;"
        "from mlflow_pitfalls.reporting.sheet import Sheet; s = Sheet(1, 1); s.write(0, 0, 'x'); s.png();"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_letters_that_the_font_lacks_raise_no_warning(record: RunRecord, outcomes: Outcomes) -> None:
    assert drawable("数据 é $x^2$") == "\ufffd\ufffd é $x^2$"
    assert record.train is not None
    columns = tuple(replace(column, name=f"数据 $\\frac{{{i}") for i, column in enumerate(record.train.columns))
    assert len(pictures(replace(record, train=replace(record.train, columns=columns)), outcomes)) == 3


def test_hostile_names(hostile_record: RunRecord, hostile_outcomes: Outcomes) -> None:
    assert len(pictures(hostile_record, hostile_outcomes)) == 3


def test_only_what_there_are_facts_for(outcomes: Outcomes) -> None:
    assert pictures(RunRecord(run=RunInfo(), task=Task.UNKNOWN, package_version="0"), outcomes) == ()


def test_a_constant_column_and_a_damaged_histogram(record: RunRecord, outcomes: Outcomes) -> None:
    assert record.train is not None
    constant = replace(record.train.columns[0], histogram=Histogram(edges=(3.0, 3.0), counts=(9,)))
    damaged = replace(record.train.columns[1], histogram=Histogram(edges=(0.0, float("nan")), counts=(9,)))
    train = replace(record.train, columns=(constant, damaged))
    assert len(pictures(replace(record, train=train, held_out=None), outcomes)) == 3
