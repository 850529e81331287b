from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlflow_pitfalls.errors import SchemaError
from mlflow_pitfalls.model.items import (
    Artifact,
    DataInput,
    ExperimentPage,
    Issue,
    LogItems,
    Metric,
    Note,
    SavedView,
    Tag,
)
from mlflow_pitfalls.model.values import Severity
from mlflow_pitfalls.sinks.spool import Spool, default_folder

URI = "http://user:secret@host:5000"
text = st.text(max_size=40)
views = st.builds(SavedView, key=text, name=text, state=text)
inputs = st.builds(DataInput, name=text, context=text, digest=text, schema=text, profile=text)
names = st.lists(text, max_size=3).map(tuple)
issues = st.builds(Issue, check=text, severity=st.sampled_from(Severity), description=text, subjects=names)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "state" / "spool")


def test_what_is_put_is_read_back(spool, make_items):
    items = make_items("a" * 32, artifacts=(Artifact(path="pitfalls/gap.png", content=bytes(range(256))),))
    entry = spool.put(URI, items)
    assert entry is not None
    assert spool.entries() == [entry]
    stored = spool.read(entry)
    assert stored.items == items
    assert stored.tracking_uri == "http://host:5000"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    tags=st.lists(st.builds(lambda key, value: Tag(key=key, value=value), text, text)),
    values=st.lists(st.floats(allow_nan=False, allow_infinity=False)),
    content=st.binary(max_size=200),
    note=st.none() | text,
    page=st.none() | st.builds(ExperimentPage, views=st.lists(views, max_size=3).map(tuple), line=text),
    issues=st.none() | st.lists(issues, max_size=3).map(tuple),
    inputs=st.lists(inputs, max_size=2).map(tuple),
)
def test_any_items_survive(tmp_path: Path, tags, values, content, note, page, issues, inputs):
    spool = Spool(tmp_path / "spool")
    items = LogItems(
        run_id="r1",
        stage="settled",
        tags=tuple(tags),
        metrics=tuple(Metric(key=f"m{at}", value=value) for at, value in enumerate(values)),
        artifacts=(Artifact(path="a.md", content=content),),
        note=Note(markdown=note) if note is not None else None,
        timestamp_ms=5,
        page=page,
        issues=issues,
        inputs=inputs,
    )
    entry = spool.put(URI, items)
    assert entry is not None
    assert spool.read(entry).items == items
    spool.remove(entry)


def test_credentials_and_foreign_eyes_are_kept_out(spool, make_items):
    entry = spool.put(URI, make_items("a" * 32))
    assert b"secret" not in entry.path.read_bytes()
    assert b"user" not in entry.path.read_bytes()
    assert stat.S_IMODE(spool.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(entry.path.stat().st_mode) == 0o600


def test_the_folder_follows_the_users_state_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "mlflow-pitfalls" / "spool"


def test_entries_come_in_the_order_of_putting(spool, make_items):
    put = [spool.put(URI, make_items(f"{at:032x}")) for at in range(20)]
    assert spool.entries() == put


def test_the_oldest_partial_ones_go_first_when_there_are_too_many(tmp_path, make_items):
    spool = Spool(tmp_path, max_entries=3)
    settled = [spool.put(URI, make_items("a" * 32))]
    partial = [spool.put(URI, make_items("b" * 32, stage="partial")) for _ in range(2)]
    settled.append(spool.put(URI, make_items("c" * 32)))
    assert spool.entries() == [settled[0], partial[1], settled[1]]
    settled.append(spool.put(URI, make_items("d" * 32)))
    settled.append(spool.put(URI, make_items("e" * 32)))
    assert spool.entries() == settled[1:]


def test_bytes_are_bounded_too(tmp_path, make_items):
    big = (Artifact(path="a.md", content=b"x" * 30_000),)
    spool = Spool(tmp_path, max_bytes=100_000)
    for at in range(6):
        spool.put(URI, make_items(f"{at:032x}", artifacts=big))
    assert sum(entry.size for entry in spool.entries()) <= 100_000
    assert len(spool.entries()) == 2
    huge = (Artifact(path="a.md", content=b"x" * 90_000),)
    assert spool.put(URI, make_items("f" * 32, artifacts=huge)) is None
    assert len(spool.entries()) == 2


def test_a_folder_that_cannot_be_made_or_written_raises_nothing(tmp_path, make_items):
    blocked = tmp_path / "file"
    blocked.write_text("")
    spool = Spool(blocked / "spool")
    assert spool.put(URI, make_items("a" * 32)) is None
    assert spool.entries() == []


def test_a_full_disk_raises_nothing_and_leaves_nothing(tmp_path):
    """A limit on the size of files stands for the full disk."""
    script = f"""
import resource, signal
from mlflow_pitfalls.model.items import Artifact, LogItems
from mlflow_pitfalls.sinks.spool import Spool
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
spool = Spool({str(tmp_path)!r})
items = LogItems(run_id="r", stage="settled", artifacts=(Artifact(path="a.md", content=b"x" * 5000),))
assert spool.put("http://host", items) is None
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"", b"no JSON", b"[]", b"{}", b'{"schema_version": 99}', b'{"schema_version": 1}', b"\x80\x03}",
        b'{"schema_version": 1, "tracking_uri": "u", "run_id": "r", "stage": "settled", "timestamp_ms": 1,'
        b' "tags": [["one"]], "metrics": [], "artifacts": [], "note": null}',
    ],
)  # fmt: skip
def test_a_damaged_or_foreign_entry_is_a_clear_error(spool, make_items, content):
    entry = spool.put(URI, make_items("a" * 32))
    entry.path.write_bytes(content)
    with pytest.raises(SchemaError):
        spool.read(entry)


def test_a_newer_entry_names_both_versions(spool, make_items):
    entry = spool.put(URI, make_items("a" * 32))
    document = json.loads(entry.path.read_bytes())
    entry.path.write_text(json.dumps({**document, "schema_version": 2}))
    with pytest.raises(SchemaError, match=r"version 2, .* reads version 1"):
        spool.read(entry)


def test_foreign_files_in_the_folder_are_left_alone(spool, make_items):
    spool.put(URI, make_items("a" * 32))
    foreign = spool.folder / "notes.json"
    foreign.write_text("mine")
    assert len(spool.entries()) == 1
    assert foreign.read_text() == "mine"


def test_leftovers_of_killed_processes_are_swept(spool, make_items):
    entry = spool.put(URI, make_items("a" * 32))
    scratch, orphan = spool.folder / "abc.tmp", spool.folder / "gone.json.lock"
    own_lock = entry.path.with_name(entry.path.name + ".lock")
    for path in (scratch, orphan, own_lock):
        path.write_text("")
        os.utime(path, (0, 0))
    fresh = spool.folder / "fresh.tmp"
    fresh.write_text("")
    spool.put(URI, make_items("b" * 32))
    assert not scratch.exists()
    assert not orphan.exists()
    assert own_lock.exists()
    assert fresh.exists()


def test_a_claim_is_held_by_one_process_and_dies_with_it(spool, make_items):
    entry = spool.put(URI, make_items("a" * 32))
    script = f"""
import sys, os
from mlflow_pitfalls.sinks.spool import Spool
spool = Spool({str(spool.folder)!r})
with spool.claim(spool.entries()[0]) as mine:
    print(mine, flush=True)
    sys.stdin.read()
    os.kill(os.getpid(), 9)
"""
    holder = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with holder:
        assert holder.stdout.readline() == "True\n"
        with spool.claim(entry) as mine:
            assert not mine
        holder.stdin.close()
        holder.wait(60)
    with spool.claim(entry) as mine:
        assert mine
        with spool.claim(entry) as twice:
            assert not twice
    spool.remove(entry)
    with spool.claim(entry) as mine:
        assert not mine
    assert list(spool.folder.iterdir()) == []
