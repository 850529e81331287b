"""Tracking servers that fail in every way: nothing is lost or sent twice, and the user waits for none of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mlflow_pitfalls.sinks.spool import Spool
from mlflow_pitfalls.sinks.sync import sync
from mlflow_pitfalls.sinks.writer import Writer
from tests.conftest import HOST, free_port
from tests.guarantees.bad_servers import QUICK_KINDS, SLOW, bad_servers

LONG = 60.0
LATER = ("refused", "unnamed", "not TLS", "silent")
ALL_KINDS = (*QUICK_KINDS, SLOW, *LATER)


@pytest.fixture
def uri_of(hung_uri) -> Iterator[dict[str, str]]:
    """A tracking URI for every way to fail."""
    with bad_servers() as address:
        yield {
            **{kind: f"{address}/{kind}" for kind in (*QUICK_KINDS, SLOW)},
            "refused": f"http://{HOST}:{free_port()}",
            "unnamed": "http://no-such-host.invalid",
            "not TLS": f"{address.replace('http:', 'https:')}/500",
            "silent": hung_uri,
        }


@pytest.mark.parametrize("kind", [*QUICK_KINDS, *LATER])
def test_what_a_server_did_not_take_is_kept_whole_and_told_in_a_line(
    kind, uri_of, settings, store, make_items, monkeypatch, caplog, record_property
):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")  # else each takes four minutes of a thread of ours
    run_id = store.new_run()
    items = make_items(run_id, timestamp_ms=1_000)
    writer = Writer(settings)
    for _ in range(2):
        writer.submit(uri_of[kind], lambda: items)
        assert not writer.flush(LONG)
    assert not writer.close(LONG)
    assert len(caplog.records) == 1, caplog.text
    assert "canary" not in caplog.text
    spool = Spool(settings.spool_dir)
    assert [spool.read(entry).items for entry in spool.entries()] == [items, items]
    for entry in spool.entries():
        entry.path.write_text(entry.path.read_text().replace(uri_of[kind], store.uri))
    assert sync(spool_dir=spool.folder).sent == 2
    assert sync(spool_dir=spool.folder).sent == 0
    assert list(spool.folder.iterdir()) == []
    assert store.tags(run_id)["pitfalls.overfit"] == "high"
    assert len(store.client.get_metric_history(run_id, "pitfalls/severity")) == 1
    record_property("faults injected", 1)
