"""Text that is safe to show, and numbers as people read them; shared by every format."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime

from mlflow_pitfalls.model.values import Estimate, Interval

NAME_LIMIT = 60  # characters of a column, class or run name
MESSAGE_LIMIT = 1_000  # characters of one sentence or message
CODE_LIMIT = 2_000  # characters of one remedy's code

THIN = "\u202f"  # narrow no-break space: between thousands, and before a unit
MINUS = "\u2212"
UNKNOWN = "–"

_PLAIN_DECIMALS_BELOW = 100.0  # scores are written with three decimals up to here
_EXACT_FROM = 1_000.0  # from here on, numbers are rounded to whole ones
_EXACT_BELOW = 1e15
_SCIENTIFIC_BELOW = 1e-4
_MINUTE, _HOUR = 60.0, 3_600.0

# Control and bidirectional characters, and those that show nothing: they could hide or reorder text. The joiners
# U+200C and U+200D stay, because several scripts need them.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_BLANK = re.compile("[ \t\n\r\u2028\u2029\x85]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^a-z])")
_ASCII = str.maketrans(
    {THIN: " ", MINUS: "-", "–": "-", "—": "-", "…": "...", "≥": ">=", "≤": "<=", "≈": "~", "·": "-", "×": "x",
     "→": "->", "\ufffd": "?"}
)  # fmt: skip


def clean(text: object, limit: int = MESSAGE_LIMIT) -> str:
    """One line without control or bidirectional characters, at most ``limit`` characters long."""
    raw = str(text)[: 2 * limit]
    return shorten(_BLANK.sub(" ", _UNSAFE.sub("\ufffd", raw)).strip(), limit, whole=len(str(text)) <= len(raw))


def clean_block(text: str, limit: int = CODE_LIMIT) -> str:
    """Like :func:`clean`, with line ends and indentation kept: for code."""
    lines = text[: 2 * limit].replace("\r\n", "\n").replace("\r", "\n")
    return shorten(_UNSAFE.sub("\ufffd", lines).strip("\n"), limit, whole=len(text) <= 2 * limit)


def name(text: object) -> str:
    """A name of the user's: cleaned and short; a stand-in where nothing can be seen of it."""
    return clean(text, NAME_LIMIT) or "(blank)"


def shorten(text: str, limit: int, *, whole: bool = True) -> str:
    """At most ``limit`` characters; a cut, or text that already is one (not ``whole``), ends in an ellipsis."""
    if whole and len(text) <= limit:
        return text
    return text[: limit - 1].rstrip() + "…"


def first_sentence(text: str) -> str:
    """Up to the first full stop that ends a sentence; file names and decimals do not."""
    return _SENTENCE_END.split(clean(text), maxsplit=1)[0]


def ascii_only(text: str) -> str:
    """The same text for streams that cannot encode typographic characters."""
    return text.translate(_ASCII).encode("ascii", "replace").decode("ascii")


def number(value: float | None) -> str:
    """Three significant digits; whole numbers and those from a thousand on in full, with thin spaces."""
    if value is None or math.isnan(value):
        return UNKNOWN
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    size = abs(value)
    if size >= _EXACT_BELOW or 0 < size < _SCIENTIFIC_BELOW:
        return f"{value:.2e}".replace("-", MINUS)
    if value == int(value) or size >= _EXACT_FROM:
        return f"{round(value):,}".replace(",", THIN).replace("-", MINUS)
    return f"{value:.3g}".replace("-", MINUS)


def score(value: float | None) -> str:
    """A score with three decimals, so that train and held-out line up."""
    if value is None or not math.isfinite(value) or abs(value) >= _PLAIN_DECIMALS_BELOW:
        return number(value)
    text = f"{value:.3f}"
    return ("0.000" if text == "-0.000" else text).replace("-", MINUS)


def share(value: float | None) -> str:
    """A part of one as per cent: ``12.3 %``; small ones are never rounded to nothing."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if 0 < abs(value) < 0.0005:
        return f"< 0.1{THIN}%"
    if 0.9995 < value < 1:
        return f"> 99.9{THIN}%"
    return f"{100 * value:.3g}{THIN}%".replace("-", MINUS)


def seconds(value: float | None) -> str:
    """A duration as people say it: ``85 ms``, ``1.24 s``, ``2 min 05 s``, ``1 h 12 min``."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if value < 1:
        milliseconds = 1_000 * value
        return f"{milliseconds:.0f}{THIN}ms" if milliseconds >= 1 or value <= 0 else f"< 1{THIN}ms"
    if round(value, 1) < _MINUTE:
        return f"{value:.3g}{THIN}s"
    if round(value) < _HOUR:
        minutes, rest = divmod(round(value), int(_MINUTE))
        return f"{minutes}{THIN}min {rest:02d}{THIN}s"
    hours, minutes = divmod(round(value / _MINUTE), int(_MINUTE))
    return f"{hours:,}{THIN}h {minutes:02d}{THIN}min".replace(",", THIN)


def moment(stamp: str) -> str:
    """A time in ISO 8601 as ``2026-11-26 07:15 UTC``; other text as a name."""
    try:
        read = datetime.fromisoformat(stamp)
    except ValueError:
        return name(stamp)
    zone = "" if read.tzinfo is None else " UTC"
    try:
        return f"{(read.astimezone(UTC) if zone else read):%Y-%m-%d %H:%M}{zone}"
    except OverflowError:  # before the first year or after the last
        return name(stamp)


def interval(bounds: Interval | None, unit: str = "score") -> str:
    """Both bounds in the unit's own format, empty without an interval: ``0.153–0.207``."""
    if bounds is None:
        return ""
    low, high = with_unit(bounds.low, unit), with_unit(bounds.high, unit)
    joint = " to " if MINUS in low + high or "<" in low or " " in low else "–"
    return f"{low}{joint}{high}"


def estimate(value: Estimate | None) -> str:
    """A score, then its interval in brackets where it has one."""
    if value is None:
        return UNKNOWN
    bounds = interval(value.interval)
    if not bounds or value.interval is None or not value.interval.width:
        return score(value.value)
    return f"{score(value.value)} ({bounds})"


def with_unit(value: float | None, unit: str) -> str:
    """A number in the unit that its evidence names, by the unit's first word: ``share of rows`` is per cent."""
    kind = unit.strip().lower().partition(" ")[0]
    if kind in _FORMATS:
        return _FORMATS[kind](value)
    if kind in _SIGNS:
        return f"{number(value)}{THIN}{_SIGNS[kind]}"
    # A unit of several words explains the number; it does not read well after it.
    word = clean(unit, NAME_LIMIT)
    if value == 1 and word.endswith("s"):
        word = word[:-1]
    return f"{number(value)} {word}" if word.isalpha() else number(value)


_FORMATS: dict[str, Callable[[float | None], str]] = {
    **dict.fromkeys(("share", "fraction", "proportion", "recall"), share),
    **dict.fromkeys(("s", "sec", "second", "seconds"), seconds),
    **dict.fromkeys(("score", "skill", "auc", "probability", "effect", "distance"), score),
    "": number,
}
_SIGNS = {"%": "%", "percent": "%", "x": "×", "×": "×", "ratio": "×", "times": "×"}


def count(amount: int, singular: str, plural: str = "") -> str:
    """``1 flag``, ``2 flags``, ``no flags``."""
    word = singular if amount == 1 else plural or f"{singular}s"
    return f"{number(amount) if amount else 'no'} {word}"


def listed(words: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
