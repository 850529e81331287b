"""Parameters of the estimator that differ."""

from __future__ import annotations

from mlflow_pitfalls.model.comparison import ValueChange
from mlflow_pitfalls.model.record import RunRecord

ESTIMATOR = "estimator"  # stands for the class, or the classes along a pipeline


def parameter_changes(before: RunRecord, after: RunRecord) -> tuple[ValueChange, ...]:
    """The estimator's class where it differs, then the parameters, by name; none where a run fitted nothing."""
    if before.fit is None or after.fit is None:
        return ()
    first, second = before.fit.estimator, after.fit.estimator
    classes = [" → ".join(each.steps) or each.class_name for each in (first, second)]
    own, other = dict(first.parameters), dict(second.parameters)
    changed = [(ESTIMATOR, classes[0], classes[1])] if classes[0] != classes[1] else []
    names = sorted(own.keys() | other.keys())
    found = [*changed, *((name, own.get(name), other.get(name)) for name in names if own.get(name) != other.get(name))]
    return tuple(ValueChange(name=name, before=one, after=two) for name, one, two in found)
