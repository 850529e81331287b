"""The tables that a run ends with."""

from __future__ import annotations

from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.pitfallbench import summary
from benchmarks.pitfallbench.injections import PITFALLS
from benchmarks.pitfallbench.results import Store

RECALL, ALARMS, ALARMS_OF_ONE, CAUSE = 0.95, 0.02, 0.05, 0.95
LISTED = 40


def print_tables(folder: Path, version: str, cases: set[str], console: Console) -> None:
    """Recall, false alarms and causes of these cases, and the other tools' beside ours where they were asked."""
    lines = [line for line in Store(folder, "ours").read(version) if line["case"] in cases]
    errors = [line for line in lines if "error" in line]
    console.print(f"\nPitfallBench, version {version}: {len(lines) - len(errors)} cases\n")
    _recall(lines, console)
    _causes(lines, console)
    _alarms(lines, console)
    _errors(errors, console)
    from benchmarks.pitfallbench.others.table import print_others

    print_others(folder, lines, console)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(name, no_wrap=True)
    return table


def _recall(lines: list[summary.Line], console: Console) -> None:
    table = _table(
        "Recall by injection and strength (95 % Wilson interval)",
        "injection",
        "named by",
        "strength",
        "change",
        "recall",
        "where it matters",
        "",
    )
    found = summary.recall_by_strength(lines)
    checks = {check for line in summary.usable(lines) for check in line["said"]}
    for injection in PITFALLS:
        exists = bool(checks & set(injection.finds))
        for position, strength in enumerate(injection.strengths):
            if (injection.name, position) not in found:
                continue
            share, change, where = found[injection.name, position]
            first = position == 0
            verdict = (
                "" if not where.of else "ok" if where.value >= RECALL else "MISSED" if exists else "no such check yet"
            )
            table.add_row(
                injection.name if first else "",
                ", ".join(injection.finds) if first else "",
                str(strength),
                f"{change:+.2f}",
                str(share),
                str(where),
                verdict,
            )
    console.print(table)


def _causes(lines: list[summary.Line], console: Console) -> None:
    table = _table(
        "Right cause: under its own name and no other's, where it matters",
        "injection",
        "right cause",
        "other names",
        "",
    )
    for name, (share, others) in summary.causes(lines).items():
        told = ", ".join(f"{other} {count}" for other, count in sorted(others.items(), key=lambda item: -item[1]))
        table.add_row(name, str(share), told, "ok" if share.value >= CAUSE else "MISSED")
    console.print(table)


def _alarms(lines: list[summary.Line], console: Console) -> None:
    overall, by_check, listed = summary.false_alarms(lines)
    table = _table("Medium and high flags on clean controls", "check", "false alarms", "")
    table.add_row("all runs x checks", str(overall), "ok" if overall.value <= ALARMS else "MISSED")
    for check, share in sorted(by_check.items(), key=lambda item: -item[1].hits):
        if share.hits:
            table.add_row(check, str(share), "ok" if share.value <= ALARMS_OF_ONE else "MISSED")
    quiet = sum(not share.hits for share in by_check.values())
    table.add_row(f"{quiet} further checks", "none", "ok")
    console.print(table)
    for check, case, said in listed[:LISTED]:
        console.print(f"  {said[2:]:7} {check:24} {case}", highlight=False)
    if len(listed) > LISTED:
        console.print(f"  and {len(listed) - LISTED} more")


def _errors(errors: list[summary.Line], console: Console) -> None:
    for line in errors[:LISTED]:
        console.print(f"  no result: {line['case']}: {line['error'][:160]} ({line.get('place', '')})", highlight=False)
