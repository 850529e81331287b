"""How certain a skewness is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.model.values import Interval

_GROUPS = 20
_T95 = 2.093  # two-sided 95 % quantile of Student's t with 19 degrees of freedom
_MINIMUM_ROWS = 60  # three rows a group


def skew_interval(values: npt.NDArray[np.float64], skew: float) -> Interval | None:
    """95 % interval by a jackknife over 20 random groups: what leaving one of them out changes.

    A tail that one or two rows make disappears with their group, and leaves a wide interval.

    Args:
        values: The numbers; those that are not finite are left out.
        skew: Their skewness.

    Returns:
        None for fewer than 60 finite values, or values that cannot be cubed.
    """
    finite = values[np.isfinite(values)]
    if len(finite) < _MINIMUM_ROWS:
        return None
    group = np.random.default_rng(0).permutation(len(finite)) % _GROUPS
    with np.errstate(all="ignore"):
        centred = finite - finite.mean()
        sums = [np.bincount(group, weights=centred**power, minlength=_GROUPS) for power in range(4)]
        n, first, second, third = (total.sum() - total for total in sums)
        mean = first / n
        spread = second / n - mean**2
        cubes = third / n - 3 * mean * second / n + 2 * mean**3
        left_out = cubes / spread**1.5
        error = float(np.sqrt((_GROUPS - 1) / _GROUPS * ((left_out - left_out.mean()) ** 2).sum()))
    if not np.isfinite(error):
        return None
    return Interval(low=skew - _T95 * error, high=skew + _T95 * error)
