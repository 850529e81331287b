"""The tags by which later runs of an experiment recognise runs like theirs."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from mlflow_pitfalls.model.items import LogItems, Tag
from mlflow_pitfalls.model.record import EstimatorFacts, RunRecord
from mlflow_pitfalls.reporting import text

FAMILY_TAG = "pitfalls.model_family"
TASK_TAG = "pitfalls.task"
TARGET_TAG = "pitfalls.target"
ESTIMATOR_TAG = "pitfalls.estimator"
SETTINGS_TAG = "pitfalls.settings"
TUNED_TAG = "pitfalls.tuned"
HELD_OUT_TAG = "pitfalls.held_out"
ROWS_TAG = "pitfalls.train_rows"
COLUMNS_TAG = "pitfalls.train_columns"
METRIC_TAG = "pitfalls.metric"

STATE_TAG = "pitfalls.state"
PARTIAL, SETTLED = "partial", "settled"  # its values for a report of the run's own fits, while it is open and after
EVALUATED = "evaluated"  # … for one of mlflow.models.evaluate alone
SCANNED = "scanned"  # … for what scan found in a run that was logged without this package

BY_SEARCH, BY_HAND, UNTUNED = "search", "set", "no"  # values of TUNED_TAG
_DIGEST_LENGTH = 16
# Settings that change neither the model nor how long its fit should take; what n_jobs changes is worth knowing.
_INDIFFERENT = frozenset({"random_state", "random_seed", "seed", "verbose", "verbosity", "n_jobs", "thread_count"})


def history_tags(record: RunRecord) -> dict[str, str]:
    """What a run says of itself, by tag; what is not known is left out."""
    fit, score = record.fit, record.primary_score
    known = {
        TASK_TAG: record.task.value,
        TARGET_TAG: target_digest(record),
        HELD_OUT_TAG: record.held_out_digest,
        METRIC_TAG: text.clean(score.metric, text.NAME_LIMIT) if score is not None else "",
    }
    if fit is not None:
        known |= {
            FAMILY_TAG: text.clean(fit.estimator.family, text.NAME_LIMIT),
            ESTIMATOR_TAG: estimator_name(fit.estimator),
            SETTINGS_TAG: settings_digest(fit.estimator),
            TUNED_TAG: _tuned(fit.estimator, record.search is not None),
            ROWS_TAG: str(fit.rows),
            COLUMNS_TAG: str(fit.columns),
        }
    return {key: value for key, value in known.items() if value}


def with_state(items: LogItems, state: str) -> LogItems:
    """The same items, marked as coming from elsewhere than the run's own fits."""
    tags = tuple(tag for tag in items.tags if tag.key != STATE_TAG)
    return replace(items, tags=(*tags, Tag(key=STATE_TAG, value=state)))


def target_digest(record: RunRecord) -> str:
    """What the run predicts, as a short digest: equal for runs with the same target's name, task and classes.

    The rows do not enter, so that another split of the same data has the same digest. Empty without a target.
    """
    profile = record.train or record.held_out
    if profile is None or profile.target is None:
        return ""
    target = profile.target
    return _digest([target.name, target.task.value, sorted(entry.label for entry in target.classes)])


def estimator_name(estimator: EstimatorFacts) -> str:
    """The predictor's class, and the search around it where there is one: ``GridSearchCV(SVC)``."""
    name = estimator.final_class_name
    told = f"{estimator.class_name}({name})" if estimator.is_search else name
    return text.clean(told, text.NAME_LIMIT)


def settings_digest(estimator: EstimatorFacts) -> str:
    """Everything that was set on the estimator, as a short digest; of a search, what it was asked to do.

    The values that a search has chosen do not enter, and neither do seeds, verbosity or the number of workers.
    """
    if estimator.is_search:
        return _digest([estimator.class_name, estimator.steps, estimator.searched_fits])
    settings = [(name, value) for name, value in estimator.parameters if name.rpartition("__")[2] not in _INDIFFERENT]
    return _digest([estimator.steps, sorted(settings)])


def _tuned(estimator: EstimatorFacts, searched: bool) -> str:
    if estimator.is_search or searched:
        return BY_SEARCH
    return BY_HAND if estimator.tuned else UNTUNED


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:_DIGEST_LENGTH]
