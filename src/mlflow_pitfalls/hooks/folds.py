"""Hooks on splitters: each pair that ``split`` yields becomes an event, told at the moment it is yielded."""

from __future__ import annotations

import sys
import threading
from collections.abc import Generator, Iterable, Mapping
from time import perf_counter, process_time
from types import FunctionType, GeneratorType
from typing import Any, Final

from mlflow_pitfalls import errors
from mlflow_pitfalls.hooks import callers, dispatch, estimators, threads, wrappers
from mlflow_pitfalls.model.events import CallEvent, CallKind, CallSite

SPLIT: Final = "split"
_PARAMETERS: Final = ("X", "y", "groups")

Pair = Any  # (train_index, test_index)


def hook_splitters(classes: Iterable[type]) -> tuple[int, list[str]]:
    """Hook ``split`` of every class that defines it.

    Returns:
        How many methods were hooked, and the names of those that could not be.
    """
    count, missed = 0, []
    for cls in classes:
        method = vars(cls).get(SPLIT)
        if not isinstance(method, FunctionType):
            continue
        try:
            if not wrappers.is_hook(method):
                setattr(cls, SPLIT, wrappers.hook_split(method))
            count += 1
        except (TypeError, AttributeError):
            missed.append(f"{cls.__module__}.{cls.__qualname__}.{SPLIT}")
        estimators.hooked_classes.add(cls)
    return count, missed


class Split:
    """One call of ``split`` of the user's."""

    __slots__ = ("owner", "site", "state")

    def __init__(self, state: threads.ThreadState, owner: Any, site: CallSite | None) -> None:
        self.state = state
        self.owner = owner
        self.site = site

    def release(self) -> None:
        """The call itself is over; the generator runs later."""
        self.state.release()

    def watched(self, folds: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """The user's generator inside ours; anything but a generator is handed on as it is."""
        if not isinstance(folds, GeneratorType):
            return folds
        return _watch(folds, self, _resolved(args, kwargs))


def begin(owner: Any) -> Split | None:
    """A splitter's ``split`` is about to be called; None where its folds are not to be told."""
    if dispatch.listener() is None:
        return None
    state = threads.local.state
    if state.busy or (state.ancestors and state.inherits_busy()):
        return None
    with errors.guard(dispatch.LISTENING):
        frame = callers.user_frame(sys._getframe(2))
        if frame is not False:
            call = Split(state, owner, callers.site_of(frame))
            state.busy = True
            return call
    return None


def _resolved(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    given = dict(zip(_PARAMETERS, args, strict=False)) | dict(kwargs)
    return given.get("X"), given.get("y"), given.get("groups")


def _watch(folds: Generator[Pair, None, None], call: Split, args: tuple[Any, ...]) -> Generator[Pair, None, None]:
    try:
        while True:
            state = threads.local.state
            free = not (state.busy or state.inherits_busy())
            if free:
                state.busy = True  # what the splitter itself calls is not the user's
            cpu, started = process_time(), perf_counter()
            try:
                pair = next(folds)
                if free:
                    _tell(call, args, pair, perf_counter() - started, process_time() - cpu)
            except StopIteration:
                return
            finally:
                if free:
                    state.release()
            yield pair
    finally:
        folds.close()


def _tell(call: Split, args: tuple[Any, ...], pair: Pair, seconds: float, cpu_seconds: float) -> None:
    with errors.guard(dispatch.LISTENING):
        listener = dispatch.listener()
        if listener is None:
            return
        if not listener.wants(CallKind.FOLD, SPLIT, call.owner):
            listener.skipped(CallKind.FOLD, SPLIT, call.owner, seconds)
            return
        listener.finished(
            CallEvent(
                kind=CallKind.FOLD,
                name=SPLIT,
                owner=call.owner,
                args=args,
                result=pair,
                seconds=seconds,
                cpu_seconds=cpu_seconds,
                site=call.site,
                thread_id=threading.get_ident(),
            )
        )
