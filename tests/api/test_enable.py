import json
from pathlib import Path

import mlflow
import pytest

import mlflow_pitfalls
from mlflow_pitfalls.errors import SettingsError
from mlflow_pitfalls.model.codec import from_json
from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.record import RunRecord

ENABLE = "import mlflow_pitfalls\nmlflow_pitfalls.enable({})\n"
LIGHT = "mlflow.sklearn.autolog(log_models=False, log_datasets=False, log_input_examples=False)\n"
RUN_TAGS = {"pitfalls.severity", "pitfalls.flags", "pitfalls.version", "pitfalls.state"}
RUN_METRICS = {
    "pitfalls/severity",
    "pitfalls/flags_high",
    "pitfalls/flags_medium",
    "pitfalls/flags_low",
    "pitfalls/train_score",
    "pitfalls/test_score",
    "pitfalls/train_test_gap",
    "pitfalls/dummy_score",
    "pitfalls/fit_seconds",
    "pitfalls/fit_cpu_seconds",
    "pitfalls/predict_seconds",
    "pitfalls/peak_rss_mb",
    "pitfalls/overhead_seconds",
}
RUN_FILES = {
    "pitfalls.md",
    "pitfalls_flags.json",
    "pitfalls/report.html",
    "pitfalls/record.json",
    "pitfalls/outcomes.json",
    "pitfalls/gap.png",
    "pitfalls/time.png",
    "pitfalls/distributions.png",
}


def _only_run(store):
    runs = store.client.search_runs([e.experiment_id for e in store.client.search_experiments()])
    assert len(runs) == 1
    return runs[0]


def test_an_autologged_run_carries_everything(run_script, store, data, fit):
    done = run_script(ENABLE.format("") + data + LIGHT + fit + "print(json.dumps(score))", store.uri)
    assert done.returncode == 0, done.stderr
    run = _only_run(store)
    assert run.data.tags.keys() >= RUN_TAGS
    assert run.data.tags["pitfalls.state"] == "settled"
    assert run.data.metrics.keys() >= RUN_METRICS
    assert run.data.metrics["pitfalls/test_score"] == pytest.approx(done.result)
    assert store.files(run.info.run_id) >= RUN_FILES
    assert "No pitfalls" in run.data.tags["mlflow.note.content"] or "flag" in run.data.tags["mlflow.note.content"]
    assert "Held-out accuracy" in done.stderr
    assert done.stdout.strip() == json.dumps(done.result)
    folder = Path(mlflow.artifacts.download_artifacts(run_id=run.info.run_id, tracking_uri=store.uri)) / "pitfalls"
    record = from_json(RunRecord, (folder / "record.json").read_bytes())
    outcomes = from_json(Outcomes, (folder / "outcomes.json").read_bytes())
    assert record.run.run_id == outcomes.run_id == run.info.run_id
    assert {f"pitfalls.{flag.check}" for flag in outcomes.flags} <= run.data.tags.keys()


def test_a_pipeline_that_autologging_does_not_know_is_told_of_in_its_last_steps_run(run_script, store, data):
    fit = """
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
model = make_pipeline(StandardScaler(), RandomOverSampler(random_state=0), LogisticRegression())
model.fit(X, y)
"""
    assert run_script(ENABLE.format("") + data + LIGHT + fit, store.uri).returncode == 0
    run = _only_run(store)
    assert run.data.tags["estimator_name"] == "LogisticRegression"
    assert run.data.tags["pitfalls.state"] == "settled"


def test_a_run_of_the_users_own_settles_when_it_ends(run_script, store, data, fit):
    source = ENABLE.format("autolog=False") + data + "with mlflow.start_run() as run:\n"
    source += "".join(f"    {line}\n" for line in fit.strip().splitlines())
    source += "mlflow_pitfalls.flush()\nprint(json.dumps(mlflow.get_run(run.info.run_id).data.tags))\nos._exit(0)"
    done = run_script(source, store.uri)
    assert done.result["pitfalls.state"] == "settled"
    assert done.result["pitfalls.severity"] in {"none", "low", "medium", "high"}


def test_what_a_killed_process_has_seen_stays(run_script, store, data, fit):
    source = ENABLE.format("autolog=False") + data + "mlflow.start_run()\n" + fit
    source += "from mlflow_pitfalls import api\napi._session._writer.flush(60)\nos.kill(os.getpid(), 9)"
    done = run_script(source, store.uri)
    assert done.returncode == -9
    run = _only_run(store)
    assert run.data.tags["pitfalls.state"] == "partial"
    assert "pitfalls/fit_seconds" in run.data.metrics
    assert store.files(run.info.run_id) == {"pitfalls/record.json"}


def test_the_environment_turns_it_on(run_script, store, data, fit):
    done = run_script(data + LIGHT + fit, store.uri, MLFLOW_PITFALLS_ENABLE="1")
    assert done.returncode == 0, done.stderr
    tags = _only_run(store).data.tags
    assert tags["pitfalls.state"] == "settled"
    assert "pitfalls/test_score" in _only_run(store).data.metrics


def test_the_environment_turns_it_on_where_mlflow_comes_last(run_script, store, data, fit):
    late = data.replace("import mlflow\n", "") + "import mlflow\n" + "with mlflow.start_run():\n"
    late += "".join(f"    {line}\n" for line in fit.strip().splitlines())
    done = run_script(late, store.uri, MLFLOW_PITFALLS_ENABLE="1", MLFLOW_PITFALLS_AUTOLOG="0")
    assert done.returncode == 0, done.stderr
    assert _only_run(store).data.tags["pitfalls.state"] == "settled"


def test_without_the_environment_nothing_happens(run_script, store, data, fit):
    done = run_script(data + LIGHT + fit, store.uri)
    assert done.returncode == 0, done.stderr
    assert not [tag for tag in _only_run(store).data.tags if tag.startswith("pitfalls")]


def test_a_wrong_option_in_the_environment_does_not_stop_the_script(run_script, store, data, fit):
    done = run_script(data + LIGHT + fit + "print(1)", store.uri, MLFLOW_PITFALLS_ENABLE="1", MLFLOW_PITFALLS_SEEDS="1")
    assert done.returncode == 0
    assert done.result == 1
    assert "did you mean 'seed'" in done.stderr


def test_no_run_is_made_where_the_script_makes_none(run_script, store, data, fit):
    done = run_script(ENABLE.format("autolog=False") + data + fit + "print(json.dumps(score))", store.uri)
    assert done.returncode == 0, done.stderr
    assert store.client.search_runs([e.experiment_id for e in store.client.search_experiments()]) == []
    assert "Held-out accuracy" in done.stderr


def test_the_users_autologging_wins(run_script, store, data, fit):
    source = data + "mlflow.sklearn.autolog(disable=True)\n" + ENABLE.format("") + fit + "print(json.dumps(score))"
    done = run_script(source, store.uri)
    assert done.returncode == 0, done.stderr
    assert store.client.search_runs([e.experiment_id for e in store.client.search_experiments()]) == []


def test_results_are_those_without_us(run_script, store, data):
    body = data + (
        "import numpy as np\n"
        "from sklearn.ensemble import RandomForestClassifier\n"
        "np.random.seed(7)\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y)\n"
        "model = RandomForestClassifier(10).fit(X_train, y_train)\n"
        "print(json.dumps([model.predict_proba(X_test).tolist(), np.random.random()]))\n"
    )
    plain = run_script(body, store.uri)
    watched = run_script(ENABLE.format("autolog=False") + body, store.uri)
    assert plain.result == watched.result


def test_unknown_options_name_the_nearest():
    with pytest.raises(SettingsError, match=r"'probe_buget'.*did you mean 'probe_budget'"):
        mlflow_pitfalls.enable(probe_buget=0.2)
    with pytest.raises(SettingsError, match=r"'overfitt'.*did you mean 'overfit'"):
        mlflow_pitfalls.enable(ignore=["overfitt"])
    with pytest.raises(SettingsError, match=r"did you mean 'overfit\.\w+'"):
        mlflow_pitfalls.enable(thresholds={"overfit.min_gapp": 0.1})
    assert not mlflow_pitfalls.enabled()


def test_importing_the_package_imports_nothing_heavy(run_script, store):
    source = "import sys, json, mlflow_pitfalls\nheavy = ('mlflow', 'sklearn', 'pandas')\n"
    source += "print(json.dumps([m for m in heavy if m in sys.modules]))"
    assert run_script(source, store.uri).result == []
