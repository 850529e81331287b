"""One table: for each check that another tool has too, both tools' recall and false alarms on the same cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.pitfallbench import summary
from benchmarks.pitfallbench.harm import CHANGE
from benchmarks.pitfallbench.injections import ALL
from benchmarks.pitfallbench.others.mapping import BY_TOOL, as_ours
from benchmarks.pitfallbench.summary import Line, Share

Pair = tuple[Share, Share]  # theirs, ours


def print_by_check(
    tool: str, theirs: dict[str, Line], ours: dict[str, Line], changes: dict[str, float], console: Console
) -> None:
    """Rows where neither a pitfall of the check nor a false alarm of it came about are left out.

    Args:
        tool: Name of the other tool.
        theirs: Its result lines by case.
        ours: Our result lines by case; all of theirs are among them.
        changes: How much each spoilt case's pitfall changed the score.
        console: Where to print.
    """
    title = f"Check by check, {tool} | ours: found where it matters; clean runs with a serious flag, with any flag"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    for name in ("check", "found", "serious", "any", "ours"):
        table.add_column(name, no_wrap=True)
    for row in rows(tool, theirs, ours, changes):
        worse = (
            "found less" if row.found[1].hits < row.found[0].hits else "",
            "more alarms" if row.serious[1].hits > row.serious[0].hits else "",
        )
        told = (f"{pair[0].hits} | {pair[1].hits} of {pair[0].of}" for pair in (row.found, row.serious, row.all))
        table.add_row(row.check, *told, ", ".join(filter(None, worse)))
    console.print(table)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One check: what both found, and both's flags on clean runs."""

    check: str
    found: Pair
    serious: Pair
    all: Pair


def rows(tool: str, theirs: dict[str, Line], ours: dict[str, Line], changes: dict[str, float]) -> Iterator[Row]:
    """Every check that the tool has too."""
    said = {case: line["said"] for case, line in theirs.items() if "said" in line}
    injections = {case: ALL[theirs[case]["injection"]] for case in said}
    clean = [case for case, injection in injections.items() if not injection.finds]
    for check in sorted({name for names in BY_TOOL[tool].values() for name in names}):
        spoilt = [
            case for case, known in injections.items() if check in known.finds and changes.get(case, 0.0) >= CHANGE
        ]
        found = _pair(
            [bool(as_ours(tool, said[case]) & set(injections[case].finds)) for case in spoilt],
            [summary.is_found(ours[case]) for case in spoilt],
        )
        serious, anyhow = (
            _pair(
                [check in as_ours(tool, said[case], serious=level) - set(ours[case]["true"]) for case in clean],
                [check in summary.flags(ours[case], serious=level) - set(ours[case]["true"]) for case in clean],
            )
            for level in (True, False)
        )
        if spoilt or anyhow[0].hits or anyhow[1].hits:
            yield Row(check=check, found=found, serious=serious, all=anyhow)


def _pair(theirs: list[bool], own: list[bool]) -> Pair:
    return Share(hits=sum(theirs), of=len(theirs)), Share(hits=sum(own), of=len(own))
