import io
import json

from hypothesis import given
from hypothesis import strategies as st

from mlflow_pitfalls.checks.catalogue import ignorable
from mlflow_pitfalls.model.logged import LoggedRun, Series
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import RunInfo
from mlflow_pitfalls.reporting.console import show
from mlflow_pitfalls.scan.items import scan_items
from mlflow_pitfalls.scan.judging import judge_all, judge_run
from mlflow_pitfalls.scan.table import ScanTable

TREE = {"estimator": "DecisionTreeClassifier", "family": "tree", "kind": "classifier", "params": {"max_depth": "3"}}
FOREST = {"estimator": "RandomForestClassifier", "family": "forest", "kind": "classifier"}


def status(outcomes, check):
    return next(outcome.status for outcome in outcomes.outcomes if outcome.check == check)


def test_a_run_that_took_far_longer_than_those_before(logged):
    before = [logged(f"b{i}", started_ms=i, seconds=10.0 + i / 10, **TREE) for i in range(6)]
    slow = logged("slow", started_ms=100, seconds=60.0, **TREE)
    assert status(judge_run(slow, before), "time-regression") is Status.FLAGGED
    later = [logged(f"l{i}", started_ms=200 + i, seconds=10.0, **TREE) for i in range(6)]
    assert status(judge_run(slow, later), "time-regression") is Status.NOT_APPLICABLE
    other = logged("slow", started_ms=100, seconds=60.0, **{**TREE, "params": {"max_depth": "30"}})
    assert status(judge_run(other, before), "time-regression") is Status.NOT_APPLICABLE
    usual = logged("usual", started_ms=100, seconds=12.0, **TREE)
    assert status(judge_run(usual, before), "time-regression") is Status.PASSED


def test_a_complex_model_without_a_simple_one(logged):
    forest = logged("f", **FOREST)
    assert status(judge_run(forest, [logged("g", **FOREST)]), "no-baseline-run") is Status.FLAGGED
    assert status(judge_run(forest, [], complete=False), "no-baseline-run") is Status.INCONCLUSIVE
    dummy = logged("d", estimator="DummyClassifier", family="dummy", kind="classifier", is_baseline=True)
    assert status(judge_run(forest, [dummy]), "no-baseline-run") is Status.PASSED
    assert status(judge_run(dummy, [forest]), "no-baseline-run") is Status.NOT_APPLICABLE


def test_a_plateau_is_a_symptom_of_the_onset(logged, curves):
    found = judge_run(logged(curves=curves(turns=0.8, speed=20.0)), [])
    assert status(found, "overfit") is Status.FLAGGED
    assert status(found, "no-early-stopping") is Status.EXPLAINED
    assert len({outcome.check for outcome in found.outcomes}) == len(found.outcomes)
    assert {outcome.check for outcome in found.outcomes} <= set(ignorable())


def test_items_are_tags_counts_and_one_file(logged, curves):
    run = logged(curves=curves(turns=0.8))
    items = scan_items(run, judge_run(run, []), "1.0")
    tags = {tag.key: tag.value for tag in items.tags}
    assert tags["pitfalls.overfit"] == "medium"
    assert tags["pitfalls.state"] == "scanned"
    assert [file.path for file in items.artifacts] == ["pitfalls/scan.json"]
    assert json.loads(items.artifacts[0].content)["run_id"] == "a"
    assert items == scan_items(run, judge_run(run, []), "1.0")
    assert scan_items(logged(is_reported=True), judge_run(run, []), "1.0") is None


def test_the_table_gives_reasons_and_reads_no_markup(logged):
    run = logged(
        "[red]r", metrics={"train_auc[bold]": 0.9, "train_auc": 1.0, "test_auc": 0.6}, estimator="<b>[/]", family=""
    )
    stream = io.StringIO()
    show(ScanTable([(run, judge_run(run, [])), (logged("b"), judge_run(logged("b"), []))]), stream)
    said = stream.getvalue()
    assert "[red]r" in said
    assert "<b>[/]" in said
    assert "low" in said
    assert "a gap of 0.40" in " ".join(said.split())
    assert "2 runs: 1 with flags, 1 with something to judge; 1 not shown." in said


values = st.floats(allow_nan=True, allow_infinity=True)
names = st.sampled_from(["loss", "val_loss", "train_accuracy", "test_accuracy", "train_rmse", "test_rmse", "x", ""])


@given(
    metrics=st.dictionaries(names, values, max_size=6),
    histories=st.dictionaries(names, st.lists(values, min_size=1, max_size=60), max_size=4),
    seconds=st.none() | st.floats(min_value=0, max_value=1e9),
)
def test_any_run_is_judged(metrics, histories, seconds):
    metrics = metrics | {key: series[-1] for key, series in histories.items()}
    run = LoggedRun(
        run=RunInfo(run_id="a"),
        started_ms=1,
        seconds=seconds,
        metrics=tuple(metrics.items()),
        histories=tuple(
            (key, Series(steps=tuple(range(len(series))), values=tuple(series))) for key, series in histories.items()
        ),
    )
    for outcomes in judge_all([run, run]):
        scan_items(run, outcomes, "1")
        show(ScanTable([(run, outcomes)], show_all=True), io.StringIO())
