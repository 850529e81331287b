"""Spark itself: the session that the user has, or one of our own for as long as a study takes."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any

from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.errors import MissingExtraError, PitfallsError

if TYPE_CHECKING:
    from pyspark import SparkConf, SparkContext

TASK_TRIES = 4  # Spark's own default on clusters; plain ``local[N]`` gives a task up at once
JAVA = "Java 17 or later"
_LOCAL = re.compile(r"local(?:\[(\d+|\*)\])?")
_CONNECT = "sc://"
_START_SECONDS = 60.0  # of Java, for which a Ctrl-C waits
_END_SECONDS = 10.0
_CONFIG = {
    "spark.app.name": "mlflow-pitfalls",
    "spark.ui.showConsoleProgress": "false",
    "spark.executorEnv.MLFLOW_PITFALLS_ENABLE": "0",
}
_LOCAL_CONFIG = {  # nothing of it listens to the network
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}
_OLD_JAVA = "UnsupportedClassVersionError"
_ERROR = re.compile(r"^.*(?:Error|Exception|not set).*$", re.MULTILINE)


def check_spark(spark: Any) -> None:
    """Whether trials can be sent to Spark, as far as that is known before it is started.

    Args:
        spark: A master's address, a ``SparkSession`` or a ``SparkContext``.

    Raises:
        MissingExtraError: pyspark is not installed.
        PitfallsError: Java is missing, or it is Spark Connect.
    """
    try:
        with _no_warnings():
            from pyspark import SparkContext
    except ImportError as error:
        raise MissingExtraError('tuning on Spark needs pyspark: pip install "mlflow-pitfalls[spark]"') from error
    if not isinstance(spark, str):
        _context_of(spark)
        return
    if not spark.strip() or spark.startswith(_CONNECT):
        raise PitfallsError(f"spark must be a master such as local[4] or spark://host:7077, found {spark!r}")
    is_running = SparkContext._gateway is not None or "PYSPARK_GATEWAY_PORT" in os.environ
    if not is_running and not _has_java():
        raise PitfallsError(f"Spark needs {JAVA}: neither JAVA_HOME nor a command java was found")


def master_text(master: str) -> str:
    """``local[2]`` as ``local[2,4]``: with that, Spark tries a task again when its worker was killed."""
    found = _LOCAL.fullmatch(master.strip())
    return f"local[{found[1] or 1},{TASK_TRIES}]" if found else master.strip()


@contextmanager
def spark_context(spark: Any) -> Iterator[SparkContext]:
    """The active context, or one of our own, which is quiet and is stopped at the end.

    Args:
        spark: A master's address, a ``SparkSession`` or a ``SparkContext``. There is one context a process: where one
            is active it is used, whatever the address.

    Raises:
        PitfallsError: Spark cannot be started.
    """
    from pyspark import SparkContext

    given = None if isinstance(spark, str) else _context_of(spark)
    active = given or SparkContext._active_spark_context
    if active is not None:
        yield active
        return
    with own_context(master_text(spark)) as context:
        yield context


@contextmanager
def own_context(master: str) -> Iterator[SparkContext]:
    """A quiet context, which is stopped at the end; so is Java, where it was started for it.

    Raises:
        PitfallsError: Spark cannot be started.
    """
    from pyspark import SparkContext

    owns_java = SparkContext._gateway is None
    handler = signal.getsignal(signal.SIGINT)
    with tempfile.TemporaryFile() as log:
        try:
            with _no_warnings():
                context = _started(master, log)
        except BaseException as error:
            _end(None, owns_java)
            if not isinstance(error, Exception):  # Ctrl-C
                raise
            raise PitfallsError(f"Spark could not be started: {_why(error, log)}") from error
        finally:
            _give_back(handler)
        try:
            yield context
        finally:
            _end(context, owns_java)


def _started(master: str, log: IO[bytes]) -> SparkContext:
    from pyspark import SparkConf, SparkContext

    conf = SparkConf(loadDefaults=False)
    settings = {**_CONFIG, **(_LOCAL_CONFIG if master.startswith("local") else {}), "spark.master": master}
    for name, value in settings.items():
        conf.set(name, value)
    if SparkContext._gateway is None:
        _launch_java(conf, log)
    context = SparkContext(conf=SparkConf().setAll(list(settings.items())))
    context.pythonExec = os.environ.get("PYSPARK_PYTHON", sys.executable)
    return context


def _launch_java(conf: SparkConf, log: IO[bytes]) -> None:
    """On a thread of its own: Java whose start is broken off by Ctrl-C never ends."""
    from pyspark import SparkContext
    from pyspark.java_gateway import launch_gateway

    failed: list[Exception] = []
    over = threading.Event()

    def launch() -> None:
        try:
            SparkContext._ensure_initialized(gateway=launch_gateway(conf, {"stdout": log, "stderr": log}))
        except Exception as error:  # noqa: BLE001 - raised below
            failed.append(error)
        finally:
            over.set()

    threading.Thread(target=launch, name="mlflow-pitfalls-java", daemon=True).start()
    try:
        over.wait()
    except KeyboardInterrupt:
        over.wait(_START_SECONDS)
        raise
    if failed:
        raise failed[0]


def _end(context: SparkContext | None, owns_java: bool) -> None:
    """Stop a context of ours, and the Java process that was started for it."""
    from pyspark import SparkContext

    with suppress(Exception), _no_warnings():
        if context is not None:
            context.stop()
    gateway = SparkContext._gateway
    if not owns_java or gateway is None:
        return
    SparkContext._gateway = SparkContext._jvm = None  # so that the user's own Spark starts afresh
    with suppress(Exception):
        gateway.shutdown()
    with suppress(Exception):
        gateway.proc.stdin.close()  # at its end Java ends by itself
        gateway.proc.wait(_END_SECONDS)
    with suppress(Exception):
        gateway.proc.kill()


def _give_back(handler: Any) -> None:
    """Spark handles Ctrl-C of the whole process from its start on."""
    if threading.current_thread() is threading.main_thread() and handler is not None:
        signal.signal(signal.SIGINT, handler)


def _why(error: Exception, log: IO[bytes]) -> str:
    log.seek(0)
    found = _ERROR.findall(log.read().decode("utf-8", "replace"))
    why = safe_text(found[0].strip() if found else f"{type(error).__name__}: {error}")
    return f"{why} (it needs {JAVA})" if _OLD_JAVA in why else why


def _context_of(spark: Any) -> SparkContext:
    """Of a session, or itself.

    Raises:
        PitfallsError: It is of Spark Connect, which has none, or of another kind.
    """
    from pyspark import SparkContext

    if isinstance(spark, SparkContext):
        return spark
    try:
        context: SparkContext = spark.sparkContext
    except Exception as error:
        raise PitfallsError(
            "spark must be a master's address or a classic SparkSession (Spark Connect cannot send Python objects to "
            f"executors), found {type(spark).__name__}"
        ) from error
    return context


def _has_java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return shutil.which(os.path.join(home, "bin", "java") if home else "java") is not None  # noqa: PTH118


@contextmanager
def _no_warnings() -> Iterator[None]:
    """Such as that pandas is newer than pyspark knows."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
