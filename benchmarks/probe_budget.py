"""What extra fits cost the examples, and a fit on 200 000 rows, in wall-clock: ``make bench-probes``.

Each script runs without and with the default budget, in turns. The budget is 5 seconds a process and a tenth of the
time that the script's own fits took; a fit that is running when it ends may go on for half a second.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from mlflow_pitfalls.probes.budget import GRACE_SECONDS
from mlflow_pitfalls.settings import Settings

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
OVERSHOOT_SECONDS = 0.5
SCRIPT_SECONDS = 600
LARGE = """
import mlflow, mlflow_pitfalls
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from benchmarks.measure import LARGE_ROWS, MODELS, tables

mlflow_pitfalls.enable()
X, y = tables()[LARGE_ROWS]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = MODELS[{model!r}]()
with mlflow.start_run():
    model.fit(X_train, y_train)
    roc_auc_score(y_test, model.predict_proba(X_test)[:, 1])
"""


@dataclass(slots=True, kw_only=True)
class Script:
    """One script and what its rounds took."""

    name: str
    path: Path
    without: list[float] = field(default_factory=list)  # seconds
    probed: list[float] = field(default_factory=list)
    fit_seconds: list[float] = field(default_factory=list)

    @property
    def extra(self) -> float:
        """Median of the differences, seconds."""
        return statistics.median(ours - bare for ours, bare in zip(self.probed, self.without, strict=True))

    @property
    def allowed(self) -> float:
        """The budget and one fit's overshoot, seconds."""
        return GRACE_SECONDS + Settings().probe_budget * statistics.median(self.fit_seconds) + OVERSHOOT_SECONDS


def run(script: Script, folder: Path, budget: str | None) -> tuple[float, float]:
    """Seconds of the whole process, and of its own fits."""
    from mlflow import MlflowClient

    store = f"sqlite:///{folder}/{script.name}-{time.monotonic_ns()}.db"
    environment = {
        **os.environ,
        "MLFLOW_TRACKING_URI": store,
        "MLFLOW_PITFALLS_SPOOL_DIR": str(folder / "spool"),
        "MLFLOW_PITFALLS_TERMINAL": "false",
        "PYTHONPATH": str(ROOT),
        **({} if budget is None else {"MLFLOW_PITFALLS_PROBE_BUDGET": budget}),
    }
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, str(script.path)],
        env=environment,
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=SCRIPT_SECONDS,
    )
    seconds = time.perf_counter() - began
    client = MlflowClient(tracking_uri=store)
    experiments = [found.experiment_id for found in client.search_experiments()]
    runs = client.search_runs(experiments, max_results=1_000)
    return seconds, sum(found.data.metrics.get("pitfalls/fit_seconds", 0.0) for found in runs)


def scripts(folder: Path, wanted: list[str]) -> list[Script]:
    """The examples, and two fits on many rows; those asked for."""
    found = [Script(name=path.stem, path=path) for path in sorted(EXAMPLES.glob("*.py")) if path.stem != "run_all"]
    for model in ("logistic", "forest"):
        path = folder / f"large_{model}.py"
        path.write_text(LARGE.format(model=model), encoding="utf-8")
        found.append(Script(name=path.stem, path=path))
    return [script for script in found if not wanted or script.name in wanted]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scripts", nargs="*", default=[], help="names of examples, large_logistic, large_forest")
    options = parser.parse_args()
    console = Console(width=110)
    table = Table(title="Whole scripts, seconds (medians)")
    for heading in ("script", "without", "probed", "extra", "allowed"):
        table.add_column(heading, justify="right")
    with tempfile.TemporaryDirectory() as name:
        for script in scripts(Path(name), options.scripts):
            for number in range(options.rounds):
                for budget in ("0", None) if number % 2 else (None, "0"):
                    seconds, fitted = run(script, Path(name), budget)
                    (script.without if budget else script.probed).append(seconds)
                    script.fit_seconds.append(fitted)
            style = "green" if script.extra <= script.allowed else "bold red"
            shown = (statistics.median(script.without), statistics.median(script.probed))
            table.add_row(
                script.name,
                *(f"{value:.1f}" for value in shown),
                f"[{style}]{script.extra:+.1f}[/]",
                f"{script.allowed:.1f}",
            )
            console.print(f"{script.name}: {script.extra:+.1f} s, allowed {script.allowed:.1f} s", highlight=False)
    console.print(table)


if __name__ == "__main__":
    main()
