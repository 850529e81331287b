"""The tables that a run ends with, and the same figures as a file."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.tuning import methods, summary
from benchmarks.tuning.summary import Judged, Line

OURS = tuple(name + end for name in (methods.OURS, methods.FROM_HISTORY) for end in ("", summary.RETURNED))
LISTED = 20


def print_tables(lines: Sequence[Line], console: Console) -> list[Judged]:
    """Gains, differences, and each data set by itself."""
    cases = summary.judged(lines)
    names = summary.methods_of(cases, methods.NAMES)
    telling = sum(case.counts for case in cases)
    console.print(f"\n{len(cases)} cases; in {len(cases) - telling} of them nobody gains more than noise\n")
    _gains(lines, cases, names, console)
    _differences(cases, names, console)
    _by_kind(cases, names, console)
    for line in [line for line in lines if "error" in line][:LISTED]:
        console.print(f"  no result: {line['case']}: {line['error'][-160:]}", highlight=False)
    return cases


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(name, no_wrap=True)
    return table


def _gains(lines: Sequence[Line], cases: Sequence[Judged], names: Sequence[str], console: Console) -> None:
    table = _table(
        "Held-out gain over the defaults, of the best that any method found (95 % bootstrap interval over cases)",
        "method", "gain", "cases", "reaches 95 %", "median seconds", "trials", "seconds used", "of a core",
    )  # fmt: skip
    for name in names:
        mean, time = summary.gains_of(cases, name), summary.time_of(cases, name)
        own = [line for line in lines if line.get("method") == name and "score" in line]
        median = f"{time.median:.1f}" if math.isfinite(time.median) else "not reached"
        cells = (
            (f"{time.reached}/{time.of}", median, _median(own, "trials"), _worst(own), _core(own)) if own else ("",) * 5
        )
        table.add_row(name, str(mean), str(mean.cases), *cells)
    console.print(table)


def _median(lines: Sequence[Line], key: str) -> str:
    return f"{statistics.median(line[key] for line in lines):.0f}"


def _worst(lines: Sequence[Line]) -> str:
    used = [line["seconds"] for line in lines]
    return f"{statistics.median(used):.1f}, at most {max(used):.1f}"


def _core(lines: Sequence[Line]) -> str:
    """Well below 100 % the machine was busy with other things, and the figures are not to be trusted."""
    return f"{statistics.median(line['core_seconds'] / line['seconds'] for line in lines):.0%}"


def _differences(cases: Sequence[Judged], names: Sequence[str], console: Console) -> None:
    table = _table(
        "Ours less the others, paired by case", "ours", "other", "difference", "ahead", "level", "behind", ""
    )
    for ours in OURS:
        for other in names:
            if ours not in names or other == ours or _is_other_kind(ours, other):
                continue
            found = summary.difference(cases, ours, other)
            verdict = "ahead" if found.mean.low > 0 else "behind" if found.mean.high < 0 else "not told apart"
            counts = (str(found.ahead), str(found.level), str(found.behind))
            table.add_row(ours, other, str(found.mean), *counts, verdict if found.mean.cases else "")
    console.print(table)


def _is_other_kind(ours: str, other: str) -> bool:
    """Of our own two, what was found is set beside what was found, and what was returned beside what was returned."""
    own = other.removesuffix(summary.RETURNED) in (methods.OURS, methods.FROM_HISTORY)
    return own and (ours.endswith(summary.RETURNED) is not other.endswith(summary.RETURNED))


def _by_kind(cases: Sequence[Judged], names: Sequence[str], console: Console) -> None:
    table = _table("Mean gain by data set and estimator", "", "cases", *names)
    for kind in sorted({case.kind for case in cases}):
        own = [case for case in cases if case.kind == kind]
        means = [summary.gains_of(own, name) for name in names]
        cells = [f"{mean.value:+.2f}" if mean.cases else "–" for mean in means]
        table.add_row(kind, f"{sum(case.counts for case in own)}/{len(own)}", *cells)
    console.print(table)


def write(lines: Sequence[Line], cases: Sequence[Judged], seconds: float, path: Path) -> None:
    """The figures as JSON."""
    names = summary.methods_of(cases, methods.NAMES)
    told: dict[str, Any] = {
        "seconds": seconds,
        "cases": len(cases),
        "cases_beyond_noise": sum(case.counts for case in cases),
        "gain": {name: asdict(summary.gains_of(cases, name)) for name in names},
        "time_to_95": {name: asdict(summary.time_of(cases, name)) for name in names if summary.RETURNED not in name},
        "difference": {
            ours: {
                name: asdict(summary.difference(cases, ours, name))
                for name in names
                if name != ours and not _is_other_kind(ours, name)
            }
            for ours in OURS
            if ours in names
        },
        "no_such_estimator": sorted({line["case"].rsplit("/", 2)[0] for line in lines if line.get("none")}),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(_finite(told), indent=1, allow_nan=False) + "\n", encoding="utf-8")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
