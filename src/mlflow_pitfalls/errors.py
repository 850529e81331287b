"""Errors that users see, and the guard that keeps our own failures away from their programs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

logger = logging.getLogger("mlflow_pitfalls")


class PitfallsError(Exception):
    """Base of every error that this package raises on purpose."""


class SettingsError(PitfallsError, ValueError):
    """An option is unknown or has a wrong value; the message names the nearest right one."""


class MissingExtraError(PitfallsError, ImportError):
    """A feature needs an optional package; the message names the extra to install."""


class SchemaError(PitfallsError, ValueError):
    """A stored record is foreign, damaged, or written by a newer version."""


class HookError(PitfallsError, RuntimeError):
    """A hook could not be installed or removed."""


_seen: set[str] = set()
_seen_lock = threading.Lock()
_reraise = False


def set_test_mode(active: bool) -> None:
    """Let the guard raise what it would swallow, as MLflow's own autologging test mode does."""
    global _reraise
    _reraise = active


def forget_reported() -> None:
    """Report faults again that were reported before (a new ``enable()`` starts afresh)."""
    with _seen_lock:
        _seen.clear()


def is_first(place: str) -> bool:
    """Whether nothing was reported of this place yet; from now on something was."""
    with _seen_lock:
        if place in _seen:
            return False
        _seen.add(place)
        return True


def report_once(place: str, error: BaseException) -> None:
    """Log a fault of ours, once for each place in the code. Never raises."""
    try:
        if not is_first(place):
            return
        # The exception's text may quote the user's data: only its class is told.
        logger.warning(
            "mlflow-pitfalls: %s failed (%s); your program is not affected. "
            "Set MLFLOW_PITFALLS_TEST_MODE=1 to see the traceback.",
            place,
            type(error).__name__,
        )
    except Exception:  # noqa: BLE001 - interpreter shutdown may have taken logging away
        return


@contextmanager
def guard(place: str) -> Iterator[None]:
    """Swallow and report whatever our own code raises; KeyboardInterrupt and GeneratorExit pass.

    Args:
        place: What was being done, in words that a user understands; one warning is logged for each place.
    """
    try:
        yield
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:
        if _reraise:
            raise
        report_once(place, error)
