"""Which rows a run was scored on, as a short digest by which later runs recognise them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from mlflow_pitfalls.capture.findings.sources import Sources
from mlflow_pitfalls.capture.fingerprints.fingerprint import row_hashes

_DIGEST_LENGTH = 16
_LEAST_BITS = 24.0  # of order in the targets; with less, other rows could look the same by chance


def held_out_digest(sources: Sources) -> Mapping[str, object]:
    """A digest of the held-out targets in their order, and of their number.

    Features do not enter: another preprocessing, or another choice of columns, leaves the rows the same. The order of
    the targets tells two splits apart, as long as there is enough of it; of few or nearly constant targets the digest
    is empty.
    """
    held_out = sources.held_out
    if held_out is None or held_out.y is None:
        return {}
    digest = digest_of(held_out.y, held_out.count)
    return {"held_out_digest": digest} if digest else {}


def digest_of(y: Any, rows: int) -> str:
    """The digest; empty where the targets hardly tell the rows.

    Args:
        y: Targets of the bounded sample of the held-out rows.
        rows: How many held-out rows there are.
    """
    words = row_hashes(y, max_rows=len(y))
    if _order_bits(words) < _LEAST_BITS:
        return ""
    return hashlib.sha256(words.tobytes() + rows.to_bytes(8, "little")).hexdigest()[:_DIGEST_LENGTH]


def _order_bits(words: np.ndarray[tuple[int, ...], np.dtype[np.uint64]]) -> float:
    """Logarithm to base two of the number of orders in which these values could stand."""
    if not len(words):
        return 0.0
    counts = np.unique(words, return_counts=True)[1]
    orders = math.lgamma(len(words) + 1) - sum(math.lgamma(int(count) + 1) for count in counts)
    return orders / math.log(2)
