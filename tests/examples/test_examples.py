"""Each example, run as its user would run it: what its MLflow runs carry, and that its results are as without us."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SCRIPTS = sorted(path for path in EXAMPLES.glob("*.py") if path.name != "run_all.py")
# A clean one, a leaking one and a resampled one are run every time; all of them by make test-slow.
QUICK = frozenset({"clean_digits", "leaky_churn", "smote_before_split_bank"})
SEVERITIES = ("none", "low", "medium", "high")
ROOT_ARTIFACTS = {"pitfalls.md", "pitfalls_flags.json", "pitfalls"}
FOLDER_ARTIFACTS = {"pitfalls/report.html", "pitfalls/record.json", "pitfalls/outcomes.json"}
COUNTS = {severity: f"pitfalls/flags_{severity}" for severity in ("low", "medium", "high")}
ALWAYS_METRICS = {"pitfalls/severity", *COUNTS.values(), "pitfalls/fit_seconds", "pitfalls/overhead_seconds"}
SCORE_METRICS = {"pitfalls/train_score", "pitfalls/test_score", "pitfalls/train_test_gap", "pitfalls/dummy_score"}
# MLflow's autologging opens a run of its own for the neighbours' search inside SMOTE.
FOREIGN_RUNS = {"smote_before_split_bank": 1}
RANDOM_STATES = {"the random state of NumPy", "the random state of random"}
ADDRESS = re.compile(r" at 0x[0-9a-f]+")
NO_HELD_OUT_ROWS = frozenset({"no_evaluation_credit", "cross_validated_cancer"})


def _cases() -> list[object]:
    return [
        pytest.param(path, id=path.stem, marks=[] if path.stem in QUICK else [pytest.mark.slow]) for path in SCRIPTS
    ]


@pytest.mark.parametrize("script", _cases())
def test_an_example_is_flagged_for_what_its_first_line_says(
    script: Path, run_all: ModuleType, story: Callable[..., Any]
) -> None:
    told = story(script, probes=script.stem not in QUICK)
    assert told.done.returncode == 0, told.done.stderr
    assert run_all.problems_of(script, told.done.returncode, told.runs) == [], told.done.stderr
    assert "Traceback" not in told.done.stderr
    assert "mlflow-pitfalls" not in [line.partition(":")[0] for line in told.done.stderr.splitlines()], (
        "our own fault was reported: " + told.done.stderr
    )
    assert not list((told.folder / "spool").rglob("*.*")), "everything went to the store, nothing to the spool"
    assert len(told.judged) == 1
    assert len(told.runs) - 1 == FOREIGN_RUNS.get(script.stem, 0), "no fit of ours opens a run"
    for run in told.judged:
        _check_tags_and_counts(run, run_all)
        _check_artifacts(told.client, run)
    scored = [run for run in told.judged if run.data.metrics.keys() >= SCORE_METRICS]
    assert scored or script.stem in NO_HELD_OUT_ROWS


def _check_tags_and_counts(run: object, run_all: ModuleType) -> None:
    tags, metrics = run.data.tags, run.data.metrics
    flags = run_all.flags_of(run)
    worst = max(flags.values(), key=SEVERITIES.index, default="none")
    assert tags["pitfalls.severity"] == worst
    assert metrics["pitfalls/severity"] == SEVERITIES.index(worst)
    assert list(flags.values()) == sorted(flags.values(), key=SEVERITIES.index, reverse=True), "worst first"
    assert tags["pitfalls.version"]
    assert metrics.keys() >= ALWAYS_METRICS
    for severity, metric in COUNTS.items():
        assert metrics[metric] == list(flags.values()).count(severity)
    verdict = tags["mlflow.note.content"]
    for check, severity in flags.items():
        assert severity == "low" or check in verdict


def _check_artifacts(client: object, run: object) -> None:
    run_id = run.info.run_id
    at_root = {item.path for item in client.list_artifacts(run_id)}
    assert at_root >= ROOT_ARTIFACTS
    assert {item.path for item in client.list_artifacts(run_id, "pitfalls")} >= FOLDER_ARTIFACTS
    folder = Path(client.download_artifacts(run_id, "pitfalls"))
    outcomes = json.loads((folder / "outcomes.json").read_text(encoding="utf-8"))
    assert outcomes["run_id"] == run_id
    flagged = {one["check"] for one in outcomes["outcomes"] if one["status"] == "flagged"}
    assert flagged == set(run.data.tags["pitfalls.flags"].split(",")) - {""}
    assert not [one for one in outcomes["outcomes"] if one["status"] == "errored"]
    assert json.loads((folder / "record.json").read_text(encoding="utf-8"))["run"]["run_id"] == run_id
    page = (folder / "report.html").read_text(encoding="utf-8")
    for check in flagged:
        assert check in page


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_ends_with_the_same_results(
    script: Path, story: Callable[..., Any], record_property: Callable[[str, object], None]
) -> None:
    watched, plain = story(script, probes=True), story(script, enabled=False)
    assert watched.judged and not plain.judged
    assert plain.done.returncode == watched.done.returncode == 0, watched.done.stderr
    assert plain.done.stdout == watched.done.stdout
    assert plain.results.keys() > RANDOM_STATES
    assert plain.results == watched.results
    for run in plain.runs:
        twin = next(other for other in watched.runs if other.info.run_name == run.info.run_name)
        assert run.data.metrics.items() <= twin.data.metrics.items()
        assert _told(run.data.params).items() <= _told(twin.data.params).items()
        assert run.info.status == twin.info.status
    record_property("scripts compared", 1)


def _told(params: dict[str, str]) -> dict[str, str]:
    """Without the addresses of objects, which no two processes share."""
    return {name: ADDRESS.sub("", value) for name, value in params.items()}
