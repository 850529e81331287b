"""A process that works on a study: reads its order from standard input, and writes to the study's storage only."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import time
import warnings
from contextlib import suppress

CANNOT_READ = 3  # exit statuses
NO_STORAGE = 4
NICENESS = 5  # the user's own work comes first
_PARENT_SECONDS = 0.5  # between looks whether the parent still lives


def main(parent: int) -> None:
    """Work until the study has enough trials, or its time is over.

    Args:
        parent: Its process: where that has ended, this one ends too, in the middle of a fit if need be.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is the parent's to handle
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    with suppress(OSError, AttributeError):
        os.nice(NICENESS)
    warnings.simplefilter("ignore")
    sys.exit(_worked())


def _worked() -> int:
    from mlflow_pitfalls.errors import PitfallsError
    from mlflow_pitfalls.tuning.study.loop import connect, work
    from mlflow_pitfalls.tuning.study.quiet import quiet_optuna

    try:
        order = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent
    except Exception:  # noqa: BLE001 - classes of the user's raise what they like
        return CANNOT_READ
    with quiet_optuna():
        try:
            study = connect(order)
        except PitfallsError:
            return NO_STORAGE
        work(order, study)
    return 0


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_SECONDS)
    os._exit(0)
