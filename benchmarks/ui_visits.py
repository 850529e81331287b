"""Timed visits of ``/pitfalls`` in a real browser, with MLflow's own answer for the same runs beside them.

A new window of Chromium builds its own bars and pages for a second or two. A person does not type an address meanwhile,
so a visit starts ``SETTLE_SECONDS`` after its window: with no file kept and no connection open.

MLflow's server collects its garbage after every fourth or fifth search, which then takes three times as long. So the
ways of asking take turns in random order, with a random number of searches between them: none always meets it.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests
from mlflow import MlflowClient
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

SIZE = 50  # rows of a page, as the page asks for them
SETTLE_SECONDS = 3.0
PAUSE_SECONDS = 0.3
MOST_BETWEEN = 3  # searches between two measurements
WARM_UP = 3
ANSWER_SECONDS = 120
SEARCH_PATH = "/ajax-api/2.0/mlflow/runs/search"
PLAIN_PATH = "/health"  # a page of two letters from the same server
ROWS = "tbody th.name"
MARK = "timed"

OWN = "MLflow's search_runs, asked by an open page"
SCRIPT, CLIENT = "… by a script", "… by MLflow's Python client"
SERVED = "the server's answers: document, then runs"
BARE = "an empty page that asks for the runs"
FIRST, FIRST_DRAWN = "first visit: rows in the document", "first visit: rows drawn"
SECOND, SECOND_DRAWN = "second visit: rows in the document", "second visit: rows drawn"
WAYS = (OWN, SCRIPT, CLIENT, SERVED, BARE, FIRST, FIRST_DRAWN, SECOND, SECOND_DRAWN)

ASK = """
async ([path, body]) => {
  const started = performance.now();
  const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body });
  const { runs } = await answer.json();
  return [runs.length, performance.now() - started];
}
"""
# The page that has nothing to load or to draw: it asks as soon as a script can run in it.
ASK_AT_ONCE = f"""
if (location.pathname === "{PLAIN_PATH}") ({ASK})(%s).then(() => console.debug("{MARK} " + performance.now()));
"""
# Says when the rows are there, and when the frame that shows them is made; sets nothing on the page's own objects, and
# nobody has to look again and again whether they are there.
WATCH = f"""
new MutationObserver((_, observer) => {{
  if (document.querySelectorAll("{ROWS}").length < {SIZE}) return;
  observer.disconnect();
  const there = performance.now();
  requestAnimationFrame(() => {{
    const next = new MessageChannel();
    next.port1.onmessage = () => console.debug("{MARK} " + there + " " + performance.now());
    next.port2.postMessage(0);
  }});
}}).observe(document, {{ childList: true, subtree: true }});
"""


@contextmanager
def window(browser: Browser, script: str = "") -> Iterator[tuple[BrowserContext, Page]]:
    """A window with a profile of its own: empty cache, no connection."""
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(script)
    page.goto("about:blank")
    try:
        yield context, page
    finally:
        context.close()


def visit(page: Page, address: str) -> list[float]:
    """Seconds from the start of the navigation to each moment of which the page's watcher tells."""

    def tells(message: ConsoleMessage) -> bool:
        return message.text.startswith(f"{MARK} ")

    page.goto("about:blank")
    with page.expect_console_message(tells) as told:
        page.goto(address, wait_until="commit")
    return [float(part) / 1000 for part in told.value.text.split()[1:]]


@dataclass
class Visits:
    """Every way of asking for the first page of an experiment.

    Attributes:
        browser: Running.
        uri: The server.
        experiment_id: Of ``SIZE`` runs or more.
    """

    browser: Browser
    uri: str
    experiment_id: str

    def taken(self, repeats: int) -> dict[str, list[float]]:
        """Seconds by the way of asking, in the order of ``WAYS``, ``repeats`` of each.

        Raises:
            AssertionError: An answer does not hold ``SIZE`` runs.
        """
        found: dict[str, list[float]] = {name: [] for name in WAYS}
        with requests.Session() as session, window(self.browser, WATCH) as (_, kept), window(self.browser) as (_, idle):
            ways = self._ways(session, kept, idle)
            for _ in range(WARM_UP):
                ways[SCRIPT,]()
                visit(kept, self._address)
            turns = random.Random(0)
            for names in (names for _ in range(repeats) for names in turns.sample(list(ways), len(ways))):
                for _ in range(turns.randrange(MOST_BETWEEN + 1)):
                    ways[SCRIPT,]()
                time.sleep(PAUSE_SECONDS)
                for name, seconds in zip(names, ways[names](), strict=True):
                    found[name].append(seconds)
        return found

    def _ways(
        self, session: requests.Session, kept: Page, idle: Page
    ) -> dict[tuple[str, ...], Callable[[], list[float]]]:
        """By what they measure, seconds each."""
        body = self._asked_for(kept)
        idle.goto(f"{self.uri}{PLAIN_PATH}")
        return {
            (OWN,): lambda: self._by_open_page(idle, body),
            (SCRIPT,): lambda: self._by_script(session, body),
            (CLIENT,): lambda: self._by_client(body),
            (SERVED,): lambda: self._served(body),
            (BARE,): lambda: self._by_new_page(body),
            (FIRST, FIRST_DRAWN): self._first,
            (SECOND, SECOND_DRAWN): lambda: self._settled(kept, self._address, PAUSE_SECONDS),
        }

    @property
    def _address(self) -> str:
        return f"{self.uri}/pitfalls#/experiments/{self.experiment_id}"

    def _asked_for(self, page: Page) -> str:
        """The very request that our page makes: MLflow is asked for the same runs, filter and order."""
        with page.expect_request(f"**{SEARCH_PATH}") as asked:
            page.goto(self._address)
        assert asked.value.post_data
        return asked.value.post_data

    def _by_open_page(self, idle: Page, body: str) -> list[float]:
        count, milliseconds = idle.evaluate(ASK, [SEARCH_PATH, body])
        assert count == SIZE
        return [float(milliseconds) / 1000]

    def _by_script(self, session: requests.Session, body: str) -> list[float]:
        started = time.perf_counter()
        headers = {"Content-Type": "application/json"}
        answer = session.post(f"{self.uri}{SEARCH_PATH}", data=body, headers=headers, timeout=ANSWER_SECONDS)
        answer.raise_for_status()
        assert len(answer.json()["runs"]) == SIZE
        return [time.perf_counter() - started]

    def _by_client(self, body: str) -> list[float]:
        asked = json.loads(body)
        client = MlflowClient(tracking_uri=self.uri)
        started = time.perf_counter()
        runs = client.search_runs(
            asked["experiment_ids"],
            asked.get("filter", ""),
            max_results=asked["max_results"],
            order_by=asked["order_by"],
        )
        assert len(runs) == SIZE
        return [time.perf_counter() - started]

    def _served(self, body: str) -> list[float]:
        """Both requests that a first visit makes, over a connection of their own, without a browser."""
        with requests.Session() as session:
            started = time.perf_counter()
            session.get(f"{self.uri}/pitfalls", timeout=ANSWER_SECONDS).raise_for_status()
            self._by_script(session, body)
            return [time.perf_counter() - started]

    def _by_new_page(self, body: str) -> list[float]:
        with window(self.browser, ASK_AT_ONCE % json.dumps([SEARCH_PATH, body])) as (_, page):
            return self._settled(page, f"{self.uri}{PLAIN_PATH}", SETTLE_SECONDS)

    def _first(self) -> list[float]:
        with window(self.browser, WATCH) as (_, page):
            return self._settled(page, self._address, SETTLE_SECONDS)

    def _settled(self, page: Page, address: str, seconds: float) -> list[float]:
        page.goto("about:blank")
        page.wait_for_timeout(seconds * 1000)
        return visit(page, address)
