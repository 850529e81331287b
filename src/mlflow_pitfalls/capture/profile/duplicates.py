"""Rows that stand more than once, features and target together."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.containers import Sample, as_vector, take_rows, take_sample
from mlflow_pitfalls.capture.containers.families import Family, family_of
from mlflow_pitfalls.capture.fingerprints.chance import expected_duplicates
from mlflow_pitfalls.capture.fingerprints.fingerprint import hashes_of_frame, row_hashes
from mlflow_pitfalls.capture.fingerprints.hashing import Words, column_words, finished, frame_words, mixed_words
from mlflow_pitfalls.model.profile import DuplicateFacts

# Rows that are compared in full; of more rows, those whose screening hash falls into one residue class, so that all
# copies of a row are looked at together and their share stays that of the whole.
MAX_ROWS = 200_000
# Rows whose screening columns are read at all; above, only the sample is compared.
MAX_SCREENED_ROWS = 5_000_000
# The columns with most values tell nearly all rows apart: only rows that agree in them are compared in full.
SCREENING_COLUMNS = 3
# Rows by which these columns are chosen.
_VARIETY_ROWS = 500


def duplicate_facts(X: Any, y: Any, *, sample: Sample, target_sample: npt.NDArray[Any] | None) -> DuplicateFacts | None:
    """Count the rows beyond the first of each group of equal rows.

    Numbers are compared as float64, text by its characters. All rows are looked at, up to 200 000; of more, a part that
    keeps copies together; where the container cannot be screened by column, the sample.

    Args:
        X: The whole table.
        y: The whole target, or None.
        sample: A sample of the table.
        target_sample: The same rows' target, or None.

    Returns:
        None where there are no rows or not all of the columns were sampled.
    """
    if sample.frame.empty or sample.frame.shape[1] < sample.columns:
        return None
    words = _with_target(frame_words(sample.frame, exact=True), target_sample)
    found = _over_all_rows(X, y, sample, words) if sample.rows > len(words) else None
    checked, duplicates = found if found is not None else (len(words), _repeats(_row_hashes_of(words)))
    looked_at = sample.rows if found is not None else len(words)
    expected = expected_duplicates(words, looked_at) * checked / looked_at if duplicates else 0.0
    return DuplicateFacts(rows_checked=checked, duplicates=duplicates, expected=expected)


def _over_all_rows(X: Any, y: Any, sample: Sample, words: Words) -> tuple[int, int] | None:
    if sample.rows > MAX_SCREENED_ROWS:
        return None
    screen = _screen(X, _most_varied(words[:, : sample.frame.shape[1]]), sample.rows)
    if screen is None:
        return None
    chosen = np.arange(sample.rows, dtype=np.intp)
    if sample.rows > MAX_ROWS:
        parts = 1 << (-(-sample.rows // MAX_ROWS) - 1).bit_length()
        chosen = np.flatnonzero(screen & np.uint64(parts - 1) == 0)
    repeated = chosen[_is_repeated(screen[chosen])]
    if not len(repeated):
        return len(chosen), 0
    rows = take_sample(X, positions=repeated)
    if rows is None or rows.frame.shape[1] < sample.columns:
        return None
    hashes = hashes_of_frame(rows.frame, exact=True)
    if y is not None:
        target = _target_words(y, repeated)
        if target is None:
            return len(chosen), _repeats(hashes)
        hashes = finished(mixed_words(hashes + target))
    return len(chosen), _repeats(hashes)


def _most_varied(words: Words) -> list[int]:
    ordered = np.sort(words[:: max(1, len(words) // _VARIETY_ROWS)], axis=0)
    distinct = (ordered[1:] != ordered[:-1]).sum(axis=0)
    return sorted(int(i) for i in np.argsort(-distinct, kind="stable")[:SCREENING_COLUMNS])


def _screen(X: Any, columns: list[int], rows: int) -> Words | None:
    """Hashes of all rows over a few columns."""
    family = family_of(X)
    if family is Family.PANDAS_FRAME:
        return hashes_of_frame(X.iloc[:, columns], exact=True)
    if family is Family.ARRAY and not X.dtype.names and not isinstance(X, np.memmap):
        part = X[:, columns] if X.ndim == 2 else X
        hashes = row_hashes(part, max_rows=rows, exact=True)
        return hashes if len(hashes) == rows else None
    if family is Family.TABLE:
        import narwhals

        table = narwhals.from_native(X, eager_only=True)
        part = table.select([table.columns[i] for i in columns]).to_native()
        hashes = row_hashes(part, max_rows=rows, exact=True)
        return hashes if len(hashes) == rows else None
    return None


def _target_words(y: Any, positions: npt.NDArray[np.intp]) -> Words | None:
    import pandas as pd

    try:
        values = as_vector(take_rows(y, positions))
    except Exception:  # noqa: BLE001 - foreign containers
        return None
    return None if values is None else column_words(pd.Series(values), exact=True)


def _with_target(words: Words, target_sample: npt.NDArray[Any] | None) -> Words:
    import pandas as pd

    if target_sample is None or len(target_sample) != len(words):
        return words
    return np.column_stack([words, column_words(pd.Series(target_sample), exact=True)])


def _row_hashes_of(words: Words) -> Words:
    total = np.zeros(len(words), dtype=np.uint64)
    for i in range(words.shape[1]):
        total = finished(mixed_words(total + words[:, i]))
    return total


def _is_repeated(hashes: Words) -> npt.NDArray[np.bool_]:
    import pandas as pd

    return pd.Series(hashes).duplicated(keep=False).to_numpy()


def _repeats(hashes: Words) -> int:
    import pandas as pd

    return int(pd.Series(hashes).duplicated().sum())
