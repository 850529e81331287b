"""Lines of results, one a case and method, and what makes a line stale: other code, other ranges, another budget."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import mlflow_pitfalls
from benchmarks.pitfallbench import datasets
from benchmarks.pitfallbench.others.environments import PINS
from benchmarks.pitfallbench.results import build
from benchmarks.tuning import methods

FOLDER = Path(__file__).parents[1] / "results" / "tuning"
SUMMARY = "tuning.json"  # beside the folder
_HERE = Path(__file__).parent
_SHOWS_ONLY = frozenset({"run.py", "crew.py", "results.py", "summary.py", "show.py"})
_SPACE = ("hyperparameters/*.py", "tuning/*spac*.py", "tuning/anatomy.py", "tuning/bounding.py", "tuning/objective.py")


def versions(seconds: float) -> dict[str, str]:
    """Of each method what its lines are kept under: ours change with all of the package, others with the ranges."""
    root = Path(mlflow_pitfalls.__file__).parent
    bench = [each for each in _HERE.rglob("*.py") if each.name not in _SHOWS_ONLY]
    shared = _digest([*bench, Path(datasets.__file__), *(each for glob in _SPACE for each in root.glob(glob))])
    ours = f"{shared}-{build()}-{seconds:g}s"
    kept = dict.fromkeys(methods.NAMES, f"{shared}-{seconds:g}s")
    return kept | {methods.OURS: ours, methods.FROM_HISTORY: ours, methods.FLAML: f"{kept['flaml']}-{PINS['flaml'][0]}"}


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:8]
