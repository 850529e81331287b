"""Scores of earlier runs on the level of a study's own: other rows make all of them higher, or all of them lower."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_NEAR = 0.1  # of a range: how far apart two configurations may be that should score alike
_LEAST_WEIGHT = 1e-6


def levelled(scores: Floats, places: Floats, own_scores: Floats, own_places: Floats) -> Floats:
    """Earlier scores, moved by how far the study's own lie above those of the earlier run that is next to each.

    The configuration that the model has is among both, so that there is at least one close pair.

    Args:
        scores: Of the earlier runs, shape (runs,).
        places: Theirs, shape (runs, features), all finite.
        own_scores: Of the study's own trials, shape (trials,); none leaves the earlier scores as they are.
        own_places: Shape (trials, features).
    """
    if not len(own_scores) or not len(scores):
        return scores
    apart = np.linalg.norm(own_places[:, None, :] - places[None, :, :], axis=2)
    weights = np.exp(-np.square(apart.min(axis=1) / _NEAR)) + _LEAST_WEIGHT
    moved: Floats = scores + np.average(own_scores - scores[apart.argmin(axis=1)], weights=weights)
    return moved
