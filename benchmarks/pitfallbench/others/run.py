"""The same cases through the other tools: each judged in an environment of its own, one case at a time."""

from __future__ import annotations

import json
import os
import random
import subprocess
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.pitfallbench.cases import Case, plan_of
from benchmarks.pitfallbench.others import files
from benchmarks.pitfallbench.others.environments import PINS, python_of
from benchmarks.pitfallbench.results import Store
from benchmarks.pitfallbench.scripts import sides_of

ROOT = Path(__file__).parents[3]
TOOLS = ("skore", "deepchecks")
SCRIPTS = ("held_out", "accuracy_only")  # the other pitfalls lie in what the script does, which they do not see
TOO_LARGE = frozenset({"kernel-on-many-rows"})
MOST_DEATHS = 3
CONTROLS_TIMES = 4  # as many cases of each control as of a pitfall's strength


def judge_by_others(
    cases: Iterable[Case], folder: Path, data: Path | None, console: Console, *, most: int, tools: Iterable[str] = TOOLS
) -> None:
    """Judge a part of the cases; what has an answer already is left alone.

    Args:
        cases: All cases.
        folder: Of the results; the environments stand beside it.
        data: Folder of tables that do not ship.
        console: For the progress.
        most: Cases of each injection and strength, spread over tables and seeds: the tools are slow.
        tools: Which ones.
    """
    chosen = _part(cases, most)
    for tool in tools:
        store, version = Store(folder, tool), PINS[tool][0]
        done = {line["case"] for line in store.read(version)}
        todo = [case for case in chosen if case.id not in done]
        if todo:
            _judge(tool, todo, store, version, data, console, python_of(tool, folder.parent, console))


def _part(cases: Iterable[Case], most: int) -> list[Case]:
    groups: dict[tuple[str, int], list[Case]] = defaultdict(list)
    for case in cases:
        if case.injection not in TOO_LARGE:
            groups[case.injection, case.position].append(case)
    chosen = []
    for name, group in groups.items():
        wanted = most * (CONTROLS_TIMES if group[0].is_clean else 1)
        chosen += random.Random(str(name)).sample(group, min(wanted, len(group)))
    return chosen


def _judge(
    tool: str, todo: list[Case], store: Store, version: str, data: Path | None, console: Console, python: Path
) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress, tempfile.TemporaryDirectory() as scratch:
        bar = progress.add_task(tool, total=len(todo))
        answers = _Answers(tool, python)
        for case in todo:
            progress.update(bar, description=f"{tool} {case.injection}".ljust(36))
            line = _line(case)
            path = Path(scratch) / "case.json.gz"
            try:
                if _write(case, path, data):
                    line |= answers.ask(path)
                    store.append(line, version)
            except (OSError, ValueError) as error:
                store.append({**line, "error": f"{type(error).__name__}: {error}"[:200]}, version)
            progress.advance(bar)
        answers.close()


def _line(case: Case) -> dict[str, Any]:
    return {
        "case": case.id,
        "injection": case.injection,
        "strength": case.position,
        "table": case.table,
        "model": case.model,
        "seed": case.seed,
    }


def _write(case: Case, path: Path, data: Path | None) -> bool:
    """Whether the case is one that they can see, and now stands in the file."""
    plan = plan_of(case, data)
    if plan.script not in SCRIPTS:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        files.write(path, sides_of(plan), plan.model)
    return True


class _Answers:
    """A judge's process, started again where it died."""

    def __init__(self, tool: str, python: Path) -> None:
        self._command = [str(python), "-m", f"benchmarks.pitfallbench.others.{tool}_judge"]
        self._process: subprocess.Popen[str] | None = None
        self._deaths = 0

    def ask(self, path: Path) -> dict[str, Any]:
        """The answer about one file."""
        process = self._started()
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(f"{path}\n")
        process.stdin.flush()
        text = process.stdout.readline()
        if not text:
            self.close()
            self._deaths += 1
            if self._deaths == MOST_DEATHS:
                raise RuntimeError(f"the judge died {MOST_DEATHS} times in a row: {' '.join(self._command)}")
            return {"error": "the process died"}
        self._deaths = 0
        found: dict[str, Any] = json.loads(text)
        return found

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "TQDM_DISABLE": "1"}
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        return self._process

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
