"""A study on Spark: configurations are chosen and judged here, their folds are fitted on the executors.

One thread for each of Spark's cores asks the study for a trial and tells how it ended, just as a worker process does:
sampler, pruning, storage and resuming are the same. MLflow's own ``MlflowSparkStudy`` is not used: it lets the
executors work on the study, for which each of them would have to reach its storage; that storage takes about a second
of computing a trial, does not notice a lost worker, and an estimator that raises ends the whole study.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from mlflow_pitfalls.errors import PitfallsError
from mlflow_pitfalls.tuning.spark.spark_folds import SparkFolds
from mlflow_pitfalls.tuning.study.ending import is_over
from mlflow_pitfalls.tuning.study.loop import Order, connect, fail_abandoned, work
from mlflow_pitfalls.tuning.study.objective import OutOfTimeError

if TYPE_CHECKING:
    from optuna.study import Study
    from pyspark import SparkContext

logger = logging.getLogger("mlflow_pitfalls")

_LOOK_SECONDS = 0.1
_TELL_SECONDS = 0.5  # between looks into the storage, and at the number of cores
_GRACE_SECONDS = 2.0  # after the deadline, before fits that go on are cancelled
_WAIT_SECONDS = 60.0  # before it is said that no executor has answered
_END_SECONDS = 15.0  # for cancelled fits to end
_MAX_LOST = 3  # a thread: whatever ends executors again and again would end the next one too


def on_executors(
    order: Order, told: Callable[[], None], *, context: SparkContext, jobs: int, mute: Callable[[], None]
) -> None:
    """Work on an order by Spark's executors; one that is lost costs its trial at most.

    Args:
        order: What is asked for.
        told: Called every half second.
        context: Of Spark; it is not stopped.
        jobs: How many trials at a time; 1 for as many as Spark has cores.
        mute: Called first in each thread: choosing a configuration may fit a model, which nobody shall log.

    Raises:
        PitfallsError: Model or rows cannot be sent to the executors, or one trial after the other is lost there.
        KeyboardInterrupt: Trials under way are lost, the others are kept.
    """
    study = connect(order)
    folds = SparkFolds(context, order.problem)
    size = (lambda: jobs) if jobs > 1 else (lambda: int(context.defaultParallelism))
    crew = _Crew(order, study, folds, size, mute)
    try:
        _watched(crew, order, told, study)
    finally:
        crew.end()
        folds.close()
        with order.place.lock("ask"):
            fail_abandoned(study, order.place)


def _watched(crew: _Crew, order: Order, told: Callable[[], None], study: Study) -> None:
    started, looked, told_of_wait = time.monotonic(), 0.0, False
    while crew.is_at_work():
        if is_over(order, study, _GRACE_SECONDS):
            return
        time.sleep(_LOOK_SECONDS)
        if time.monotonic() - looked > _TELL_SECONDS:
            looked = time.monotonic()
            crew.grow()
            told()
        if not crew.is_ready() and not told_of_wait and time.monotonic() - started > _WAIT_SECONDS:
            told_of_wait = True
            logger.warning("mlflow-pitfalls: no executor of Spark has answered yet; its own page may tell why")
    crew.raise_problem()


class _Crew:
    """Threads that ask for trials and wait for the executors; the first one sees first whether those can work."""

    def __init__(
        self, order: Order, study: Study, folds: SparkFolds, size: Callable[[], int], mute: Callable[[], None]
    ) -> None:
        self._order = order
        self._study = study
        self._folds = folds
        self._size = size
        self._mute = mute
        self._ready = threading.Event()
        self._problem: Exception | None = None
        self._threads: list[threading.Thread] = []
        self._threads.append(self._start())

    def is_at_work(self) -> bool:
        """Whether there is still something to wait for."""
        return self._problem is None and any(thread.is_alive() for thread in self._threads)

    def is_ready(self) -> bool:
        """Whether an executor has answered."""
        return self._ready.is_set()

    def grow(self) -> None:
        """Start a thread for each core that has come; a cluster's executors come one after the other."""
        if not self._ready.is_set() or not all(thread.is_alive() for thread in self._threads):
            return
        wanted = min(self._size(), self._order.trials)
        self._threads.extend(self._start() for _ in range(wanted - len(self._threads)))

    def raise_problem(self) -> None:
        """Say why the work has ended early.

        Raises:
            PitfallsError: It has.
        """
        if isinstance(self._problem, PitfallsError):
            raise self._problem
        if self._problem is not None:
            raise PitfallsError(f"the study cannot go on: {self._problem!r}") from self._problem

    def end(self) -> None:
        """Cancel what is under way and wait for the threads."""
        deadline = time.monotonic() + _END_SECONDS
        while any(thread.is_alive() for thread in self._threads) and time.monotonic() < deadline:
            self._folds.stop()  # again and again: a thread may have been about to send a fold
            for thread in self._threads:
                thread.join(_LOOK_SECONDS)

    def _start(self) -> threading.Thread:
        from pyspark import InheritableThread

        thread: threading.Thread = InheritableThread(target=self._work, name="mlflow-pitfalls-spark", daemon=True)
        thread.start()
        return thread

    def _work(self) -> None:
        with suppress(OutOfTimeError):
            try:
                self._worked()
            except OutOfTimeError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the main thread tells it
                self._problem = error

    def _worked(self) -> None:
        self._mute()
        self._folds.begin()
        if not self._ready.is_set():
            self._folds.check()
            self._ready.set()
        work(self._order, self._study, told=self._look_at_losses, score=self._folds.score)

    def _look_at_losses(self, study: Study) -> None:
        if self._folds.lost > _MAX_LOST * len(self._threads):
            raise PitfallsError(f"trials are lost again and again on Spark, the last one by {self._folds.reason}")
