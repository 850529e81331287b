"""``make bench-regressions``: play every case, then print the tables. Stop it at any time; the next run goes on.

``--quick`` plays each injection twice. Results of other code are kept apart: delete the file to begin anew.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")

from rich.console import Console

from benchmarks.regressions.histories import HISTORIES, History
from benchmarks.regressions.injections import NOISE, REGRESSIONS
from benchmarks.regressions.play import TIME, Played, play, play_times, watch
from benchmarks.regressions.show import print_tables

REPETITIONS = 102  # of each injection, and of each of two kinds of noise
QUICK = 2
USUAL = "as usual"
RESULTS = Path(__file__).parents[1] / "results" / "regressions.jsonl"

Wanted = dict[str, list[tuple[str, int]]]


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} repetitions of each injection")
    parser.add_argument("--repetitions", type=int, default=0, help=f"of each injection; {REPETITIONS} by default")
    parser.add_argument("--only", default="", help="one injection")
    parser.add_argument("--out", type=Path, default=RESULTS, help="file that keeps the results")
    parser.add_argument("--table-only", action="store_true", help="print what is there")
    options = parser.parse_args(arguments)
    number = options.repetitions or (QUICK if options.quick else REPETITIONS)
    console = Console(width=120)
    results = read(options.out)
    if not options.table_only:
        for played in missing(plan(number, options.only), results):
            results.append(played)
            keep(options.out, played)
            print_progress(console, len(results), played)
    print_tables(results, console)
    return 0


def plan(number: int, only: str = "") -> Wanted:
    """What is to be played after each history: the injections spread over the histories, times after all."""
    wanted: Wanted = {history.name: [] for history in HISTORIES}
    for seed, history in islice(enumerate(cycle(HISTORIES)), number):
        turn = seed // len(HISTORIES)
        noise = [NOISE[turn % len(NOISE)], NOISE[(turn + 1) % len(NOISE)]]
        wanted[history.name] += [(each.name, seed) for each in (*noise, *REGRESSIONS)]
    wanted[TIME] = [(name, seed) for seed in range(number) for name in (TIME, USUAL)]
    return {name: [each for each in cases if not only or each[0] == only] for name, cases in wanted.items()}


def missing(wanted: Wanted, results: list[Played]) -> Iterator[Played]:
    """Play what has no result yet, a few cases of each history at a time, so that a part tells of all."""
    done = {played.key for played in results}
    left = {name: [case for case in cases if (name, *case) not in done] for name, cases in wanted.items()}
    with tempfile.TemporaryDirectory(prefix="bench-regressions-", ignore_cleanup_errors=True) as folder:
        watch(Path(folder))
        players = [_player(name, cases, Path(folder)) for name, cases in left.items() if cases]
        while players:
            for player in list(players):
                played = next(player, None)
                if played is None:
                    players.remove(player)
                else:
                    yield played


def _player(name: str, cases: list[tuple[str, int]], folder: Path) -> Iterator[Played]:
    if name == TIME:
        return play_times(HISTORIES[0], cases, folder)
    return play(_history(name), cases, folder)


def _history(name: str) -> History:
    return next(history for history in HISTORIES if history.name == name)


def read(path: Path) -> list[Played]:
    """The results that are kept."""
    if not path.is_file():
        return []
    return [Played(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def keep(path: Path, played: Played) -> None:
    """Append one result."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(played.plain()) + "\n")


def print_progress(console: Console, number: int, played: Played) -> None:
    """What was flagged, one line a run."""
    flags = [check for check, said in played.said.items() if said.startswith("flagged")]
    console.print(f"{number:5} {played.history:24} {played.injection:16} {', '.join(flags)}", highlight=False)


if __name__ == "__main__":
    raise SystemExit(main())
