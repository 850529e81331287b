"""What ``enable()`` costs, beside a plain fit and beside ``mlflow.autolog()``: ``make bench-overhead``.

Plain, autologged and watched calls take turns in one process, so that a busy machine troubles them alike. Three times
are kept of each: the user's ``fit``, the user's whole script (split, fit, predict, accuracy), and the script together
with our writing in the background, waited for by ``flush()``.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import sys
import tempfile
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.measure import CORES, LARGE_ROWS, MODELS, MODES, Cell, fits, idle_microseconds, predict_loop
from benchmarks.servers import STORES, store_of, use_store

IDLE_TARGET_US = 1.0  # a hooked call with nothing to do
LOOP_TARGET_S, LOOP_TARGET_SHARE = 0.05, 0.01  # 10 000 predicts in a loop: the greater of the two
LOOP_PREDICTS = 10_000
IDLE_CALLS = 200_000
QUICK_SCALE = 10
PLAIN_WIDTH = 190  # columns, where the output is no terminal


def cell_table(cells: list[Cell]) -> Table:
    table = Table(title="Seconds (medians), one fit; added = watched minus autologged, median of pairs")
    headings = ("store", "rows", "model", "plain", "autolog", "watched", "autolog / plain", "watched / autolog")
    for heading in (*headings, "added s", "added", "allowed", "script + writing, added s"):
        table.add_column(heading, justify="right")
    for cell in cells:
        plain, autolog, ours = (cell.median(mode, "fit") for mode in MODES)
        share = cell.share("fit")
        table.add_row(
            cell.store,
            str(cell.rows),
            cell.model,
            *(f"{seconds:.3f}" for seconds in (plain, autolog, ours)),
            f"{autolog / plain:.2f}",
            f"{ours / autolog:.3f}",
            f"{cell.added('fit'):+.3f}",
            f"[{'green' if share <= cell.target else 'bold red'}]{share:+.1%}[/]",
            f"{cell.target:.0%} of {'autologged fit' if cell.rows >= LARGE_ROWS else 'what autolog adds'}",
            f"{cell.added('settled'):+.3f}",
        )
    return table


def as_json(cells: list[Cell], idle: dict[str, float], loops: dict[str, dict[str, float]], options: Any) -> str:
    return json.dumps(
        {
            "machine": {"python": platform.python_version(), "cores": CORES, "system": platform.platform()},
            "options": {key: str(value) for key, value in vars(options).items()},
            "fits": [{**asdict(cell), "added": cell.added("fit"), "share": cell.share("fit")} for cell in cells],
            "idle_microseconds": idle,
            "predict_loop_seconds": loops,
        },
        indent=1,
    )


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few rounds, SQLite only: a look, no measurement")
    parser.add_argument("--small-rounds", type=int, default=11, help="rounds of the 569-row fits")
    parser.add_argument("--large-rounds", type=int, default=5, help="rounds of the 200 000-row fits")
    parser.add_argument("--stores", nargs="+", choices=STORES, default=list(STORES))
    parser.add_argument("--models", nargs="+", choices=list(MODELS), default=list(MODELS))
    parser.add_argument(
        "--log-models",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="let autologging save each model, as it does by default",
    )
    parser.add_argument("--out", type=Path, help="write every round's times here, as JSON")
    options = parser.parse_args()
    if options.quick:
        options.small_rounds, options.large_rounds, options.stores = 3, 1, ["sqlite"]
    return options


def say_loops(console: Console, idle: dict[str, float], loops: dict[str, dict[str, float]]) -> None:
    for kind, cost in idle.items():
        console.print(f"hooked call, {kind}: {cost:+.2f} µs (allowed {IDLE_TARGET_US:g})", highlight=False)
    for kind, times in loops.items():
        allowed = max(LOOP_TARGET_S, LOOP_TARGET_SHARE * times["plain"])
        console.print(
            f"{times['calls']:.0f} one-row predicts, {kind}: {times['plain']:.3f} s, {times['added']:+.3f} s added "
            f"({times['added'] / times['plain']:+.1%}; allowed for {LOOP_PREDICTS}: {allowed:.3f} s)",
            highlight=False,
        )


def main() -> None:
    options = parse()
    os.environ |= {"MLFLOW_LOGGING_LEVEL": "ERROR", "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true"}
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    console = Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH)
    scale = QUICK_SCALE if options.quick else 1
    cells: list[Cell] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["MLFLOW_PITFALLS_SPOOL_DIR"] = str(folder / "spool")
        use_store(f"sqlite:///{folder}/loops.db", folder, "sqlite")
        idle, loops = idle_microseconds(IDLE_CALLS // scale), predict_loop(LOOP_PREDICTS // scale)
        say_loops(console, idle, loops)
        for kind in options.stores:
            with store_of(kind, folder) as uri:
                use_store(uri, folder, kind)
                for cell in fits(options, kind):
                    cells.append(cell)
                    console.print(f"{kind} {cell.rows} {cell.model}: {cell.share('fit'):+.1%}", highlight=False)
                    if options.out:  # after each cell, so that a run that is broken off leaves what it had
                        options.out.parent.mkdir(parents=True, exist_ok=True)
                        options.out.write_text(as_json(cells, idle, loops, options), encoding="utf-8")
    console.print(cell_table(cells))
    if options.out:
        console.print(f"Every round's times: {options.out}")


if __name__ == "__main__":
    main()
