"""How much of a study's time may go into choosing what to try, and into a single trial."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

SHARE = 0.2  # of the time since the first choice, for choosing
REACH = 0.2  # of the time that is left, for one trial


class Thrift:
    """An account of the time that choosing takes, beside the time that has passed and the time that is left.

    Args:
        until: When the study ends, of :func:`time.time`.
    """

    def __init__(self, until: float) -> None:
        self._until = until
        self._total = max(0.0, until - time.time())
        self._began = time.perf_counter()
        self._spent = 0.0

    def allows(self) -> bool:
        """Whether choosing has taken no more than its share."""
        return self._spent <= SHARE * (time.perf_counter() - self._began)

    @property
    def left(self) -> float:
        """Seconds."""
        return max(0.0, self._until - time.time())

    @property
    def share_left(self) -> float:
        """Of the time that there was at the beginning, 0..1."""
        return self.left / self._total if self._total else 0.0

    @property
    def longest(self) -> float:
        """Seconds that one trial should not exceed."""
        return REACH * self.left

    @contextmanager
    def spent(self) -> Iterator[None]:
        """Count what is done within."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self._spent += time.perf_counter() - started
