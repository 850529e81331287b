"""``make bench-tune``: tune every case by every method in the same time, then print the tables.

Stop it at any time; the next run goes on. Each method works in a process of its own on one core, imports and first
calls come before its clock, and nobody sees the held-out rows before the clock has stopped. FLAML works in an
environment of its own that is made on first use.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console

from benchmarks.pitfallbench.others.environments import python_of
from benchmarks.pitfallbench.results import Store
from benchmarks.tuning import methods
from benchmarks.tuning.cases import PLAN, SEEDS, all_cases
from benchmarks.tuning.crew import jobs_of, needs_flaml, play_all
from benchmarks.tuning.results import FOLDER, SUMMARY, versions
from benchmarks.tuning.show import print_tables, write

SECONDS = 20.0


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    asked = _asked(arguments)
    folder, console = Path(asked.out), Console(stderr=True)
    cases = list(all_cases(seeds=asked.seeds, tables=asked.tables))
    names = [name for name in methods.NAMES if name in asked.methods]
    store, kept = Store(folder, "lines"), versions(asked.seconds)
    if not asked.table_only:
        todo = jobs_of(cases, names, store, kept, shuffled=asked.shuffle)
        flaml = python_of(methods.FLAML, folder.parent, console) if needs_flaml(todo) else None
        failed = play_all(todo, asked.seconds, store, kept, console, flaml=flaml, processes=asked.jobs)
        console.print(f"{len(todo)} played, {failed} without a result, kept in {store.path}")
    wanted = {f"{case.id}/{name}" for case in cases for name in names}
    lines = [line for name in names for line in store.read(kept[name]) if line["case"] in wanted]
    lines = list({line["case"]: line for line in lines}.values())
    judged = print_tables(lines, Console(width=asked.width))
    if len(lines) == len(wanted):
        write(lines, judged, asked.seconds, folder.parent / SUMMARY)
    else:
        console.print(f"{len(wanted) - len(lines)} of {len(wanted)} are still to be played")
    return 0


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="budget of each method on each case")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="splits of each data set")
    parser.add_argument("--tables", nargs="*", choices=sorted({name for name, _ in PLAN}), help="only these")
    parser.add_argument("--methods", nargs="*", choices=methods.NAMES, default=methods.NAMES, help="only these")
    parser.add_argument("--jobs", type=int, default=1, help="cases at once, each on one core")
    parser.add_argument("--shuffle", action="store_true", help="in another order, so that a part tells about the whole")
    parser.add_argument("--table-only", action="store_true", help="print the tables of what is there")
    parser.add_argument("--out", default=str(FOLDER), help="folder of the results")
    parser.add_argument("--width", type=int, default=160, help="of the tables, characters")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
