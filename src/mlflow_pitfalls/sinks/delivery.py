"""Sends writes of one process in order, each from the spool that already holds it."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto

from mlflow_pitfalls.errors import SchemaError, guard
from mlflow_pitfalls.model.items import LogItems
from mlflow_pitfalls.sinks.breaker import Breaker, breaker_of
from mlflow_pitfalls.sinks.mlflow_sink import MlflowSink
from mlflow_pitfalls.sinks.outcome import Outcome, WriteResult
from mlflow_pitfalls.sinks.spool import MAX_ENTRIES, Spool, SpoolEntry

logger = logging.getLogger("mlflow_pitfalls")

MAX_UNDELIVERED = MAX_ENTRIES  # writes of one store that are remembered: no more of them are in the spool

OnDone = Callable[[bool], None]
OnRefusal = Callable[[WriteResult], None]


class Fate(Enum):
    """What became of a parcel at an attempt to send it."""

    SENT = auto()
    DROPPED = auto()  # its run is gone, or the entry was damaged
    REFUSED = auto()  # stays in the spool
    WAITING = auto()  # stays in the spool, and in the queue where there is one
    ELSEWHERE = auto()  # another process sends it


@dataclass(slots=True, eq=False)
class Parcel:
    """A write on its way. ``items`` is let go where the spool holds it and the server does not answer.

    ``refused`` is set where the store has answered and did not take all of it, which is told at that time.
    """

    run_id: str
    run_key: str
    stage: str
    entry: SpoolEntry | None
    items: LogItems | None
    on_done: OnDone | None = None
    refused: bool = False

    def settle(self, sent: bool) -> None:
        """Tell the submitter, once, whether the write has reached the store."""
        told, self.on_done = self.on_done, None
        if told is not None:
            with guard("telling that a run was written"):
                told(sent)


def send(
    parcel: Parcel,
    *,
    sink: MlflowSink,
    breaker: Breaker,
    spool: Spool,
    force: bool = False,
    on_refusal: OnRefusal | None = None,
) -> Fate:
    """Send one write, and remove it from the spool where nothing is left to send.

    Args:
        parcel: The write.
        sink: Of the parcel's tracking store.
        breaker: Of the same store.
        spool: Where the parcel's entry lies.
        force: Ask the server even where the breaker is open.
        on_refusal: Told what the store raised where it did not take all of it.
    """
    if not breaker.allows(force=force):
        return Fate.WAITING
    if parcel.entry is None:
        return _fate(_write(parcel.items, sink, breaker, on_refusal)) if parcel.items else Fate.DROPPED
    with spool.claim(parcel.entry) as mine:
        if not mine:
            return Fate.ELSEWHERE
        try:
            items = parcel.items or spool.read(parcel.entry).items
        except FileNotFoundError:
            return Fate.ELSEWHERE
        except SchemaError:
            return Fate.DROPPED
        fate = _fate(_write(items, sink, breaker, on_refusal))
        if fate in (Fate.SENT, Fate.DROPPED):
            spool.remove(parcel.entry)
        return fate


def superseded(parcels: list[Parcel]) -> list[Parcel]:
    """Those partial writes that a later settled write of the same run makes needless; oldest parcel first."""
    needless, settled = [], set()
    for parcel in reversed(parcels):
        if parcel.stage == "settled":
            settled.add(parcel.run_key)
        elif parcel.run_key in settled:
            needless.append(parcel)
    return needless


class Courier:
    """The undelivered writes of one tracking store, oldest first. ``add`` on one thread, ``deliver`` on another."""

    def __init__(self, tracking_uri: str, spool: Spool) -> None:
        self._sink = MlflowSink(tracking_uri)
        self._breaker = breaker_of(tracking_uri)
        self._spool = spool
        self._queue: deque[Parcel] = deque()
        self._undelivered: dict[int, Parcel] = {}
        self._refusal_told = False

    @property
    def undelivered(self) -> list[Parcel]:
        """Writes that this process could not deliver, those that the store refused among them."""
        return list(self._undelivered.values())

    def add(self, parcel: Parcel) -> None:
        """Queue a write."""
        self._undelivered[id(parcel)] = parcel
        self._queue.append(parcel)

    def deliver(self, *, force: bool = False) -> None:
        """Send what waits, until the server does not answer. Needless writes are removed.

        Args:
            force: Ask the server even where it did not answer a short while ago.
        """
        for parcel in superseded(list(self._queue)):
            self._queue.remove(parcel)
            self._finish(parcel, sent=False, remove=True)
        self._forget_oldest()
        while self._queue:
            parcel = self._queue[0]
            fate = send(
                parcel, sink=self._sink, breaker=self._breaker, spool=self._spool, force=force,
                on_refusal=self._tell_refusal,
            )  # fmt: skip
            force = False
            if fate is Fate.WAITING:
                self._hold_back()
                return
            self._queue.popleft()
            if fate is Fate.REFUSED:
                parcel.refused = True
                self._keep(parcel)
                continue
            self._finish(parcel, sent=fate in (Fate.SENT, Fate.ELSEWHERE))

    def _forget_oldest(self) -> None:
        """A store may be away for a day, or refuse the reports of thousands of runs."""
        for parcel in self.undelivered[:-MAX_UNDELIVERED]:
            with suppress(ValueError):  # those that were refused wait no more
                self._queue.remove(parcel)
            self._finish(parcel, sent=False)

    def _tell_refusal(self, result: WriteResult) -> None:
        """Once a store: the next runs' reports will fare no better."""
        if self._refusal_told:
            return
        self._refusal_told = True
        logger.warning(
            "mlflow-pitfalls: the tracking store did not take all of what was found in a run (%s); the rest, and that "
            "of later runs, is kept in %s; `mlflow-pitfalls sync` sends it.",
            ", ".join(dict.fromkeys(result.failures)), self._spool.folder,
        )  # fmt: skip

    def _hold_back(self) -> None:
        for parcel in list(self._queue):
            self._keep(parcel)
            if parcel.entry is None:
                self._queue.remove(parcel)  # neither spooled nor sent: it is lost, and counted as such

    def _keep(self, parcel: Parcel) -> None:
        parcel.items = None
        parcel.settle(False)

    def _finish(self, parcel: Parcel, *, sent: bool, remove: bool = False) -> None:
        self._undelivered.pop(id(parcel), None)
        if remove and parcel.entry is not None:
            self._spool.remove(parcel.entry)
        parcel.settle(sent)


def _write(items: LogItems, sink: MlflowSink, breaker: Breaker, on_refusal: OnRefusal | None) -> WriteResult:
    result = sink.write(items)
    if result.outcome is Outcome.UNREACHABLE:
        breaker.failed()
    else:
        breaker.succeeded()
    if result.outcome is Outcome.REFUSED and on_refusal is not None:
        on_refusal(result)
    return result


def _fate(result: WriteResult) -> Fate:
    return _FATES[result.outcome]


_FATES = {
    Outcome.DELIVERED: Fate.SENT,
    Outcome.GONE: Fate.DROPPED,
    Outcome.REFUSED: Fate.REFUSED,
    Outcome.UNREACHABLE: Fate.WAITING,
}
