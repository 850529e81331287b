"""Several processes on one study: started, watched, replaced where one is killed, and ended with the time."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from mlflow_pitfalls.errors import PitfallsError
from mlflow_pitfalls.probes.helper import child_environment
from mlflow_pitfalls.tuning.study.ending import is_over
from mlflow_pitfalls.tuning.study.loop import Order, connect, fail_abandoned
from mlflow_pitfalls.tuning.study.worker import CANNOT_READ, NO_STORAGE

if TYPE_CHECKING:
    from optuna.study import Study

_LOOK_SECONDS = 0.1
_TELL_SECONDS = 0.5  # between looks into the storage
_GRACE_SECONDS = 2.0  # after the deadline, before a fit that goes on is ended
_MAX_RESTARTS = 3  # a job: whatever kills workers again and again would kill the next one too
_PROGRAM = "import sys; sys.path[:] = {path!r}; from mlflow_pitfalls.tuning.study.worker import main; main({parent})"


def in_processes(order: Order, told: Callable[[], None], *, jobs: int) -> None:
    """Work on an order in so many processes; one that is killed costs its trial only, and is replaced.

    Args:
        order: What is asked for.
        told: Called every half second.
        jobs: How many processes.

    Raises:
        PitfallsError: Model or rows cannot be sent to another process, or one process after the other has ended.
        KeyboardInterrupt: Trials under way are lost, the others are kept.
    """
    text = packed(order)
    study = connect(order)
    crew = _Crew(text, jobs)
    try:
        _watched(crew, order, told, study)
    finally:
        crew.end()
        with order.place.lock("ask"):
            fail_abandoned(study, order.place)


def _watched(crew: _Crew, order: Order, told: Callable[[], None], study: Study) -> None:
    looked = 0.0
    while crew.is_at_work():
        if is_over(order, study, _GRACE_SECONDS):
            return
        time.sleep(_LOOK_SECONDS)
        if time.monotonic() - looked > _TELL_SECONDS:
            looked = time.monotonic()
            told()
        if crew.replace_dead():
            with order.place.lock("ask"):
                fail_abandoned(study, order.place)


def packed(value: Any) -> bytes:
    """By value where a class or a function stands in the user's own script, which no other process can import.

    Raises:
        PitfallsError: It cannot be copied.
    """
    import cloudpickle

    try:
        text: bytes = cloudpickle.dumps(value)
    except Exception as error:
        raise PitfallsError(f"the model or its rows cannot be sent to another process, use jobs=1: {error}") from error
    return text


class _Crew:
    """Processes that are all sent the same order."""

    def __init__(self, text: bytes, jobs: int) -> None:
        self._text = text
        self._restarts = _MAX_RESTARTS * jobs
        self._processes = [self._start() for _ in range(jobs)]

    def is_at_work(self) -> bool:
        """Whether one of them has not ended by itself."""
        return any(process.poll() != 0 for process in self._processes)

    def replace_dead(self) -> bool:
        """Start another one for each that was ended.

        Returns:
            Whether there was one.

        Raises:
            PitfallsError: They end again and again, or cannot read their order.
        """
        dead = [process for process in self._processes if process.poll() not in (None, 0)]
        for process in dead:
            if process.returncode == CANNOT_READ:
                raise PitfallsError("the model or its rows cannot be read in another process, use jobs=1")
            if process.returncode == NO_STORAGE:
                raise PitfallsError("the study's storage cannot be opened in another process")
            if not self._restarts:
                raise PitfallsError(f"processes end again and again, the last one with status {process.returncode}")
            self._restarts -= 1
            self._processes[self._processes.index(process)] = self._start()
        return bool(dead)

    def end(self) -> None:
        """End all of them, in the middle of a fit if need be."""
        for process in self._processes:
            with suppress(OSError):
                process.kill()
        for process in self._processes:
            with suppress(OSError):
                process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        path = [os.path.abspath(entry) for entry in sys.path]  # noqa: PTH100 - zip files are entries too
        process = subprocess.Popen(  # noqa: S603 - this very interpreter
            [sys.executable, "-c", _PROGRAM.format(path=path, parent=os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=child_environment(),
        )
        threading.Thread(target=self._send, args=(process,), name="mlflow-pitfalls-tuning", daemon=True).start()
        return process

    def _send(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        with suppress(OSError), process.stdin:  # it may have ended
            process.stdin.write(self._text)
