"""The first page of ``/pitfalls`` for an experiment of many runs, beside MLflow's own ``search_runs`` for that page.

python -m benchmarks.ui_page [--runs 10000] [--tags 40] [--repeats 15] [--pages 40]

MLflow's time is that of the very request which our page makes (same filter, order and number of runs), asked by an open
page of the same browser over a connection that is open already: the shortest that a user can wait for it. Ours runs
from the start of the navigation until all rows stand in the document, once with an empty cache in a new window and once
with what an earlier visit left; both are held against the bound. What a page takes that does nothing but ask for the
runs tells the browser's own share. Then the list is paged through, and the memory of server and browser is read on the
way. Ends with 1 where a bound is broken. Needs an idle machine.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright

from benchmarks.many_runs import make_store
from benchmarks.servers import serving
from benchmarks.ui_visits import BARE, FIRST, OWN, SECOND, SIZE, Visits, window

MOST_TIMES = 3.0  # ours over MLflow's own
BOUND = (FIRST, SECOND)
MOST_GROWTH_MB = 50.0  # of server and of browser while all the pages are looked at
WORKERS = "2"
MB = 1024**2
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def memory(
    browser: Browser, uri: str, server: subprocess.Popen[bytes], experiment_id: str, pages: int
) -> list[tuple[int, float, float]]:
    """Page, MB of the server's processes, and MB of the browser's heap after a collection."""
    found = []
    with window(browser) as (context, page):
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


def told(taken: dict[str, list[float]], grown: list[tuple[int, float, float]]) -> bool:
    """Print all of it, and say whether it is within the bounds."""
    medians = {name: statistics.median(seconds) for name, seconds in taken.items()}
    own = medians[OWN]
    print(f"{SIZE} runs; medians of {len(taken[OWN])}, with their quartiles")
    for name, seconds in taken.items():
        low, _, high = statistics.quantiles(seconds, n=4)
        wanted = f" (wanted: {MOST_TIMES:g})" if name in BOUND else ""
        spread = f"{low * 1e3:.0f} to {high * 1e3:.0f}"
        print(f"{name}: {medians[name] * 1e3:.0f} ms ({spread}), {medians[name] / own:.2f} times{wanted}")
    print(f"of a first visit, {medians[BARE] / medians[FIRST]:.0%} is the time of the empty page")
    for page, server, heap in grown:
        print(f"after page {page}: server {server:.0f} MB, heap of the browser's page {heap:.1f} MB")
    (_, server, heap), (_, server_end, heap_end) = grown[0], grown[-1]
    kept = max(server_end - server, heap_end - heap) <= MOST_GROWTH_MB
    return kept and all(medians[name] <= MOST_TIMES * own for name in BOUND)


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
            taken = Visits(browser, uri, experiment_id).taken(options.repeats)
            grown = memory(browser, uri, server, experiment_id, options.pages)
    return 0 if told(taken, grown) else 1


if __name__ == "__main__":
    sys.exit(main())
