"""The addresses that a script's processes connect to: its own tracking server, and no other."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.slow

# Read by every Python process at its start, those that look beside the script too.
WATCH = """
import os, sys
def _watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        target = arguments[0:2] if event == "socket.getaddrinfo" else arguments[1]
        if isinstance(target, tuple):  # a path is a socket of this machine's own
            with open(os.environ["CONNECTED"], "a") as file:
                file.write(f"{target[0]}:{target[1]}\\n")
sys.addaudithook(_watch)
"""
SCRIPT = """
import mlflow_pitfalls
mlflow_pitfalls.enable(autolog=False)
with mlflow.start_run():
"""


def _connected(run_script, source, uri, tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    log = tmp_path / "connected"
    log.touch()
    path = os.pathsep.join(filter(None, [str(tmp_path / "site"), os.environ.get("PYTHONPATH")]))
    done = run_script(source, uri, PYTHONPATH=path, CONNECTED=str(log), MLFLOW_PITFALLS_PROBE_BUDGET="0.2")
    assert done.returncode == 0, done.stderr
    return set(log.read_text(encoding="utf-8").splitlines())


def _training(data, fit):
    return data + SCRIPT + "\n".join(f"    {line}" for line in fit.strip().splitlines())


def test_a_local_store_is_all_that_is_used(run_script, data, fit, store, tmp_path):
    assert _connected(run_script, _training(data, fit), store.uri, tmp_path) == set()
    (run,) = store.client.search_runs([each.experiment_id for each in store.client.search_experiments()])
    assert run.data.tags["pitfalls.state"] == "settled"


def test_the_tracking_server_is_the_only_one_asked(run_script, data, fit, server_store, tmp_path):
    connected = _connected(run_script, _training(data, fit), server_store.uri, tmp_path)
    assert connected == {urlsplit(server_store.uri).netloc}
