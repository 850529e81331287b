from __future__ import annotations

import pytest

from mlflow_pitfalls.sinks import delivery
from mlflow_pitfalls.sinks.writer import Writer

LONG = 60.0


@pytest.mark.parametrize("kind", ["away", "refusing"])
def test_no_more_undelivered_writes_are_remembered_than_the_spool_keeps(
    kind, settings, store, refused_uri, make_items, monkeypatch
):
    monkeypatch.setattr(delivery, "MAX_UNDELIVERED", 3)
    store.artifacts.write_text("a file where the folder should be")
    runs = [store.new_run() for _ in range(5)]
    told: list[bool] = []
    writer = Writer(settings)
    for run_id in runs:
        uri = refused_uri if kind == "away" else store.uri
        writer.submit(uri, lambda run_id=run_id: make_items(run_id), told.append)
        assert not writer.flush(LONG)
    (courier,) = writer._couriers.values()
    courier.deliver()
    assert [parcel.run_id for parcel in courier.undelivered] == runs[-3:]
    assert told == [False] * 5
    assert len(writer.spool.entries()) == 5  # what is forgotten here waits there for a sync
    assert not writer.close(LONG)
