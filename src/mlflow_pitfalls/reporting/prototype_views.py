"""Quick models on a sample of the training rows, beside the run's own."""

from __future__ import annotations

from mlflow_pitfalls.model.record import PrototypeFacts, RunRecord
from mlflow_pitfalls.model.values import Estimate
from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.reporting.exhibits import Exhibit
from mlflow_pitfalls.reporting.svg_dots import DotRow, dot_chart

MODELS_SHOWN = 15


def prototype_exhibit(record: RunRecord) -> Exhibit | None:
    """The leaderboard, best first; models that failed are named."""
    scored = sorted(
        ((entry, entry.score) for entry in record.prototypes if entry.score is not None),
        key=lambda pair: -pair[1].value,
    )
    failed = [f"{_name(entry)} ({text.name(entry.error)})" for entry in record.prototypes if entry.error]
    if not scored and not failed:
        return None
    rows = [_row(entry, score) for entry, score in scored[:MODELS_SHOWN]]
    first = record.prototypes[0]
    metric = text.clean(first.metric, text.NAME_LIMIT)
    return Exhibit(
        key="prototypes",
        title="Prototypes: quick models on the same rows",
        says=" ".join(part for part in (_leader(scored), _failures(failed)) if part),
        picture=dot_chart(rows, f"{metric} by cross-validation on {text.count(first.rows, 'row')}"),
    )


def _row(entry: PrototypeFacts, score: Estimate) -> DotRow:
    style = "held" if entry.is_run else "dummy" if entry.family == "dummy" else "train"
    note = text.seconds(entry.seconds) + (", this run" if entry.is_run else "")
    return DotRow(label=entry.model, estimate=score, style=style, note=note)


def _leader(scored: list[tuple[PrototypeFacts, Estimate]]) -> str:
    if not scored:
        return ""
    best, score = scored[0]
    rows = f"{text.count(best.rows, 'training row')} and {best.folds} folds"
    said = f"On {rows}, {_name(best)} comes first with {text.estimate(score)} in {text.name(best.metric)}"
    place = next((index for index, (entry, _) in enumerate(scored) if entry.is_run), None)
    if place is None or len(scored) == 1:
        return f"{said}."
    own, own_score = scored[place]
    if place == 0:
        return f"{said}; the next is {_name(scored[1][0])} with {text.estimate(scored[1][1])}."
    return (
        f"{said}, in {text.seconds(best.seconds)}; {_name(own)} is number {place + 1} of {len(scored)} with "
        f"{text.estimate(own_score)}, in {text.seconds(own.seconds)}."
    )


def _failures(failed: list[str]) -> str:
    return f"Failed: {text.listed(failed[:MODELS_SHOWN])}." if failed else ""


def _name(entry: PrototypeFacts) -> str:
    return text.name(entry.model) + (" (this run)" if entry.is_run else "")
