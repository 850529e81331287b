"""What a dataset tells: figures, never rows, and nothing that privacy keeps back."""

from __future__ import annotations

import json
from dataclasses import replace

from mlflow_pitfalls.model.profile import ColumnKind, ColumnProfile, DatasetProfile
from mlflow_pitfalls.model.values import Role
from mlflow_pitfalls.reporting.datasets import COLUMNS_LISTED, COLUMNS_TOLD, datasets
from mlflow_pitfalls.reporting.log_items import settled_items
from mlflow_pitfalls.reporting.native_items import with_pages
from mlflow_pitfalls.settings import Settings

PROFILE_BYTES = 16_777_215  # that MLflow stores
SCHEMA_BYTES = 1_048_575
SOURCE_DIGEST = 36


def test_both_sides_with_mlflows_own_names_of_their_size(record):
    train, held_out = datasets(record)
    assert (train.context, held_out.context) == ("train", "eval")
    told = json.loads(train.profile)
    assert told["num_rows"] == record.train.rows
    assert told["num_elements"] == record.train.rows * record.train.column_count
    assert told["target"].startswith(f"{record.train.target.name}; ")
    names = [column["name"] for column in json.loads(train.schema)["mlflow_colspec"]]
    assert names == [column.name for column in record.train.columns]


def test_equal_rows_have_an_equal_digest_and_others_do_not(record):
    train, held_out = datasets(record)
    again, _ = datasets(record)
    assert train == again
    assert train.digest != held_out.digest
    other = replace(record, train=replace(record.train, target=replace(record.train.target, name="another")))
    assert datasets(other)[0].digest != train.digest  # the profile is another: MLflow would keep the first


def test_no_value_that_the_profile_does_not_tell(record):
    bare = ColumnProfile(
        position=0, name="secret", kind=ColumnKind.CATEGORICAL, dtype="object", rows=9, sampled_rows=9, distinct=3
    )
    profile = DatasetProfile(
        role=Role.TRAIN, container="list", rows=9, column_count=1, sampled_rows=9, sample_error=0.0, columns=(bare,)
    )
    (told,) = datasets(replace(record, train=profile, held_out=None))
    assert json.loads(told.profile) == {
        "num_rows": 9, "num_elements": 9, "missing values": "0\u202f%", "secret": "categorical, 3 levels"
    }  # fmt: skip


def test_many_hostile_columns_stay_within_mlflows_limits(record):
    column = replace(record.train.columns[0], name="<script>\u202e" * 5_000)
    wide = replace(record.train, columns=(column,) * 3_000, column_count=3_000)
    told = datasets(replace(record, train=wide))[0]
    figures = json.loads(told.profile)
    assert len(told.profile.encode()) < PROFILE_BYTES
    assert len(told.schema.encode()) < SCHEMA_BYTES
    assert len(json.loads(told.schema)["mlflow_colspec"]) == COLUMNS_LISTED
    assert figures["further columns"] == 3_000 - COLUMNS_TOLD
    assert "\u202e" not in told.profile + told.schema
    assert len(told.digest) <= SOURCE_DIGEST


def test_a_column_named_like_a_figure_hides_none(record):
    column = replace(record.train.columns[0], name="num_rows")
    told = datasets(replace(record, train=replace(record.train, columns=(column,))))[0]
    figures = json.loads(told.profile)
    assert figures["num_rows"] == record.train.rows
    assert "column num_rows" in figures


def test_none_without_a_profile_or_where_they_are_not_wanted(record, outcomes):
    assert datasets(replace(record, train=None, held_out=None)) == ()
    items = settled_items(record, outcomes, docs={})
    assert with_pages(items, record, outcomes, Settings(datasets=False)).inputs == ()
    assert with_pages(items, record, outcomes, Settings()).inputs == datasets(record)
