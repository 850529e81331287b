"""One table: for each check that another tool has too, both tools' recall and false alarms on the same cases."""

from __future__ import annotations

from collections.abc import Iterator

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
    table = Table(
        title=f"Check by check, beside {tool}: found where it matters; clean runs with the flag, medium or high",
        title_justify="left",
        box=SIMPLE_HEAD,
    )
    for name in ("check", f"found by {tool}", "found by ours", f"alarms of {tool}", "alarms of ours", ""):
        table.add_column(name, no_wrap=True)
    for check, found, alarms in rows(tool, theirs, ours, changes):
        worse = [
            word
            for word, is_worse in (
                ("recall", found[1].hits < found[0].hits),
                ("alarms", alarms[1].hits > alarms[0].hits),
            )
            if is_worse
        ]
        table.add_row(
            check,
            str(found[0]),
            str(found[1]),
            str(alarms[0]),
            str(alarms[1]),
            f"WORSE: {', '.join(worse)}" if worse else "",
        )
    console.print(table)


def rows(
    tool: str, theirs: dict[str, Line], ours: dict[str, Line], changes: dict[str, float]
) -> Iterator[tuple[str, Pair, Pair]]:
    """Each check with what both found, and both's false alarms."""
    answered = {case: line for case, line in theirs.items() if "said" in line}
    clean = [case for case, line in answered.items() if not ALL[line["injection"]].finds]
    for check in sorted({name for names in BY_TOOL[tool].values() for name in names}):
        asked = [
            case
            for case, line in answered.items()
            if check in ALL[line["injection"]].finds and changes.get(case, 0.0) >= CHANGE
        ]
        found = (
            Share(
                hits=sum(
                    bool(as_ours(tool, answered[case]["said"]) & set(ALL[answered[case]["injection"]].finds))
                    for case in asked
                ),
                of=len(asked),
            ),
            Share(hits=sum(summary.is_found(ours[case]) for case in asked), of=len(asked)),
        )
        true = {case: check in ours[case]["true"] for case in clean}
        alarms = (
            Share(
                hits=sum(
                    check in as_ours(tool, answered[case]["said"], serious=True) and not true[case] for case in clean
                ),
                of=len(clean),
            ),
            Share(
                hits=sum(check in summary.flags(ours[case], serious=True) and not true[case] for case in clean),
                of=len(clean),
            ),
        )
        if asked or alarms[0].hits or alarms[1].hits:
            yield check, found, alarms
