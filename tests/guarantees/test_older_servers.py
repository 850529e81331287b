"""A server without MLflow's newer calls, as older ones and other vendors' are: it gets all that it has a place for."""

from __future__ import annotations

import http.server
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from mlflow_pitfalls.model.items import DataInput, ExperimentPage, Issue, SavedView
from mlflow_pitfalls.model.values import Severity
from mlflow_pitfalls.sinks.mlflow_sink import MlflowSink
from mlflow_pitfalls.sinks.outcome import Outcome
from tests.conftest import HOST

MISSING = {
    "page": (b"<html>Not Found</html>", "text/html"),
    "JSON": (b'{"error_code": "ENDPOINT_NOT_FOUND", "message": "No API found"}', "application/json"),
}
NEWER = ("runs/log-inputs", "/issues", "experiments/set-experiment-tag")
ISSUE = Issue(check="overfit", severity=Severity.HIGH, description="train 0.99", subjects=())
DATA = DataInput(name="train", context="train", digest="d", schema="{}", profile="{}")
PAGE = ExperimentPage(views=(SavedView(key="v", name="v", state="{}"),), line="Views")


@pytest.fixture(params=sorted(MISSING))
def older(request, server) -> Iterator[str]:
    """A server that hands on what it knows."""
    body, kind = MISSING[request.param]

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if any(part in self.path for part in NEWER):
                self._answer(404, body, kind)
                return
            headers = {"Content-Type": self.headers.get("Content-Type", "application/json")}
            asked = urllib.request.Request(server.uri + self.path, content or None, headers, method=self.command)
            try:
                with urllib.request.urlopen(asked, timeout=60) as answer:
                    self._answer(answer.status, answer.read(), answer.headers["Content-Type"])
            except urllib.error.HTTPError as error:
                with error:
                    self._answer(error.code, error.read(), error.headers["Content-Type"])

        do_POST = do_PUT = do_DELETE = do_PATCH = do_GET

        def _answer(self, status: int, content: bytes, kind: str | None) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind or "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    proxy = http.server.ThreadingHTTPServer((HOST, 0), Handler)
    thread = threading.Thread(target=proxy.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://{HOST}:{proxy.server_port}"
    proxy.shutdown()
    proxy.server_close()
    thread.join()


def test_what_it_has_no_place_for_costs_nothing_else(older, server_store, make_items, caplog):
    run_id = server_store.new_run()
    items = make_items(run_id, inputs=(DATA,), issues=(ISSUE,), page=PAGE)
    sink = MlflowSink(older)
    for _ in range(2):
        assert sink.write(items).outcome is Outcome.DELIVERED
    assert server_store.tags(run_id)["pitfalls.overfit"] == "high"
    assert server_store.metrics(run_id)["pitfalls/severity"] == 3.0
    assert server_store.files(run_id) == {file.path for file in items.artifacts}
    assert len(caplog.records) <= 1, caplog.text
