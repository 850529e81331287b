"""Jobs in forks of this process, some at once.

``multiprocessing`` would not do: what it starts is a worker process to the project, which reports nothing there.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


def in_forks(work: Callable[[Job], Result], jobs: Sequence[Job], *, workers: int) -> Iterator[tuple[Job, Result]]:
    """Do each job in a fork, and give each with its result, which must pickle, in the order in which they end.

    Raises:
        RuntimeError: A fork ended without a result; it has told why on standard error.
    """
    waiting, running = list(reversed(jobs)), dict[int, Job]()
    with tempfile.TemporaryDirectory(prefix="results-") as name:
        try:
            while waiting or running:
                while waiting and len(running) < workers:
                    job = waiting.pop()
                    running[_begin(work, job, Path(name))] = job
                child, _ = os.wait()
                if child in running:
                    result: Result = _result(Path(name) / str(child))
                    yield running.pop(child), result
        finally:
            for child in running:
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGTERM)
                os.waitpid(child, 0)


def _begin(work: Callable[[Job], Result], job: Job, folder: Path) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that it cleans up
        (folder / str(os.getpid())).write_bytes(pickle.dumps(work(job)))
        code = 0
    except KeyboardInterrupt:
        pass
    except BaseException:  # noqa: BLE001 - this process ends here, whatever comes
        traceback.print_exc()
    os._exit(code)


def _result(path: Path) -> Any:
    if not path.exists():
        raise RuntimeError("a fork ended without a result")
    return pickle.loads(path.read_bytes())
