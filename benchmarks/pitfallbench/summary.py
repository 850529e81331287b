"""From result lines to counts: recall, false alarms, causes."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.pitfallbench.harm import CHANGE
from benchmarks.pitfallbench.injections import ALL
from benchmarks.pitfallbench.injections.base import BLATANT, BY_RESULT, CAUSES

Z95 = 1.959964
Line = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A count of a count, with its 95 % Wilson interval."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        return self.hits / self.of if self.of else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        if not self.of:
            return (0.0, 1.0)
        n, p = self.of, self.value
        middle = (p + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
        half = Z95 / (1 + Z95**2 / n) * math.sqrt(p * (1 - p) / n + Z95**2 / (4 * n * n))
        return (max(0.0, middle - half), min(1.0, middle + half))

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.hits}/{self.of} {self.value:.3f} ({low:.2f}-{high:.2f})" if self.of else "-"


def flags(line: Line, *, serious: bool = False) -> set[str]:
    """The checks that flagged; of medium and high severity only where ``serious``."""
    levels = ("F:medium", "F:high") if serious else ("F:low", "F:medium", "F:high")
    return {check for check, said in line["said"].items() if said in levels}


def usable(lines: Iterable[Line]) -> list[Line]:
    """Those with a result, of injections that still exist."""
    return [line for line in lines if "said" in line and line["injection"] in ALL]


def mattering(lines: Iterable[Line]) -> Iterator[tuple[Line, float]]:
    """Spoilt cases with the change of the score that counts for them.

    A single change is noisy: the mean over the seeds of the same table and strength decides.
    """
    groups: dict[tuple[str, int, str], list[Line]] = defaultdict(list)
    for line in usable(lines):
        if ALL[line["injection"]].finds:
            groups[line["injection"], line["strength"], line["table"]].append(line)
    for group in groups.values():
        injection = ALL[group[0]["injection"]]
        known = [line["change"] for line in group if line.get("change") is not None]
        mean = sum(known) / len(known) if known else 0.0
        for line in group:
            if injection.harm in (BLATANT, BY_RESULT):
                yield line, float(line.get("change") or 0.0)
            else:
                yield line, mean


def is_found(line: Line) -> bool:
    """Whether a check that names the pitfall flagged it."""
    return bool(flags(line) & set(ALL[line["injection"]].finds))


def wrong_causes(line: Line) -> set[str]:
    """Other causes that the run was said to have, at medium or high severity."""
    injection = ALL[line["injection"]]
    return (flags(line, serious=True) & CAUSES) - {*injection.finds, *injection.beside, *line["true"]}


def recall_by_strength(lines: Iterable[Line]) -> dict[tuple[str, int], tuple[Share, float, Share]]:
    """(injection, strength) -> recall on all its cases, mean change, recall where it mattered."""
    rows: dict[tuple[str, int], list[tuple[bool, float]]] = defaultdict(list)
    for line, change in mattering(lines):
        rows[line["injection"], line["strength"]].append((is_found(line), change))
    return {
        key: (
            Share(hits=sum(hit for hit, _ in found), of=len(found)),
            sum(change for _, change in found) / len(found),
            Share(hits=sum(hit for hit, c in found if c >= CHANGE), of=sum(c >= CHANGE for _, c in found)),
        )
        for key, found in rows.items()
    }


def recall_where_it_matters(lines: Iterable[Line]) -> dict[str, Share]:
    """Injection -> recall over the cases in which the score changed by 0.05 or that are blatant."""
    counts: dict[str, list[bool]] = defaultdict(list)
    for line, change in mattering(lines):
        if change >= CHANGE:
            counts[line["injection"]].append(is_found(line))
    return {name: Share(hits=sum(found), of=len(found)) for name, found in counts.items()}


def false_alarms(lines: Iterable[Line]) -> tuple[Share, dict[str, Share], list[tuple[str, str, str]]]:
    """Medium and high flags on clean controls: over all runs x checks, by check, and each one by name."""
    clean = [line for line in usable(lines) if not ALL[line["injection"]].finds]
    counts: dict[str, int] = defaultdict(int)
    listed = []
    checks = sorted({check for line in clean for check in line["said"]})
    for line in clean:
        for check in sorted(flags(line, serious=True) - set(line["true"])):
            counts[check] += 1
            listed.append((check, line["case"], line["said"][check]))
    by_check = {check: Share(hits=counts[check], of=len(clean)) for check in checks}
    return Share(hits=sum(counts.values()), of=len(clean) * len(checks)), by_check, listed


def causes(lines: Iterable[Line]) -> dict[str, tuple[Share, dict[str, int]]]:
    """Cause injection -> share under its own name and no other's where it matters, and the other names used."""
    found: dict[str, list[bool]] = defaultdict(list)
    others: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for line, change in mattering(lines):
        injection = ALL[line["injection"]]
        if not injection.is_cause or change < CHANGE:
            continue
        wrong = wrong_causes(line)
        found[injection.name].append(is_found(line) and not wrong)
        for name in wrong:
            others[injection.name][name] += 1
    return {name: (Share(hits=sum(hits), of=len(hits)), dict(others[name])) for name, hits in found.items()}
