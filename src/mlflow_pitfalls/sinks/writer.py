"""What the rest of the package writes through: returns at once, survives a dead server, ends within its time."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from time import monotonic, process_time, time

from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.items import LogItems
from mlflow_pitfalls.settings import Settings
from mlflow_pitfalls.sinks import quiet
from mlflow_pitfalls.sinks.delivery import Courier, OnDone, Parcel
from mlflow_pitfalls.sinks.limits import fit
from mlflow_pitfalls.sinks.spool import Spool, run_key_of
from mlflow_pitfalls.sinks.worker import Worker

logger = logging.getLogger("mlflow_pitfalls")

Build = Callable[[], LogItems | None]

_MILLISECONDS = 1_000
BUILDING_SECONDS = 30.0  # the last reports' own work may take so long at exit
LONGEST_BUILDING_SECONDS = 120.0  # and so long where many processes share the machine's cores
LOOK_SECONDS = 5.0  # between looks whether it still goes on
LEAST_SHARE = 0.02  # of a core that this process has got in between …
IDLE_LOOKS = 3  # … with less at so many looks in a row, something hangs; fewer may be a busy machine or server
LEAST_SENDING_SECONDS = 1.0
ABANDONING_SECONDS = 1.0  # until the building thread has noticed that nobody waits for it
ABANDONING_SENDER_SECONDS = 0.2  # it waits in sockets most of the time, which may be left as it is
LONGEST_STEP_SECONDS = 30.0  # of either, which cannot be interrupted, such as a sort of NumPy's
KEPT_IN_MEMORY = 8  # waiting writes that are not read back from the spool when their turn comes


class Writer:
    """Two daemon threads: one builds items and puts them into the spool, one sends them and takes them out again.

    So a call that hangs in MLflow's own retries stops neither building nor spooling, and at exit nothing is left to
    do for what could not be sent.

    Args:
        settings: ``spool_dir`` is used.
        on_thread_start: Called first on each of the threads, e.g. to mute the hooks there.
    """

    def __init__(self, settings: Settings, *, on_thread_start: Callable[[], None] | None = None) -> None:
        self.spool = Spool(settings.spool_dir)
        self._on_thread_start = on_thread_start
        self._builder = Worker("mlflow-pitfalls-build", on_start=self._start_thread)
        self._sender = Worker("mlflow-pitfalls-send", on_start=self._start_thread, inline=False)
        self._couriers: dict[str, Courier] = {}
        self._pid = os.getpid()
        self._closed = False

    def submit(
        self, tracking_uri: str, build: Build, on_done: OnDone | None = None, *, droppable: bool = False
    ) -> bool:
        """Build a run's items and write them, in the background.

        Args:
            tracking_uri: The run's tracking store, as the caller has resolved it.
            build: Makes the items, on the builder's thread; None where there is nothing to write.
            on_done: Told, on a thread of ours, whether the items have reached the store. False at once where they are
                kept in the spool for later. Not called for a write that was dropped from a full queue.
            droppable: A partial write, which may be left out when too many writes wait.

        Returns:
            False where it will not be done: the writer was closed, its queue is full, or this is a forked child.
        """
        if self._closed:
            return False
        self._sender.start()  # early: no thread can be started while the interpreter exits
        return self._builder.submit(partial(self._build, tracking_uri, build, on_done), droppable=droppable)

    def flush(self, timeout: float) -> bool:
        """Wait until all that was submitted has been sent; a server that did not answer is asked once more.

        Args:
            timeout: Seconds to wait at most.

        Returns:
            Whether everything has reached its store.
        """
        deadline = monotonic() + timeout
        if not self._builder.flush(timeout):
            return False
        for courier in list(self._couriers.values()):
            if courier.undelivered:
                self._sender.submit(partial(courier.deliver, force=True))
        return self._sender.flush(deadline - monotonic()) and not self._undelivered()

    def close(self, timeout: float) -> bool:
        """Take nothing more and finish within the time; what could not be sent stays in the spool and is told.

        Reports that are still being built are finished first, since they need nothing but this machine: within 45 s, or
        within 120 s where this process has not got its share of the cores.

        Args:
            timeout: Seconds that the tracking store may take then.

        Returns:
            Whether everything has reached its store.
        """
        if self._closed or os.getpid() != self._pid:
            return True
        self._closed = True
        finished = False
        try:
            built = self._finish_building(timeout)
            finished = self._sender.stop(max(timeout, LEAST_SENDING_SECONDS)) and built
        finally:
            if not finished:  # Ctrl-C, too
                self.abandon()
        with guard("closing the writer"):
            if finished:
                quiet.unmute()
            self._tell_rest(built)
        return finished and not self._undelivered()

    def abandon(self) -> None:
        """Take nothing more and end both threads, between two steps of what they do; the spool keeps what it has."""
        self._closed = True
        self._builder.abandon(ABANDONING_SECONDS, longest=LONGEST_STEP_SECONDS)
        self._sender.abandon(ABANDONING_SENDER_SECONDS, longest=LONGEST_STEP_SECONDS)

    def _finish_building(self, timeout: float) -> bool:
        ends, work_ends = monotonic() + LONGEST_BUILDING_SECONDS, process_time() + BUILDING_SECONDS
        built = self._builder.stop(max(timeout, BUILDING_SECONDS))
        idle = 0
        while not built and idle < IDLE_LOOKS and process_time() < work_ends and monotonic() < ends:
            before = process_time()
            built = self._builder.flush(LOOK_SECONDS)
            idle = idle + 1 if process_time() - before < LEAST_SHARE * LOOK_SECONDS else 0
        return built

    def _start_thread(self) -> None:
        quiet.mute_this_thread()
        if self._on_thread_start is not None:
            self._on_thread_start()

    def _build(self, tracking_uri: str, build: Build, on_done: OnDone | None) -> None:
        parcel = None
        try:
            with guard("building a run's report"):
                items = build()
                parcel = self._parcel(tracking_uri, _stamped(fit(items)), on_done) if items else None
        finally:
            if parcel is None and on_done is not None:
                with guard("telling that a run was written"):
                    on_done(False)
        if parcel is not None:
            courier = self._courier(tracking_uri)
            courier.add(parcel)
            self._sender.submit(courier.deliver)

    def _parcel(self, tracking_uri: str, items: LogItems, on_done: OnDone | None) -> Parcel:
        entry = self.spool.put(tracking_uri, items)
        in_memory = entry is None or self._sender.waiting < KEPT_IN_MEMORY
        return Parcel(
            run_id=items.run_id,
            run_key=run_key_of(tracking_uri, items.run_id),
            stage=items.stage,
            entry=entry,
            items=items if in_memory else None,
            on_done=on_done,
        )

    def _courier(self, tracking_uri: str) -> Courier:
        if tracking_uri not in self._couriers:
            self._couriers[tracking_uri] = Courier(tracking_uri, self.spool)
        return self._couriers[tracking_uri]

    def _undelivered(self) -> list[Parcel]:
        return [parcel for courier in list(self._couriers.values()) for parcel in courier.undelivered]

    def _tell_rest(self, built: bool) -> None:
        rest = self._undelivered()
        kept = len({parcel.run_key for parcel in rest if parcel.entry is not None and not parcel.refused})
        lost = len({parcel.run_key for parcel in rest if parcel.entry is None})
        if kept:
            logger.warning(
                "mlflow-pitfalls: what was found in %s could not be sent to the tracking store and is kept in %s; "
                "`mlflow-pitfalls sync` sends it.",
                _runs(kept), self.spool.folder,
            )  # fmt: skip
        if lost:
            logger.warning(
                "mlflow-pitfalls: what was found in %s could neither be sent nor be kept in %s.",
                _runs(lost), self.spool.folder,
            )  # fmt: skip
        if not built:
            logger.warning("mlflow-pitfalls: the time at exit was too short to finish the last reports.")


def _stamped(items: LogItems) -> LogItems:
    """Metrics carry the time of their making, however much later they are sent."""
    return items if items.timestamp_ms else replace(items, timestamp_ms=int(time() * _MILLISECONDS))


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"
