"""What ``tune`` returns: facts, the refitted model, and how they show themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any

from mlflow_pitfalls.model.suggestions import Value
from mlflow_pitfalls.model.tuning import TuningFacts, Verdict
from mlflow_pitfalls.model.values import Estimate

_DIGITS = 4
_SHOWN_VALUES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningResult:
    """The end of a tuning.

    Attributes:
        facts: All that was found; scores are turned so that higher is better.
        model: Fitted to all training rows: with the best configuration where it did better on folds that it was not
            chosen on, be it for certain or not, with the present one otherwise. It is a copy that runs on one core and
            says nothing; None where the tuning was interrupted.
    """

    facts: TuningFacts
    model: Any = field(default=None, repr=False)

    @property
    def improved(self) -> bool:
        """Whether the best configuration is better for certain."""
        return self.facts.verdict is Verdict.IMPROVED

    @property
    def best_params(self) -> dict[str, Value]:
        """The best trial's values, for ``set_params``; empty where nothing scored above the present ones."""
        return dict(self.facts.best)

    def __str__(self) -> str:
        lines = [self.facts.advice]
        lines += [f"{name:<28}{before:>24}{after:>24}{gain:>28}" for name, before, after, gain in rows(self.facts)]
        lines += [f"  {name} = {value!r}" for name, value in self.facts.best[:_SHOWN_VALUES]]
        return "\n".join([*lines, *told(self.facts)])

    def _repr_html_(self) -> str:
        """For notebooks."""
        head, *body = rows(self.facts)
        cells = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in body)
        names = "".join(f"<th>{escape(cell)}</th>" for cell in head)
        values = "<br>".join(f"<code>{escape(f'{name} = {value!r}')}</code>" for name, value in self.facts.best)
        notes = "".join(f"<p>{escape(note)}</p>" for note in told(self.facts))
        return (
            f"<div><p><b>{escape(self.facts.advice)}</b></p><table><thead><tr>{names}</tr></thead>"
            f"<tbody>{cells}</tbody></table><p>{values}</p>{notes}</div>"
        )


def rows(facts: TuningFacts) -> Iterator[tuple[str, str, str, str]]:
    """A table of before and after: the heading, then a line for each kind of rows that was scored."""
    yield facts.metric, "before", "after", "difference (95 %)"
    if facts.gain is not None:
        yield "cross-validated", _text(facts.before), _text(facts.after), _text(facts.gain, sign="+")
    if facts.held_out_after is not None:
        yield (
            "held out",
            _text(facts.held_out_before),
            _text(facts.held_out_after),
            _text(facts.held_out_gain, sign="+"),
        )


def told(facts: TuningFacts) -> tuple[str, ...]:
    """What stands below the table: what the study began from, and its notes."""
    return (facts.began, *facts.notes) if facts.began else facts.notes


def _text(estimate: Estimate | None, *, sign: str = "") -> str:
    if estimate is None:
        return "–"
    number = f"{sign}.{_DIGITS}g"
    found = f"{estimate.value:{number}}"
    if sign and estimate.interval is not None:
        return f"{found} ({estimate.interval.low:{number}} … {estimate.interval.high:{number}})"
    return found
