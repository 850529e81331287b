"""Every kind of fact that is found in a run's samples, in the order in which they are looked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mlflow_pitfalls.capture.findings.calibration import calibration
from mlflow_pitfalls.capture.findings.classes import classes
from mlflow_pitfalls.capture.findings.held_out_digest import held_out_digest
from mlflow_pitfalls.capture.findings.held_out_profile import held_out_profile
from mlflow_pitfalls.capture.findings.order import groups, time_order
from mlflow_pitfalls.capture.findings.preprocessing import preprocessing
from mlflow_pitfalls.capture.findings.rule import rule
from mlflow_pitfalls.capture.findings.scores import scores
from mlflow_pitfalls.capture.findings.segments import segments
from mlflow_pitfalls.capture.findings.sides import drift, overlap
from mlflow_pitfalls.capture.findings.single_features import single_features
from mlflow_pitfalls.capture.findings.sources import Sources
from mlflow_pitfalls.capture.findings.split import remedies, resamplings, split
from mlflow_pitfalls.capture.findings.staged import staged

Finding = Callable[[Sources], Mapping[str, object]]

# What is being done, in words that a user understands, and what does it: fields of the record by name.
FINDINGS: tuple[tuple[str, Finding], ...] = (
    ("telling how the rows were split", split),
    ("recognising the held-out rows", held_out_digest),
    ("following resampled rows", resamplings),
    ("following transformers", preprocessing),
    ("looking for answers to imbalance", remedies),
    ("scoring both sides", scores),
    ("scoring the rounds of an iterative model", staged),
    ("scoring the classes", classes),
    ("comparing the two sides", drift),
    ("looking for rows on both sides", overlap),
    ("scoring single features", single_features),
    ("looking for an order in time", time_order),
    ("looking for groups of rows", groups),
    ("finding the best rule over one feature", rule),
    ("scoring segments", segments),
    ("calibrating probabilities", calibration),
    ("profiling the held-out rows", held_out_profile),
)
