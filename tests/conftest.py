"""Real stores: SQLite files, a tracking server on the loopback interface, and servers that do not answer."""

from __future__ import annotations

import http.server
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import chdir, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as examples

from mlflow_pitfalls import errors, hooks
from mlflow_pitfalls.capture.recording.building import RecordBuilder
from mlflow_pitfalls.capture.recording.drafts import RunDraft
from mlflow_pitfalls.capture.recording.host import Host
from mlflow_pitfalls.capture.recording.recorder import Recorder
from mlflow_pitfalls.model.codec import from_json
from mlflow_pitfalls.model.items import Artifact, LogItems, Metric, Note, Tag
from mlflow_pitfalls.model.record import RunInfo, RunRecord
from mlflow_pitfalls.settings import Settings
from mlflow_pitfalls.sinks import breaker

HOST = "127.0.0.1"
START_SECONDS = 150  # as the machine is busy
# Half a dozen helper processes fewer, each of which takes seconds of a core to start.
QUIET_SERVER = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}

# Machines are busy: no example fails for the time that it, or finding it, took.
examples.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("any machine")


ROOT = Path(__file__).parents[1]
CACHES = {".pytest_cache", ".hypothesis", "__pycache__", ".coverage"}
_present: set[str] = set()


def pytest_sessionstart(session: pytest.Session) -> None:
    _present.update(path.name for path in ROOT.iterdir())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tests leave nothing in the project's folder: MLflow makes a database and runs wherever a script is."""
    left = {path.name for path in ROOT.iterdir()} - _present - CACHES
    if left and not hasattr(session.config, "workerinput"):
        print(f"\nThe tests have left files: {', '.join(sorted(left))}", file=sys.stderr)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_configure(config: pytest.Config) -> None:
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        # A suite that a shell started in the background ignores Ctrl-C, and so would every program that it starts.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # MLflow's own use of SQLAlchemy 2.1.
    config.addinivalue_line("filterwarnings", "ignore:The ``noload`` loader strategy:DeprecationWarning")
    # LightGBM before 4.7 names the columns of an array by itself.
    config.addinivalue_line("filterwarnings", "ignore:X does not have valid feature names, but LGBM:UserWarning")


@dataclass
class Store:
    """A tracking store with one experiment."""

    uri: str
    experiment_id: str
    artifacts: Path | None = None

    @property
    def client(self):
        from mlflow import MlflowClient

        return MlflowClient(tracking_uri=self.uri)

    def new_run(self, **tags: str) -> str:
        return self.client.create_run(self.experiment_id, tags=tags).info.run_id

    def tags(self, run_id: str) -> dict[str, str]:
        return self.client.get_run(run_id).data.tags

    def metrics(self, run_id: str) -> dict[str, float]:
        return self.client.get_run(run_id).data.metrics

    def record(self, run_id: str) -> RunRecord:
        """What was written about a run."""
        path = self.client.download_artifacts(run_id, "pitfalls/record.json")
        return from_json(RunRecord, Path(path).read_bytes())

    def files(self, run_id: str) -> set[str]:
        def walk(path: str | None) -> Iterator[str]:
            for info in self.client.list_artifacts(run_id, path):
                if info.is_dir:
                    yield from walk(info.path)
                else:
                    yield info.path

        return set(walk(None))


class Server:
    """``mlflow server`` in a process group of its own; can be killed and started again on the same port.

    The ``database`` is a SQLite file or any store's URI. Further ``options`` and variables of the ``environment`` are
    handed to the command.
    """

    def __init__(self, folder: Path, database: Path | str, *options: str, **environment: str) -> None:
        self.folder = folder
        self.options = options
        self.environment = environment
        self.port = free_port()
        self.uri = f"http://{HOST}:{self.port}"
        self._backend = f"sqlite:///{database}" if isinstance(database, Path) else database
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            sys.executable, "-m", "mlflow", "server", "--host", HOST, "--port", str(self.port), "--workers", "1",
            "--backend-store-uri", self._backend,
            "--artifacts-destination", str(self.folder / "artifacts"), *self.options,
        ]  # fmt: skip
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, cwd=self.folder,
                env={**os.environ, **QUIET_SERVER, **self.environment},
            )  # fmt: skip
        self._wait()

    def stop(self) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self._process is not None
            assert self._process.poll() is None, (self.folder / "server.log").read_text()
            try:
                with urllib.request.urlopen(f"{self.uri}/health", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise AssertionError((self.folder / "server.log").read_text())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session", autouse=True)
def outside_of_the_project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """For fixtures that live longer than a test."""
    with chdir(tmp_path_factory.mktemp("outside")):
        yield


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test writes beside itself goes with its temporary folder."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def no_extra_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Probes take seconds of every run: their own tests turn them on, in this process or in a child."""
    monkeypatch.setenv("MLFLOW_PITFALLS_PROBE_BUDGET", "0")


@pytest.fixture(autouse=True)
def fresh_state() -> Iterator[None]:
    breaker.forget_breakers()
    errors.forget_reported()
    errors.set_test_mode(False)
    yield
    breaker.forget_breakers()


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with MLflow's tables; making them takes seconds, copying them does not."""
    from mlflow import MlflowClient

    path = tmp_path_factory.mktemp("template") / "mlflow.db"
    MlflowClient(tracking_uri=f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture
def store(template_database: Path, tmp_path: Path) -> Store:
    database = tmp_path / "mlflow.db"
    shutil.copy(template_database, database)
    uri = f"sqlite:///{database}"
    from mlflow import MlflowClient

    artifacts = tmp_path / "artifacts"
    experiment_id = MlflowClient(tracking_uri=uri).create_experiment("tests", artifact_location=artifacts.as_uri())
    return Store(uri, experiment_id, artifacts)


@pytest.fixture(scope="session")
def server(template_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    database = folder / "mlflow.db"
    shutil.copy(template_database, database)
    running = Server(folder, database)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def own_server(template_database: Path, tmp_path: Path) -> Iterator[Server]:
    """A server for one test, not yet started, to be killed by it."""
    database = tmp_path / "mlflow.db"
    shutil.copy(template_database, database)
    made = Server(tmp_path, database)
    yield made
    made.stop()


@pytest.fixture
def server_store(server: Server, request: pytest.FixtureRequest) -> Store:
    from mlflow import MlflowClient

    experiment_id = MlflowClient(tracking_uri=server.uri).create_experiment(request.node.name)
    return Store(server.uri, experiment_id)


@pytest.fixture
def refused_uri() -> str:
    return f"http://{HOST}:{free_port()}"


@pytest.fixture
def hung_uri() -> Iterator[str]:
    """A server that accepts connections and never answers."""
    listener = socket.create_server((HOST, 0), backlog=64)
    accepted: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                accepted.append(listener.accept()[0])
            except OSError:
                return

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield f"http://{HOST}:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for connection in accepted:
        connection.close()
    thread.join()


@pytest.fixture
def stuck_uri() -> Iterator[str]:
    """A server that says it is well and then answers nothing else, like one whose database hangs."""
    release = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/health":
                release.wait()
                return
            self.send_response(200)
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer((HOST, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://{HOST}:{server.server_port}"
    release.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def odd_server() -> Iterator[type]:
    """Answers ``/health`` well and all else by ``status`` and ``body``; counts the latter in ``seen``."""

    class Handler(http.server.BaseHTTPRequestHandler):
        status = 200
        body = b""
        seen = 0
        uri = ""

        def do_GET(self) -> None:
            healthy = self.path == "/health"
            Handler.seen += not healthy
            self.send_response(200 if healthy else Handler.status)
            self.send_header("Content-Length", "0" if healthy else str(len(Handler.body)))
            self.end_headers()
            if not healthy:
                self.wfile.write(Handler.body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer((HOST, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    Handler.uri = f"http://{HOST}:{server.server_port}"
    yield Handler
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def make_items() -> Callable[..., LogItems]:
    """Builds items such as a report has them."""

    def make(run_id: str, stage: str = "settled", **changes: object) -> LogItems:
        parts: dict[str, object] = {
            "tags": (Tag(key="pitfalls.severity", value="high"), Tag(key="pitfalls.overfit", value="high")),
            "metrics": (Metric(key="pitfalls/severity", value=3.0), Metric(key="pitfalls/train_score", value=0.99)),
            "artifacts": (
                Artifact(path="pitfalls.md", content=b"# Do not trust this result yet"),
                Artifact(path="pitfalls_flags.json", content=b'{"columns": [], "data": []}'),
                Artifact(path="pitfalls/report.html", content=b"<!doctype html>" + b"x" * 1_000),
                Artifact(path="pitfalls/docs/overfit.md", content=b"# overfit"),
            ),
            "note": Note(markdown="Do not trust this result yet: 1 high flag.\n\n- overfit"),
        }
        return LogItems(run_id=run_id, stage=stage, **{**parts, **changes})  # type: ignore[arg-type]

    return make


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(spool_dir=str(tmp_path / "spool"))


@dataclass
class Watched:
    """Records of what happened inside of the fixture.

    ``run`` is the run that fits happen in, ``runs`` are those of single threads, by their idents.
    """

    settings: Settings = field(default_factory=lambda: Settings(confidence_resamples=200))
    run: RunInfo | None = None
    runs: dict[int, RunInfo] = field(default_factory=dict)
    captured: int = 0
    records: list[RunRecord] = field(default_factory=list)
    recorder: Recorder | None = None

    def settle(self) -> RunRecord:
        with hooks.muted():
            self.recorder.settle_all()
        return self.records[-1]

    def _on_captured(self, draft: RunDraft) -> None:
        self.captured += 1

    def _on_settled(self, draft: RunDraft) -> None:
        self.records.append(RecordBuilder(draft, self.settings, "test").build())


@pytest.fixture
def watched() -> Iterator[Watched]:
    found = Watched()
    host = Host(
        active_run=lambda: (found.runs.get(threading.get_ident(), found.run), "memory"),
        quiet=nullcontext,
        captured=found._on_captured,
        settled=found._on_settled,
    )
    found.recorder = Recorder(found.settings, host)
    errors.set_test_mode(True)
    hooks.install(found.recorder)
    yield found
    hooks.uninstall()
    errors.set_test_mode(False)
