"""What each held-out row adds to the primary score, under a fingerprint by which a later run recognises the row."""

from __future__ import annotations

import hashlib

import numpy as np

from mlflow_pitfalls.capture.findings.held_out_digest import held_out_digest
from mlflow_pitfalls.capture.findings.sources import Sources
from mlflow_pitfalls.capture.fingerprints.fingerprint import hashes_of_frame, row_hashes
from mlflow_pitfalls.capture.fingerprints.hashing import Words, finished, mixed_words
from mlflow_pitfalls.capture.profile.labels import STRICT
from mlflow_pitfalls.capture.recording.scoring import held_out_predictions
from mlflow_pitfalls.capture.statistics.contributions import contributions, max_rows
from mlflow_pitfalls.model.losses import MAX_LOSS_ROWS, RowLosses

_FINGERPRINT_BYTES = 6
_LONGEST_KEY = 64  # bytes that BLAKE2b takes


def row_losses(sources: Sources, experiment_id: str) -> RowLosses | None:
    """Contributions and fingerprints of the sampled held-out rows; of more than can be kept, those of the least hash.

    Args:
        sources: Samples of both sides, with the held-out features by column.
        experiment_id: Keys the hashes: fingerprints of two experiments have nothing in common.

    Returns:
        None under strict privacy: whoever has a row could look up whether it was held out, and how it was answered.
        None also where the metric is not known by row.
    """
    metric, held_out, frame = sources.metric, sources.held_out, sources.held_out_frame
    if metric is None or held_out is None or held_out.y is None or sources.settings.privacy == STRICT:
        return None
    predictions = held_out_predictions(sources.fit, held_out, metric.needs)
    output = held_out.labels if metric.needs == "labels" else held_out.scores
    if predictions is None or output is None or frame is None or len(frame.frame) != len(held_out.y):
        return None
    targets = row_hashes(held_out.y, max_rows=len(held_out.y))
    if len(targets) != len(held_out.y):
        return None
    words = finished(mixed_words(hashes_of_frame(frame.frame)) + targets)
    fingerprints = _keyed(words if output.index is None else words[output.index], experiment_id)
    limit = max_rows(metric, MAX_LOSS_ROWS)
    is_sample = len(fingerprints) > limit
    kept = np.sort(np.argsort(fingerprints, kind="stable")[:limit]) if is_sample else np.arange(len(fingerprints))
    values = contributions(metric, predictions.take(kept))
    if values is None:
        return None
    return RowLosses(
        metric=metric.name,
        score=float(np.mean(values)),
        held_out=str(held_out_digest(sources).get("held_out_digest", "")),
        fingerprints=tuple(fingerprints[kept].tolist()),
        contributions=tuple(float(f"{value:.6g}") for value in values.tolist()),
        rows=len(fingerprints),
        complete=not is_sample and output.index is None,
    )


def _keyed(words: Words, experiment_id: str) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    key = experiment_id.encode("utf-8", "replace")[:_LONGEST_KEY]
    digests = (hashlib.blake2b(word.tobytes(), digest_size=_FINGERPRINT_BYTES, key=key).digest() for word in words)
    return np.fromiter((int.from_bytes(digest, "big") for digest in digests), dtype=np.int64, count=len(words))
