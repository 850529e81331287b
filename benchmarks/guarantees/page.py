"""``docs/guarantees.md`` from the promises, the guards, and what the last run has measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from benchmarks.guarantees.catalogue import ALL_GUARDS
from benchmarks.guarantees.faults import FAULTS, UNTESTED
from benchmarks.guarantees.findings import FINDINGS
from benchmarks.guarantees.guard import Guard
from benchmarks.guarantees.measured import Measured, Versions
from benchmarks.guarantees.promises import HEADINGS, LIMITS, PROMISES
from benchmarks.versions import SHOWN

OPENING = """# What is promised, and what holds it

`mlflow_pitfalls.enable()` is a guest in your training job. This page says what it promises, each line with the tests
that fail where it does not hold. It is written by `make guarantees`, which takes every guard out of a copy of the
project and sees its tests fail, and adds up what the tests tried.
"""
NOT_RUN = "not yet"
NONE = "–"
FEW_PLACES = 10  # folders of tests; there are some twenty-five


def page(measured: Measured, versions: Versions) -> str:
    """The whole document."""
    parts = [OPENING, _note(measured), *(_promises(heading) for heading in HEADINGS), _limits(), _figures(measured),
             _versions(versions), _findings(), _guards(measured.verdicts), _untested()]  # fmt: skip
    return "\n".join(part for part in parts if part)


def _note(measured: Measured) -> str:
    return f"{measured.note}\n" if measured.note else ""


def _promises(heading: str) -> str:
    lines = [f"- {promise.text} ({_links(promise.tests)})" for promise in PROMISES if promise.about == heading]
    return f"## {heading}\n" + "\n".join(lines) + "\n" if lines else ""


def _limits() -> str:
    return "## Not promised\n" + "\n".join(f"- {line}" for line in LIMITS) + "\n"


def _figures(measured: Measured) -> str:
    if not measured.figures:
        return ""
    held = sum(said == "held" for said in measured.verdicts.values())
    known = {"faults of ours found and mended": len(FINDINGS), "guards taken out, and tests that failed then": held}
    rows = [(name, f"{count:,}".replace(",", " ")) for name, count in sorted({**measured.figures, **known}.items())]
    return f"## Figures\nCounted by the tests themselves, {measured.date}.\n\n" + _table(("what", "how many"), rows)


def _versions(versions: Versions) -> str:
    if not versions:
        return ""
    rows = [
        (name, each["versions"]["python"], ", ".join(f"{of} {each['versions'].get(of, NONE)}" for of in SHOWN),
         f"{each['passed']} passed, {each['failed']} failed",
         "all" if len(each["places"]) > FEW_PLACES else ", ".join(each["places"]))
        for name, each in versions.items()
    ]  # fmt: skip
    heading = "## Versions tried\nThe default tests, by the sessions of `make versions`, "
    heading += "folder by folder and not all at one commit.\n\n"
    return heading + _table(("session", "Python", "packages", "tests", "of"), rows)


def _findings() -> str:
    rows = [(each.what, each.how, _links(each.tests)) for each in FINDINGS]
    return "## Found and mended\n" + _table(("what went wrong", "found by", "held by"), rows) if rows else ""


def _guards(verdicts: Mapping[str, str]) -> str:
    rows = []
    for fault, guards in groupby(ALL_GUARDS, key=lambda guard: guard.fault):
        rows += [_guard_row(fault, guard, verdicts) for guard in guards]
    heading = f"## Faults\n{len({guard.fault for guard in ALL_GUARDS})} faults, {len(ALL_GUARDS)} guards.\n\n"
    return heading + _table(("", "what goes wrong", "what holds", "the guard", "its tests", "fail without it"), rows)


def _guard_row(fault: int, guard: Guard, verdicts: Mapping[str, str]) -> tuple[str, ...]:
    said = verdicts.get(guard.key, NOT_RUN)
    return (f"F{fault}", FAULTS[fault], guard.promise, f"[{guard.file.rpartition('/')[2]}](../{guard.file})",
            _links(guard.tests), "yes" if said == "held" else said)  # fmt: skip


def _untested() -> str:
    lines = [f"- F{fault}, {FAULTS[fault]}: {reason}" for fault, reason in sorted(UNTESTED.items())]
    return "## Not tested\n" + "\n".join(lines) + "\n" if lines else ""


def _links(tests: Sequence[str]) -> str:
    found = []
    for test in tests:
        path, _, name = test.partition("::")
        shown = name.partition("[")[0].rpartition("::")[2] or path.rpartition("/")[2]
        found.append(f"[{shown}](../{path})")
    return ", ".join(dict.fromkeys(found))


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
