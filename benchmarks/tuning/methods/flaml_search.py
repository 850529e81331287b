"""FLAML's side: reads rows and a request from a folder, and writes what was found. Imports FLAML, nothing of ours."""

from __future__ import annotations

import json
import logging
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

WARM_UP_ROWS, WARM_UP_SECONDS = 200, 1


def main(folder: Path) -> None:
    from flaml import AutoML
    from flaml.automl.data import get_output_from_log

    asked = json.loads((folder / "asked.json").read_text(encoding="utf-8"))
    rows = np.load(folder / "rows.npz")
    log = folder / "log.json"
    options = {
        "task": "classification" if asked["task"] == "classes" else "regression",
        "metric": asked["metric"],
        "estimator_list": [asked["estimator"]],
        "n_jobs": 1,
        "seed": asked["seed"] + 1,  # 0 is none
        "verbose": 0,
    }
    AutoML().fit(rows["X"][:WARM_UP_ROWS], rows["y"][:WARM_UP_ROWS], time_budget=WARM_UP_SECONDS, **options)
    automl, started, core = AutoML(), time.perf_counter(), time.process_time()
    automl.fit(rows["X"], rows["y"], time_budget=asked["seconds"], log_file_name=str(log), log_type="better", **options)
    seconds, core_seconds = time.perf_counter() - started, time.process_time() - core
    times, _, _, configs, _ = get_output_from_log(str(log), float("inf"))
    kind = automl._state.task.estimator_class_from_str(asked["estimator"])
    said: dict[str, Any] = {}
    for place, config in enumerate(configs):
        model = kind(task=automl._state.task, n_jobs=1, **config["Current Hyper-parameters"])
        model.fit(rows["X"], rows["y"])
        said[f"p{place}"] = _said(model, rows["X_held"], asked["task"])
    path = [
        [float(at), {name: _plain(value) for name, value in config["Current Hyper-parameters"].items()}]
        for at, config in zip(times, configs, strict=True)
    ]
    np.savez(folder / "said.npz", **said)
    told = {"path": path, "seconds": seconds, "trials": automl._track_iter, "core_seconds": core_seconds}
    (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")


def _said(model: Any, X: Any, task: str) -> Any:
    return np.asarray(model.predict_proba(X) if task == "classes" else model.predict(X), dtype=float)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    main(Path(sys.argv[1]))
