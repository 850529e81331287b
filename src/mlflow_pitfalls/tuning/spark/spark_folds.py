"""Sends folds to Spark's executors and takes their scores back.

A job costs a tenth of a second of Spark's own time: the folds that every trial has to pass are sent as one, and those
after which it may be pruned one by one.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.errors import PitfallsError
from mlflow_pitfalls.tuning.spark.spark_task import Answer, Shipment, answers, missing_here
from mlflow_pitfalls.tuning.study.objective import FitError, LostError, OutOfTimeError, Problem
from mlflow_pitfalls.tuning.study.workers import packed

if TYPE_CHECKING:
    from pyspark import SparkContext

_ERROR_LINE = re.compile(r"^(?:\w+\.)*\w*(?:Error|Exception)\b.*$", re.MULTILINE)  # not the lines of a Java trace
_FIRST_FOLDS = 3  # of a trial, sent together: a way there and back costs more than a fold that may be given up
_MAX_TRACE = 1_000_000  # characters


class SparkFolds:
    """A problem that the executors hold: its rows are broadcast once, whatever number of folds is asked for.

    Args:
        context: Of Spark.
        problem: What is tuned.

    Raises:
        PitfallsError: The problem cannot be sent.
    """

    def __init__(self, context: SparkContext, problem: Problem) -> None:
        path = tuple(os.path.abspath(entry) for entry in sys.path)  # noqa: PTH100 - zip files are entries too
        self._context = context
        self._held = context.broadcast(Shipment(packed(problem), path))
        self._tag = f"mlflow-pitfalls-{uuid.uuid4().hex}"
        self._folds = len(problem.splits)
        self._thread = threading.local()  # answers that the trial under way has not come to
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self.lost = 0
        self.reason = ""

    def begin(self) -> None:
        """What the calling thread asks for from now on can be cancelled, in the middle of a fit if need be."""
        self._context.addJobTag(self._tag)
        self._context.setInterruptOnCancel(True)

    def check(self) -> None:
        """Wait for an executor, and let it read the problem.

        Raises:
            PitfallsError: It cannot.
            OutOfTimeError: It was cancelled.
        """
        try:
            missing = self._on_executor(partial(missing_here, self._held), None)
        except Exception as error:
            if self._stopped.is_set():
                raise OutOfTimeError from error
            missing = _reason(error)
        if missing:
            python = ".".join(map(str, sys.version_info[:2]))
            raise PitfallsError(
                f"Spark's executors cannot work on this model ({missing}): they need Python {python}, mlflow-pitfalls "
                "and whatever the model imports"
            )

    def score(self, values: dict[str, Any], fold: int) -> float:
        """As the problem's own ``fold_score``, on an executor; from one thread, in order.

        Raises:
            FitError: The estimator raised.
            LostError: Spark has given the fold up, after as many tries as it was set up for.
            OutOfTimeError: It was cancelled.
        """
        if self._stopped.is_set():
            raise OutOfTimeError
        if fold == 0 or not self._thread.answers:
            self._thread.answers = self._asked(values, self._together(fold))
        answer: Answer = self._thread.answers.pop(0)
        if answer.missing:
            raise self._loss(answer.missing)
        if answer.error:
            raise FitError(answer.error)
        return answer.score

    def _together(self, fold: int) -> tuple[int, ...]:
        """Folds that are sent with this one."""
        return tuple(range(min(_FIRST_FOLDS, self._folds))) if fold == 0 else (fold,)

    def _asked(self, values: dict[str, Any], folds: tuple[int, ...]) -> list[Answer]:
        try:
            found: list[Answer] = self._on_executor(partial(answers, self._held, values), folds)
        except Exception as error:
            if self._stopped.is_set():
                raise OutOfTimeError from error
            raise self._loss(_reason(error)) from error
        return found

    def stop(self) -> None:
        """Nothing more is asked for; whoever waits for a fold hears of it soon."""
        self._stopped.set()
        with suppress(Exception):  # Spark may have ended
            self._context.cancelJobsWithTag(self._tag)

    def close(self) -> None:
        """Let the executors forget the rows."""
        with suppress(Exception):  # Spark may have ended
            self._held.destroy()

    def _on_executor(self, task: Callable[[Any], Any], given: object) -> Any:
        (found,) = self._context.parallelize([given], 1).map(task).collect()
        return found

    def _loss(self, reason: str) -> LostError:
        with self._lock:
            self.lost += 1
            self.reason = reason
        return LostError(reason)


def _reason(error: Exception) -> str:
    """The innermost error of what Spark tells, in one line."""
    found = _ERROR_LINE.findall(safe_text(error, limit=_MAX_TRACE))  # where Java has ended, its errors have no text
    return safe_text(found[-1] if found else type(error).__name__)
