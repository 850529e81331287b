"""One table: on the same cases, how often each tool names the pitfall, and how often it cries wolf."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.pitfallbench import summary
from benchmarks.pitfallbench.harm import CHANGE
from benchmarks.pitfallbench.injections import ALL
from benchmarks.pitfallbench.injections.base import CAUSES
from benchmarks.pitfallbench.others.by_check import print_by_check
from benchmarks.pitfallbench.others.environments import PINS
from benchmarks.pitfallbench.others.mapping import as_ours
from benchmarks.pitfallbench.results import Store
from benchmarks.pitfallbench.summary import Line, Share

WORST = 6


def print_others(folder: Path, ours: list[Line], console: Console) -> None:
    """Nothing before the other tools were asked."""
    usable = {line["case"]: line for line in summary.usable(ours)}
    changes = {line["case"]: change for line, change in summary.mattering(ours)}
    answers = {
        tool: {line["case"]: line for line in Store(folder, tool).read(PINS[tool][0]) if line["case"] in usable}
        for tool in PINS
    }
    for tool in [tool for tool, lines in answers.items() if not lines]:
        del answers[tool]
    if not answers:
        return
    columns = [name for tool in answers for name in (tool, f"ours on {tool}'s cases")]
    table = Table(title="Beside other tools, on the cases that each judged", title_justify="left", box=SIMPLE_HEAD)
    for name in ("injection, where it matters", *columns):
        table.add_column(name, no_wrap=True)
    for name, injection in ALL.items():
        cells = _recalls(name, answers, usable, changes) if injection.finds else []
        if set(cells) - {"-"}:
            table.add_row(name, *cells)
    table.add_section()
    table.add_row("right cause, all of these", *_causes(answers, usable, changes))
    table.add_row("clean runs with a serious flag", *_alarms(answers, usable))
    console.print(table)
    for tool, lines in answers.items():
        _worst(tool, lines, usable, console)
        print_by_check(tool, lines, usable, changes, console)


def _recalls(name: str, answers: dict[str, Any], ours: dict[str, Line], changes: dict[str, float]) -> list[str]:
    cells = []
    wanted = set(ALL[name].finds)
    for tool, lines in answers.items():
        asked = [case for case, line in lines.items() if line["injection"] == name and changes.get(case, 0.0) >= CHANGE]
        theirs = [bool(as_ours(tool, lines[case].get("said", {})) & wanted) for case in asked]
        mine = [summary.is_found(ours[case]) for case in asked]
        cells += [str(Share(hits=sum(found), of=len(found))) for found in (theirs, mine)]
    return cells


def _causes(answers: dict[str, Any], ours: dict[str, Line], changes: dict[str, float]) -> list[str]:
    cells = []
    for tool, lines in answers.items():
        theirs, mine = [], []
        for case, line in lines.items():
            injection = ALL[line["injection"]]
            if not injection.is_cause or changes.get(case, 0.0) < CHANGE:
                continue
            allowed = {*injection.finds, *injection.beside, *ours[case]["true"]}
            said = as_ours(tool, line.get("said", {}))
            serious = as_ours(tool, line.get("said", {}), serious=True)
            theirs.append(bool(said & set(injection.finds)) and not (serious & CAUSES) - allowed)
            mine.append(summary.is_found(ours[case]) and not summary.wrong_causes(ours[case]))
        cells += [str(Share(hits=sum(found), of=len(found))) for found in (theirs, mine)]
    return cells


def _alarms(answers: dict[str, Any], ours: dict[str, Line]) -> list[str]:
    cells = []
    for tool, lines in answers.items():
        clean = [case for case, line in lines.items() if not ALL[line["injection"]].finds and "said" in line]
        theirs = [bool(as_ours(tool, lines[case]["said"], serious=True) - set(ours[case]["true"])) for case in clean]
        mine = [bool(summary.flags(ours[case], serious=True) - set(ours[case]["true"])) for case in clean]
        cells += [str(Share(hits=sum(found), of=len(found))) for found in (theirs, mine)]
    return cells


def _worst(tool: str, lines: dict[str, Line], ours: dict[str, Line], console: Console) -> None:
    """The checks of theirs that flag clean runs most often, and how often the tool gave no answer."""
    clean = [line for line in lines.values() if not ALL[line["injection"]].finds and "said" in line]
    counts: dict[str, int] = defaultdict(int)
    for line in clean:
        for check in as_ours(tool, line["said"], serious=True) - set(ours[line["case"]]["true"]):
            counts[check] += 1
    told = ", ".join(f"{check} {count}" for check, count in sorted(counts.items(), key=lambda item: -item[1])[:WORST])
    failed = sum("error" in line for line in lines.values())
    crashed = sum(bool(line.get("crashed")) for line in lines.values())
    seconds = sorted(line.get("seconds", 0.0) for line in lines.values())
    console.print(
        f"{PINS[tool][0]}: {len(lines)} cases, median {seconds[len(seconds) // 2]:.0f} s; {failed} without an answer, "
        f"{crashed} in which one check took all down. On {len(clean)} clean runs: {told or 'nothing'}.",
        highlight=False,
    )
