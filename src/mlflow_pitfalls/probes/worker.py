"""The process that makes the extra fits: reads jobs from its standard input, and writes answers to its output.

Fits in a thread of the user's process would compete for its interpreter lock, and share its warnings filters, its
global random state and its output with it. Python's ``catch_warnings``, which scikit-learn enters in nearly every call,
swaps the filters of all threads.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import time
import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import IO, Any

from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.probes.base import ProbeContext

READY = "ready"
NICENESS = 5  # the user's own work comes first
# Importing them takes seconds: done before there is a job.
_WARM = (
    "pandas",
    "scipy.stats",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.model_selection",
    "sklearn.pipeline",
    "mlflow_pitfalls.probes.catalogue",
)
_PARENT_SECONDS = 0.5  # between looks whether the parent still lives


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Some probes of one record. ``context``'s budget is what may be spent on all of them."""

    record: RunRecord
    context: ProbeContext
    probes: tuple[str, ...]
    config: Mapping[str, Any]


def main(parent: int) -> None:
    """Answer jobs until the input ends.

    Args:
        parent: Its process: where that has ended, this one ends too, in the middle of a fit if need be.
    """
    jobs, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdout, sys.stderr):  # what a library prints goes nowhere
        os.dup2(null, stream.fileno())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is meant for the user's program
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    with suppress(OSError, AttributeError):
        os.nice(NICENESS)
    warnings.simplefilter("ignore")
    for module in _WARM:
        import_module(module)
    send(answers, READY)
    while True:
        try:
            text = pickle.load(jobs)  # noqa: S301 - from our own parent
        except EOFError:
            return
        _answer(text, answers)


def send(stream: IO[bytes], message: Any) -> None:
    """Write one message, itself pickled, so that one that cannot be read back does not spoil the next."""
    pickle.dump(pickle.dumps(message, pickle.HIGHEST_PROTOCOL), stream, pickle.HIGHEST_PROTOCOL)
    stream.flush()


def _answer(text: bytes, stream: IO[bytes]) -> None:
    """Each probe's answer, then None; the name of an exception where the job itself cannot be done."""
    import sklearn

    from mlflow_pitfalls.probes.catalogue import ALL_PROBES
    from mlflow_pitfalls.probes.engine import answers

    try:
        job: Job = pickle.loads(text)  # noqa: S301 - as above
        chosen = [probe for probe in ALL_PROBES if probe.name in job.probes]
        with sklearn.config_context(**job.config):
            for answer in answers(job.record, job.context, chosen):
                send(stream, answer)
    except Exception as error:  # noqa: BLE001 - containers and estimators of the user's raise what they like
        send(stream, type(error).__name__)
        return
    send(stream, None)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_SECONDS)
    os._exit(0)
