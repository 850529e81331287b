"""Where every hooked call goes: outermost calls of the user's become events, all others pass through.

Hooks find this module by its name in ``sys.modules`` and never import it, so that a pickled hook loads anywhere.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping
from time import perf_counter, process_time
from typing import Any, Final

from mlflow_pitfalls import errors
from mlflow_pitfalls.hooks import callers, threads
from mlflow_pitfalls.model.events import CallEvent, CallKind, CallSite, Listener, RunEvent

LISTENING: Final = "handling a call of scikit-learn or MLflow"  # one place: a broken listener is told once

_KINDS: Final = {kind.value: kind for kind in CallKind}
_ANNOUNCED: Final = frozenset({CallKind.FIT, CallKind.CROSS_VALIDATE})

_local: Final = threads.local
_places: Final = callers.places

# A reload of this module must not switch the hooks off.
_listener: Listener | None = globals().get("_listener")
_watching_forks: bool = globals().get("_watching_forks", False)


def listen(listener: Listener | None) -> None:
    """Send events to ``listener`` from now on; None switches the hooks off. Child processes are always off."""
    global _listener, _watching_forks
    _listener = listener
    if not _watching_forks and hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_off)
        _watching_forks = True


def listener() -> Listener | None:
    """Who is listening now."""
    return _listener


def _off() -> None:
    module: Any = sys.modules.get(__name__)  # the module as it is now, should it have been reloaded
    if module is not None:
        module._listener = None


class Silent:
    """An inner call of a library's: nothing is told, and nothing below it either."""

    __slots__ = ("state",)

    def __init__(self, state: threads.ThreadState) -> None:
        self.state = state

    def returned(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> None:
        """The call has ended."""
        self.state.release()

    def failed(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], error: BaseException) -> None:
        """The call has raised."""
        self.state.release()


class Skipped:
    """A call of the user's that the listener does not want: only its time is told."""

    __slots__ = ("kind", "listener", "name", "owner", "started", "state")

    def __init__(self, state: threads.ThreadState, listener: Listener, kind: CallKind, name: str, owner: Any) -> None:
        self.state = state
        self.listener = listener
        self.kind = kind
        self.name = name
        self.owner = owner
        self.started = perf_counter()

    def returned(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> None:
        """The call has ended."""
        seconds = perf_counter() - self.started
        try:
            self.listener.skipped(self.kind, self.name, self.owner, seconds)
        except RecursionError:  # no room is left to tell of it
            pass
        except BaseException as error:  # noqa: BLE001 - swallow() lets KeyboardInterrupt pass
            swallow(error)
        finally:
            self.state.busy = self.state.muted

    def failed(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], error: BaseException) -> None:
        """The call has raised."""
        self.returned(args, kwargs, None)


class Wanted:
    """A call of the user's that becomes an event."""

    __slots__ = ("cpu", "kind", "listener", "name", "owner", "site", "started", "state")

    def __init__(
        self,
        state: threads.ThreadState,
        listener: Listener,
        kind: CallKind,
        name: str,
        *,
        owner: Any,
        site: CallSite | None,
    ) -> None:
        self.state = state
        self.listener = listener
        self.kind = kind
        self.name = name
        self.owner = owner
        self.site = site
        self.cpu = process_time()
        self.started = perf_counter()

    def returned(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> None:
        """The call has ended."""
        self._finish(args, kwargs, result, None)

    def failed(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], error: BaseException) -> None:
        """The call has raised."""
        self._finish(args, kwargs, None, type(error).__name__)

    def _finish(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any, error: str | None) -> None:
        seconds = perf_counter() - self.started
        cpu_seconds = process_time() - self.cpu
        try:
            self.listener.finished(
                CallEvent(
                    kind=self.kind,
                    name=self.name,
                    owner=self.owner,
                    args=args,
                    kwargs=kwargs,
                    result=result,
                    error=error,
                    seconds=seconds,
                    cpu_seconds=cpu_seconds,
                    site=self.site,
                    thread_id=threading.get_ident(),
                )
            )
        except RecursionError:
            pass
        except BaseException as fault:  # noqa: BLE001 - swallow() lets KeyboardInterrupt pass
            swallow(fault)
        finally:
            self.state.busy = self.state.muted  # not by a call, for which there may be no room on the stack


Call = Silent | Skipped | Wanted


def begin(kind: str, name: str, owner: Any) -> Call | None:
    """A hooked call is about to begin; called by the hook itself, whose caller's frame tells whose call it is.

    Args:
        kind: A value of :class:`CallKind`; plain text, because hooks get pickled.
        name: The function's or method's name.
        owner: The estimator, or None.

    Returns:
        What to tell the call's end to; None where nothing is to be told.
    """
    current, state = _listener, _local.state
    if current is None or state.busy or (state.ancestors and state.inherits_busy()):
        return None
    state.busy = True
    try:
        caller = sys._getframe(2)
        in_users_line = _places.get(caller.f_globals.get("__name__")) == callers.USER  # as most calls are
        frame = caller if in_users_line else callers.user_frame(caller)
        if frame is False:
            return Silent(state)
        call_kind = _KINDS[kind]
        if not current.wants(call_kind, name, owner):
            return Skipped(state, current, call_kind, name, owner)
        if call_kind in _ANNOUNCED:
            with errors.guard(LISTENING):
                current.starting(call_kind, name, owner)
        return Wanted(state, current, call_kind, name, owner=owner, site=callers.site_of(frame))
    except RecursionError:  # the user's own call may need less room than we do: it goes on, unreported
        state.busy = state.muted
        return None
    except BaseException as error:  # noqa: BLE001 - swallow() lets KeyboardInterrupt pass
        return _begin_failed(state, error)


def _begin_failed(state: threads.ThreadState, error: BaseException) -> Silent:
    # The call stays unreported, and so do its inner calls, which would otherwise look like the user's.
    try:
        swallow(error)
    except BaseException:
        state.release()
        raise
    return Silent(state)


def swallow(error: BaseException) -> None:
    """What :func:`errors.guard` does, where entering it for each call would cost too much."""
    with errors.guard(LISTENING):
        raise error


def run_changed(event: RunEvent) -> None:
    """Tell of an MLflow run, unless this thread works for this package."""
    current = _listener
    if current is None or threads.local.state.is_muted():
        return
    with errors.guard(LISTENING), threads.muted():
        current.run_changed(event)
