"""Fits that one line of the program makes by the hundred: too short for all of them to be looked at."""

from __future__ import annotations

from mlflow_pitfalls.capture.lineage.objects import Bounded
from mlflow_pitfalls.model.events import CallEvent
from mlflow_pitfalls.model.record import RunInfo

FULL_FITS = 20  # so many fits of one line in one run are looked at, then only every power of two
TINY_SECONDS = 0.05  # of the user's own; looking at a longer one costs little beside it
MAX_LINES = 256
NOTE = (
    f"a line that fits the same kind of estimator more than {FULL_FITS} times in one run, in less than "
    f"{TINY_SECONDS * 1000:.0f} ms each, is looked at {FULL_FITS} times and then at every power of two"
)


class Repeats:
    """Counts fits by run, line and class. Fits with a run of their own each are never passed over."""

    def __init__(self) -> None:
        self._counts: Bounded[int] = Bounded(MAX_LINES)

    def is_passed_over(self, event: CallEvent, run: RunInfo | None) -> bool:
        """Count a finished fit, and say whether it is one of too many.

        Args:
            event: The fit.
            run: The MLflow run that it happened in.
        """
        if event.site is None or event.error is not None or event.seconds >= TINY_SECONDS:
            return False
        kind = type(event.owner)
        key = (run.run_id if run is not None else "", event.site, kind.__module__, kind.__qualname__)
        count = self._counts.get(key, 0) + 1
        self._counts.put(key, count)
        return count > FULL_FITS and bool(count & (count - 1))
