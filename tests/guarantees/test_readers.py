"""What is read back is checked: whatever stands in a stored file, it is read, or refused by our own error."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlflow_pitfalls.errors import SchemaError
from mlflow_pitfalls.model.codec import from_json, to_json
from mlflow_pitfalls.model.comparison import Comparison
from mlflow_pitfalls.model.items import Artifact, DataInput, ExperimentPage, Issue, LogItems, Metric, Note, SavedView
from mlflow_pitfalls.model.items import Tag as RunTag
from mlflow_pitfalls.model.losses import RowLosses
from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.profile import DatasetProfile
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.suggestions import Suggestions
from mlflow_pitfalls.model.tuning import TuningFacts
from mlflow_pitfalls.model.values import Severity
from mlflow_pitfalls.sinks import runs
from mlflow_pitfalls.sinks.spool import Spool
from mlflow_pitfalls.sinks.spool_format import StoredWrite, decode, encode

KINDS = (RunRecord, Outcomes, RowLosses, Comparison, Suggestions, DatasetProfile, TuningFacts)
QUICK, DEEP = 8, 80  # documents of each kind
HUGE = (10**400, -(10**30), 2**63, 1e308, float("nan"), float("inf"))
FOREIGN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(HUGE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
SPOOLED = LogItems(
    run_id="a" * 32,
    stage="settled",
    tags=(RunTag(key="pitfalls.severity", value="high"),),
    metrics=(Metric(key="pitfalls/severity", value=3.0),),
    artifacts=(Artifact(path="pitfalls/report.html", content=b"<!doctype html>"),),
    note=Note(markdown="note"),
    timestamp_ms=5,
    page=ExperimentPage(views=(SavedView(key="k", name="n", state="{}"),), line="line"),
    issues=(Issue(check="overfit", severity=Severity.HIGH, description="gap", subjects=("a",)),),
    inputs=(DataInput(name="training rows", context="train", digest="d", schema="{}", profile="{}"),),
)


def documents(kind: type) -> st.SearchStrategy[Any]:
    """Plain values of a document of ours that holds something in every part of it."""
    made = st.from_type(kind)
    if hasattr(kind, "schema_version"):
        version = next(f.default for f in kind.__dataclass_fields__.values() if f.name == "schema_version")
        made = made.map(lambda value: replace(value, schema_version=version))
    return made.map(to_json).map(json.loads)


def places(plain: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of all values of a document, its own first."""
    found = [path]
    inner = plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, list) else ()
    for key, value in inner:
        found += places(value, (*path, key))
    return found


@st.composite
def spoiled(draw: st.DrawFn, whole: st.SearchStrategy[Any]) -> bytes:
    """A document with one to three values replaced, taken out or added, perhaps cut off or with a byte changed."""
    plain = draw(whole)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places(plain)))
        plain = _changed(plain, path, draw(st.sampled_from(["replace", "remove", "add"])), draw(FOREIGN))
    content = bytearray(json.dumps(plain).encode())
    how = draw(st.sampled_from(["whole", "whole", "whole", "cut", "byte"]))
    at = draw(st.integers(0, max(0, len(content) - 1)))
    if how == "cut":
        return bytes(content[:at])
    if how == "byte" and content:
        content[at] = draw(st.integers(0, 255))
    return bytes(content)


def _changed(plain: Any, path: tuple[Any, ...], how: str, value: Any) -> Any:
    if not path:
        return value
    parent = plain
    for step in path[:-1]:
        parent = parent[step]
    if how == "replace":
        parent[path[-1]] = value
    elif how == "remove":
        del parent[path[-1]]
    elif isinstance(parent, list):
        parent.insert(path[-1], value)
    else:
        parent[f"{path[-1]}x"] = value
    return plain


def read_or_refused(read: Any, content: bytes) -> Any:
    try:
        return read(content)
    except SchemaError:
        return None


@pytest.mark.parametrize("examples", [QUICK, pytest.param(DEEP, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_spoiled_document_is_read_or_refused(kind, examples, record_property):
    tried = [0]

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck), deadline=None)
    @given(spoiled(documents(kind)))
    def check(content: bytes) -> None:
        tried[0] += 1
        found = read_or_refused(lambda text: from_json(kind, text), content)
        assert found is None or isinstance(found, kind)

    check()
    record_property("inputs tried", tried[0])


def test_a_spoiled_spool_file_is_read_or_refused(record_property):
    tried = [0]

    @settings(max_examples=50, suppress_health_check=list(HealthCheck), deadline=None)
    @given(spoiled(st.builds(lambda: json.loads(encode("http://host", SPOOLED)))))
    def check(content: bytes) -> None:
        tried[0] += 1
        found = read_or_refused(decode, content)
        assert found is None or isinstance(found, StoredWrite)

    check()
    record_property("inputs tried", tried[0])


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"schema_version":' * 50_000, b"9" * 5_000, b"\xff\xfe", b""])
def test_a_deep_or_foreign_spool_file_is_refused(content):
    with pytest.raises(SchemaError):
        decode(content)


def test_every_value_of_a_spool_file_replaced_is_read_or_refused(record_property):
    whole = json.loads(encode("http://host", SPOOLED))
    values = (*HUGE, None, True, "", "x", -1, [], {}, [[]], [{}], {"a": 1}, [[[1]]])
    tried = [
        read_or_refused(decode, json.dumps(_changed(copy.deepcopy(whole), path, "replace", value)).encode())
        for path in places(whole)
        for value in values
    ]
    assert len([found for found in tried if found is not None]) < len(tried) / 2
    record_property("inputs tried", len(tried))


def test_no_more_than_so_much_is_read(store, tmp_path, monkeypatch):
    spool = Spool(tmp_path / "spool", max_bytes=2_000)
    entry = spool.put(store.uri, SPOOLED)
    assert entry is not None
    entry.path.write_bytes(b" " * 3_000)
    (found,) = spool.entries()
    with pytest.raises(SchemaError, match="more than any of ours"):
        spool.read(found)
    run_id = store.new_run()
    local = tmp_path / "record.json"
    local.write_bytes(b"{}" + b" " * 100)
    store.client.log_artifact(run_id, str(local), "pitfalls")
    monkeypatch.setattr(runs, "MAX_BYTES", 50)
    with pytest.raises(SchemaError, match="larger than any of ours"):
        runs.load_report(run_id, store.uri)
