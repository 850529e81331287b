"""Recall of each injected regression, false alarms over noise, with Wilson's intervals."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.regressions.injections import INJECTIONS, REGRESSIONS
from benchmarks.regressions.play import TIME, TIME_CHECK, Played, is_noise
from mlflow_pitfalls.checks.evidence import share_interval

CHECK_OF = {**{each.name: each.check for each in INJECTIONS.values() if each.check}, TIME: TIME_CHECK}


def is_flagged(played: Played, check: str) -> bool:
    """Whether the check flagged the run."""
    return played.said.get(check, "").startswith("flagged")


def found(results: Sequence[Played], injection: str) -> tuple[int, int]:
    """How many of the runs with this injection its check has flagged, and how many there are."""
    own = [each for each in results if each.injection == injection]
    return sum(is_flagged(each, CHECK_OF[injection]) for each in own), len(own)


def alarms(results: Sequence[Played], check: str | None = None) -> tuple[int, int]:
    """How many runs of pure noise a check has flagged, any of them by default, and how many there are."""
    noise = [each for each in results if is_noise(each.injection)]
    checks = [check] if check else list(CHECK_OF.values())
    return sum(any(is_flagged(each, name) for name in checks) for each in noise), len(noise)


def print_tables(results: Sequence[Played], console: Console) -> None:
    """One line an injection and check."""
    shown = Table(title="Regressions: what was injected is found; what is noise is not")
    for heading in ("injected", "check", "found", "flagged over noise"):
        shown.add_column(heading)
    for name in (*(each.name for each in REGRESSIONS), TIME):
        check = str(CHECK_OF[name])
        shown.add_row(name, check, _share(*found(results, name)), _share(*alarms(results, check)))
    shown.add_row("nothing but noise", "any of them", "", _share(*alarms(results)))
    console.print(shown)


def _share(hits: int, runs: int) -> str:
    if not runs:
        return "–"
    interval = share_interval(hits, runs)
    return f"{hits} of {runs} ({hits / runs:.2f}, {interval.low:.2f}–{interval.high:.2f})"
