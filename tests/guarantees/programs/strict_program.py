"""A program with everything set as unkindly as it goes; prints as JSON whether all of it still stands at the end."""

# ruff: noqa: E402 - the clock jumps and the streams are looked at from the start
import io
import json
import logging
import os
import sys
import time
import warnings
from pathlib import Path

honest = time.time
jumps = iter(range(10**9))
time.time = lambda: honest() + (-1) ** next(jumps) * 86_400.0  # a day forth and back with every look

lines = io.StringIO()
handler = logging.StreamHandler(lines)
logging.basicConfig(level=logging.WARNING, handlers=[handler])


def loggers():
    named = {
        name: (logger.level, logger.propagate, logger.disabled, len(logger.handlers))
        for name, logger in logging.root.manager.loggerDict.items()
        if isinstance(logger, logging.Logger) and name.startswith(("mlflow", "alembic", "sqlalchemy"))
    }
    return {**named, "root": (logging.root.level, True, logging.root.disabled, len(logging.root.handlers))}


import mlflow
import numpy as np
import pandas as pd
import sklearn
from sklearn.datasets import load_breast_cancer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

mlflow.set_experiment("strict")  # the store is opened by the program itself: its tables, its log lines
import mlflow_pitfalls

if "watched" in sys.argv:
    mlflow_pitfalls.enable(autolog=False, terminal=False)

OPTIONS = {
    "display.max_rows": 3,
    "display.precision": 2,
    "compute.use_numexpr": False,
}
for name, value in OPTIONS.items():
    pd.set_option(name, value)
np.seterr(all="raise")
np.set_printoptions(precision=2)
sklearn.set_config(assume_finite=True, enable_metadata_routing=True, transform_output="pandas")
warnings.simplefilter("error")


def now():
    return {
        "filters": [str(entry) for entry in warnings.filters],
        "floating point": np.geterr(),
        "printing": repr(np.get_printoptions()),
        "pandas": {name: pd.get_option(name) for name in OPTIONS},
        "scikit-learn": repr(sklearn.get_config()),
        "hook": sys.excepthook is sys.__excepthook__ and warnings.showwarning.__module__,
        "recursion": sys.getrecursionlimit(),
        "folder": str(Path.cwd()),
    }


SET = now()
streams, before = (sys.stdout, sys.stderr, os.fstat(1).st_ino, os.fstat(2).st_ino), loggers()
X, y = load_breast_cancer(return_X_y=True, as_frame=True)
parts = train_test_split(X, y, random_state=0)
odd = X.assign(tiny=np.geomspace(1e-300, 1e-290, len(X)), huge=np.geomspace(1e290, 1e300, len(X)), same=1e-200)
kinds = []
with mlflow.start_run():
    DummyClassifier().fit(odd, y)  # which itself computes nothing from these columns
    kinds.append(now() == SET)
with mlflow.start_run() as run:
    model = make_pipeline(StandardScaler(), RandomForestClassifier(10, random_state=0))
    model.fit(parts[0], parts[2])
    score = accuracy_score(parts[3], model.predict(parts[1]))
    kinds.append(now() == SET)
mlflow_pitfalls.flush(timeout=120)
kinds.append(now() == SET)
report = mlflow_pitfalls.report(run.info.run_id).record if "watched" in sys.argv else None
times = [] if report is None else [report.fit.seconds, report.times.predict_seconds, report.times.overhead_seconds]
print(
    json.dumps(
        {
            "score": score,
            "stand": kinds,
            "streams": streams == (sys.stdout, sys.stderr, os.fstat(1).st_ino, os.fstat(2).st_ino),
            "loggers": [name for name, settings in before.items() if loggers().get(name) != settings],
            "logged": lines.getvalue(),
            "times": times,
        }
    )
)
