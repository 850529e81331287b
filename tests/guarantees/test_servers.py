"""Tracking servers that fail in every way: nothing is lost or sent twice, and the user waits for none of them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from mlflow_pitfalls.sinks.spool import Spool
from mlflow_pitfalls.sinks.sync import sync
from mlflow_pitfalls.sinks.writer import Writer
from tests.conftest import HOST, free_port
from tests.guarantees.bad_servers import QUICK_KINDS, SLOW, bad_servers

LONG = 60.0
LATER = ("refused", "unnamed", "not TLS", "silent")
SOME_KINDS = (*LATER, "401", "403", "500", "garbage", SLOW)  # for a process of their own
MOST_LINES = 2  # one of those that refuse, one of those that do not answer


@pytest.fixture
def uri_of(hung_uri) -> Iterator[dict[str, str]]:
    """A tracking URI for every way to fail."""
    with bad_servers() as address:
        yield {
            **{kind: f"{address}/{kind}" for kind in (*QUICK_KINDS, SLOW)},
            "refused": f"http://{HOST}:{free_port()}",
            "unnamed": "http://no-such-host.invalid",
            "not TLS": f"{address.replace('http:', 'https:')}/500",
            "silent": hung_uri,
        }


@pytest.mark.parametrize("kind", [*QUICK_KINDS, *LATER])
def test_what_a_server_did_not_take_is_kept_whole_and_told_in_a_line(
    kind, uri_of, settings, store, make_items, monkeypatch, caplog, record_property
):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")  # else each takes four minutes of a thread of ours
    run_id = store.new_run()
    items = make_items(run_id, timestamp_ms=1_000)
    writer = Writer(settings)
    for _ in range(2):
        writer.submit(uri_of[kind], lambda: items)
        assert not writer.flush(LONG)
    assert not writer.close(LONG)
    assert len(caplog.records) == 1, caplog.text
    assert "canary" not in caplog.text
    spool = Spool(settings.spool_dir)
    assert [spool.read(entry).items for entry in spool.entries()] == [items, items]
    for entry in spool.entries():
        entry.path.write_text(entry.path.read_text().replace(uri_of[kind], store.uri))
    assert sync(spool_dir=spool.folder).sent == 2
    assert sync(spool_dir=spool.folder).sent == 0
    assert list(spool.folder.iterdir()) == []
    assert store.tags(run_id)["pitfalls.overfit"] == "high"
    assert len(store.client.get_metric_history(run_id, "pitfalls/severity")) == 1
    record_property("faults injected", 1)


# The script's own calls never reach the network: its runs are as its own calls would have left them before a failure.
SCRIPT = """
import threading
import mlflow_pitfalls
from mlflow.entities import LifecycleStage, Run, RunData, RunInfo
from mlflow.tracking import fluent
mlflow_pitfalls.enable(autolog=False, terminal=False)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
asked, user = [], threading.get_ident()
def audit(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo") and threading.get_ident() == user:
        asked.append(event)
sys.addaudithook(audit)
scores = []
for number, uri in enumerate(json.loads(os.environ["ADDRESSES"])):
    mlflow.set_tracking_uri(uri)
    info = RunInfo(run_id=f"{number:032x}", experiment_id="1", user_id="u", status="RUNNING", start_time=0,
                   end_time=None, lifecycle_stage=LifecycleStage.ACTIVE)
    fluent._active_run_stack.get().append(mlflow.ActiveRun(Run(info, RunData())))
    model = DecisionTreeClassifier(max_depth=number + 1, random_state=0).fit(X_train, y_train)
    scores.append(accuracy_score(y_test, model.predict(X_test)))
    if uri.endswith("/403"):  # asked again each time, as it answers; others are spared after their first failure
        model.fit(X_train, y_train)  # the same model again: what was found of it so far is reported at once
    fluent._active_run_stack.get().clear()
print(json.dumps([scores, asked]))
"""


@pytest.mark.slow
def test_the_users_calls_ask_no_server_and_the_exit_waits_for_none(run_script, data, uri_of, tmp_path, record_property):
    addresses = [uri_of[kind] for kind in SOME_KINDS]
    done = run_script(data + SCRIPT, "", ADDRESSES=json.dumps(addresses))
    assert done.returncode == 0, done.stderr
    scores, asked = done.result
    assert asked == []
    assert min(scores) > 0.85
    spool = Spool(tmp_path / "spool")
    settled = [spool.read(entry) for entry in spool.entries() if entry.stage == "settled"]
    assert {stored.items.run_id for stored in settled} == {f"{at:032x}" for at in range(len(addresses))}
    for stored in settled:
        assert {"pitfalls/report.html", "pitfalls/record.json"} <= {file.path for file in stored.items.artifacts}
    assert "Traceback" not in done.stderr
    assert "canary-4711" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if "mlflow-pitfalls" in line]
    assert len(lines) == len(set(lines)) <= MOST_LINES, done.stderr
    record_property("faults injected", len(scores))
