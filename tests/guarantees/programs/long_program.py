"""Five thousand fits in one process, while a day goes by on the clock; prints what they leave behind as JSON."""

# ruff: noqa: E402 - the clock comes first
import gc
import json
import os
import sys
import threading
import time
import tracemalloc
from pathlib import Path

FITS, BLOCKS, IN_A_RUN = 5_000, 20, 3
A_LINE = 5  # blocks in which one line of the program makes the fits that no run is open for
DAY = 24 * 3_600.0
passed = 0.0  # seconds by which the clock is ahead
_honest = time.monotonic, time.perf_counter
time.monotonic = lambda: _honest[0]() + passed
time.perf_counter = lambda: _honest[1]() + passed

import mlflow
import numpy as np
from mlflow.tracking._tracking_service import utils as of_mlflow
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB

import mlflow_pitfalls
from mlflow_pitfalls import api, errors, session
from mlflow_pitfalls.capture.lineage import objects, preparations, tracker
from mlflow_pitfalls.capture.recording import recorder, repeats, runs
from mlflow_pitfalls.hooks import callers, threads
from mlflow_pitfalls.model.items import LogItems, Tag
from mlflow_pitfalls.sinks import breaker, delivery, history

# Bounds so low that all is full after a few runs: what grows after that has none.
session.MAX_REPORTS = runs.MAX_DRAFTS = repeats.MAX_LINES = delivery.MAX_UNDELIVERED = tracker.MAX_VIEWS = 4
history.MAX_RUNS = history.MAX_EARLIER = 4
recorder.MAX_COUNTED = callers._MAX_SITES = 16
objects.ObjectRegistry.__init__.__defaults__ = (32,)
preparations.MAX_TRANSFORMERS = preparations._MAX_COLUMNS = 16

DEAD = sys.argv[1]  # a tracking server that refuses connections
rng = np.random.default_rng(0)
mlflow_pitfalls.enable(autolog=False, terminal=False)
tracemalloc.start()


def fit(line, *, is_evaluated):
    X = rng.normal(size=(40, 3))
    y = (X[:, 0] > 0).astype(int)
    parts = train_test_split(X, y, random_state=0) if is_evaluated else (X, X, y, y)
    model = GaussianNB()  # noqa: F841 - used by its name in the line below
    fitted = eval(compile("model.fit(parts[0], parts[2])", f"line {line}", "eval"))
    if is_evaluated:
        accuracy_score(parts[3], fitted.predict(parts[1]))


def point(fits):
    mlflow_pitfalls.flush(timeout=60)
    of_mlflow._artifact_repos_cache.clear()  # of its last 1 024 runs
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return {
        "fits": fits,
        "resident": pages * os.sysconf("SC_PAGE_SIZE"),
        "traced": tracemalloc.get_traced_memory()[0],
        "threads": threading.active_count(),
        "files": len(list(Path("/proc/self/fd").iterdir())),
        "sizes": sizes(),
    }


def sizes():
    watching = api._session
    recorder, writer = watching.recorder, watching._writer
    objects, preparations = recorder._lineage.objects, recorder._lineage.preparations
    return {
        "drafts": len(recorder._book.open()),
        "counts": len(recorder._counts),
        "lines": len(recorder._repeats._counts),
        "inner runs": len(recorder._inner_runs),
        "objects": len(objects),
        "views": len(objects._by_base) + len(recorder._lineage._views),
        "columns": len(objects._by_column) + len(objects._by_labels),
        "preparations": len(preparations._by_column),
        "shared samples": len(recorder._fits._trainings),
        "reports": len(watching._reports) + len(watching._news) + len(watching._printed),
        "couriers": len(writer._couriers),
        "breakers": len(breaker._breakers),
        "undelivered": len(writer._undelivered()),
        "waiting with their content": sum(parcel.items is not None for parcel in writer._undelivered()),
        "sites": len(callers._sites),
        "modules": len(callers.places),
        "states of threads": len(threads._states),
        "faults told": len(errors._seen),
    }


points, done = [], 0
probes = []
breaker.answers = lambda uri, honest=breaker.answers: probes.append(uri) or honest(uri)
for block in range(BLOCKS):
    with mlflow.start_run():
        for _ in range(IN_A_RUN):
            fit(block, is_evaluated=True)
    for _ in range(FITS // BLOCKS - IN_A_RUN):
        fit(f"{block // A_LINE}, again", is_evaluated=False)
    done += FITS // BLOCKS
    items = LogItems(run_id=f"{block:032}", stage="settled", tags=(Tag(key="pitfalls.severity", value="low"),))
    api._session._writer.submit(DEAD, lambda items=items: items)
    points.append(point(done))
    passed += DAY / BLOCKS
print(json.dumps({"points": points, "probes": len(probes), "hours": passed / 3_600}))
os._exit(0)  # what the dead server was to be told stays in the spool
