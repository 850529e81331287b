"""How much wall-clock our own extra fits may take."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

GRACE_SECONDS = 5.0  # of one process, beyond the share of its fits


class Budget:
    """Seconds that may be spent: a grace and a share of what the user's own fits have taken so far.

    Args:
        share: Of the wall-clock of the user's fits; 0 switches probes off.
        grace: Seconds besides.
    """

    def __init__(self, share: float, *, grace: float = GRACE_SECONDS) -> None:
        self._share = share
        self._grace = grace if share > 0 else 0.0
        self._earned = 0.0
        self._spent = 0.0
        self._ceiling: float | None = None  # of what may be spent while somebody waits
        self._since: float | None = None  # a spell that is being spent right now
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[type[Budget], tuple[float], dict[str, float]]:
        """A copy for another process may spend what is left now."""
        return Budget, (1.0,), {"_grace": max(0.0, self.left)}

    def earn(self, fit_seconds: float) -> None:
        """The user's own fit took so long."""
        with self._lock:
            self._earned += self._share * fit_seconds

    @property
    def spent(self) -> float:
        """Seconds spent so far, those of a spell that has not ended included."""
        since = self._since  # read once: the spell may end meanwhile
        running = time.perf_counter() - since if since is not None else 0.0
        return self._spent + running

    @property
    def left(self) -> float:
        """Seconds left; negative where the last fit overshot."""
        allowed, ceiling = self._grace + self._earned, self._ceiling
        return (allowed if ceiling is None else min(allowed, ceiling)) - self.spent

    @property
    def is_hurried(self) -> bool:
        """Whether somebody waits."""
        return self._ceiling is not None

    def allows(self, seconds: float) -> bool:
        """Whether something that is expected to take so long may begin."""
        return self.left > 0 and seconds <= self.left

    @contextmanager
    def spending(self) -> Iterator[None]:
        """Whatever happens inside is charged. Spells do not overlap: probes run on one thread."""
        self._since = time.perf_counter()
        try:
            yield
        finally:
            with self._lock:
                self._spent += time.perf_counter() - self._since
                self._since = None

    @contextmanager
    def hurried(self, seconds: float) -> Iterator[None]:
        """Somebody waits meanwhile, at exit for instance: no more than so many seconds are spent."""
        self._ceiling = self.spent + seconds
        try:
            yield
        finally:
            self._ceiling = None
