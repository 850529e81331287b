"""Plays cases, each method in a fresh process on one core, and writes a line as soon as one is done."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.pitfallbench.results import Store
from benchmarks.tuning import methods
from benchmarks.tuning.cases import Case
from benchmarks.tuning.methods.with_flaml import PYTHON_VARIABLE

ROOT = Path(__file__).parents[2]
ONE_CORE = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LOKY_MAX_CPU_COUNT")
PATIENCE_SECONDS = 1_200  # beyond the budget: histories before it and refits after it
TOLD = 400  # characters of an error
Job = tuple[Case, str]


def jobs_of(
    cases: Sequence[Case], names: Sequence[str], store: Store, versions: Mapping[str, str], *, shuffled: bool
) -> list[Job]:
    """What has no line yet. All methods of a case follow each other, on the machine as it is at that time."""
    done = {name: {line["case"] for line in store.read(versions[name]) if "error" not in line} for name in names}
    ordered = list(cases)
    if shuffled:
        random.Random(0).shuffle(ordered)
    return [(case, name) for case in ordered for name in names if f"{case.id}/{name}" not in done[name]]


def play_all(
    todo: Sequence[Job],
    seconds: float,
    store: Store,
    versions: Mapping[str, str],
    console: Console,
    *,
    flaml: Path | None,
    processes: int,
) -> int:
    """Play them.

    Args:
        todo: Of :func:`jobs_of`.
        seconds: The budget of each.
        store: For the lines.
        versions: What each method's lines are kept under.
        console: For the progress.
        flaml: The interpreter that has FLAML.
        processes: At once.

    Returns:
        How many failed.
    """
    lock, failed = Lock(), 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        tempfile.TemporaryDirectory() as scratch,
        Progress(*columns, console=console) as progress,
        ThreadPoolExecutor(processes) as pool,
    ):
        empty = empty_store(Path(scratch)) if any(name == methods.FROM_HISTORY for _, name in todo) else None
        bar = progress.add_task("tuning".ljust(42), total=len(todo))

        def one(job: Job) -> None:
            nonlocal failed
            case, name = job
            line = played(case, name, seconds, flaml, empty)
            with lock:
                failed += "error" in line
                store.append(line, versions[name])
                progress.update(bar, advance=1, description=f"{case.id} {name}".ljust(42))

        try:
            for _ in pool.map(one, todo):
                pass
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise
    return failed


def empty_store(folder: Path) -> Path:
    """A tracking store without runs, to be copied: making one takes MLflow seconds."""
    from mlflow import MlflowClient

    path = folder / "empty.db"
    MlflowClient(tracking_uri=f"sqlite:///{path}").search_experiments()
    return path


def played(
    case: Case, name: str, seconds: float, flaml: Path | None = None, empty: Path | None = None
) -> dict[str, Any]:
    """One case by one method in a process of its own, whose studies and runs are thrown away.

    Args:
        case: Which one.
        name: The method.
        seconds: Its budget.
        flaml: The interpreter that has FLAML.
        empty: Of :func:`empty_store`.

    Returns:
        A line of results, or of an error.
    """
    with tempfile.TemporaryDirectory() as home:
        if empty is not None:
            shutil.copy(empty, Path(home) / "runs.db")
        environment = os.environ | dict.fromkeys(ONE_CORE, "1")
        environment |= {"XDG_STATE_HOME": home, "MLFLOW_TRACKING_URI": f"sqlite:///{home}/runs.db"}
        environment |= {PYTHON_VARIABLE: str(flaml)} if flaml is not None else {}
        file = Path(home) / "line.json"
        command = [sys.executable, "-m", "benchmarks.tuning.play", case.id, name, str(seconds), str(file)]
        try:
            subprocess.run(
                command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=seconds + PATIENCE_SECONDS
            )
            line: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        except (subprocess.SubprocessError, OSError, ValueError) as error:
            said = getattr(error, "stderr", None) or b""
            told = said.decode("utf-8", "replace").strip()[-TOLD:] or str(error)[:TOLD]
            line = {"case": f"{case.id}/{name}", "method": name, "error": told}
    return line


def needs_flaml(todo: Sequence[Job]) -> bool:
    """Whether its environment is wanted."""
    return any(name == methods.FLAML for _, name in todo)
