"""The first page of ``/pitfalls`` for an experiment of many runs, beside MLflow's own ``search_runs`` for that page.

python -m benchmarks.ui_page [--runs 10000] [--tags 40] [--repeats 15] [--pages 40]

Both are asked by turns on one server, MLflow's search by the same browser (from a page that does nothing else) and, for
orientation, by a script. Ours is timed in the browser, from the start of the navigation until all rows stand in the
document: with the files that an earlier visit left, which is what the bound is for, and with an empty cache. Then the
list is paged through, and the memory of server and browser is read on the way. Ends with 1 where a bound is broken.
Needs an idle machine.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import requests
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.many_runs import make_store
from benchmarks.servers import serving

SIZE = 50  # rows of a page, as the page asks for them
MOST_TIMES = 3.0  # ours over MLflow's own
MOST_GROWTH_MB = 50.0  # of server and of browser while all the pages are looked at
WARM_UP = 3
OWN, BOUND = "search_runs", "second visit"
WORKERS = "2"
MB = 1024**2
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ROWS = "tbody th.name"
SEARCH = """
async (body) => {
  const started = performance.now();
  const asked = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch("ajax-api/2.0/mlflow/runs/search", asked);
  const { runs } = await answer.json();
  return [runs.length, performance.now() - started];
}
"""
# Notes when the rows are there; sets nothing on the page's own objects.
WATCH = f"""
new MutationObserver((_, observer) => {{
  if (document.querySelectorAll("{ROWS}").length < {SIZE}) return;
  window.allRowsAfter = performance.now();
  observer.disconnect();
}}).observe(document, {{ childList: true, subtree: true }});
"""


def body(experiment_id: str) -> dict[str, object]:
    """What the page asks for."""
    return {"experiment_ids": [experiment_id], "order_by": ["attributes.start_time DESC"], "max_results": SIZE}


def script_seconds(session: requests.Session, uri: str, experiment_id: str) -> float:
    """MLflow's own answer for the same page, read in full by a script."""
    started = time.perf_counter()
    answer = session.post(f"{uri}/ajax-api/2.0/mlflow/runs/search", json=body(experiment_id), timeout=120)
    answer.raise_for_status()
    assert len(answer.json()["runs"]) == SIZE
    return time.perf_counter() - started


def search_seconds(idle: Page, experiment_id: str) -> float:
    """The same, read by a page of the browser that does nothing else."""
    found, milliseconds = idle.evaluate(SEARCH, body(experiment_id))
    assert found == SIZE
    return float(milliseconds) / 1000


def page_seconds(page: Page, address: str) -> float:
    """From the start of the navigation until all rows stand in the document."""
    page.goto("about:blank")
    page.goto(address)
    page.locator(ROWS).nth(SIZE - 1).wait_for()
    return float(page.evaluate("window.allRowsAfter")) / 1000


@contextmanager
def watched(browser: Browser) -> Iterator[tuple[BrowserContext, Page]]:
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(WATCH)
    try:
        yield context, page
    finally:
        context.close()


def times(browser: Browser, uri: str, experiment_id: str, repeats: int) -> dict[str, float]:
    """Median seconds by name, asked by turns."""
    address = f"{uri}/pitfalls#/experiments/{experiment_id}"
    taken: dict[str, list[float]] = {"by a script": [], OWN: [], "empty cache": [], BOUND: []}
    with requests.Session() as session, watched(browser) as (_, known), watched(browser) as (_, idle):
        idle.goto(f"{uri}/pitfalls#/nothing")
        for _ in range(WARM_UP):
            script_seconds(session, uri, experiment_id)
            search_seconds(idle, experiment_id)
            page_seconds(known, address)
        for _ in range(repeats):
            taken["by a script"].append(script_seconds(session, uri, experiment_id))
            taken[OWN].append(search_seconds(idle, experiment_id))
            with watched(browser) as (_, fresh):
                taken["empty cache"].append(page_seconds(fresh, address))
            taken[BOUND].append(page_seconds(known, address))
    return {name: statistics.median(found) for name, found in taken.items()}


def memory(
    browser: Browser, uri: str, server: subprocess.Popen[bytes], experiment_id: str, pages: int
) -> list[tuple[int, float, float]]:
    """Page, MB of the server's processes, and MB of the browser's heap after a collection."""
    found = []
    with watched(browser) as (context, page):
        tools = context.new_cdp_session(page)
        page.goto(f"{uri}/pitfalls#/experiments/{experiment_id}")
        for at in range(1, pages + 1):
            page.get_by_text(f"on page {at}" if at > 1 else f"{SIZE} runs").first.wait_for()
            if at in (1, pages // 2, pages):
                tools.send("HeapProfiler.collectGarbage")
                heap = tools.send("Runtime.getHeapUsage")["usedSize"] / MB
                found.append((at, _server_mb(server), heap))
            if at < pages:
                page.get_by_role("link", name="Next").click()
    return found


def _server_mb(server: subprocess.Popen[bytes]) -> float:
    leader = psutil.Process(server.pid)
    return sum(process.memory_info().rss for process in (leader, *leader.children(recursive=True))) / MB


def told(medians: dict[str, float], grown: list[tuple[int, float, float]]) -> bool:
    """Print both, and say whether they are within their bounds."""
    own, script = medians.pop(OWN), medians.pop("by a script")
    print(f"MLflow's search_runs for {SIZE} runs: {own * 1e3:.0f} ms in the browser, {script * 1e3:.0f} ms by a script")
    for name, seconds in medians.items():
        wanted = f" (wanted: {MOST_TIMES:g})" if name == BOUND else ""
        print(f"/pitfalls, {name}: {seconds * 1e3:.0f} ms, {seconds / own:.2f} times{wanted}")
    for page, server, heap in grown:
        print(f"after page {page}: server {server:.0f} MB, heap of the browser's page {heap:.1f} MB")
    (_, server, heap), (_, server_end, heap_end) = grown[0], grown[-1]
    kept = max(server_end - server, heap_end - heap) <= MOST_GROWTH_MB
    return kept and medians[BOUND] <= MOST_TIMES * own


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--tags", type=int, default=40)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--pages", type=int, default=40)
    options = parser.parse_args()
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        parser.error("no Chromium found: install the package chromium")

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        experiment_id = make_store(folder / "mlflow.db", runs=options.runs, tags=options.tags)
        print(f"{options.runs} runs x {options.tags} tags, {(folder / 'mlflow.db').stat().st_size / MB:.0f} MB")
        backend = f"sqlite:///{folder / 'mlflow.db'}"
        with (
            serving(backend, folder, "--app-name", "pitfalls", "--workers", WORKERS) as (uri, server),
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
            medians = times(browser, uri, experiment_id, options.repeats)
            grown = memory(browser, uri, server, experiment_id, options.pages)
    return 0 if told(medians, grown) else 1


if __name__ == "__main__":
    sys.exit(main())
