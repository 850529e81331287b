"""Reports: of this process, and read back by another one."""

import pytest

import mlflow_pitfalls
from mlflow_pitfalls import PitfallsError, SchemaError
from mlflow_pitfalls.sinks.runs import StoreError

START = "import mlflow_pitfalls\nmlflow_pitfalls.enable(autolog=False)\n"


def _indented(source):
    return "".join(f"    {line}\n" for line in source.strip().splitlines())


def test_another_process_reads_what_was_written(run_script, store, data, fit, tmp_path):
    source = (
        START
        + data
        + "with mlflow.start_run(run_name='owl') as run:\n"
        + _indented(fit)
        + (
            "report = mlflow_pitfalls.report(run.info.run_id)\n"
            "assert mlflow_pitfalls.report() is report\n"
            "print(json.dumps([run.info.run_id, str(report), report._repr_html_()]))\n"
        )
    )
    run_id, text, page = run_script(source, store.uri).result
    found = mlflow_pitfalls.report(run_id, tracking_uri=store.uri)
    assert (found.title, found.record.run.run_id) == ("owl", run_id)
    assert str(found) == text
    assert found._repr_html_() == page
    reader = (
        "import json, mlflow_pitfalls\n"
        f"print(json.dumps([str(mlflow_pitfalls.report({run_id!r})), mlflow_pitfalls.enabled()]))\n"
    )
    assert run_script(reader, store.uri).result == [text, False]


def test_runs_that_hold_no_report(store, refused_uri):
    with pytest.raises(PitfallsError, match="give a run_id"):
        mlflow_pitfalls.report()
    with pytest.raises(StoreError, match="ran without mlflow-pitfalls"):
        mlflow_pitfalls.report(store.new_run(), tracking_uri=store.uri)
    with pytest.raises(StoreError, match="could not be read"):
        mlflow_pitfalls.report("f" * 32, tracking_uri=store.uri)
    with pytest.raises(StoreError, match="does not answer"):
        mlflow_pitfalls.report("f" * 32, tracking_uri=refused_uri)


@pytest.mark.parametrize(
    ("content", "said"), [('{"schema_version": 99}', "has schema version 99"), ("{", "not a JSON document")]
)
def test_reports_that_cannot_be_read(store, tmp_path, content, said):
    run_id = store.new_run()
    store.client.log_text(run_id, content, "pitfalls/record.json")
    with pytest.raises(SchemaError, match=said):
        mlflow_pitfalls.report(run_id, tracking_uri=store.uri)


def test_a_run_that_was_killed_has_no_flags_yet(run_script, store, data, fit):
    source = (
        START
        + data
        + "run = mlflow.start_run()\n"
        + fit
        + (
            "from mlflow_pitfalls import api\napi._session._writer.flush(60)\n"
            "print(json.dumps(run.info.run_id), flush=True)\nos.kill(os.getpid(), 9)\n"
        )
    )
    run_id = run_script(source, store.uri).result
    with pytest.raises(PitfallsError, match="its record is there, its flags are not"):
        mlflow_pitfalls.report(run_id, tracking_uri=store.uri)


def test_flush_returns_each_report_once_and_the_last_one_is_the_latest(run_script, store, data, fit):
    source = (
        START
        + data
        + """
def attempt(name):
    with mlflow.start_run(run_name=name) as run:
        model = DecisionTreeClassifier(random_state=0).fit(*parts[::2])
        accuracy_score(parts[3], model.predict(parts[1]))
        early = mlflow_pitfalls.flush()
        model.score(parts[1], parts[3])
    return run.info.run_id, [report.title for report in early]
parts = train_test_split(X, y, random_state=0)
assert mlflow_pitfalls.flush() == []
first, early_first = attempt("first")
second, early_second = attempt("second")
rest = [report.title for report in mlflow_pitfalls.flush()]
with mlflow.start_run(run_id=first):
    model = DecisionTreeClassifier(random_state=0).fit(*parts[::2])
    accuracy_score(parts[3], model.predict(parts[1]))
latest = mlflow_pitfalls.report()
again = [report.title for report in mlflow_pitfalls.flush()]
assert mlflow_pitfalls.report(second).record.run.run_id == second
mlflow_pitfalls.disable()
print(json.dumps([early_first, early_second, rest, latest.title, again, mlflow_pitfalls.flush()]))
"""
    )
    done = run_script(source, store.uri)
    assert done.returncode == 0, done.stderr
    early_first, early_second, rest, latest, again, after = done.result
    assert early_first == ["first"]
    # The end of the first run settled it anew: told with the next call, and once.
    assert sorted(early_second) == ["first", "second"]
    assert rest == ["second"]
    assert latest == "first"
    assert again in ([], ["first"])
    assert after == []
