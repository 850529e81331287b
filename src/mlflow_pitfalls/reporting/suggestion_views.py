"""What to tune next: where to look, what to try, what it should bring, and the command that does it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.suggestions import Aim, Configuration, Direction, Kind, Parameter, Suggestions, Value
from mlflow_pitfalls.model.values import Estimate
from mlflow_pitfalls.reporting import links, text
from mlflow_pitfalls.reporting.exhibits import Code, Exhibit
from mlflow_pitfalls.reporting.score_views import Table
from mlflow_pitfalls.reporting.svg_curves import CurvePoint, curve
from mlflow_pitfalls.reporting.svg_dots import DotRow, dot_chart
from mlflow_pitfalls.reporting.svg_slices import slice_charts
from mlflow_pitfalls.reporting.tuning_points import below_the_axis, lowest_shown, scores_in_order, slices_of

KEY = "tune"
HEADING = "What to tune next"
PARAMETERS_SHOWN = 10
SETTINGS_SHOWN = 240  # characters of one configuration
_IMPORTANCES_SHOWN = 8
_SOURCES_SHOWN = 3
_PURPOSES = {Aim.SLOW: "to train faster"}
_NAMED = 3  # parameters that a sentence names
_CALL = "mlflow_pitfalls.tune(model, X_train, y_train)"


@dataclass(frozen=True, slots=True, kw_only=True)
class TuneView:
    """The section. ``gain`` and ``cost`` are empty where there is nothing to try."""

    says: str
    gain: str
    cost: str
    advice: tuple[str, ...]
    notes: tuple[str, ...]
    exhibits: tuple[Exhibit, ...]


def tune_view(record: RunRecord, suggestions: Suggestions | None) -> TuneView | None:
    """The section's content; None where nothing was looked for."""
    if suggestions is None:
        return None
    space = suggestions.space
    shown = (_where(suggestions), _next(record, suggestions), *_history(suggestions))
    return TuneView(
        says=_says(suggestions),
        gain=_gain(suggestions),
        cost=_cost(suggestions),
        advice=suggestions.advice,
        notes=(*([space.note] if space.note and space.parameters else []), *suggestions.notes, *_sources(suggestions)),
        exhibits=tuple(exhibit for exhibit in shown if exhibit is not None),
    )


def command_of(record: RunRecord) -> str:
    """The command that tunes the script that the run came from; empty where no script is known, as in a notebook."""
    site = record.fit.site if record.fit is not None else ""
    script = PurePath(site.rpartition(":")[0]).name
    if not script.endswith(".py"):
        return ""
    return f"mlflow-pitfalls tune {shlex.quote(text.clean(script, text.NAME_LIMIT))}"


def tune_line(record: RunRecord, suggestions: Suggestions | None) -> str:
    """One line with the command, or with the call where no script is known; empty where there is nothing to tune."""
    if suggestions is None or not suggestions.next:
        return ""
    return f"Tune {text.listed(names_of(suggestions, _NAMED))}: {command_of(record) or _CALL}"


def setting(name: str, value: Value) -> str:
    """One parameter with its value, as a reader would write it."""
    return f"{text.clean(name, text.NAME_LIMIT)}={plain(value)}"


def plain(value: Value) -> str:
    """A value as in code: strings in quotes, numbers without noise."""
    if isinstance(value, float):
        return f"{value:.4g}"
    return text.clean(repr(value), text.NAME_LIMIT)


def settings_of(configuration: Configuration) -> str:
    """A whole configuration in one line."""
    joined = ", ".join(setting(name, value) for name, value in configuration.values)
    return text.clean(joined, SETTINGS_SHOWN)


def reach(parameter: Parameter) -> str:
    """Where to look for a parameter's best value."""
    if parameter.kind is Kind.CATEGORY:
        return text.clean(", ".join(plain(choice) for choice in parameter.choices), SETTINGS_SHOWN)
    return f"{text.number(parameter.low)} … {text.number(parameter.high)}{', log' if parameter.log else ''}"


def names_of(suggestions: Suggestions, amount: int) -> list[str]:
    """The names of the first parameters, without what stands before them."""
    return [text.name(each.name.rpartition("__")[2]) for each in suggestions.space.parameters[:amount]]


def _says(suggestions: Suggestions) -> str:
    space = suggestions.space
    estimator = text.name(space.estimator)
    if not space.parameters:
        return f"There is nothing to tune in {estimator}."
    if not suggestions.next:
        return f"Tuning {estimator} is not the next step; its ranges stand here for later."
    first = text.listed(names_of(suggestions, _NAMED))
    return f"{estimator}, for {text.name(suggestions.metric)}: {first} first."


def _gain(suggestions: Suggestions) -> str:
    if suggestions.gain is None:
        return ""
    label = "measured" if suggestions.gain.basis == "measured" else "a prior, not measured"
    return f"Expected gain ({label}): {suggestions.gain.text.removeprefix('Not measured. ')}"


def _cost(suggestions: Suggestions) -> str:
    if suggestions.trial_seconds is None or not suggestions.next:
        return ""
    return f"A trial should take about {text.seconds(suggestions.trial_seconds)}: five folds of the run's own fit."


def _where(suggestions: Suggestions) -> Exhibit | None:
    parameters = suggestions.space.parameters
    if not parameters:
        return None
    table = Table(
        caption="Most promising first",
        head=("Parameter", "This run", "Look in", "Why"),
        rows=tuple(
            (text.name(each.name), plain(each.current), reach(each), text.clean(each.why) or _moves(each))
            for each in parameters[:PARAMETERS_SHOWN]
        ),
        numeric=(),
        more=max(0, len(parameters) - PARAMETERS_SHOWN),
    )
    return Exhibit(key="tune-where", title="Where to look", says="", tables=(table,))


def _moves(parameter: Parameter) -> str:
    """What the parameter can be turned against."""
    words = {Direction.RAISE: "raise", Direction.LOWER: "lower"}
    said = [
        f"{words.get(move.direction, plain(move.choice))} {_PURPOSES.get(move.aim, f'against {move.aim.value}')}"
        for move in parameter.moves
    ]
    return text.clean("; ".join(said))


def _sources(suggestions: Suggestions) -> tuple[str, ...]:
    found = list(dict.fromkeys(each.source for each in suggestions.space.parameters if each.source))
    return (f"Ranges: {text.clean('; '.join(found[:_SOURCES_SHOWN]))}.",) if found else ()


def _next(record: RunRecord, suggestions: Suggestions) -> Exhibit | None:
    if not suggestions.next:
        return None
    basis = (
        f"From {text.count(suggestions.history_runs, 'run')} of this experiment."
        if suggestions.basis == "history"
        else "From the run's flags and the usual ranges; no earlier runs speak."
    )
    table = Table(
        caption=f"The next {len(suggestions.next)} settings; everything else as in this run",
        head=("Set", "Why"),
        rows=tuple((settings_of(each), text.clean(each.why)) for each in suggestions.next),
        numeric=(),
    )
    command = command_of(record)
    codes = (Code(label="Tune the script as it is", text=command),) if command else ()
    return Exhibit(
        key="tune-next",
        title="What to try",
        says=f"{basis} {links.SCRIPT_PATH} of this run tries them, and more, once its data line is filled in.",
        tables=(table,),
        codes=codes,
    )


def _history(suggestions: Suggestions) -> Iterator[Exhibit]:
    """What earlier runs tell: which parameters mattered, how the scores went, and each parameter by itself."""
    runs = text.count(suggestions.history_runs, "run")
    metric = text.name(suggestions.metric)
    rows = [
        DotRow(label=each.name.rpartition("__")[2], estimate=Estimate(value=each.share))
        for each in suggestions.importances[:_IMPORTANCES_SHOWN]
    ]
    if rows:
        yield Exhibit(
            key="tune-importances",
            title="What mattered in the runs so far",
            says=f"{text.name(rows[0].label)} explains most of the differences between {runs}.",
            picture=dot_chart(rows, "Share of the differences between the scores", bars=True),
        )
    scores = scores_in_order(suggestions)
    if scores:
        low = lowest_shown(scores)
        shown = [max(score, low) for score in scores]
        ends = f"the latest {text.score(scores[-1])}{below_the_axis(scores)}"
        points = [CurvePoint(x=float(at), estimate=Estimate(value=score)) for at, score in enumerate(shown, start=1)]
        yield Exhibit(
            key="tune-history",
            title="How the runs went",
            says=f"The best of {runs} scored {text.score(max(scores))}, {ends}.",
            picture=curve(points, metric, "runs, oldest first"),
        )
    slices = slices_of(suggestions)
    if slices:
        picture = slice_charts(slices, f"{metric} of the runs")
        yield Exhibit(key="tune-slices", title=f"{metric} by parameter", says="", picture=picture)
