"""The search over hyperparameters, and the domain benchmark."""

from __future__ import annotations

from mlflow_pitfalls.model.record import RunRecord, SearchedParameter, SearchFacts
from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.reporting.exhibits import Exhibit
from mlflow_pitfalls.reporting.score_views import ROWS_SHOWN, Table


def search_exhibit(record: RunRecord) -> Exhibit | None:
    """What was searched, and where in its range each best value lies."""
    facts = record.search
    if facts is None:
        return None
    table = Table(
        caption="Searched parameters",
        head=("Parameter", "Values", "Range", "Best", "Where it lies"),
        rows=tuple(_parameter(entry) for entry in facts.parameters[:ROWS_SHOWN]),
        numeric=(1, 2),
        more=max(0, len(facts.parameters) - ROWS_SHOWN),
    )
    return Exhibit(key="search", title="The search", says=_search(facts), tables=(table,) if facts.parameters else ())


def benchmark_exhibit(record: RunRecord) -> Exhibit | None:
    """Each score that the user wants reached, beside the run's own."""
    if not record.benchmark:
        return None
    held_out = {score.metric: score.held_out for score in record.scores}
    rows = []
    short = []
    for metric, wanted in record.benchmark[:ROWS_SHOWN]:
        reached = held_out.get(metric)
        if reached is not None and reached.value < wanted:
            short.append(text.name(metric))
        answer = text.UNKNOWN if reached is None else "yes" if reached.value >= wanted else "no"
        rows.append((text.name(metric), text.score(wanted), text.estimate(reached), answer))
    said = f"Not reached: {text.listed(short)}." if short else "No score that was measured falls short of it."
    return Exhibit(
        key="benchmark",
        title="Your domain benchmark",
        says=said,
        tables=(
            Table(
                caption="Scores to reach, on held-out rows",
                head=("Metric", "To reach", "This run", "Reached"),
                rows=tuple(rows),
                numeric=(1, 2),
            ),
        ),
    )


def _parameter(entry: SearchedParameter) -> tuple[str, ...]:
    known = entry.low is not None and entry.high is not None
    edge = {"low": "lowest value: look lower", "high": "highest value: look higher"}
    return (
        text.name(entry.name),
        text.number(entry.values),
        f"{text.number(entry.low)} … {text.number(entry.high)}" if known else text.UNKNOWN,
        text.name(entry.best),
        edge.get(entry.edge, "inside" if known else text.UNKNOWN),
    )


def _search(facts: SearchFacts) -> str:
    said = (
        f"{text.name(facts.class_name)} tried {text.count(facts.candidates, 'candidate')} in {facts.folds} folds: "
        f"{text.count(facts.fits, 'fit')}, {text.seconds(facts.seconds)}."
    )
    if facts.best_score is None:
        return said
    said += f" Best {text.name(facts.metric)} {text.score(facts.best_score)}"
    if facts.default_score is None:
        return f"{said}."
    return f"{said}, with every parameter at its default {text.score(facts.default_score)}."
