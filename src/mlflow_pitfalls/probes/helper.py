"""The other end of the process that makes the extra fits: starts it, asks it, and ends it when its time is over."""

from __future__ import annotations

import math
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext, suppress
from queue import Empty, SimpleQueue
from typing import Any

from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.probes.base import Probe, ProbeContext
from mlflow_pitfalls.probes.budget import Budget
from mlflow_pitfalls.probes.engine import CUT, FAILED, Answer, cut_reason, merged, refusal, untried
from mlflow_pitfalls.probes.worker import READY, Job, send

_OVERSHOOT_SECONDS = 0.5  # beyond the budget, before a fit is ended
_LOOK_SECONDS = 0.05  # between looks at the budget
START_SECONDS = 30.0  # importing scikit-learn may take that long on a busy machine
_ENDED = object()
_HAS_ENDED = "the process for extra fits has ended"
_PROGRAM = "import sys; sys.path[:] = {path!r}; from mlflow_pitfalls.probes.worker import main; main({parent})"
_ONE_CORE = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
_DROPPED_PREFIXES = ("MLFLOW_", "PYTHONWARNINGS", "COVERAGE_")


class Helper:
    """One process at a time, started at the first need and again after one that had to be ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._messages: SimpleQueue[Any] = SimpleQueue()
        self._ready = False
        self._problem = ""
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._closed = False

    def start(self) -> None:
        """Start the process where none runs; it gets ready by itself. In a forked child nothing is started."""
        with self._lock, guard("starting the process for extra fits"):
            if self._closed or os.getpid() != self._pid or self._is_alive():
                return
            self._kill()  # what is left of one that has ended
            path = [os.path.abspath(entry) for entry in sys.path]  # noqa: PTH100 - zip files are entries too
            self._process = subprocess.Popen(  # noqa: S603 - this very interpreter
                [sys.executable, "-c", _PROGRAM.format(path=path, parent=os.getpid())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=child_environment(),
            )
            self._messages, self._ready = SimpleQueue(), False
            threading.Thread(
                target=_read, args=(self._process, self._messages), name="mlflow-pitfalls-probes", daemon=True
            ).start()

    def answers(
        self, record: RunRecord, context: ProbeContext, probes: Sequence[Probe], config: dict[str, Any]
    ) -> Iterator[Answer]:
        """Each probe's answer as soon as it is there; as :func:`mlflow_pitfalls.probes.engine.answers`."""
        waiting = list(probes)
        while waiting:
            refused = refusal(waiting[0], record, context)
            if refused is not None:
                waiting.pop(0)
                yield refused
                continue
            for answer in self._ask(record, context, tuple(waiting), config):
                waiting.pop(0)
                record = merged(record, answer.found)
                yield answer
            if waiting:  # it was ended, or could not be asked
                status, reason = self._why(context.budget)
                yield from (refusal(probe, record, context) or untried(probe, status, reason) for probe in waiting)
                return

    def close(self) -> None:
        """End the process; no other is started."""
        self._closed = True
        self._kill()

    def _ask(
        self, record: RunRecord, context: ProbeContext, probes: tuple[Probe, ...], config: dict[str, Any]
    ) -> Iterator[Answer]:
        self._problem = ""
        self.start()
        process = self._process
        if process is None or process.stdin is None or not self._is_ready(context.budget):
            self._problem = "no process for extra fits could be started" if context.budget.left > 0 else ""
            return
        job = Job(record=record, context=context, probes=tuple(probe.name for probe in probes), config=config)
        with context.budget.spending():
            try:
                send(process.stdin, job)
            except OSError:
                self._problem = _HAS_ENDED
                return
            except Exception as error:  # noqa: BLE001 - containers and estimators that cannot be pickled
                self._problem = f"the rows or the estimator cannot be copied ({safe_text(type(error).__name__)})"
                return
            while (message := self._next(context.budget)) is not None:
                if isinstance(message, Answer):
                    yield message
                    continue
                if message is not _ENDED:
                    self._problem = f"the rows or the estimator cannot be copied ({safe_text(str(message))})"
                elif context.budget.left > 0 and not self._closed:
                    self._problem = _HAS_ENDED
                return

    def _is_ready(self, budget: Budget) -> bool:
        """Wait until the process can be asked. Its start is no fit, and is charged only where somebody waits for it."""
        deadline = time.monotonic() + START_SECONDS
        with budget.spending() if budget.is_hurried else nullcontext():
            while not self._ready and time.monotonic() < deadline:
                message = self._next(budget, deadline)
                if message is _ENDED:
                    return False
                self._ready = message == READY
        return self._ready

    def _next(self, budget: Budget, deadline: float = math.inf) -> Any:
        """The next message; the process is ended when the budget is, or the time."""
        while True:
            try:
                return self._messages.get(timeout=_LOOK_SECONDS)
            except Empty:
                if budget.left < -_OVERSHOOT_SECONDS or self._closed or time.monotonic() > deadline:
                    self._kill()
                    return _ENDED

    def _why(self, budget: Budget) -> tuple[str, str]:
        if self._problem:
            return FAILED, self._problem
        return CUT, cut_reason(_OVERSHOOT_SECONDS, budget.left)

    def _is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _kill(self) -> None:
        process, self._process = self._process, None
        self._ready = False
        if process is None or os.getpid() != self._pid:
            return
        with suppress(OSError):
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            with suppress(OSError, ValueError):
                if stream is not None:
                    stream.close()


def _read(process: subprocess.Popen[bytes], messages: SimpleQueue[Any]) -> None:
    """On a thread of its own: pipes cannot be waited for with a time limit everywhere."""
    with suppress(Exception):  # whatever comes in the middle of a message when the process ends
        assert process.stdout is not None
        while True:
            messages.put(pickle.loads(pickle.load(process.stdout)))  # noqa: S301 - from our own process
    messages.put(_ENDED)


def child_environment() -> dict[str, str]:
    """What a process for fits of ours inherits: one core, and no options that are meant for the user's program."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_DROPPED_PREFIXES)}
    return {**kept, **dict.fromkeys(_ONE_CORE, "1")}
