"""One case by one method, in a process of its own: ``python -m benchmarks.tuning.play CASE METHOD SECONDS FILE``."""

from __future__ import annotations

import argparse
import json
import warnings
from pathlib import Path
from typing import Any

from benchmarks.tuning import methods
from benchmarks.tuning.cases import Case, case_of
from benchmarks.tuning.found import Found
from benchmarks.tuning.judging import Numbers, refitted, score, standard_error
from benchmarks.tuning.methods.with_flaml import flaml
from benchmarks.tuning.task import Task, task_of

WARM_UP_SECONDS = 1.0


def play(case: Case, method: str, seconds: float, *, most: int | None = None) -> dict[str, Any]:
    """Let a method tune, then judge what it found on the held-out rows.

    Args:
        case: Which one.
        method: Its name.
        seconds: The budget on the clock.
        most: Training rows, in place of the usual number.

    Returns:
        A line of results; one without a score where the method has nothing for this estimator.
    """
    task = task_of(case, most=most)
    start: dict[str, Any] = {
        "case": f"{case.id}/{method}",
        "method": method,
        "table": case.table,
        "estimator": case.estimator,
    }
    start |= {"seed": case.seed, "budget": seconds, "metric": task.rows.metric}
    if method == methods.FLAML:
        answer = flaml(task, seconds)
        return start | ({"none": True} if answer is None else _line(task, *answer))
    tune = methods.HERE[method]
    tune(task.small(), WARM_UP_SECONDS)
    found = tune(task, seconds)
    return start | _line(task, found, [refitted(task, values) for _, values in found.path])


def _line(task: Task, found: Found, predictions: list[Numbers]) -> dict[str, Any]:
    plain = refitted(task, {})
    default, scores = score(task.rows, plain), [score(task.rows, each) for each in predictions]
    return {
        "rows": len(task.rows.y),
        "held_out": len(task.rows.y_held),
        "default": default,
        "score": scores[-1],
        "returned": default if found.keeps_defaults else scores[-1],
        "error_of_gain": standard_error(task.rows, predictions[-1], plain, task.seed),
        "path": [[round(at, 3), each] for (at, _), each in zip(found.path, scores, strict=True)],
        "seconds": round(found.seconds, 3),
        "core_seconds": round(found.core_seconds, 3),
        "trials": found.trials,
        "winner": {name: repr(value) for name, value in found.path[-1][1].items()},
        **found.notes,
    }


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", type=case_of)
    parser.add_argument("method", choices=methods.NAMES)
    parser.add_argument("seconds", type=float)
    parser.add_argument("file", type=Path)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    asked.file.write_text(json.dumps(play(asked.case, asked.method, asked.seconds), allow_nan=False), encoding="utf-8")


if __name__ == "__main__":
    main()
