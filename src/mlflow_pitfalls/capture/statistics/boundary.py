"""Whether classes meet inside a column's crowd, as where a rule cuts it, or on either side of a gap, as in a copy."""

from __future__ import annotations

import numpy as np

from mlflow_pitfalls.capture.statistics.metric_columns import Array, FloatArray

_MIN_ROWS = 60  # on one side of a cut: its tenths then hold 6 values
_PARTS = 10
_MAX_DEPTH = 2
_LEAF_SHARE = 0.02
_MIN_PRESENT_SHARE = 0.9
_MIN_CLASS_ROWS = 5  # 5 of 30 rows stand together at an end by chance once in 71 253 times


def edge_density(values: Array, target: FloatArray) -> float | None:
    """How many values lie next to the cuts between classes, against the middle of the denser side.

    A target that somebody made by cutting an honest measure (``score > 600``) has as many values next to the cut as
    anywhere: about 1 or more. Of a copy of the target with noise, the classes are two bells, and hardly a value lies
    between them: 0.2 for normal noise.

    Args:
        values: A numeric column, NaN where missing, shape (n,).
        target: One indicator a class, shape (n, k).

    Returns:
        At the emptiest of the cuts; None where there is no cut, or no side of enough rows.
    """
    present = np.isfinite(values)
    known = values[present]
    cuts = _cuts(known, target[present])
    ordered = np.sort(known)
    edges = [0, *np.searchsorted(ordered, cuts, side="right").tolist(), len(ordered)]
    found = []
    for i in range(1, len(edges) - 1):
        below, above = ordered[edges[i - 1] : edges[i]], ordered[edges[i] : edges[i + 1]]
        sides = [_density_at_start(part) for part in (-below[::-1], above)]
        found.append(max((side for side in sides if side is not None), default=None))
    densities = [density for density in found if density is not None]
    return min(densities) if densities else None


def _cuts(values: Array, target: FloatArray) -> list[float]:
    from sklearn.tree import DecisionTreeRegressor

    if len(values) < 2 * _MIN_ROWS or np.abs(values).max() > np.finfo(np.float32).max:
        return []
    leaf = max(_MIN_ROWS // 2, int(_LEAF_SHARE * len(values)))
    tree = DecisionTreeRegressor(
        max_depth=_MAX_DEPTH, min_samples_leaf=leaf, min_impurity_decrease=_LEAF_SHARE / 2, random_state=0
    )
    fitted = tree.fit(values[:, None], target).tree_
    cuts: list[float] = np.unique(fitted.threshold[fitted.children_left >= 0]).tolist()
    return cuts


def _density_at_start(ascending: Array) -> float | None:
    """Rows a unit of length in the first tenth, divided by those in the middle tenth."""
    rows = len(ascending)
    if rows < _MIN_ROWS:
        return None
    part = rows // _PARTS
    middle = (rows - part) // 2
    at_start = float(ascending[part] - ascending[0])
    in_middle = float(ascending[middle + part] - ascending[middle])
    if at_start <= 0.0:
        return 1.0
    return in_middle / at_start


def class_gap(values: Array, codes: Array) -> float | None:
    """The width of the narrowest gap between classes that do not mix, in standard deviations within the classes.

    Wherever somebody cuts an honest measure, the next value is near; an honest measure of two kinds of thing rarely
    leaves more than one standard deviation between them. What was filled in with the class in view leaves many.

    Args:
        values: A numeric column, NaN where missing, shape (n,).
        codes: Class codes, shape (n,).

    Returns:
        None where the classes mix, where a tenth of the values is missing, or a class has fewer than five.
    """
    present = np.isfinite(values)
    if present.mean() < _MIN_PRESENT_SHARE:
        return None
    order = np.argsort(values[present], kind="stable")
    ordered, classes = values[present][order], codes[present][order]
    changes = np.flatnonzero(classes[1:] != classes[:-1])
    counts = np.bincount(classes)
    counts = counts[counts > 0]
    if len(changes) != len(counts) - 1 or len(counts) < len(np.unique(codes)) or counts.min() < _MIN_CLASS_ROWS:
        return None
    if not len(changes):
        return None
    with np.errstate(all="ignore"):
        within = sum(float(part.var()) * len(part) for part in np.split(ordered, changes + 1)) / len(ordered)
        gap = float((ordered[changes + 1] - ordered[changes]).min()) / within**0.5 if within > 0 else np.inf
    return gap if np.isfinite(gap) else None
