"""``make bench-pitfalls``: play every case, then print the tables. Stop it at any time; the next run goes on.

``--quick`` plays a few cases of each kind. ``--data DIR`` adds tables that do not ship. ``--others`` judges the same
cases with skore and deepchecks, each in an environment of its own that is made on first use.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.pitfallbench import datasets
from benchmarks.pitfallbench.cases import QUICK_TABLES, Case, all_cases
from benchmarks.pitfallbench.judge import judge
from benchmarks.pitfallbench.results import FOLDER, Store, build
from benchmarks.pitfallbench.tables import print_tables

SEEDS = 20
DATA_VARIABLE = "PITFALLBENCH_DATA"


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    options = _options(arguments)
    data = Path(options.data).resolve() if options.data else None
    names = options.tables or (list(QUICK_TABLES) if options.quick else datasets.names(data))
    seeds = options.seeds or (1 if options.quick else SEEDS)
    every = options.every or (len(QUICK_TABLES) if options.quick else 1)
    cases = list(all_cases(seeds=seeds, tables=names, data=data, only=options.only, every=every))
    console = Console(stderr=True)
    store, version = Store(Path(options.out), "ours"), options.version or build()
    if not options.table_only:
        failed = play_cases(cases, store, version, data, console, shuffled=options.shuffle)
        console.print(f"{len(cases)} cases, {failed} without a result, kept in {store.path}")
    if options.others:
        from benchmarks.pitfallbench.others.run import judge_by_others

        judge_by_others(cases, Path(options.out), data, console, most=options.other_cases, tools=options.tools)
    tables = Console(width=options.width, record=True)
    print_tables(Path(options.out), version, {case.id for case in cases}, tables)
    if options.save:
        tables.save_text(options.save)
    return 0


def play_cases(
    cases: Iterable[Case], store: Store, version: str, data: Path | None, console: Console, *, shuffled: bool = False
) -> int:
    """Play those that have no result of this version yet.

    Returns:
        How many failed.
    """
    done = {line["case"] for line in store.read(version) if "error" not in line}
    todo = [case for case in cases if case.id not in done]
    if shuffled:
        random.Random(0).shuffle(todo)
    failed = 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("cases", total=len(todo))
        for case in todo:
            progress.update(bar, description=case.injection.ljust(26))
            try:
                line = judge(case, data)
            except Exception as error:  # noqa: BLE001 - one case must not end a run of hours
                failed += 1
                place = traceback.extract_tb(error.__traceback__)[-1]
                line = {
                    "case": case.id,
                    "injection": case.injection,
                    "error": f"{type(error).__name__}: {error}"[:400],
                    "place": f"{Path(place.filename).name}:{place.lineno}",
                }
            store.append(line, version)
            progress.advance(bar)
    return failed


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a few cases of each kind")
    parser.add_argument("--seeds", type=int, help=f"seeds of each case, {SEEDS} by default")
    parser.add_argument("--data", default=os.environ.get(DATA_VARIABLE), help=f"folder of more tables; {DATA_VARIABLE}")
    parser.add_argument("--tables", nargs="*", help="only these tables")
    parser.add_argument("--only", nargs="*", default=(), help="only these injections")
    parser.add_argument("--every", type=int, help="of each injection's tables, one in so many")
    parser.add_argument("--shuffle", action="store_true", help="in another order, so that a part tells about the whole")
    parser.add_argument("--others", action="store_true", help="skore and deepchecks on the same cases")
    parser.add_argument("--other-cases", type=int, default=5, help="of each strength for them: they are slow")
    parser.add_argument("--tools", nargs="*", default=("skore", "deepchecks"), help="which of them")
    parser.add_argument("--table-only", action="store_true", help="print the tables of what is there")
    parser.add_argument("--version", help="results of this version and digest, in place of the present code's")
    parser.add_argument("--out", default=str(FOLDER), help="folder of the results")
    parser.add_argument("--save", help="file that the tables are written to as well")
    parser.add_argument("--width", type=int, default=160, help="of the tables, characters")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
