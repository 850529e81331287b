"""From how many rows does a GPU save time? The figures that the check ``idle-accelerator`` cites.

python -m benchmarks.accelerator [--rows 10000 100000] [--columns 30] [--rounds 300] [--threads 16 2]

Needs a GPU, and builds of the libraries that can use it (the package ``xgboost`` instead of ``xgboost-cpu``). Each fit
is timed with its transfer to the GPU; the first use of the GPU in this process is timed apart. Medians.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from mlflow_pitfalls.capture.hardware import usable_cores, visible_accelerator

ROWS = (3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
COLUMNS, ROUNDS, DEPTH, REPEATS = 30, 300, 6, 3
INFORMATIVE = 10
WARM_UP_ROWS, WARM_UP_ROUNDS = 1_000, 10


def xgboost(threads: int | None, rounds: int) -> Any:
    from xgboost import XGBClassifier

    place = {"device": "cuda"} if threads is None else {"n_jobs": threads}
    return XGBClassifier(n_estimators=rounds, max_depth=DEPTH, tree_method="hist", **place)


def catboost(threads: int | None, rounds: int) -> Any:
    from catboost import CatBoostClassifier

    place = {"task_type": "GPU"} if threads is None else {"thread_count": threads}
    return CatBoostClassifier(iterations=rounds, depth=DEPTH, verbose=0, allow_writing_files=False, **place)


def lightgbm(threads: int | None, rounds: int) -> Any:
    from lightgbm import LGBMClassifier

    place = {"device_type": "gpu"} if threads is None else {"n_jobs": threads}
    return LGBMClassifier(n_estimators=rounds, verbose=-1, **place)


LIBRARIES: dict[str, Callable[[int | None, int], Any]] = {
    "xgboost": xgboost,
    "catboost": catboost,
    "lightgbm": lightgbm,
}


def table(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Features, shape (rows, columns), and a noisy, curved target of two classes, shape (rows,)."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, columns))
    used = min(INFORMATIVE, columns)
    score = X[:, :used] @ rng.normal(size=used) + 1.5 * X[:, 0] * X[:, 1] - X[:, 2] ** 2 + rng.normal(size=rows)
    return X, (score > np.median(score)).astype(int)


def fit_seconds(model: Any, X: np.ndarray, y: np.ndarray) -> float:
    started = time.perf_counter()
    model.fit(X, y)
    return time.perf_counter() - started


def measure(library: str, options: argparse.Namespace) -> None:
    make = LIBRARIES[library]
    first = fit_seconds(make(None, WARM_UP_ROUNDS), *table(WARM_UP_ROWS, options.columns))
    print(f"{library}: first use of the GPU {first:.2f} s")
    for rows in options.rows:
        X, y = table(rows, options.columns)
        gpu, *cpu = (
            statistics.median(fit_seconds(make(threads, options.rounds), X, y) for _ in range(options.repeats))
            for threads in (None, *options.threads)
        )
        beside = ", ".join(
            f"{threads} threads {taken:.2f} s ({taken / gpu:.1f} times)"
            for threads, taken in zip(options.threads, cpu, strict=True)
        )
        print(f"{library} {rows:>9,} rows: GPU {gpu:.2f} s, {beside}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS)
    parser.add_argument("--columns", type=int, default=COLUMNS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--threads", type=int, nargs="+", default=sorted({usable_cores(), 2}, reverse=True))
    parser.add_argument("--libraries", nargs="+", choices=sorted(LIBRARIES), default=list(LIBRARIES))
    options = parser.parse_args()
    name = visible_accelerator()
    if not name:
        parser.exit(1, "This process sees no GPU.\n")
    print(f"{name}, {usable_cores()} cores, {options.columns} columns, {options.rounds} rounds")
    for library in options.libraries:
        measure(library, options)


if __name__ == "__main__":
    main()
