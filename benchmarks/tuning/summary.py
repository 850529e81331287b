"""From lines to figures: gains normalised by the best that any method found, differences to ours, and times."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.tuning.methods import DEFAULTS

NOISE_ERRORS = 1.0  # standard errors that the best gain must exceed for a case to tell methods apart
NEAR = 0.95  # of the best gain
TIE = 0.01  # of normalised gain
RESAMPLES = 4_000
LEVEL = 95  # per cent
RETURNED = " (as returned)"  # what the method gives back: the defaults where it does not trust its winner
Line = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """A mean over cases with its bootstrap interval."""

    value: float
    low: float
    high: float
    cases: int

    def __str__(self) -> str:
        return f"{self.value:+.3f} ({self.low:+.3f} … {self.high:+.3f})" if self.cases else "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One case by all methods.

    Attributes:
        case: Table, estimator and seed.
        gains: Normalised gain by method, -1..1; 1 is the best that any method found.
        near: Seconds until 95 % of the best gain, by method; infinite where it was not reached.
        counts: Whether somebody gained more than noise.
    """

    case: str
    gains: Mapping[str, float]
    near: Mapping[str, float]
    counts: bool

    @property
    def kind(self) -> str:
        """Table and estimator."""
        return self.case.rpartition("/")[0]


def judged(lines: Iterable[Line]) -> list[Judged]:
    """Cases with their defaults and one other method at least."""
    groups: dict[str, dict[str, Line]] = defaultdict(dict)
    for line in lines:
        if "score" in line:
            groups[line["case"].rpartition("/")[0]][line["method"]] = line
    return [_judged(case, found) for case, found in sorted(groups.items()) if len(found) > 1]


def _judged(case: str, found: Mapping[str, Line]) -> Judged:
    default = next(iter(found.values()))["default"]
    winner = max(found.values(), key=lambda line: float(line["score"]))
    best = winner["score"] - default
    counts = best > NOISE_ERRORS * winner["error_of_gain"] and best > 0
    gains: dict[str, float] = {}
    near: dict[str, float] = {}
    for method, line in found.items():
        gains[method] = _clipped(line["score"] - default, best)
        if line["returned"] != line["score"] or "verdict" in line:
            gains[method + RETURNED] = _clipped(line["returned"] - default, best)
        reached = [at for at, score in line["path"] if score - default >= NEAR * best]
        near[method] = reached[0] if reached else math.inf
    return Judged(case=case, gains=gains, near=near, counts=counts)


def _clipped(gain: float, best: float) -> float:
    return max(-1.0, min(1.0, gain / best)) if best > 0 else 0.0


def mean_of(values: Sequence[float]) -> Mean:
    """With an interval over resampled cases."""
    if not values:
        return Mean(value=math.nan, low=math.nan, high=math.nan, cases=0)
    found = np.asarray(values)
    random = np.random.default_rng(0)
    means = found[random.integers(0, len(found), (RESAMPLES, len(found)))].mean(axis=1)
    low, high = np.percentile(means, [(100 - LEVEL) / 2, (100 + LEVEL) / 2])
    return Mean(value=float(found.mean()), low=float(low), high=float(high), cases=len(found))


def gains_of(cases: Sequence[Judged], method: str) -> Mean:
    """Mean normalised gain over the cases that tell methods apart."""
    return mean_of([case.gains[method] for case in cases if case.counts and method in case.gains])


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One method less another, on the cases that both have."""

    mean: Mean
    ahead: int
    behind: int
    level: int


def difference(cases: Sequence[Judged], one: str, other: str) -> Difference:
    """Paired by case."""
    pairs = [(c.gains[one], c.gains[other]) for c in cases if c.counts and one in c.gains and other in c.gains]
    gaps = [mine - theirs for mine, theirs in pairs]
    ahead, behind = sum(gap > TIE for gap in gaps), sum(gap < -TIE for gap in gaps)
    return Difference(mean=mean_of(gaps), ahead=ahead, behind=behind, level=len(gaps) - ahead - behind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """To 95 % of the best gain: in how many cases it was reached, and the median over all, infinite if in few."""

    reached: int
    of: int
    median: float


def time_of(cases: Sequence[Judged], method: str) -> Time:
    """Over the cases that tell methods apart."""
    times = [case.near[method] for case in cases if case.counts and method in case.near]
    median = statistics.median_low(times) if times else math.nan
    return Time(reached=sum(math.isfinite(at) for at in times), of=len(times), median=median)


def methods_of(cases: Sequence[Judged], order: Sequence[str]) -> list[str]:
    """All that have a gain, in this order, each followed by what it returned."""
    known = {method for case in cases for method in case.gains if method != DEFAULTS}
    return [each for name in order for each in (name, name + RETURNED) if each in known]
