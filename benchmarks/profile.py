"""The data profile beside ``pandas.DataFrame.describe(include="all")``: run alternately, medians, and their ratio.

python -m benchmarks.profile [--rows 1000000] [--repeats 5]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from mlflow_pitfalls.capture.containers import as_vector, sample_positions, take_sample
from mlflow_pitfalls.capture.profile import profile_dataset
from mlflow_pitfalls.capture.task import task_of
from mlflow_pitfalls.model.profile import DatasetProfile
from mlflow_pitfalls.model.values import Role
from mlflow_pitfalls.settings import Settings

TARGET_RATIO = 5.0


def mixed_frame(rows: int) -> pd.DataFrame:
    """20 floats, 5 integers, 3 text columns and 2 categories."""
    rng = np.random.default_rng(0)
    words = np.array([f"word {i}" for i in range(10_000)], dtype=object)
    columns: dict[str, object] = {f"float {i}": rng.normal(size=rows) for i in range(20)}
    columns |= {f"integer {i}": rng.integers(0, 10 ** (i + 1), size=rows) for i in range(5)}
    columns |= {f"text {i}": pd.Series(words[rng.integers(0, 10**i * 5, size=rows)]) for i in range(3)}
    columns |= {
        f"category {i}": pd.Categorical.from_codes(rng.integers(0, 4, size=rows), list("abcd")) for i in range(2)
    }
    return pd.DataFrame(columns)


def profile(X: object, y: object) -> DatasetProfile:
    """A profile as the recorder makes it, with the drawing of its sample."""
    rows = len(X)  # type: ignore[arg-type]
    positions = sample_positions(rows, Settings().sample_rows, 0)
    sample, labels = take_sample(X, positions=positions), as_vector(y)
    assert sample is not None and labels is not None
    return profile_dataset(
        X,
        y,
        role=Role.TRAIN,
        task=task_of(y),
        sample=sample,
        target_sample=labels[positions],
        target_name="target",
    )


def medians(first: Callable[[], object], second: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Median seconds of both, run by turns so that neither has the machine to itself."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeats + 1):
        for call, taken in zip((first, second), times, strict=True):
            started = time.perf_counter()
            call()
            taken.append(time.perf_counter() - started)
    return statistics.median(times[0][1:]), statistics.median(times[1][1:])  # the first round warms up


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    rng = np.random.default_rng(1)

    frame, y = mixed_frame(options.rows), rng.integers(0, 2, options.rows)
    ours, theirs = medians(lambda: profile(frame, y), lambda: frame.describe(include="all"), options.repeats)
    print(f"{options.rows} x 30 mixed: profile {ours * 1e3:.0f} ms, pandas describe {theirs * 1e3:.0f} ms", end=": ")
    print(f"{theirs / ours:.1f} times faster (wanted: {TARGET_RATIO:g})")

    for rows in (569, 200_000):
        matrix = rng.normal(size=(rows, 30))
        table, labels = pd.DataFrame(matrix), (matrix[:, 0] > 0).astype(int)
        array_time, frame_time = medians(
            lambda m=matrix, t=labels: profile(m, t), lambda d=table, t=labels: profile(d, t), options.repeats
        )
        print(f"{rows} x 30 float: NumPy {array_time * 1e3:.1f} ms, pandas {frame_time * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
