"""How much of a study's time may go into choosing what to try."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

SHARE = 0.2  # of the time since the first choice


class Thrift:
    """An account of the time that choosing takes, beside the time that has passed."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._spent = 0.0

    def allows(self) -> bool:
        """Whether no more than its share was spent."""
        return self._spent <= SHARE * (time.perf_counter() - self._began)

    @contextmanager
    def spent(self) -> Iterator[None]:
        """Count what is done within."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self._spent += time.perf_counter() - started
