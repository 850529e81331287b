"""What changed between two runs, in words: for the page, the terminal and the notebook's one line."""

from __future__ import annotations

from mlflow_pitfalls.model.comparison import ColumnDrift, Comparison, FlagChange, GapChange, RunLabel, ScoreChange
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Estimate, Interval
from mlflow_pitfalls.reporting import text

DRIFT_LEVEL = 0.05  # of the p-value, corrected for the number of columns
LINE_SHOWN = 200  # characters
_NAMED = 3  # checks or columns that one line names
_PLUS = "+"


def run_title(label: RunLabel) -> str:
    """A run's name, else its identifier."""
    return text.name(label.run_name or label.run_id or "a run without a name")


def signed(value: Estimate) -> str:
    """A difference with its sign, and its interval in brackets where it has one."""
    sign = _PLUS if value.value > 0 else ""
    bounds = text.interval(value.interval)
    return f"{sign}{text.score(value.value)}" + (f" ({bounds})" if bounds else "")


def verdict_of(change: ScoreChange | None) -> str:
    """``better``, ``worse`` or ``no certain difference``, by the interval; empty where no score is shared."""
    if change is None:
        return ""
    side = _side(change.difference.interval)
    return {1: "better", -1: "worse"}.get(side, "no certain difference")


def tone_of(comparison: Comparison) -> str:
    """One of the page's four tones: what is certainly worse is high, what is certainly better is none."""
    change = comparison.score
    side = _side(change.difference.interval) if change is not None else 0
    if side < 0:
        return "high"
    worst = max((flag.severity for flag in comparison.gained if flag.certain), key=lambda s: s.rank, default=None)
    if worst is not None:
        return worst.value
    return "none" if side > 0 else "low"


def headline(comparison: Comparison) -> str:
    """The score's change in a few words, or why there is none."""
    change = comparison.score
    if not comparison.comparable:
        return "They do not predict the same: their scores cannot be compared"
    if change is None:
        return "They have no main metric in common" if comparison.scores else "They share no score"
    verdict = verdict_of(change)
    return f"{text.name(change.metric)}: {verdict}"


def summary_line(comparison: Comparison) -> str:
    """All of it in one line, such as ``Against owl-1: roc_auc +0.041 (0.020–0.060); gained overfit.``."""
    change = comparison.score
    score = [f"{text.name(change.metric)} {_moved(change.difference)}"] if change is not None else []
    told = "; ".join([*score, *changes(comparison)]) or "nothing has certainly changed"
    return text.clean(f"Against {run_title(comparison.before)}: {told}.")


def reference_line(record: RunRecord) -> str:
    """:func:`summary_line` of a run against its reference; empty where it has none."""
    comparison = record.reference.comparison if record.reference is not None else None
    return text.shorten(summary_line(comparison), LINE_SHOWN) if comparison is not None else ""


def changes(comparison: Comparison) -> list[str]:
    """Flags and columns that changed, each in a few words."""
    moved = drifted(comparison)
    parts = [f"gained {_checks(comparison.gained)}"] if comparison.gained else []
    parts += [f"lost {_checks(comparison.lost)}"] if comparison.lost else []
    return [*parts, f"{text.count(len(moved), 'column')} drifted"] if moved else parts


def drifted(comparison: Comparison) -> list[ColumnDrift]:
    """Columns and target of another distribution, the largest effect first."""
    found = [drift for drift in comparison.drift if drift.adjusted_p < DRIFT_LEVEL and drift.effect > 0]
    return sorted(found, key=lambda drift: -drift.effect)


def lines(comparison: Comparison) -> list[tuple[str, str]]:
    """What changed, as labels and sentences; what is the same is left out."""
    found: list[tuple[str, str]] = []
    found += [("score", _score_line(change)) for change in comparison.scores]
    found += [("gap", _gap_line(comparison.gap))] if comparison.gap is not None else []
    found += [("gained", f"{_level(flag)}{text.first_sentence(flag.message)}") for flag in comparison.gained]
    found += [("lost", _level(flag).rstrip(": ")) for flag in comparison.lost]
    for time in comparison.times:
        ratio = f", {text.number(time.ratio)} times as long a row" if time.ratio is not None else ""
        spent = f"{text.seconds(time.before_seconds)} → {text.seconds(time.after_seconds)}"
        found.append((time.what, f"{spent}{ratio}"))
    found += [
        ("parameter", f"{text.name(value.name)}: {_value(value.before)} → {_value(value.after)}")
        for value in comparison.parameters
    ]
    moved = [text.name(drift.column) for drift in drifted(comparison)]
    found += [("drift", text.listed([*moved[:_NAMED], *_more(moved)]))] if moved else []
    found += [
        ("columns", f"{text.name(change.column)} {change.kind.value}{_from_to(change.before, change.after)}")
        for change in comparison.schema
    ]
    found += [("note", text.clean(note)) for note in comparison.notes]
    return found


def _side(interval: Interval | None) -> int:
    """1 where the interval lies above nought, −1 below it, 0 where it holds nought or is not known."""
    if interval is None:
        return 0
    return int(interval.low > 0) - int(interval.high < 0)


def _moved(difference: Estimate) -> str:
    """The same rows with the same answers need no interval."""
    interval = difference.interval
    same = difference.value == 0 and (interval is None or interval.low == interval.high == 0)
    return "as before" if same else signed(difference)


def _score_line(change: ScoreChange) -> str:
    how = f"paired over {text.count(change.paired_rows, 'row')}" if change.paired_rows else "not paired"
    scores = f"{text.score(change.before.value)} → {text.score(change.after.value)}"
    return f"{text.name(change.metric)} {scores}: {signed(change.difference)}, {how}"


def _gap_line(gap: GapChange) -> str:
    gaps = f"{text.score(gap.before.value)} → {text.score(gap.after.value)}"
    return f"{text.name(gap.metric)} {gaps}: {signed(gap.difference)}"


def _level(flag: FlagChange) -> str:
    doubt = "" if flag.certain else ", not certain"
    return f"{text.name(flag.check)} ({flag.severity.value}{doubt}): "


def _checks(flags: tuple[FlagChange, ...]) -> str:
    names = [text.name(flag.check) for flag in flags]
    return text.listed([*names[:_NAMED], *_more(names)])


def _more(names: list[str]) -> list[str]:
    return [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []


def _value(value: str | None) -> str:
    return "default" if value is None else text.clean(value, text.NAME_LIMIT)


def _from_to(before: str, after: str) -> str:
    told = [text.name(side) for side in (before, after) if side]
    return f" ({' → '.join(told)})" if told else ""
