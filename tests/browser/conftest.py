"""A real MLflow server with real runs, and Debian's Chromium in front of it.

A page fails its test where the browser's console shows an error, a script raises, or another host is asked for.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect, sync_playwright

HERE = Path(__file__).parent
HOST = "127.0.0.1"
HISTORY_SECONDS = 240
TEST_SECONDS = 420  # with the server's start and its runs, on a busy machine
ANSWER_MS = 60_000  # that a page may take to show something; the machine is busy
VIEW = {"width": 1800, "height": 1000}  # MLflow draws only the columns that fit
OWN_SCHEMES = ("data", "blob", "about")  # nothing leaves the browser
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")

# What MLflow's own pages say on the console without us.
MLFLOW_NOISE = (
    # Every page asks who is logged in; only servers with basic-auth know that address.
    re.compile(r"status of 404 .*/ajax-api/2\.0/mlflow/users/current\)"),
    # Its layout changed while it was being measured; the browser measures again.
    re.compile(r"ResizeObserver loop completed with undelivered notifications"),
    # Harmless, and now and then on a busy machine.
    re.compile(r"ResizeObserver loop completed with undelivered notifications\. \(.*/static-files/"),
)

expect.set_options(timeout=ANSWER_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.timeout(TEST_SECONDS))


@dataclass
class Site:
    """A tracking server, the experiment of ``history.py`` on it, and its runs by name."""

    uri: str
    folder: Path
    experiment_id: str
    runs: dict[str, str]

    @property
    def client(self):
        from mlflow import MlflowClient

        return MlflowClient(tracking_uri=self.uri)

    def experiment_url(self, rest: str = "") -> str:
        """The list of the experiment's runs; ``rest`` are further parameters, such as ``&viewStateShareKey=…``."""
        return f"{self.uri}/#/experiments/{self.experiment_id}/runs?workflowType=machine_learning{rest}"

    def run_url(self, run_id: str, tab: str = "") -> str:
        """A run's page, or a tab of it: ``/artifacts/pitfalls.md``, ``/issues``."""
        return f"{self.uri}/#/experiments/{self.experiment_id}/runs/{run_id}{tab}?workflowType=machine_learning"

    def train(self, script: Path, *arguments: str, **environment: str) -> None:
        """Run a training script against the server, in a process of its own."""
        foreign = ("MLFLOW_PITFALLS_", "MLFLOW_EXPERIMENT_")
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
        done = subprocess.run(
            [sys.executable, "-W", "error::UserWarning", str(script), *arguments],
            capture_output=True,
            text=True,
            timeout=HISTORY_SECONDS,
            cwd=self.folder,
            env={
                **inherited,
                "MLFLOW_TRACKING_URI": self.uri,
                "MLFLOW_PITFALLS_SPOOL_DIR": str(self.folder / "spool"),
                "MLFLOW_PITFALLS_PROBE_BUDGET": "0",
                "MLFLOW_PITFALLS_EXIT_TIMEOUT": "60",
                "MLFLOW_DISABLE_TELEMETRY": "true",
                **environment,
            },
        )
        assert done.returncode == 0, done.stderr
        assert "Warning" not in done.stderr, done.stderr


@dataclass
class Watched:
    """What went wrong on a page, in the browser's words."""

    uri: str
    problems: list[str] = field(default_factory=list)
    noise: tuple[re.Pattern[str], ...] = MLFLOW_NOISE

    def on(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._add(f"page error: {error}"))
        page.on("crash", lambda _: self._add("the page crashed"))
        page.route(self._is_foreign, self._foreign)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._add(f"console: {message.text} ({message.location.get('url', '')})")

    def _is_foreign(self, url: str) -> bool:
        asked = urlsplit(url)
        return asked.scheme not in OWN_SCHEMES and asked.netloc != urlsplit(self.uri).netloc

    def _foreign(self, route: Route) -> None:
        self._add(f"asked another host: {route.request.url}")
        route.abort()

    def _add(self, problem: str) -> None:
        if not any(known.search(problem) for known in self.noise):
            self.problems.append(problem)


@pytest.fixture(scope="session")
def make_site(template_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Site]]:
    """``make_site(*options, **environment)``: a server with further options, and the runs of ``history.py``."""
    from mlflow import MlflowClient

    from tests.conftest import Server

    running: list[Server] = []

    def make(*options: str, **environment: str) -> Site:
        folder = tmp_path_factory.mktemp("site")
        database = folder / "mlflow.db"
        shutil.copy(template_database, database)
        server = Server(folder, database, *options, **environment)
        running.append(server)
        server.start()
        site = Site(server.uri, folder, "", {})
        site.train(HERE / "history.py")
        client = MlflowClient(tracking_uri=server.uri)
        site.experiment_id = client.get_experiment_by_name("walk").experiment_id
        site.runs = {run.info.run_name: run.info.run_id for run in client.search_runs([site.experiment_id])}
        return site

    yield make
    for server in running:
        server.stop()


@pytest.fixture(scope="session")
def site(make_site: Callable[..., Site]) -> Site:
    """MLflow's own server, with our page beside it."""
    return make_site("--app-name", "pitfalls")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium a module: Playwright's event loop must not outlive it, or tests with loops of their own fail."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    assert path, "no Chromium found: install the package chromium"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=["--disable-gpu", "--disable-dev-shm-usage"])
        yield running
        running.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """``new_page(uri, **options)``: a fresh browser profile that may ask only that server, and must not err."""
    opened: list[tuple[Page, Watched]] = []

    def make(uri: str, noise: tuple[re.Pattern[str], ...] = MLFLOW_NOISE, **options: object) -> Page:
        context = browser.new_context(**{"viewport": VIEW, "locale": "en-GB", **options})  # type: ignore[arg-type]
        context.set_default_timeout(ANSWER_MS)
        page = context.new_page()
        watched = Watched(uri, noise=noise)
        watched.on(page)
        opened.append((page, watched))
        return page

    yield make
    for page, _ in opened:
        page.context.close()
    problems = [problem for _, watched in opened for problem in watched.problems]
    assert not problems, "\n".join(problems)


@pytest.fixture
def page(new_page: Callable[..., Page], site: Site) -> Page:
    """A page in front of MLflow's own server."""
    return new_page(site.uri)
