"""Who works on a study: this process, several ones, or Spark's executors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from mlflow_pitfalls.tuning.study.phases import Runner, here


@contextmanager
def runner(*, jobs: int, spark: Any = None, mute: Callable[[], None] = lambda: None) -> Iterator[Runner]:
    """What works on an order; Spark is started once for all of a study's phases.

    Args:
        jobs: Worker processes, 1 for none; on Spark, trials at a time, 1 for as many as it has cores.
        spark: A master's address, a ``SparkSession`` or a ``SparkContext``; None for this machine.
        mute: Called first in each thread that waits for Spark.

    Raises:
        PitfallsError: Spark cannot be started.
    """
    if spark is not None:
        from mlflow_pitfalls.tuning.spark.on_spark import on_executors
        from mlflow_pitfalls.tuning.spark.spark_session import spark_context

        with spark_context(spark) as context:
            yield partial(on_executors, context=context, jobs=jobs, mute=mute)
        return
    if jobs == 1:
        yield here
        return
    from mlflow_pitfalls.tuning.study.workers import in_processes

    yield partial(in_processes, jobs=jobs)
