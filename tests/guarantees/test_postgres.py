"""What SQLite shows holds on PostgreSQL: writing, history, reference run, late sending, the page."""

from __future__ import annotations

import itertools
import json
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from mlflow import MlflowClient

from mlflow_pitfalls.model.items import DataInput
from mlflow_pitfalls.model.record import RunInfo
from mlflow_pitfalls.pages.assets import address, static_assets
from mlflow_pitfalls.reporting.saved_views import experiment_page
from mlflow_pitfalls.sinks.compared_runs import load_compared
from mlflow_pitfalls.sinks.data_inputs import write_inputs
from mlflow_pitfalls.sinks.experiment_page import LINE_MARK, write_page
from mlflow_pitfalls.sinks.spool import Spool
from mlflow_pitfalls.sinks.sync import sync
from tests.conftest import Store
from tests.guarantees.postgres import PASSWORD

pytestmark = pytest.mark.slow

SCRIPT = """
import mlflow_pitfalls
mlflow.set_experiment(experiment_id=os.environ["EXPERIMENT"])
mlflow_pitfalls.enable(autolog=False, test_mode=True, exit_timeout=60)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
worse = [column for column in X.columns if "error" in column][:3]
ids = []
for depth, columns in ((4, list(X.columns)), (4, list(X.columns)), (1, worse)):
    with mlflow.start_run() as run:
        model = DecisionTreeClassifier(max_depth=depth, random_state=0).fit(X_train[columns], y_train)
        accuracy_score(y_test, model.predict(X_test[columns]))
    mlflow_pitfalls.flush()
    ids.append(run.info.run_id)
print(json.dumps(ids))
"""
SEVERITY = "tags.`pitfalls.severity`"
# As the page's scripts ask for them (query.js, later.js).
FILTERS = {
    f"{SEVERITY} IS NOT NULL": 3,
    f"{SEVERITY} IS NULL": 0,
    "tags.`pitfalls.score-regression` = 'high'": 1,
    "tags.`pitfalls.score-regression` IS NULL": 2,
    f"{SEVERITY} IS NOT NULL AND attributes.status = 'FINISHED' AND attributes.run_name ILIKE '%%'": 3,
    f"{SEVERITY} IS NOT NULL AND metrics.`pitfalls/test_score` > 0.9": 2,
}
COLUMNS = ("attributes.run_name", "attributes.start_time", "metrics.`pitfalls/severity`",
           "metrics.`pitfalls/test_score`", "metrics.`pitfalls/fit_seconds`")  # fmt: skip


@pytest.fixture(params=["postgres_store", "served_store"])
def tracked(request):
    """A store whose tables lie in PostgreSQL, asked by its URI and through a server."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def train(run_script, data, tmp_path):
    """``train(store)``: ids of three runs, the third worse than those before it; all that they wrote is looked at."""

    def run(store: Store) -> list[str]:
        done = run_script(data + SCRIPT, store.uri, EXPERIMENT=store.experiment_id)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        assert PASSWORD not in done.stderr
        for run_id in done.result:
            assert store.tags(run_id)["pitfalls.state"] == "settled"
            assert {"pitfalls.md", "pitfalls/report.html", "pitfalls/record.json"} <= store.files(run_id)
            assert PASSWORD not in json.dumps(store.tags(run_id))
            written = tmp_path / run_id
            written.mkdir()
            store.client.download_artifacts(run_id, "", str(written))
            for path in written.rglob("*"):
                assert path.is_dir() or PASSWORD.encode() not in path.read_bytes(), path
        records = [load_compared(run_id, store.uri).record for run_id in done.result]
        assert [record.history.comparable_runs for record in records] == [0, 1, 2]
        same, other = (record.reference.comparison for record in records[1:])
        assert (same.same_rows, same.score.difference.value) == (True, 0.0)
        assert other.score.difference.value < 0
        assert store.tags(done.result[2])["pitfalls.score-regression"] == "high"
        assert Spool(tmp_path / "spool").entries() == []
        return done.result

    return run


def test_runs_are_written_by_the_databases_uri_and_compared_with_those_before_them(train, postgres_store):
    assert len(train(postgres_store)) == 3


def test_what_was_kept_is_sent_once(tracked, make_items, tmp_path):
    spool = Spool(tmp_path / "spool")
    runs = [tracked.new_run() for _ in range(3)]
    for run_id in runs:
        entry = spool.put(tracked.uri, make_items(run_id, timestamp_ms=1_000))
        assert PASSWORD.encode() not in entry.path.read_bytes()
    report = sync(tracked.uri, spool_dir=spool.folder)
    assert (report.sent, report.left) == (3, 0), report
    for run_id in runs:
        spool.put(tracked.uri, make_items(run_id, timestamp_ms=2_000))
    assert sync(tracked.uri, spool_dir=spool.folder).sent == 3
    for run_id in runs:
        assert tracked.tags(run_id)["pitfalls.overfit"] == "high"
        assert [point.timestamp for point in tracked.client.get_metric_history(run_id, "pitfalls/severity")] == [1_000]


def _ask(uri: str, body: dict[str, object] | None = None) -> dict[str, object]:
    """A GET, or a POST of JSON as the browser sends it; the answer's JSON, or nothing where it is something else."""
    content = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(uri, data=content, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        read = answer.read()
    return json.loads(read) if read.startswith(b"{") else {}


def test_runs_are_written_through_a_server_and_the_page_finds_them(train, served_store):
    runs = train(served_store)
    api = f"{served_store.uri}/ajax-api/2.0/mlflow"

    def search(**options: object) -> list[str]:
        found = _ask(f"{api}/runs/search", {"experiment_ids": [served_store.experiment_id], **options})
        return [run["info"]["run_id"] for run in found.get("runs", [])]

    _ask(f"{served_store.uri}/pitfalls")
    for asset in static_assets():
        _ask(f"{served_store.uri}/pitfalls/{address(asset.path)}")
    name = served_store.client.get_experiment(served_store.experiment_id).name
    named = _ask(f"{api}/experiments/search", {"max_results": 5, "filter": f"name ILIKE '%{name.upper()}%'"})
    assert [experiment["name"] for experiment in named["experiments"]] == [name]
    for condition, number in FILTERS.items():
        assert len(search(filter=condition)) == number, condition
    for column, way in itertools.product(COLUMNS, ("ASC", "DESC")):
        assert set(search(order_by=[f"{column} {way}"], max_results=25)) == set(runs), column
    assert search(order_by=["attributes.start_time DESC"]) == runs[::-1]
    third = runs[-1]
    assert _ask(f"{api}/runs/get?run_id={third}")["run"]["info"]["run_id"] == third
    listed = _ask(f"{api}/artifacts/list?run_id={third}&path=pitfalls")
    assert "pitfalls/outcomes.json" in {file["path"] for file in listed["files"]}
    outcomes = _ask(f"{served_store.uri}/get-artifact?run_uuid={third}&path=pitfalls%2Foutcomes.json")
    assert outcomes["run_id"] == third


WRITERS = 8


@pytest.fixture
def at_once():
    """``at_once(call)``: ``call(client)`` by many clients at the same moment; what each has returned."""
    barrier = threading.Barrier(WRITERS)
    with ThreadPoolExecutor(WRITERS) as pool:

        def all_call(uri: str, call):
            def one(_: int):
                client = MlflowClient(tracking_uri=uri)
                barrier.wait()
                return call(client)

            return list(pool.map(one, range(WRITERS)))

        yield all_call


def test_many_processes_give_a_new_experiment_its_views_at_once(tracked, at_once):
    page = experiment_page(RunInfo(run_id="a" * 32, experiment_id=tracked.experiment_id))
    for number in range(10):
        made = tracked.client.create_experiment(f"at once {number}")
        assert any(at_once(tracked.uri, lambda client, made=made: write_page(client, made, page)))
        tags = tracked.client.get_experiment(made).tags
        assert {"pitfalls.views", "mlflow.note.content"} < tags.keys()
        assert sum(key.startswith("mlflow.sharedViewState.") for key in tags) == len(page.views)
        assert tags["mlflow.note.content"].count(LINE_MARK) == 1


def test_runs_on_the_same_rows_tell_of_them_at_once(tracked, at_once):
    def write(client: MlflowClient, number: int) -> str:
        run = client.create_run(tracked.experiment_id)
        inputs = [
            DataInput(name=f"{side} rows", context=side, digest=f"{side}{number}", schema="{}", profile="{}")
            for side in ("train", "eval")
        ]
        write_inputs(client, run, inputs)
        return run.info.run_id

    for number in range(10):
        for run_id in at_once(tracked.uri, lambda client, number=number: write(client, number)):
            known = tracked.client.get_run(run_id).inputs.dataset_inputs
            assert sorted(each.dataset.digest for each in known) == [f"eval{number}", f"train{number}"]
