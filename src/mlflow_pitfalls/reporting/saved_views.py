"""Views of an experiment's runs in MLflow's own list: our columns, the worst run first."""

from __future__ import annotations

import json
from collections.abc import Mapping

from mlflow_pitfalls.model.items import ExperimentPage, SavedView
from mlflow_pitfalls.model.record import RunInfo
from mlflow_pitfalls.reporting.links import view_fragment

_SEVERITY = "metrics.`pitfalls/severity`"
# Few enough to need no scrolling. The list shows them as attributes, metrics, tags, each in alphabetical order.
_COLUMNS = (
    "attributes.`Created`",
    _SEVERITY,
    "metrics.`pitfalls/test_score`",
    "metrics.`pitfalls/train_test_gap`",
    "tags.`pitfalls.flags`",
    "tags.`pitfalls.severity`",
)
_WORST_FIRST: Mapping[str, object] = {"selectedColumns": _COLUMNS, "orderByKey": _SEVERITY, "orderByAsc": False}
_GROUPED: Mapping[str, object] = {
    **_WORST_FIRST,
    "groupBy": {
        "aggregateFunction": "average",
        "groupByKeys": [{"mode": "tag", "groupByData": "pitfalls.severity"}],
    },
}
_VIEWS = (
    ("pitfalls-worst-first", "Pitfalls, worst first", "worst first", _WORST_FIRST),
    ("pitfalls-by-severity", "Pitfalls, by severity", "grouped by severity", _GROUPED),
)


def experiment_page(run: RunInfo) -> ExperimentPage | None:
    """The views of a run's experiment, and the line that links to them; None where the record belongs to no run."""
    linked = [f"[{words}]({link})" for key, _, words, _ in _VIEWS if (link := view_fragment(run, key))]
    if not linked:
        return None
    views = tuple(SavedView(key=key, name=name, state=json.dumps(state)) for key, name, _, state in _VIEWS)
    return ExperimentPage(views=views, line=f"Pitfalls in these runs: {', '.join(linked)}")
