from __future__ import annotations

import json
import math
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import pandas as pdst
from scipy import stats

from mlflow_pitfalls.capture.containers import as_vector, sample_positions, take_sample
from mlflow_pitfalls.capture.profile import profile_dataset, repeat_facts
from mlflow_pitfalls.model.codec import from_json, to_json
from mlflow_pitfalls.model.profile import ColumnKind, DatasetProfile
from mlflow_pitfalls.model.values import Role, Task

CONTAINERS = {
    "pandas": lambda frame: frame,
    "columnwise": lambda frame: pd.concat([frame[[name]].copy() for name in frame], axis=1),
    "numpy": lambda frame: frame.to_numpy(),
    "fortran": lambda frame: np.asfortranarray(frame.to_numpy()),
    "objects": lambda frame: frame.to_numpy().astype(object),
    "nullable": lambda frame: frame.astype("Float64"),
    "arrow": lambda frame: frame.astype("float64[pyarrow]"),
    "sparse": lambda frame: sp.csr_matrix(frame.to_numpy()),
    "sparse columns": lambda frame: sp.csc_array(frame.to_numpy()),
    "sparse coordinates": lambda frame: sp.coo_matrix(frame.to_numpy()),
    "sparse frame": lambda frame: frame.astype(pd.SparseDtype("float64", 0.0)),
    "polars": lambda frame: pl.from_pandas(frame),
    "pyarrow": lambda frame: pa.Table.from_pandas(frame),
    "list": lambda frame: frame.to_numpy().tolist(),
    "masked": lambda frame: np.ma.masked_invalid(frame.to_numpy()),
}


def gappy_numbers(rows, seed=0):
    """Skewed, far-off, constant, all-missing and mostly-zero columns."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "skewed": rng.lognormal(sigma=1.5, size=rows),
            "far": rng.normal(1e8, 1.0, size=rows),
            "constant": np.full(rows, 0.1),
            "nothing": np.full(rows, np.nan),
            "zeros": np.where(rng.random(rows) < 0.8, 0.0, rng.normal(size=rows)),
            "jump": np.where(np.arange(rows) < rows // 2, 0.0, rng.normal(1e6, 1.0, size=rows)),
        }
    )
    return frame.mask(rng.random(frame.shape) < 0.1)


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("rows", [3, 700, 70_000])
def test_exact_counts_and_moments_agree_with_pandas(profile_of, container, rows):
    frame = gappy_numbers(rows)
    profile = profile_of(CONTAINERS[container](frame), size=100)
    is_long_list = container == "list" and rows > 10_000
    assert profile.notes == (("counts and moments come from 100 of 70000 rows",) if is_long_list else ())
    if is_long_list:
        return
    for column, (_, values) in zip(profile.columns, frame.items(), strict=True):
        assert column.rows == rows
        assert column.missing == values.isna().sum()
        if not values.notna().any():
            assert column.mean is None
            continue
        assert column.mean == pytest.approx(values.mean(), rel=1e-9)
        assert column.minimum == values.min()
        assert column.maximum == values.max()
        assert column.std == pytest.approx(values.std(), rel=1e-6, abs=1e-9, nan_ok=True) or math.isnan(values.std())
        skew = values.skew()
        if math.isnan(skew) or values.nunique() == 1:  # pandas before 3 calls the skewness of a constant 0
            assert column.skew is None
        else:
            assert column.skew == pytest.approx(skew, rel=1e-3, abs=1e-3)


def test_infinite_values_are_counted_and_left_out_of_moments(profile_of):
    values = np.array([1.0, 2.0, np.inf, -np.inf, np.nan, 3.0] * 50)
    for data in (
        values.reshape(-1, 1),
        pd.DataFrame({"x": values}),
        pl.DataFrame({"x": values}),
        sp.csr_matrix(values).T,
    ):
        (column,) = profile_of(data, size=30).columns
        assert (column.missing, column.infinite) == (50, 100)
        assert (column.mean, column.minimum, column.maximum) == (2.0, 1.0, 3.0)


def test_kinds_of_columns(profile_of, mixed_frame, hostile):
    frame = mixed_frame.head(60).assign(
        mixed=[1, "a", 2.5] * 20,
        lists=[[1]] * 60,
        hostile=[hostile() for _ in range(60)],
        numbers=np.array([1.5, 2] * 30, dtype=object),
        complex=np.ones(60) * 1j,
        wait=pd.to_timedelta(range(60), unit="s"),
        nullable=pd.array([1, None] * 30, dtype="Int64"),
        flags=pd.array([True, None] * 30, dtype="boolean"),
        arrow=pd.array(["a", None] * 30, dtype="string[pyarrow]"),
        zone=pd.date_range("2020", periods=60, tz="Asia/Tokyo"),
    )
    kinds = {column.name: column.kind for column in profile_of(frame).columns}
    assert kinds == {
        "price": ColumnKind.FLOAT,
        "score": ColumnKind.FLOAT,
        "count": ColumnKind.INTEGER,
        "city": ColumnKind.CATEGORICAL,
        "grade": ColumnKind.CATEGORICAL,
        "member": ColumnKind.BOOLEAN,
        "since": ColumnKind.DATETIME,
        "mixed": ColumnKind.MIXED,
        "lists": ColumnKind.OTHER,
        "hostile": ColumnKind.OTHER,
        "numbers": ColumnKind.FLOAT,
        "complex": ColumnKind.OTHER,
        "wait": ColumnKind.TIMEDELTA,
        "nullable": ColumnKind.INTEGER,
        "flags": ColumnKind.BOOLEAN,
        "arrow": ColumnKind.CATEGORICAL,
        "zone": ColumnKind.DATETIME,
    }


def test_missing_values_of_every_kind_are_counted_exactly(profile_of, mixed_frame):
    frame = mixed_frame.mask(np.random.default_rng(3).random(mixed_frame.shape) < 0.2)
    expected = frame.isna().sum().tolist()
    assert [column.missing for column in profile_of(frame, size=50).columns] == expected
    assert [column.missing for column in profile_of(pl.from_pandas(frame), size=50).columns] == expected
    assert [column.missing for column in profile_of(frame.to_numpy(), size=50).columns] == expected


def test_sampled_values_are_described(profile_of, mixed_frame):
    profile = profile_of(mixed_frame, size=5_000)
    columns = {column.name: column for column in profile.columns}
    assert profile.sample_error == 0.0
    for name in ("price", "count", "city", "grade", "member"):
        values = mixed_frame[name].dropna()
        counts = values.value_counts()
        assert columns[name].distinct == values.nunique()
        assert columns[name].singletons == (counts == 1).sum()
        assert columns[name].top_count == counts.max()
    assert {v.value: v.count for v in columns["city"].top_values} == mixed_frame["city"].value_counts().to_dict()
    quantiles = columns["price"].quantiles
    assert [value for _, value in quantiles] == pytest.approx(
        mixed_frame["price"].quantile([p for p, _ in quantiles]).tolist()
    )
    histogram = columns["price"].histogram
    assert histogram is not None
    expected, _ = np.histogram(mixed_frame["price"].dropna(), bins=np.array(histogram.edges))
    assert histogram.counts == tuple(expected.tolist())
    assert columns["count"].histogram is not None
    assert columns["count"].histogram.counts == tuple(mixed_frame["count"].value_counts().sort_index().tolist())
    assert columns["since"].increasing
    assert not columns["price"].increasing


def test_a_rare_text_among_numbers_is_met_outside_of_the_sample(profile_of):
    values = np.array([1.5] * 3_000 + ["n/a"], dtype=object)
    (column, other) = profile_of(pd.DataFrame({"x": values, "y": 2.0}), size=1).columns
    assert column.kind is ColumnKind.MIXED
    assert column.mean is None
    assert other.mean == 2.0


def test_a_sample_states_its_error(profile_of):
    profile = profile_of(np.zeros((10_000, 1)), size=400)
    assert profile.sampled_rows == 400
    assert profile.sample_error == pytest.approx(0.049, abs=1e-3)


@pytest.mark.parametrize("convert", [lambda f: f, lambda f: f.to_numpy()])
def test_row_numbers_are_integers_even_in_a_float_matrix(profile_of, convert):
    rng = np.random.default_rng(0)
    numbers = rng.permutation(5_000)
    frame = pd.DataFrame({"row": numbers, "noise": rng.normal(size=5_000), "whole": rng.integers(0, 99, 5_000)})
    row, noise, whole = profile_of(convert(frame.astype(float))).columns
    assert row.kind is ColumnKind.INTEGER
    assert row.integer_sequence
    assert noise.kind is whole.kind is ColumnKind.FLOAT
    part = frame.astype(float).iloc[rng.permutation(5_000)[:3_750]]
    split = profile_of(convert(part)).columns[0]
    assert split.kind is ColumnKind.INTEGER
    assert not split.integer_sequence


def test_a_mapped_file_is_never_read_whole(profile_of, tmp_path):
    mapped = np.memmap(tmp_path / "x.bin", dtype="f8", mode="w+", shape=(5_000, 2))
    mapped[:] = np.arange(10_000.0).reshape(5_000, 2)
    profile = profile_of(mapped, size=500)
    assert profile.notes == ("counts and moments come from 500 of 5000 rows",)
    assert profile.columns[0].mean == pytest.approx(np.asarray(mapped)[:, 0].mean(), rel=0.1)


def test_wide_tables_are_profiled_in_part(profile_of):
    profile = profile_of(np.random.default_rng(0).normal(size=(50, 1_000)))
    assert len(profile.columns) == 300
    assert profile.column_count == 1_000
    assert profile.notes == ("the first 300 of 1000 columns were profiled",)


def test_rare_values_stay_inside_the_process(profile_of):
    rng = np.random.default_rng(0)
    text = rng.choice(["common", "frequent"], 2_000).astype(object)
    text[:19] = "CANARY-nineteen"
    text[19:40] = [f"CANARY-{i}" for i in range(21)]
    labels = np.where(rng.random(2_000) < 0.5, "yes", "no").astype(object)
    labels[:19] = "CANARY-class"
    mixed = np.array([1, "CANARY-mixed"] + [2.5] * 1_998, dtype=object)
    frame = pd.DataFrame({"text": text, "category": pd.Categorical(text), "mixed": mixed})
    frame.index = [f"CANARY-index-{i}" for i in range(2_000)]
    for container in (frame, pl.from_pandas(frame[["text", "category"]]), frame.to_numpy()):
        written = to_json(profile_of(container, labels, size=5_000))
        assert "common" in written
        assert '"yes"' in written
        assert "CANARY" not in written
    profile = profile_of(frame, labels, size=5_000)
    assert profile.columns[0].withheld_values == 22
    assert [c.label for c in profile.target.classes][-1] == "class 1"
    strict = profile_of(frame.assign(number=rng.normal(size=2_000)), labels, size=5_000, privacy="strict")
    written = to_json(strict)
    assert "common" not in written
    assert '"yes"' not in written
    assert strict.columns[3].minimum is strict.columns[3].histogram is None
    assert strict.columns[3].quantiles == ()


def test_profiles_survive_json(profile_of, mixed_frame):
    for y in (mixed_frame["member"], mixed_frame["score"], mixed_frame["city"], None):
        profile = profile_of(mixed_frame, y, size=500)
        assert from_json(DatasetProfile, to_json(profile)) == profile
        json.loads(to_json(profile))


def test_nothing_of_the_users_changes(profile_of, mixed_frame):
    before = mixed_frame.copy(deep=True)
    state = np.random.get_state()[1].copy()
    options = dict(np.geterr())
    profile_of(mixed_frame, mixed_frame["member"], size=500)
    pd.testing.assert_frame_equal(mixed_frame, before)
    assert np.array_equal(state, np.random.get_state()[1])
    assert np.geterr() == options
    values = np.zeros((6, 2))
    values[:, 0], values[:, 1] = range(0, 12, 2), range(1, 12, 2)
    profile_of(values)
    values.resize((3, 2), refcheck=True)
    assert values.tolist() == [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]


def test_strict_error_settings_of_the_user_do_not_reach_us(profile_of):
    frame = pd.DataFrame({"x": [1e308, -1e308, 1e308, np.inf, np.nan] * 10, "y": [1e-300] * 50, "z": [10**30] * 50})
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        for data in (frame, frame.to_numpy(), frame.drop(columns="z").to_numpy().astype(np.longdouble)):
            profile = profile_of(data, np.arange(50) % 2, size=20)
            assert to_json(profile)
            assert profile.columns[0].infinite == 10


def test_associations_with_a_class(profile_of):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 1_500)
    x = y + rng.normal(size=1_500)
    gappy = np.where((y == 1) & (rng.random(1_500) < 0.3), np.nan, rng.normal(size=1_500))
    frame = pd.DataFrame(
        {
            "x": x,
            "ties": x.round(),
            "noise": rng.normal(size=1_500),
            "gappy": gappy,
            "copy": np.where(y == 1, "b", "a"),
            "letters": rng.choice(list("abcdefgh"), 1_500),
        }
    )
    for target in (y, np.where(y == 1, "yes", "no")):
        found = {c.name: c for c in profile_of(frame, target, size=5_000).columns}
        for name in ("x", "ties"):
            u = stats.mannwhitneyu(frame[name][y == 1], frame[name][y == 0], use_continuity=False, method="asymptotic")
            association = found[name].target_association
            assert association.method == "auc"
            assert association.effect == pytest.approx(abs(2 * u.statistic / (y.sum() * (1500 - y.sum())) - 1))
            assert association.p_value == pytest.approx(u.pvalue, rel=1e-6)
        assert found["copy"].target_association.effect == pytest.approx(1.0, abs=0.01)
        assert found["letters"].target_association.effect < 0.1
        assert found["noise"].target_association.p_value > 0.01
        missing = found["gappy"].missing_association
        table = pd.crosstab(frame["gappy"].isna(), y)
        assert missing.p_value == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue, rel=1e-6)
        assert missing.effect > 0.3
        assert found["x"].missing_association is None


def test_associations_with_several_classes_and_with_numbers(profile_of):
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 4, 1_200)
    number = rng.normal(size=1_200)
    frame = pd.DataFrame(
        {
            "first": (classes == 0) + 0.0,
            "number": np.exp(number) + rng.normal(0, 0.1, 1_200),
            "noise": rng.normal(size=1_200),
            "band": pd.cut(number, 6).astype(str),
        }
    )
    frame["gap"] = frame["noise"].where(number < 0.5)
    several = {c.name: c.target_association for c in profile_of(frame, classes, size=5_000).columns}
    assert several["first"].method == "auc_ovr"
    assert several["first"].effect == pytest.approx(1.0)
    assert several["noise"].p_value > 0.01
    numeric = {c.name: c for c in profile_of(frame, number, size=5_000).columns}
    rho = stats.spearmanr(frame["number"], number)
    assert numeric["number"].target_association.effect == pytest.approx(rho.statistic**2)
    assert numeric["band"].target_association.method == "epsilon2"
    assert numeric["band"].target_association.effect > 0.8
    assert numeric["noise"].target_association.effect < 0.02
    assert numeric["gap"].missing_association.effect > 0.9


def test_duplicates_are_counted_over_all_rows(profile_of):
    rng = np.random.default_rng(0)
    values = rng.normal(size=(20_000, 5))
    y = rng.integers(0, 2, 20_000)
    values[10_000:10_500], y[10_000:10_500] = values[:500], y[:500]
    y[10_400:10_500] = 1 - y[:100]  # equal features, other target
    values[10_400:10_500] = values[:100]
    expected = int(pd.DataFrame(values).assign(y=y).duplicated().sum())
    for data in (values, pd.DataFrame(values), pl.from_numpy(values), np.asfortranarray(values)):
        facts = profile_of(data, y, size=1_000).duplicates
        assert (facts.rows_checked, facts.duplicates) == (20_000, expected)
        assert facts.expected < 50


def test_duplicates_of_long_tables_keep_their_share():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(450_000, 3))
    values[225_000:270_000] = values[:45_000]
    sample = take_sample(values, positions=sample_positions(450_000, 1_000, 0))
    facts, _ = repeat_facts(values, None, sample=sample, target_sample=None, is_classification=False)
    assert facts is not None
    assert facts.rows_checked < 200_000
    assert facts.duplicates / facts.rows_checked == pytest.approx(0.1, abs=0.01)


def test_natural_repeats_are_expected(profile_of):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.integers(0, 5, 3_000), "b": rng.choice(list("xyz"), 3_000)})
    facts = profile_of(frame, rng.integers(0, 2, 3_000)).duplicates
    assert facts.duplicates == pytest.approx(facts.expected, abs=15)


def test_cells_that_cannot_be_compared_are_no_duplicates(profile_of, hostile):
    frame = pd.DataFrame({"x": [hostile() for _ in range(50)], "y": 1})
    assert profile_of(frame).duplicates.duplicates == 0


columns = st.one_of(
    st.builds(pdst.column, st.just("f"), dtype=st.sampled_from([np.float64, np.float32, np.int64, np.uint8, np.bool_])),
    st.builds(pdst.column, st.just("t"), dtype=st.sampled_from(["datetime64[ns]", "timedelta64[ns]", "complex128"])),
    st.just(pdst.column("s", elements=st.text())),
    st.just(
        pdst.column(
            "o",
            dtype=object,
            elements=st.one_of(
                st.none(),
                st.integers(),
                st.floats(),
                st.text(),
                st.binary(),
                st.dates(),
                st.lists(st.integers()),
                st.decimals(allow_nan=False),
            ),
        )
    ),
)


@given(
    data=st.data(),
    target=st.sampled_from(["none", "classes", "numbers", "text", "objects"]),
    size=st.integers(1, 30),
)
def test_any_frame_is_profiled(profile_of_any, data, target, size):
    frame = data.draw(pdst.data_frames([data.draw(columns)], index=pdst.range_indexes(max_size=40)))
    rows = len(frame)
    rng = np.random.default_rng(0)
    y = {
        "none": None,
        "classes": rng.integers(0, 3, rows),
        "numbers": rng.normal(size=rows),
        "text": rng.choice(["a", "b"], rows),
        "objects": np.array([None, 1, "a"] * rows, dtype=object)[:rows],
    }[target]
    profile = profile_of_any(frame, y, size)
    assert from_json(DatasetProfile, to_json(profile)) == profile
    assert profile.rows == rows
    assert profile.columns[0].missing == frame.iloc[:, 0].isna().sum()


@pytest.fixture(scope="module")
def profile_of_any():
    def profile(frame, y, size):
        positions = sample_positions(len(frame), size, 0)
        sample = take_sample(frame, positions=positions)
        labels = as_vector(y)[positions] if y is not None else None
        task = Task.UNKNOWN if y is None else Task.REGRESSION if y.dtype.kind == "f" else Task.MULTICLASS
        return profile_dataset(
            frame, y, role=Role.TRAIN, task=task, sample=sample, target_sample=labels, target_name="y"
        )

    return profile
