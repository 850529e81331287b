"""Numbers and names as a reader sees them in messages."""

from __future__ import annotations

from collections.abc import Sequence

from mlflow_pitfalls.model.values import Interval

NAME_LENGTH = 60  # characters of a column's or class's name that a message shows
NAMES_SHOWN = 3  # names that a message spells out; the rest are counted
_MOST_TIMES = 20  # times the rows at hand: more is no advice
SMALL = 0.001  # below it a number is told in scientific notation
LARGE = 1e5  # likewise above it


def number(value: float) -> str:
    """Two decimals where that tells enough, two or three significant digits otherwise."""
    size = abs(value)
    if size and (size < SMALL or size >= LARGE):
        return _minus(f"{value:.2e}")
    if size >= 10:
        return _minus(f"{value:.1f}".removesuffix(".0"))
    if 0 < size < 0.1:
        return _minus(f"{value:.2g}")
    if 0.995 <= size < 1:
        return _minus(f"{value:.3f}")
    return _minus(f"{value:.2f}")


def count(value: float) -> str:
    """A whole number with thousands apart: ``1 143``."""
    return _minus(f"{round(value):,}".replace(",", " "))


def percent(share: float) -> str:
    """A share as a percentage, with a decimal where it is small or nearly everything."""
    value = 100.0 * share
    if 0 < abs(value) < 0.05:
        return "under 0.1 %"
    exact = abs(value) < 20 or 99 < abs(value) < 100
    return _minus(f"{value:.1f}".removesuffix(".0") if exact else f"{value:.0f}") + " %"


def between(interval: Interval | None) -> str:
    """An interval such as ``95 % CI 0.15–0.21``; empty where there is none."""
    if interval is None:
        return ""
    low, high = number(interval.low), number(interval.high)
    dash = " to " if interval.low < 0 else "–"
    return f"{100 * interval.level:.0f} % CI {low}{dash}{high}"


def seconds(value: float) -> str:
    """A duration in seconds, minutes or hours."""
    if value < 120:
        return f"{number(value)} s"
    if value < 7200:
        return f"{value / 60:.0f} min"
    return f"{value / 3600:.1f} h"


def short(name: str) -> str:
    """A name that fits a sentence: bounded, and without control or direction characters."""
    return printable(name, NAME_LENGTH)


def printable(text: str, limit: int) -> str:
    """Text of at most ``limit`` characters, without control or direction characters."""
    clean = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def names(items: Sequence[str]) -> str:
    """A few names spelled out and the rest counted: ``'a', 'b', 'c' and 4 more``."""
    shown = [f"'{short(item)}'" for item in items[:NAMES_SHOWN]]
    rest = len(items) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {count(rest)} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def about_rows(wanted: float, at_hand: int, kind: str = "held-out rows") -> str:
    """How many rows it would take, more than there are: ``about 400 held-out rows``; very many are not counted."""
    if wanted > _MOST_TIMES * at_hand:
        return f"many more {kind}"
    return f"about {count(max(wanted, at_hand + 1))} {kind}"


def plural(amount: float, one: str, many: str = "") -> str:
    """A counted noun: ``1 column``, ``3 columns``."""
    return f"{count(amount)} {one if amount == 1 else many or one + 's'}"


def _minus(text: str) -> str:
    return text.replace("-", "−") if text.startswith("-") else text
