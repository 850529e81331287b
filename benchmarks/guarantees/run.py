"""Take each guard out and see its tests fail, count what the tests try, and write ``docs/guarantees.md``.

python -m benchmarks.guarantees.run [--only 1 24] [--new] [--guards] [--figures] [--reports FILE] [--page] [--workers 2]

Without an option: all guards, then the figures (an hour). ``--only`` looks at the guards against these faults and keeps
nothing. ``--new`` takes out those without a verdict yet, ``--guards`` leaves the figures out, ``--figures`` leaves the
guards out, ``--page`` measures nothing and writes the page anew.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.guarantees import measured
from benchmarks.guarantees.catalogue import ALL_GUARDS
from benchmarks.guarantees.figures import added_up, counted
from benchmarks.guarantees.forked import Ran, preload
from benchmarks.guarantees.guard import Guard
from benchmarks.guarantees.page import page
from benchmarks.guarantees.pool import in_forks
from benchmarks.guarantees.removal import ROOT, Verdict, verdict, with_all_guards, without

PAGE = ROOT / "docs" / "guarantees.md"


def take_out_all(guards: Sequence[Guard], *, workers: int, keep: bool) -> int:
    """Tell each verdict as it comes, and keep it; returns how many did not hold."""
    begun = time.monotonic()
    preload()
    before = _with_all_guards(guards, workers)
    found = dict[str, Verdict]()
    for guard, after in _without(guards, before, workers):
        said = verdict([before[test] for test in guard.tests], after)
        found[guard.key] = said
        print(f"F{guard.fault:<3} {said:20} {guard.file}: {guard.promise}{_timed_out(after)}", flush=True)
        if keep:
            _keep(guard, said)
    held = sum(said == "held" for said in found.values())
    print(f"{held} of {len(guards)} held, in {(time.monotonic() - begun) / 60:.0f} minutes", flush=True)
    return len(guards) - held


def _with_all_guards(guards: Sequence[Guard], workers: int) -> Mapping[str, Ran]:
    """What comes of each test in the project as it stands: once, however many guards it goes with."""
    tests = list(dict.fromkeys(test for guard in guards for test in guard.tests))
    found = {}
    for test, ran in in_forks(with_all_guards, tests, workers=workers):
        found[test] = ran
        print(f"     {'passes' if ran.passed else 'FAILS':20} {test}", flush=True)
        if not ran.passed:
            print(ran.output, flush=True)
    return found


def _without(guards: Sequence[Guard], before: Mapping[str, Ran], workers: int) -> Iterator[tuple[Guard, Sequence[Ran]]]:
    """What comes of the tests of each guard without it; none where they fail with it."""
    ready = [guard for guard in guards if all(before[test].passed for test in guard.tests)]
    yield from ((guard, ()) for guard in guards if guard not in ready)
    yield from in_forks(without, ready, workers=workers)


def _timed_out(after: Sequence[Ran]) -> str:
    return " (takes for ever without it)" if any(ran.timed_out for ran in after) else ""


def _keep(guard: Guard, found: Verdict) -> None:
    now = measured.read()
    keys = {each.key for each in ALL_GUARDS}
    kept = {key: said for key, said in now.verdicts.items() if key in keys}
    measured.write(replace(now, verdicts={**kept, guard.key: found}))


def count(reports: Sequence[Path]) -> None:
    """Keep what the tests tried, in these JUnit files or, where there is none, in a run of their own."""
    figures = added_up(reports) if reports else counted()
    measured.write(replace(measured.read(), figures=figures, date=datetime.now(UTC).date().isoformat()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=int, nargs="+", metavar="FAULT", help="guards against these faults only")
    parser.add_argument("--new", action="store_true", help="guards that have no verdict, or did not hold")
    parser.add_argument("--guards", action="store_true", help="the guards only")
    parser.add_argument("--figures", action="store_true", help="the figures only")
    parser.add_argument("--reports", type=Path, nargs="+", default=[], help="pytest's JUnit files with the figures")
    parser.add_argument("--page", action="store_true", help="write the page from what is known")
    parser.add_argument("--workers", type=int, default=1, help="guards taken out at once, each in its own copy")
    options = parser.parse_args()
    if options.only is not None:
        chosen = [guard for guard in ALL_GUARDS if guard.fault in options.only]
        return int(take_out_all(chosen, workers=options.workers, keep=False) > 0)

    wrong = 0
    if not (options.figures or options.page):
        known = measured.read().verdicts if options.new else {}
        chosen = [guard for guard in ALL_GUARDS if known.get(guard.key) != "held"]
        wrong = take_out_all(chosen, workers=options.workers, keep=True)
        if len(chosen) == len(ALL_GUARDS):
            measured.write(replace(measured.read(), note=""))
    if not (options.new or options.guards or options.page):
        count(options.reports)
    PAGE.write_text(page(measured.read(), measured.read_versions()), encoding="utf-8")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
