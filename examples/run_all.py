"""Run every example against one MLflow store and show what each run was flagged for: ``make demo``.

An example states in its first line what it should be flagged for:

    # expects: overfit, missing-values      these at least
    # expects: nothing above low            no flag of medium or high severity

No example may carry a flag of high severity that its first line does not name.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

FOLDER = Path(__file__).resolve().parent
HEADER = "# expects:"
CLEAN = "nothing above low"
EXPERIMENT = "pitfalls demo"
SEVERITY_TAG = "pitfalls.severity"
FLAGS_TAG = "pitfalls.flags"
PARENT_TAG = "mlflow.parentRunId"
STYLES = {"high": "bold red", "medium": "yellow", "low": "cyan", "none": "green"}
MAX_RUNS = 1000
PLAIN_WIDTH = 120  # columns, where the output is no terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What an example's first line says; ``checks`` is empty where the run must stay clean."""

    checks: frozenset[str]

    @property
    def text(self) -> str:
        """The first line's words."""
        return ", ".join(sorted(self.checks)) or CLEAN

    def broken_by(self, flags: dict[str, str]) -> list[str]:
        """Why these flags (check → severity) are not what was expected; empty where they are."""
        problems = [f"{check} was expected and is not flagged" for check in sorted(self.checks - flags.keys())]
        accepted = ("low",) if not self.checks else ("low", "medium")
        for check, severity in flags.items():
            if check not in self.checks and severity not in accepted:
                problems.append(f"{check} ({severity}) is flagged and was not expected")
        return problems


def scripts() -> list[Path]:
    """The examples, in alphabetical order."""
    return sorted(path for path in FOLDER.glob("*.py") if path.name != Path(__file__).name)


def expectation(script: Path) -> Expectation:
    """Read an example's first line.

    Raises:
        ValueError: The first line does not say what to expect.
    """
    first = script.read_text(encoding="utf-8").splitlines()[0]
    if not first.startswith(HEADER):
        raise ValueError(f"{script.name}: the first line must start with {HEADER!r}")
    text = first.removeprefix(HEADER).strip()
    names = () if text == CLEAN else tuple(part.strip() for part in text.split(","))
    if "" in names:
        raise ValueError(f"{script.name}: expected check names separated by commas, found {text!r}")
    return Expectation(checks=frozenset(names))


def prepare(store: Path) -> tuple[MlflowClient, str, dict[str, str]]:
    """Make an SQLite store with one experiment in a folder.

    Args:
        store: The folder; made where it does not exist.

    Returns:
        A client of the store, the experiment's id, and the environment in which examples find both.
    """
    from mlflow import MlflowClient

    store.mkdir(parents=True, exist_ok=True)
    uri = f"sqlite:///{store}/mlflow.db"
    client = MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name(EXPERIMENT)
    experiment_id = (
        experiment.experiment_id
        if experiment
        else client.create_experiment(EXPERIMENT, artifact_location=(store / "artifacts").as_uri())
    )
    environment = {
        **os.environ,
        "MLFLOW_TRACKING_URI": uri,
        "MLFLOW_REGISTRY_URI": uri,
        "MLFLOW_EXPERIMENT_ID": experiment_id,
        "MLFLOW_LOGGING_LEVEL": "ERROR",  # its hints on model formats would hide the flags
        "PYTHONWARNINGS": "ignore",
    }
    return client, experiment_id, environment


def runs_of(client: MlflowClient, experiment_id: str, known: frozenset[str]) -> list[Run]:
    """The experiment's runs that are not in ``known``, oldest first, without the child runs of a search."""
    found = client.search_runs([experiment_id], order_by=["attributes.start_time ASC"], max_results=MAX_RUNS)
    return [run for run in found if run.info.run_id not in known and PARENT_TAG not in run.data.tags]


def flags_of(run: Run) -> dict[str, str]:
    """The run's flags as its tags tell them: check → severity, worst first."""
    names = run.data.tags.get(FLAGS_TAG, "").split(",")
    return {name: run.data.tags[f"pitfalls.{name}"] for name in names if name}


def problems_of(script: Path, status: int, runs: list[Run]) -> list[str]:
    """Why the runs that a script left are not what its first line says; empty where they are.

    Args:
        script: The example.
        status: The exit status with which it ended.
        runs: What :func:`runs_of` found afterwards.
    """
    if status:
        return [f"ended with status {status}"]
    unfinished = [run for run in runs if run.info.status != "FINISHED"]
    if unfinished:
        return [f"{len(unfinished)} of its {len(runs)} runs did not finish"]
    judged = [run for run in runs if SEVERITY_TAG in run.data.tags]
    if not judged:
        return [f"none of its {len(runs)} runs was judged"]
    flags: dict[str, str] = {}
    for run in judged:
        flags |= flags_of(run)
    return expectation(script).broken_by(flags)


def main() -> int:
    """Run the examples one by one; 1 where a script failed or was not flagged as its first line says."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    arguments = _arguments()
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "ERROR")
    console = Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH)
    client, experiment_id, environment = prepare(arguments.store.resolve())
    chosen = [path for path in scripts() if not arguments.names or path.stem in arguments.names]
    summary = Table(title="What the runs were flagged for", title_justify="left")
    for heading in ("example", "expected", "flags", "seconds", ""):
        summary.add_column(heading, overflow="fold")
    failures = 0
    for number, script in enumerate(chosen, 1):
        console.rule(Text(f"[{number}/{len(chosen)}] {script.name}"), align="left")
        known = frozenset(run.info.run_id for run in runs_of(client, experiment_id, frozenset()))
        began = time.perf_counter()
        status = subprocess.run([sys.executable, str(script)], env=environment, cwd=FOLDER, check=False).returncode
        seconds = time.perf_counter() - began
        runs = runs_of(client, experiment_id, known)
        problems = problems_of(script, status, runs)
        failures += bool(problems)
        summary.add_row(
            script.stem,
            expectation(script).text,
            _painted({name: severity for run in runs for name, severity in flags_of(run).items()}),
            f"{seconds:.0f}",
            Text("; ".join(problems), style="bold red") if problems else Text("as expected", style="green"),
        )
    console.print(summary)
    console.print(f"{len(chosen) - failures} of {len(chosen)} examples as expected. Next: make ui", markup=False)
    return int(failures > 0)


def _painted(flags: dict[str, str]) -> object:
    from rich.text import Text

    order = list(STYLES)
    ranked = sorted(flags.items(), key=lambda item: (order.index(item[1]) if item[1] in order else 0, item[0]))
    painted = [Text(name, style=STYLES.get(severity, "")) for name, severity in ranked]
    return Text("\n").join(painted) if painted else Text("none", style=STYLES["none"])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--store", type=Path, default=Path(".demo"), help="folder of the store (default: .demo)")
    parser.add_argument("names", nargs="*", help="examples to run, without .py; all by default")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
