"""Sends what the spool holds: the work of ``mlflow-pitfalls sync``."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from mlflow_pitfalls.errors import SchemaError
from mlflow_pitfalls.sinks.breaker import Breaker
from mlflow_pitfalls.sinks.delivery import Fate, Parcel, send, superseded
from mlflow_pitfalls.sinks.mlflow_sink import MlflowSink
from mlflow_pitfalls.sinks.spool import Spool, SpoolEntry
from mlflow_pitfalls.sinks.spool_format import StoredWrite
from mlflow_pitfalls.sinks.uris import public_uri


@dataclass(slots=True, kw_only=True)
class SyncReport:
    """What became of the spool's entries, in numbers of entries."""

    sent: int = 0
    superseded: int = 0  # partial writes that a later full report of the run made needless
    dropped: int = 0  # their run was deleted
    refused: int = 0  # the store answered and did not take them; they stay
    waiting: int = 0  # the store did not answer; they stay
    elsewhere: int = 0  # another process was sending them
    damaged: int = 0  # cannot be read; they stay
    runs: set[str] = field(default_factory=set)  # ids of the runs that were written
    unreachable: set[str] = field(default_factory=set)  # tracking URIs that did not answer, without credentials

    @property
    def left(self) -> int:
        """Entries that are still in the spool because of a failure."""
        return self.refused + self.waiting + self.damaged

    def __str__(self) -> str:
        """What was done and what is left, in a few words."""
        if not any((self.sent, self.superseded, self.dropped, self.elsewhere, self.left)):
            return "Nothing to send."
        silent = f" ({', '.join(sorted(self.unreachable))} does not answer)" if self.unreachable else ""
        parts = (
            (self.sent, f"sent, to {len(self.runs)} {'run' if len(self.runs) == 1 else 'runs'}"),
            (self.superseded, "made needless by a later report"),
            (self.dropped, "dropped, as their run was deleted"),
            (self.elsewhere, "sent by another process"),
            (self.waiting, f"kept{silent}"),
            (self.refused, "kept, as the tracking store did not take all of them"),
            (self.damaged, "kept, as they cannot be read"),
        )
        return f"Writes: {'; '.join(f'{number} {words}' for number, words in parts if number)}."


def sync(tracking_uri: str | None = None, *, spool_dir: str | Path | None = None) -> SyncReport:
    """Send what is in the spool. Safe to call at any time, in several processes at once, and again.

    Args:
        tracking_uri: Send only what belongs to this store, with the credentials in the URI, if any; by default
            everything. Credentials from MLflow's environment variables are used in either case.
        spool_dir: The spool's folder; under the user's state folder by default.
    """
    spool = Spool(spool_dir)
    report = SyncReport()
    known = _known_uris(tracking_uri)
    parcels: dict[str, list[Parcel]] = defaultdict(list)
    for entry in spool.entries():
        stored = _read(spool, entry, report)
        if stored is not None and (tracking_uri is None or stored.tracking_uri in known):
            parcels[stored.tracking_uri].append(_parcel(entry, stored))
    for uri, waiting in parcels.items():
        _send_all(known.get(uri, uri), waiting, spool, report)
    return report


def _send_all(uri: str, parcels: list[Parcel], spool: Spool, report: SyncReport) -> None:
    needless = superseded(parcels)
    for parcel in needless:
        if parcel.entry is not None:
            spool.remove(parcel.entry)
            report.superseded += 1
    sink, breaker = MlflowSink(uri), Breaker(uri)
    for parcel in parcels:
        if parcel in needless:
            continue
        _count(report, parcel, uri, send(parcel, sink=sink, breaker=breaker, spool=spool))


def _count(report: SyncReport, parcel: Parcel, uri: str, fate: Fate) -> None:
    if fate is Fate.SENT:
        report.sent += 1
        report.runs.add(parcel.run_id)
    elif fate is Fate.DROPPED:
        report.dropped += 1
    elif fate is Fate.REFUSED:
        report.refused += 1
    elif fate is Fate.ELSEWHERE:
        report.elsewhere += 1
    else:
        report.waiting += 1
        report.unreachable.add(public_uri(uri))


def _read(spool: Spool, entry: SpoolEntry, report: SyncReport) -> StoredWrite | None:
    try:
        return spool.read(entry)
    except FileNotFoundError:
        report.elsewhere += 1
    except SchemaError:
        report.damaged += 1
    return None


def _parcel(entry: SpoolEntry, stored: StoredWrite) -> Parcel:
    # The items are read again when their turn comes, so that a full spool does not fill the memory.
    return Parcel(run_id=stored.items.run_id, run_key=entry.run_key, stage=entry.stage, entry=entry, items=None)


def _known_uris(tracking_uri: str | None) -> dict[str, str]:
    if tracking_uri is not None:
        return {public_uri(tracking_uri): tracking_uri}
    import mlflow

    current = mlflow.get_tracking_uri()
    return {public_uri(current): current}
