"""Rows that stand more than once: features and target together, or the features alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.containers import Sample, as_vector, take_rows, take_sample
from mlflow_pitfalls.capture.containers.families import Family, family_of
from mlflow_pitfalls.capture.fingerprints.chance import expected_duplicates
from mlflow_pitfalls.capture.fingerprints.fingerprint import hashes_of_frame, row_hashes
from mlflow_pitfalls.capture.fingerprints.hashing import Words, column_words, finished, frame_words, mixed_words
from mlflow_pitfalls.capture.fingerprints.near_twins import natural_count, natural_part_within
from mlflow_pitfalls.capture.profile.conflicts import Compared, conflict_facts
from mlflow_pitfalls.model.profile import ConflictFacts, DuplicateFacts

# Rows that are compared in full; of more rows, those whose screening hash falls into one residue class, so that all
# copies of a row are looked at together and their share stays that of the whole.
MAX_ROWS = 200_000
# Rows whose screening columns are read at all; above, only the sample is compared.
MAX_SCREENED_ROWS = 5_000_000
# The columns with most values tell nearly all rows apart: only rows that agree in them are compared in full.
SCREENING_COLUMNS = 3
# Rows by which these columns are chosen.
_VARIETY_ROWS = 500


def repeat_facts(
    X: Any, y: Any, *, sample: Sample, target_sample: npt.NDArray[Any] | None, is_classification: bool
) -> tuple[DuplicateFacts | None, ConflictFacts | None]:
    """Count the rows that equal an earlier one, and those of equal features whose classes differ.

    Numbers are compared as float64, text by its characters. All rows are looked at, up to 200 000; of more, a part that
    keeps copies together; where the container cannot be screened by column, the sample.

    Args:
        X: The whole table.
        y: The whole target, or None.
        sample: A sample of the table.
        target_sample: The same rows' target, or None.
        is_classification: Whether targets that differ contradict each other; numbers differ by noise.

    Returns:
        None where there are no rows or not all of the columns were sampled; no conflicts without classes.
    """
    if sample.frame.empty or sample.frame.shape[1] < sample.columns:
        return None, None
    words = frame_words(sample.frame, exact=True)
    target = _sampled_target_words(target_sample, len(words))
    found = _over_all_rows(X, y, sample, words) if sample.rows > len(words) else None
    looked_at = sample.rows if found is not None else len(words)
    rows = found if found is not None else Compared(len(words), _row_hashes_of(words), target)
    both = words if target is None else np.column_stack([words, target])
    duplicates = _repeats(rows.features if rows.target is None else finished(mixed_words(rows.features + rows.target)))
    expected = 0.0
    if duplicates:
        by_frequency = expected_duplicates(both, looked_at) * rows.checked / looked_at
        expected = natural_count(by_frequency, duplicates, natural_part_within(both))
    conflicts = None
    if is_classification and target is not None:
        conflicts = conflict_facts(rows, words, target, looked_at)
    return DuplicateFacts(rows_checked=rows.checked, duplicates=duplicates, expected=expected), conflicts


def _over_all_rows(X: Any, y: Any, sample: Sample, words: Words) -> Compared | None:
    if sample.rows > MAX_SCREENED_ROWS:
        return None
    screen = _screen(X, _most_varied(words), sample.rows)
    if screen is None:
        return None
    chosen = np.arange(sample.rows, dtype=np.intp)
    if sample.rows > MAX_ROWS:
        parts = 1 << (-(-sample.rows // MAX_ROWS) - 1).bit_length()
        chosen = np.flatnonzero(screen & np.uint64(parts - 1) == 0)
    repeated = chosen[_is_repeated(screen[chosen])]
    if not len(repeated):
        nothing = np.zeros(0, dtype=np.uint64)
        return Compared(len(chosen), nothing, None if y is None else nothing)
    rows = take_sample(X, positions=repeated)
    if rows is None or rows.frame.shape[1] < sample.columns:
        return None
    target = _target_words(y, repeated) if y is not None else None
    return Compared(len(chosen), hashes_of_frame(rows.frame, exact=True), target)


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


def _sampled_target_words(target_sample: npt.NDArray[Any] | None, rows: int) -> Words | None:
    import pandas as pd

    if target_sample is None or len(target_sample) != rows:
        return None
    return column_words(pd.Series(target_sample), exact=True)


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
