"""How far columns go together with the target: all numeric columns at once, by ranks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.model.profile import Association

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.intp]

# A class, or the missing side of a column, needs so many sampled rows before a rank statistic says anything.
MINIMUM_GROUP = 5
# Missing and present rows that an association of missingness needs: the usual bound of the chi-squared approximation.
MINIMUM_MISSING = 10
MAX_CLASSES = 50


@dataclass(frozen=True, slots=True)
class SampledTarget:
    """The target of the sampled rows that have one: either the codes of its classes, or numbers.

    ``keep`` tells which of the sample's rows these are; ``classes`` is 0 for numbers. ``ranks`` are the numbers'
    average ranks.
    """

    keep: Bools
    codes: Codes
    ranks: Floats
    classes: int


def sampled_target(values: npt.NDArray[Any] | None, *, is_classification: bool) -> SampledTarget | None:
    """Prepare the sample's target; None where there is nothing to associate with (one class, one value, no numbers)."""
    if values is None or not len(values):
        return None
    try:
        return _classes(values) if is_classification else _numbers(values)
    except Exception:  # noqa: BLE001 - foreign labels raise what they like
        return None


def _classes(values: npt.NDArray[Any]) -> SampledTarget | None:
    import pandas as pd

    codes, _ = pd.factorize(values)
    keep = codes >= 0
    counts = np.bincount(codes[keep])
    common = np.argsort(-counts, kind="stable")[:MAX_CLASSES]
    common = common[counts[common] >= MINIMUM_GROUP]
    if len(common) < 2:
        return None
    renamed = np.full(len(counts), -1)
    renamed[common] = np.arange(len(common))
    codes = np.where(keep, renamed[codes], -1)
    keep = codes >= 0
    return SampledTarget(keep, codes[keep].astype(np.intp), np.zeros(0), len(common))


def _numbers(values: npt.NDArray[Any]) -> SampledTarget | None:
    numbers = values.astype(np.float64)
    keep = ~np.isnan(numbers)
    kept = numbers[keep]
    if len(kept) < 2 * MINIMUM_GROUP or bool((kept == kept[0]).all()):
        return None
    return SampledTarget(keep, np.zeros(0, dtype=np.intp), average_ranks(kept[None, :])[0][0], 0)


def average_ranks(values: Floats) -> tuple[Floats, Floats]:
    """Ranks from 1 within each row, ties averaged, 0 where NaN; and each row's sum of t³ − t over its ties of t.

    Args:
        values: Shape (columns, rows of the sample).
    """
    order = np.argsort(values, axis=1)
    ranks = np.zeros(values.shape)
    ties = np.zeros(len(values))
    present = values.shape[1] - np.isnan(values).sum(axis=1)
    plain = np.arange(1.0, values.shape[1] + 1.0)
    for i, count in enumerate(present.tolist()):
        places = order[i, :count]
        ordered = values[i, places]
        starts = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
        if len(starts) == count - 1:
            ranks[i, places] = plain[:count]
            continue
        edges = np.concatenate(([0], starts, [count]))
        sizes = np.diff(edges)
        ranks[i, places] = np.repeat((edges[:-1] + edges[1:] + 1) / 2.0, sizes)
        ties[i] = float((sizes.astype(np.float64) ** 3 - sizes).sum())
    return ranks, ties


def numeric_associations(values: Floats, target: SampledTarget) -> list[Association | None]:
    """Each numeric column with the target.

    Classification: the area under the ROC curve of the column as a score, ``effect`` its distance from chance,
    abs(2 AUC − 1), for more than two classes the largest over one class against the rest (``auc_ovr``); the p-value is
    Mann-Whitney's with ties, times the classes. Regression: squared Spearman correlation (``spearman_r2``), p-value by
    Student's t.

    Args:
        values: Shape (columns, rows of the sample), NaN where missing.
        target: The same rows' target.
    """
    if not len(values):
        return []
    kept = values[:, target.keep]
    ranks, ties = average_ranks(kept)
    present = ~np.isnan(kept)
    with np.errstate(all="ignore"):
        if target.classes:
            return _aucs(ranks, ties, present, target)
        return _spearman(ranks, present, target.ranks)


def _aucs(ranks: Floats, ties: Floats, present: Bools, target: SampledTarget) -> list[Association | None]:
    classes = 1 if target.classes == 2 else target.classes
    members = (target.codes[:, None] == np.arange(classes)).astype(np.float64)
    inside = present.astype(np.float64) @ members
    rows = present.sum(axis=1).astype(np.float64)[:, None]
    outside = rows - inside
    u = ranks @ members - inside * (inside + 1.0) / 2.0
    pairs = inside * outside
    valid = (inside >= MINIMUM_GROUP) & (outside >= MINIMUM_GROUP)
    effect = np.where(valid, np.abs(2.0 * u / pairs - 1.0), 0.0)
    variance = pairs / 12.0 * ((rows + 1.0) - ties[:, None] / (rows * (rows - 1.0)))
    p = np.where(valid & (variance > 0), _two_sided((u - pairs / 2.0) / np.sqrt(variance)), 1.0)
    method = "auc" if classes == 1 else "auc_ovr"
    return [
        _association(method, effect[i].max(), p[i].min() * classes, rows[i, 0]) if valid[i].any() else None
        for i in range(len(ranks))
    ]


def _spearman(ranks: Floats, present: Bools, target: Floats) -> list[Association | None]:
    rows = present.sum(axis=1)
    weight = present.astype(np.float64)
    x = ranks - (ranks.sum(axis=1) / rows)[:, None]
    x *= weight
    y = (target - (weight @ target / rows)[:, None]) * weight
    r = np.einsum("ij,ij->i", x, y) / np.sqrt(np.einsum("ij,ij->i", x, x) * np.einsum("ij,ij->i", y, y))
    r = np.clip(np.nan_to_num(r), -1.0, 1.0)
    p = _student(r, rows)
    return [
        _association("spearman_r2", r[i] ** 2, p[i], rows[i]) if rows[i] >= 2 * MINIMUM_GROUP else None
        for i in range(len(ranks))
    ]


def category_association(codes: Codes, levels: int, target: SampledTarget) -> Association | None:
    """A categorical column with the target.

    Classification: Cramér's V, corrected for bias (Bergsma 2013, J. Korean Stat. Soc. 42), p-value by chi-squared.
    Regression: ε² (Kelley 1935), the correlation ratio of the target's ranks corrected for bias, p-value by F.

    Args:
        codes: Level of each of the sample's rows, −1 where missing.
        levels: How many levels there are.
        target: The same rows' target.
    """
    kept = codes[target.keep]
    present = kept >= 0
    kept = kept[present]
    if len(kept) < 2 * MINIMUM_GROUP:
        return None
    if not target.classes:
        return _epsilon_squared(kept, levels, target.ranks[present])
    counts = np.bincount(kept * target.classes + target.codes[present], minlength=levels * target.classes)
    return _cramers_v(counts.reshape(levels, target.classes).astype(np.float64))


def _epsilon_squared(codes: Codes, levels: int, ranks: Floats) -> Association | None:
    from scipy.special import fdtrc

    counts = np.bincount(codes, minlength=levels)
    sums = np.bincount(codes, weights=ranks, minlength=levels)
    seen = counts > 0
    groups, rows = int(seen.sum()), len(codes)
    total = float(((ranks - ranks.mean()) ** 2).sum())
    if groups < 2 or groups >= rows or total == 0:
        return None
    between = float((counts[seen] * (sums[seen] / counts[seen] - ranks.mean()) ** 2).sum())
    eta = min(1.0, between / total)
    effect = max(0.0, 1.0 - (1.0 - eta) * (rows - 1) / (rows - groups))
    with np.errstate(all="ignore"):
        f = np.divide(eta / (groups - 1), (1.0 - eta) / (rows - groups))
        return _association("epsilon2", effect, float(fdtrc(groups - 1, rows - groups, f)), rows)


def _cramers_v(table: Floats) -> Association | None:
    from scipy.special import chdtrc

    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    r, k = table.shape
    n = float(table.sum())
    if r < 2 or k < 2 or n < 2 * MINIMUM_GROUP:
        return None
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / n
    chi2 = float(((table - expected) ** 2 / expected).sum())
    freedom = (r - 1) * (k - 1)
    phi2 = max(0.0, chi2 / n - freedom / (n - 1))
    r_corrected, k_corrected = r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)
    bound = min(r_corrected, k_corrected) - 1
    effect = float(np.sqrt(phi2 / bound)) if bound > 0 else 0.0
    return _association("cramers_v", effect, float(chdtrc(freedom, chi2)), n)


def missing_association(missing: Bools, target: SampledTarget) -> Association | None:
    """A column's missingness with the target: Cramér's V and chi-squared, or the AUC and Mann-Whitney for numbers.

    Returns:
        None where fewer than ten rows are missing, or fewer than ten present.
    """
    kept = missing[target.keep]
    absent = int(kept.sum())
    if min(absent, len(kept) - absent) < MINIMUM_MISSING:
        return None
    if target.classes:
        return category_association(missing.astype(np.intp), 2, target)
    _, ties = average_ranks(target.ranks[None, :])
    held = SampledTarget(np.ones(len(kept), dtype=bool), kept.astype(np.intp), np.zeros(0), 2)
    with np.errstate(all="ignore"):
        return _aucs(target.ranks[None, :], ties, np.ones((1, len(kept)), dtype=bool), held)[0]


def _two_sided(z: Floats) -> Floats:
    from scipy.special import ndtr

    return np.asarray(2.0 * ndtr(-np.abs(z)), dtype=np.float64)


def _student(r: Floats, rows: npt.NDArray[Any]) -> Floats:
    from scipy.special import stdtr

    freedom = np.maximum(rows - 2.0, 1.0)
    t = np.abs(r) * np.sqrt(freedom / np.maximum(1.0 - r**2, np.finfo(np.float64).tiny))
    return np.asarray(2.0 * stdtr(freedom, -t), dtype=np.float64)


def _association(method: str, effect: float, p_value: float, rows: float) -> Association:
    bounded = float(min(1.0, max(0.0, effect)))
    return Association(
        method=method,
        effect=bounded,
        p_value=float(min(1.0, p_value)) if np.isfinite(p_value) else None,
        rows=int(rows),
    )
