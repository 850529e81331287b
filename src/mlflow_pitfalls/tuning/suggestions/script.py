"""``tune.py``: a script of its own that tunes this run's model, from a template."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.suggestions import Parameter, Suggestions, Value
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.tuning.space.aims import is_flagged
from mlflow_pitfalls.tuning.suggestions.advice import MEND, wants_threshold
from mlflow_pitfalls.tuning.suggestions.calls import blocks_of, dict_code, queued
from mlflow_pitfalls.tuning.suggestions.layout import one_line
from mlflow_pitfalls.tuning.suggestions.source import Source, import_lines
from mlflow_pitfalls.tuning.suggestions.suggest import FOLDS

if TYPE_CHECKING:
    from jinja2 import Template

TRIALS = 50
STARTUP = 10  # trials that are drawn at random, or given, before the sampler learns from them
TIME_LIMIT = 1_800  # seconds: what a search may take before it is asked for
_OF_BOTH_CLASSES = ("balanced_accuracy", "matthews_corrcoef", "cohen_kappa")
TEST_SHARE = 0.2  # of the rows, held out where the run's own share is not known
_SHARES = (0.1, 0.5)  # the smallest and the largest share that a script holds out
_WIDTH = 118
_SELECTION = "sklearn.model_selection"


def script_of(record: RunRecord, outcomes: Outcomes, suggestions: Suggestions, source: Source) -> str:
    """The script's text; it needs Optuna, scikit-learn, pandas and what the estimator needs, and nothing of ours.

    Args:
        record: The run's facts.
        outcomes: Every check's answer.
        suggestions: What is to be tuned; its space has parameters.
        source: The estimator's code.
    """
    start = queued(((p.name, _stands(p)) for p in suggestions.space.parameters), suggestions.space)
    ordered = _is_ordered(record, outcomes)
    stratified = record.task.is_classification and not ordered
    folds = _folds(record)
    splitter = _splitter(ordered, stratified)
    ranking = _ranking(suggestions.metric) if wants_threshold(record, suggestions.metric) else ""
    return _template().render(
        estimator=suggestions.space.estimator,
        metric=suggestions.metric,
        run=record.run.run_name or record.run.run_id,
        warnings=list(_warnings(record, outcomes, suggestions, source)),
        imports=import_lines((*source.imports, *_needs(splitter, bool(ranking), record.task.is_classification))),
        gaps=source.gaps,
        expression=source.expression,
        splitter=_splitter_call(splitter),
        encodes=record.task.is_classification,
        ordered=ordered,
        stratified=stratified,
        folds=folds,
        trials=TRIALS,
        trials_say=_trials_say(suggestions),
        seconds=_seconds(suggestions),
        startup=STARTUP,
        test_size=_test_share(record),
        blocks=blocks_of(suggestions.space),
        start=dict_code(start),
        changes=[dict_code(each, based_on="START") for each in _changes(suggestions)],
        first_say=_first_say(suggestions),
        ranking=ranking,
        compared="RANKING" if ranking else "METRIC",
    )


def _changes(suggestions: Suggestions) -> list[dict[str, Value]]:
    """What the next settings change, as Optuna's parameters; settings that lie outside of the space are left out."""
    names = {parameter.name for parameter in suggestions.space.parameters}
    found: list[dict[str, Value]] = []
    for each in suggestions.next:
        searched = [(name, value) for name, value in each.values if name in names]
        changed = queued(searched, suggestions.space)
        if changed and len(changed) == len(searched) and changed not in found:
            found.append(changed)
    return found


def _stands(parameter: Parameter) -> Value:
    return parameter.start if parameter.start is not None else parameter.current


def _first_say(suggestions: Suggestions) -> str:
    basis = "earlier runs" if suggestions.basis == "history" else "the run's flags and the usual ranges"
    return f"the settings as they are, then what {basis} suggest" if suggestions.next else "the settings as they are"


def _trials_say(suggestions: Suggestions) -> str:
    seconds = suggestions.trial_seconds
    return "" if seconds is None else f"about {TRIALS * seconds:,.0f} seconds without pruning, by the run's own fit"


def _seconds(suggestions: Suggestions) -> int | None:
    seconds = suggestions.trial_seconds
    return TIME_LIMIT if seconds is not None and TRIALS * seconds > TIME_LIMIT else None


def _ranking(metric: str) -> str:
    """What to search by where a threshold is chosen for the metric afterwards."""
    return "roc_auc" if metric.startswith(_OF_BOTH_CLASSES) else "average_precision"


def _is_ordered(record: RunRecord, outcomes: Outcomes) -> bool:
    """Whether the rows have an order in time that the split keeps, or should keep."""
    if is_flagged(outcomes, "shuffled-time"):
        return True
    return record.time_order is not None and record.split is not None and record.split.shuffled is False


def _needs(splitter: str, threshold: bool, encodes: bool) -> Iterator[tuple[str, str]]:
    """What the script imports beside what the estimator needs."""
    yield from (("numpy as np", ""), ("optuna", ""), ("pandas as pd", ""), ("sklearn.base", "clone"))
    yield from (("scipy.stats", "t"), ("sklearn.metrics", "get_scorer"))
    yield from ((_SELECTION, splitter), (_SELECTION, "train_test_split"))
    if threshold:
        yield _SELECTION, "TunedThresholdClassifierCV"
    if encodes:
        yield "sklearn.preprocessing", "LabelEncoder"


def _splitter(ordered: bool, stratified: bool) -> str:
    if ordered:
        return "TimeSeriesSplit"
    return "StratifiedKFold" if stratified else "KFold"


def _splitter_call(splitter: str) -> str:
    if splitter == "TimeSeriesSplit":
        return f"{splitter}(FOLDS)"
    return f"{splitter}(FOLDS, shuffle=True, random_state=seed)"


def _folds(record: RunRecord) -> int:
    """As many as the rarest class has rows for."""
    target = record.train.target if record.train is not None else None
    if target is None or not record.task.is_classification or not target.classes:
        return FOLDS
    return max(2, min(FOLDS, *(each.count for each in target.classes)))


def _test_share(record: RunRecord) -> float:
    split = record.split
    rows = split.train_rows + split.held_out_rows if split is not None else 0
    if split is None or not rows or not split.held_out_rows:
        return TEST_SHARE
    return round(min(max(split.held_out_rows / rows, _SHARES[0]), _SHARES[1]), 2)


def _warnings(record: RunRecord, outcomes: Outcomes, suggestions: Suggestions, source: Source) -> Iterator[str]:
    yield from (said for said in suggestions.advice if said.startswith(MEND))
    if source.gaps:
        yield "Some parts of the model could not be written as code: they are marked HERE as well."
    fit = record.fit
    if fit is not None and fit.sample_weight:
        yield "The run's fit was given sample weights, which this script does not pass on."
    if is_flagged(outcomes, "group-leakage"):
        yield "Rows of one group belong to one fold: use GroupKFold where your rows have groups."
    if record.task not in (Task.BINARY, Task.MULTICLASS, Task.REGRESSION):
        yield "The target is of a kind that this script was not made for: look at METRIC and at the folds."


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    env = Environment(
        loader=PackageLoader("mlflow_pitfalls.tuning.suggestions", "templates"),
        autoescape=False,  # noqa: S701 - Python, not HTML; texts pass the filter "line", values are written as literals
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    env.filters.update(line=one_line, wrapped=_wrapped)
    return env.get_template("tune.py.j2")


def _wrapped(words: str) -> str:
    return "\n".join(textwrap.wrap(one_line(words), _WIDTH))
