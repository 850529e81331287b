"""Tables of every kind that people hand to an estimator, by name; each made anew from a seed."""

from __future__ import annotations

import datetime
import decimal
import fractions
import uuid
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import scipy.sparse as sp

Make = Callable[[int, np.random.Generator], Any]


class Raising:
    """An object that raises whatever is asked of it."""

    __hash__ = None  # type: ignore[assignment]

    def _raise(self, *_: object) -> Any:
        raise RuntimeError("hostile")

    __eq__ = __str__ = __repr__ = __bool__ = __len__ = __iter__ = __float__ = __int__ = __index__ = _raise
    __lt__ = __gt__ = __le__ = __ge__ = __getitem__ = __array__ = __format__ = _raise  # type: ignore[assignment]


class Untouchable:
    """Lazy data: whatever is read of it is counted."""

    def __init__(self) -> None:
        object.__setattr__(self, "reads", [])

    def __getattribute__(self, name: str) -> Any:
        if name in ("__class__", "__dict__", "reads"):
            return object.__getattribute__(self, name)
        object.__getattribute__(self, "reads").append(name)
        raise RuntimeError(name)

    def _read(self, *_: object) -> Any:
        object.__getattribute__(self, "reads").append("special")
        raise RuntimeError("special")

    __len__ = __iter__ = __getitem__ = __array__ = __dataframe__ = __arrow_c_stream__ = __bool__ = _read


class Odd(np.ndarray):
    """A subclass of an array whose own methods raise."""

    def copy(self, order: Any = "C") -> Any:
        raise RuntimeError("copy")

    def min(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("min")


def numbers(rows: int, rng: np.random.Generator, columns: int = 3) -> Any:
    return rng.normal(size=(rows, columns))


def _frame(rows: int, rng: np.random.Generator, **columns: Any) -> pd.DataFrame:
    made = pd.DataFrame({"x": rng.normal(size=rows), "z": rng.normal(size=rows)})
    for name, values in columns.items():
        made[name] = values
    return made


def objects(rows: int, make: Callable[[int], Any]) -> pd.Series:
    values = np.empty(rows, dtype=object)
    for i in range(rows):
        values[i] = make(i)
    return pd.Series(values, dtype=object)


def _of_objects(make: Callable[[int], Any]) -> Make:
    return lambda rows, rng: _frame(rows, rng, odd=objects(rows, make))


def _named(*names: Any) -> Make:
    def make(rows: int, rng: np.random.Generator) -> pd.DataFrame:
        made = pd.DataFrame(numbers(rows, rng, len(names)))
        made.columns = pd.Index(np.fromiter(names, dtype=object, count=len(names)), dtype=object, tupleize_cols=False)
        return made

    return make


def _multi_index(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    made = pd.DataFrame(numbers(rows, rng, 4))
    made.columns = pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1), ("b", 1)], names=["one", None])
    made.index = pd.MultiIndex.from_arrays([np.arange(rows), np.arange(rows) % 2])
    return made


def _read_only(rows: int, rng: np.random.Generator) -> Any:
    made = numbers(rows, rng)
    made.flags.writeable = False
    return made


def _structured(rows: int, rng: np.random.Generator) -> Any:
    made = np.zeros(rows, dtype=[("x", "f4"), ("name", "U5"), ("pair", "f8", (2,)), ("when", "M8[s]")])
    made["x"] = rng.normal(size=rows)
    return made


def _arrow(rows: int, rng: np.random.Generator) -> pa.Table:
    return pa.table(
        {
            "x": rng.normal(size=rows),
            "lists": pa.array([[1, 2]] * rows, pa.list_(pa.int64())),
            "struct": pa.array([{"a": 1}] * rows, pa.struct([("a", pa.int64())])),
            "money": pa.array([decimal.Decimal("1.10")] * rows, pa.decimal128(9, 2)),
            "word": pa.array(["a", None] * (rows // 2) + ["b"] * (rows % 2), pa.string()).dictionary_encode(),
            "nothing": pa.nulls(rows),
        }
    )


def _arrow_frame(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    return _arrow(rows, rng).to_pandas(types_mapper=pd.ArrowDtype)


def _nullable(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    whole = pd.array([None if i % 3 == 0 else i for i in range(rows)], dtype="Int64")
    flags = pd.array([None if i % 4 == 0 else bool(i % 2) for i in range(rows)], dtype="boolean")
    words = pd.array([None if i % 5 == 0 else "w" for i in range(rows)], dtype="string")
    small = pd.array(np.arange(rows) % 200, dtype="UInt8")
    return _frame(rows, rng, whole=whole, flags=flags, words=words, small=small)


def _categories(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    words = pd.Categorical(rng.choice(["a", "b", None], rows), categories=["a", "b", "unused"], ordered=True)
    mixed = pd.Categorical([(1, "a")[i % 2] for i in range(rows)], categories=[1, "a", 2.5])
    return _frame(rows, rng, words=words, mixed=mixed, empty=pd.Categorical([None] * rows))


def _times(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    start = pd.Timestamp("2020-03-29")
    naive = start + pd.to_timedelta(np.arange(rows), unit="h")
    return _frame(
        rows, rng, naive=naive, zone=naive.tz_localize("UTC").tz_convert("Europe/Berlin"),
        gaps=pd.Series(naive).mask(np.arange(rows) % 2 == 0), wait=pd.to_timedelta(np.arange(rows), unit="s"),
        period=pd.period_range("2020-01", periods=rows, freq="D") if rows else pd.PeriodIndex([], freq="D"),
        span=pd.interval_range(0, rows) if rows else pd.IntervalIndex([]),
        far=np.array(["0001-01-01"] * rows, dtype="M8[s]"),
    )  # fmt: skip


def _sparse_frame(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    dense = pd.DataFrame({"s": np.where(rng.random(rows) < 0.9, 0.0, 1.0), "n": np.where(rng.random(rows) < 0.9, 0, 2)})
    return dense.astype({"s": pd.SparseDtype("float64", 0.0), "n": pd.SparseDtype("int64", 0)})


def _infinite(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    made = _frame(rows, rng, inf=np.inf, nan=np.nan, huge=1e308, tiny=5e-324)
    made["both"] = np.resize([np.inf, -np.inf, np.nan, 0.0], rows)
    return made


def _polars(rows: int, rng: np.random.Generator) -> pl.DataFrame:
    return pl.DataFrame(
        {"x": rng.normal(size=rows), "lists": [[1, 2]] * rows, "word": ["a"] * rows, "none": [None] * rows},
        schema={"x": pl.Float32, "lists": pl.List(pl.Int64), "word": pl.Categorical, "none": pl.Null},
    )


def _sparse(kind: str) -> Make:
    def make(rows: int, rng: np.random.Generator) -> Any:
        return sp.random(rows, 5, density=0.3, format=kind, random_state=int(rng.integers(1_000)))

    return make


TABLES: dict[str, Make] = {
    "numbers": numbers,
    "float16": lambda rows, rng: numbers(rows, rng).astype(np.float16),
    "longdouble": lambda rows, rng: numbers(rows, rng).astype(np.longdouble),
    "complex": lambda rows, rng: numbers(rows, rng) * 1j,
    "other byte order": lambda rows, rng: numbers(rows, rng).astype(">f8"),
    "fortran order": lambda rows, rng: np.asfortranarray(numbers(rows, rng)),
    "strided": lambda rows, rng: numbers(2 * rows, rng, 6)[::-2, ::2],
    "broadcast": lambda rows, rng: np.broadcast_to(rng.normal(size=3), (rows, 3)),
    "read-only": _read_only,
    "masked": lambda rows, rng: np.ma.masked_array(numbers(rows, rng), mask=rng.random((rows, 3)) < 0.3),
    "structured": _structured,
    "odd subclass": lambda rows, rng: numbers(rows, rng).view(Odd),
    "matrix": lambda rows, rng: numbers(rows, rng).astype(object),
    "three dimensions": lambda rows, rng: rng.normal(size=(rows, 2, 2)),
    "one dimension": lambda rows, rng: rng.normal(size=rows),
    "no columns": lambda rows, rng: np.zeros((rows, 0)),
    "no columns in a frame": lambda rows, rng: pd.DataFrame(index=range(rows)),
    "bytes array": lambda rows, rng: np.full((rows, 2), b"\xff\xfe"),
    "text array": lambda rows, rng: np.full((rows, 2), "\ud800"),
    "booleans": lambda rows, rng: numbers(rows, rng) > 0,
    "dates array": lambda rows, rng: np.full((rows, 2), "NaT", dtype="M8[ns]"),
    "lists": lambda rows, rng: numbers(rows, rng).tolist(),
    "ragged lists": lambda rows, rng: [[0.0] * (1 + i % 3) for i in range(rows)],
    "tuples of objects": lambda rows, rng: [(i, "a", None) for i in range(rows)],
    "a list of texts": lambda rows, rng: ["some words here"] * rows,
    "a list of dicts": lambda rows, rng: [{"a": 1}] * rows,
    "a range": lambda rows, rng: range(rows),
    "a generator": lambda rows, rng: (i for i in range(rows)),
    "a dict": lambda rows, rng: {"a": [1] * rows},
    "none": lambda rows, rng: None,
    "a number": lambda rows, rng: 5,
    "raising": lambda rows, rng: Raising(),
    "untouchable": lambda rows, rng: Untouchable(),
    "a frame": _frame,
    "a column": lambda rows, rng: pd.Series(rng.normal(size=rows)),
    "infinite": _infinite,
    "huge integers": _of_objects(lambda i: 10**40 + i),
    "wide integers": lambda rows, rng: np.full((rows, 2), 2**64 - 1, dtype=np.uint64),
    "dicts": _of_objects(lambda i: {"a": i}),
    "arrays in cells": _of_objects(lambda i: np.arange(i % 3)),
    "frames in cells": _of_objects(lambda i: pd.DataFrame({"a": [i]})),
    "mixed": _of_objects(lambda i: (1, "a", 2.5, None, b"b", True, float("nan"), pd.NA, pd.NaT)[i % 9]),
    "raising cells": _of_objects(lambda i: Raising()),
    "surrogates": _of_objects(lambda i: "\ud800\x00\u202e"[: 1 + i % 3]),
    "long texts": _of_objects(lambda i: "x" * 20_000),
    "bytes": _of_objects(lambda i: bytes([i % 256, 255])),
    "odd numbers": _of_objects(lambda i: (decimal.Decimal("NaN"), fractions.Fraction(1, 3), 1 + 2j)[i % 3]),
    "odd things": _of_objects(lambda i: (uuid.UUID(int=i), datetime.date.min, datetime.time(1), ..., int, len)[i % 6]),
    "sets": _of_objects(lambda i: {i, "a"}),
    "duplicate names": _named("a", "a", "a"),
    "odd names": _named(None, 1, ("a", 1), 2.5, float("nan"), True, b"b", pd.Timestamp("2020"), ""),
    "names that raise": lambda rows, rng: _named(*(Unnamed(i) for i in range(3)))(rows, rng),
    "long names": _named("x" * 10_000, "y" * 10_000),
    "markup names": _named("<script>alert(1)</script>", '"><img src=x onerror=1>', "{{7*7}}${7*7}", "=cmd|'/c'!A0"),
    "file names": _named("../../x", "con", "a#b", "nul\x00", "\ud800", "/", "a/b"),
    "multi-index": _multi_index,
    "odd index": lambda rows, rng: _frame(rows, rng).set_axis(objects(rows, lambda i: (1, "a")[i % 2]), axis=0),
    "repeated index": lambda rows, rng: _frame(rows, rng).set_axis([0] * rows, axis=0),
    "categories": _categories,
    "times": _times,
    "nullable": _nullable,
    "sparse frame": _sparse_frame,
    "arrow frame": _arrow_frame,
    "arrow": _arrow,
    "polars": _polars,
    "polars lazy": lambda rows, rng: _polars(rows, rng).lazy(),
    **{f"sparse {kind}": _sparse(kind) for kind in ("csr", "csc", "coo", "lil", "dok", "bsr", "dia")},
    "sparse booleans": lambda rows, rng: _sparse("csr")(rows, rng).astype(bool),
    "sparse complex": lambda rows, rng: _sparse("csr")(rows, rng) * 1j,
    "memory view": lambda rows, rng: memoryview(np.ascontiguousarray(numbers(rows, rng))),
}  # fmt: skip


class Unnamed:
    """A name that cannot be told."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __hash__(self) -> int:
        return self.number

    def __eq__(self, other: object) -> bool:
        return self is other

    def __str__(self) -> str:
        raise RuntimeError("name")

    __repr__ = __str__
