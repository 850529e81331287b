import gc
import weakref

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp

from mlflow_pitfalls.capture.lineage.objects import ObjectRegistry
from mlflow_pitfalls.capture.lineage.row_sets import Node, Rows


def _matrix(rows: int = 200, columns: int = 4, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, columns))


CONTAINERS = {
    "ndarray": lambda a: a,
    "frame": pd.DataFrame,
    "sparse": sp.csr_matrix,
    "polars": pl.DataFrame,
    "list": lambda a: a.tolist(),
}


@pytest.mark.parametrize("container", CONTAINERS)
def test_the_same_object(container):
    data = CONTAINERS[container](_matrix())
    registry, node = ObjectRegistry(), Node(Rows(200))
    registry.register(data, node, content=False)
    assert registry.find(data, content=False) is node


@pytest.mark.parametrize("container", CONTAINERS)
def test_the_same_content_in_another_object(container):
    registry, node = ObjectRegistry(), Node(Rows(200))
    registry.register(_matrix(), node)
    assert registry.find(CONTAINERS[container](_matrix().astype(np.float32).astype(float))) is node
    assert registry.find(CONTAINERS[container](_matrix(seed=1))) is None


def test_values_of_a_frame_and_a_selection_of_columns():
    frame = pd.DataFrame(_matrix(columns=6), columns=list("abcdef"))
    registry, node = ObjectRegistry(), Node(Rows(200))
    registry.register(frame, node)
    assert registry.find(frame.to_numpy()).rows is node.rows
    assert registry.find(frame[["b", "e", "a"]].to_numpy()).rows is node.rows


def test_views_of_an_array():
    array = _matrix(columns=2)
    registry, node = ObjectRegistry(), Node(Rows(200))
    registry.register(array, node, content=False)
    assert registry.find(array[:, 1], content=False) is node
    assert registry.find(array[:50], content=False) is None


def test_a_view_that_was_registered_knows_its_siblings():
    base = _matrix(columns=3)
    registry, node = ObjectRegistry(), Node(Rows(200))
    registry.register(base[:, :2], node, content=False)
    assert registry.find(base[:, 1], content=False) is node


@pytest.mark.parametrize("order", ["C", "F"])
def test_slices_of_as_many_other_rows_are_others(order):
    base = np.array(_matrix(rows=100, columns=3), order=order)
    registry, node = ObjectRegistry(), Node(Rows(50))
    registry.register(base[:50], node)
    for other in (base[50:], base[::2], base[1:51], base[:50][::-1], base[50:, 1]):
        assert registry.find(other) is None
    for same in (base[:50], base[:50, :2], base[:50, 1], base[:50, [0, 2]]):
        assert registry.find(same).rows is node.rows


def test_slices_of_values_that_pandas_keeps_by_columns():
    values = pd.DataFrame(_matrix(rows=100)).to_numpy()
    registry, node = ObjectRegistry(), Node(Rows(50))
    registry.register(values[:50], node, content=False)
    assert registry.find(values[50:], content=False) is None
    assert registry.find(values[:50, :-1], content=False).rows is node.rows


def test_index_labels_survive_derived_frames():
    frame = pd.DataFrame(_matrix(), columns=list("abcd")).sample(frac=0.7, random_state=0)
    registry, node = ObjectRegistry(), Node(Rows(140))
    registry.register(frame, node)
    derived = frame.assign(ratio=frame.a / frame.b).drop(columns=["a", "b", "c", "d"])
    assert registry.find(derived).rows is node.rows


def test_a_plain_row_count_is_no_label():
    registry = ObjectRegistry()
    registry.register(pd.DataFrame(_matrix()), Node(Rows(200)))
    assert registry.find(pd.DataFrame(_matrix(seed=3))) is None


def test_changed_content_is_not_recognised():
    array = _matrix()
    registry = ObjectRegistry()
    registry.register(array, Node(Rows(200)))
    array += 1.0
    assert registry.find(array) is None


def test_reused_ids_are_not_mistaken():
    registry = ObjectRegistry()
    rng = np.random.default_rng(0)
    for _ in range(2_000):
        fresh = rng.normal(size=(25, 2))
        assert registry.find(fresh, content=False) is None
        registry.register(fresh, Node(Rows(25)), content=False)
        del fresh


def test_nothing_is_kept_alive():
    frame = pd.DataFrame(_matrix())
    gone = weakref.ref(frame)
    registry = ObjectRegistry()
    registry.register(frame, Node(Rows(200)))
    del frame
    gc.collect()
    assert gone() is None


def test_arrays_can_still_be_resized():
    array = _matrix()
    registry = ObjectRegistry()
    registry.register(array, Node(Rows(200)))
    array.resize((100, 4), refcheck=True)  # of another size: otherwise NumPy looks at no references
    assert array.shape == (100, 4)


def test_rare_label_vectors_are_told_apart():
    registry = ObjectRegistry()
    rng = np.random.default_rng(0)
    first, second = ((rng.random(5_000) < 0.05).astype(int) for _ in range(2))
    registry.register(first, Node(Rows(5_000)))
    assert registry.find(first.copy()) is not None
    assert registry.find(second) is None


def test_the_registry_is_bounded():
    registry = ObjectRegistry(limit=10)
    kept = [np.full((30, 2), float(i)) for i in range(50)]
    for array in kept:
        registry.register(array, Node(Rows(30)))
    assert len(registry) == 10
    assert registry.find(kept[0], content=False) is None
    assert registry.find(kept[-1], content=False) is not None
