"""Take each guard out and see its tests fail, count what the tests try, and write ``docs/guarantees.md``.

python -m benchmarks.guarantees.run [--only 1 24] [--new] [--figures [--reports FILE]] [--page]

Without an option: all guards, then the figures (an hour). ``--only`` looks at the guards against these faults and keeps
nothing. ``--new`` takes out those without a verdict yet, ``--figures`` leaves the guards out, ``--page`` measures
nothing and writes the page anew.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.guarantees import measured
from benchmarks.guarantees.catalogue import ALL_GUARDS
from benchmarks.guarantees.figures import added_up, counted
from benchmarks.guarantees.guard import Guard
from benchmarks.guarantees.page import page
from benchmarks.guarantees.removal import ROOT, verdict

PAGE = ROOT / "docs" / "guarantees.md"


def take_out_all(guards: Sequence[Guard], *, keep: bool) -> int:
    """Tell each verdict as it comes, and keep it; returns how many did not hold."""
    wrong = 0
    for guard in guards:
        found = verdict(guard)
        wrong += found != "held"
        print(f"F{guard.fault:<3} {found:18} {guard.file}: {guard.promise}", flush=True)
        if keep:
            _keep(guard, found)
    return wrong


def _keep(guard: Guard, found: str) -> None:
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
    parser.add_argument("--figures", action="store_true", help="the figures only")
    parser.add_argument("--reports", type=Path, nargs="+", default=[], help="pytest's JUnit files with the figures")
    parser.add_argument("--page", action="store_true", help="write the page from what is known")
    options = parser.parse_args()
    if options.only is not None:
        return int(take_out_all([guard for guard in ALL_GUARDS if guard.fault in options.only], keep=False) > 0)

    wrong = 0
    if not (options.figures or options.page or options.new):
        measured.write(replace(measured.read(), note=""))
    if not (options.figures or options.page):
        known = measured.read().verdicts if options.new else {}
        wrong = take_out_all([guard for guard in ALL_GUARDS if known.get(guard.key) != "held"], keep=True)
    if not (options.new or options.page):
        count(options.reports)
    PAGE.write_text(page(measured.read(), measured.read_versions()), encoding="utf-8")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
