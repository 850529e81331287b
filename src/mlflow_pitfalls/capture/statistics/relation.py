"""Whether a column is the target in other clothes, by its values or by its name."""

from __future__ import annotations

import re

import numpy as np

from mlflow_pitfalls.capture.statistics.metric_columns import Array, FloatArray, IntArray

COPY = "copy"
INVERTIBLE = "invertible"

_MIN_ROWS = 20  # a pattern over fewer may be chance
_MIN_PRESENT_SHARE = 0.9
_MAX_DISTINCT_SHARE = 0.5  # above, "one-to-one" only says that hardly a value repeats
_AFFINE_SLACK = 1e-10  # of 1 − |r|: float32 against float64, not noise
_EVEN_SLACK = 1e-9  # relative, of the steps of an index

_TARGET_WORDS = frozenset(
    {"target", "targets", "label", "labels", "outcome", "prediction", "predictions", "predicted", "pred", "preds"}
)
# Earlier values of the target are known when it is predicted.
_PAST_WORDS = frozenset({"lag", "lagged", "prev", "previous", "last", "past", "prior", "before", "initial", "start"})
_WORD_BREAK = re.compile(r"[^0-9a-zA-Z]+|(?<=[a-z0-9])(?=[A-Z])")


def relation_to_target(values: Array, target: Array, *, is_ordered: bool, is_classification: bool) -> str:
    """``"copy"``, ``"invertible"`` or ``""``.

    A copy says the same as the target: in regression an affine or strictly monotone function of it, in classification
    one level a class, whatever the levels are called. Invertible is any other one-to-one function in regression.
    Values that hardly repeat are one-to-one with anything, so that only the order or a line can make them a copy; an
    evenly spaced index whose order is the target's (rows sorted by it, a trend) is none.

    Args:
        values: Numbers with NaN where missing, or codes with −1 where missing, of at least 20 rows, shape (n,).
        target: Numbers or class codes, shape (n,).
        is_ordered: Whether the values are numbers, not codes.
        is_classification: Whether the target is a class.
    """
    present = np.isfinite(values) & (is_ordered | (values >= 0))
    rows = int(present.sum())
    x, x_codes = np.unique(values[present], return_inverse=True)
    y, y_codes = np.unique(target[present], return_inverse=True)
    if rows < max(_MIN_ROWS, _MIN_PRESENT_SHARE * len(values)) or min(len(x), len(y)) < 2:
        return ""
    if is_ordered and not is_classification and _is_affine(values[present], target[present]):
        return COPY
    if len(x) != len(y) or len(np.unique(x_codes * len(y) + y_codes)) != len(x):
        return ""
    repeats = len(x) <= _MAX_DISTINCT_SHARE * rows
    if is_classification:
        is_copy = repeats
    else:
        is_copy = is_ordered and (repeats or not _is_even(x)) and _is_monotone(x_codes, y_codes)
    if is_copy:
        return COPY
    return INVERTIBLE if repeats else ""


def _is_monotone(x_codes: IntArray, y_codes: IntArray) -> bool:
    """Whether a one-to-one mapping keeps or reverses the order."""
    image = np.empty(int(x_codes.max()) + 1, dtype=np.intp)
    image[x_codes] = y_codes
    steps = np.diff(image)
    return bool((steps > 0).all()) or bool((steps < 0).all())


def has_suspicious_name(name: str, target_name: str) -> bool:
    """Whether a column's name holds the target's, or a word such as "prediction"; names of past values do not count.

    Args:
        name: The column's, e.g. ``"price_per_sqft"`` or ``"predictedLabel"``.
        target_name: The target's, e.g. ``"price"``.
    """
    words, target_words = _words(name), _words(target_name)
    if _PAST_WORDS.intersection(words):
        return False
    if _TARGET_WORDS.intersection(words):
        return True
    size = len(target_words)
    return size > 0 and any(words[i : i + size] == target_words for i in range(len(words) - size + 1))


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD_BREAK.split(name) if word]


def _is_affine(x: FloatArray, y: FloatArray) -> bool:
    a, b = x - x.mean(), y - y.mean()
    with np.errstate(all="ignore"):
        a, b = a / np.abs(a).max(), b / np.abs(b).max()  # so that squares neither overflow nor vanish
        unexplained = 1.0 - float(a @ b) ** 2 / (float(a @ a) * float(b @ b))
    return bool(unexplained < _AFFINE_SLACK)


def _is_even(x: Array) -> bool:
    steps = np.diff(x)
    return bool(np.ptp(steps) <= _EVEN_SLACK * abs(float(steps.mean())))
