"""Extra fits beside a user's script: nothing of theirs is changed, no run is opened, and 0 switches them off."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import mlflow
import numpy as np
import pytest
from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

import mlflow_pitfalls


@pytest.fixture
def watched(store) -> Iterator[object]:
    before = mlflow.get_tracking_uri()
    AUTOLOGGING_INTEGRATIONS["sklearn"] = {}  # as if no test before had configured it: what a user configures, wins
    mlflow.set_tracking_uri(store.uri)
    mlflow.set_experiment(experiment_id=store.experiment_id)
    yield lambda **options: mlflow_pitfalls.enable(terminal=False, notebook=False, test_mode=True, **options)
    mlflow_pitfalls.disable()
    mlflow.set_tracking_uri(before)


def trained(cancer, model=None) -> tuple[BaseEstimator, tuple[object, ...]]:
    sides = train_test_split(*cancer, random_state=0)
    model = model or RandomForestClassifier(n_estimators=20)
    model.fit(sides[0], sides[2])
    model.score(sides[1], sides[3])
    return model, sides


def test_nothing_of_the_users_is_changed(watched, cancer):
    watched(probe_budget=1.0, autolog=False)
    model, sides = trained(cancer)
    copies, attributes = [side.copy() for side in sides], set(vars(model))
    state, filters = np.random.get_state()[1].copy(), list(warnings.filters)
    report = mlflow_pitfalls.flush()[-1]
    assert {facts.name: facts.status for facts in report.record.probes}["linear"] == "done"
    assert report.record.alternatives[0].kind == "linear"
    assert (np.random.get_state()[1] == state).all()
    assert warnings.filters == filters
    assert set(vars(model)) == attributes and model.random_state is None and model.n_jobs is None
    assert all(side.equals(copy) for side, copy in zip(sides, copies, strict=True))


@pytest.mark.slow
def test_no_run_is_opened_and_the_record_says_what_it_took(watched, store, cancer):
    watched(probe_budget=1.0)
    trained(cancer)
    (report,) = mlflow_pitfalls.flush()
    assert report.record.run.managed and report.record.times.probe_seconds > 0
    assert len(store.client.search_runs([store.experiment_id])) == 1


def test_a_budget_of_zero_does_nothing(watched, cancer):
    watched(probe_budget=0.0, autolog=False)
    trained(cancer)
    (report,) = mlflow_pitfalls.flush()
    assert report.record.probes == () and report.record.times.probe_seconds == 0
    assert mlflow_pitfalls.api._session._helper._process is None


@pytest.mark.slow
def test_a_run_that_settles_again_is_not_probed_again(watched, cancer):
    watched(probe_budget=1.0, autolog=False)
    model, sides = trained(cancer)
    first = mlflow_pitfalls.flush()[-1].record
    model.predict(sides[1])
    again = mlflow_pitfalls.flush()[-1].record
    assert again.alternatives == first.alternatives
    done = [facts for facts in first.probes if facts.status == "done"]
    assert done and set(done) <= set(again.probes)


class Mine(RandomForestClassifier):
    pass


@pytest.mark.parametrize(
    ("model", "arguments", "why"),
    [
        (Mine(n_estimators=5), {}, "code of your own"),
        (RandomForestClassifier(n_estimators=5), {"sample_weight": np.ones(426)}, "sample_weight besides X and y"),
    ],
    ids=["foreign code", "fit arguments"],
)
def test_why_the_users_own_estimator_is_not_fitted_again(watched, cancer, model, arguments, why):
    from mlflow_pitfalls.capture.recording.building import RecordBuilder
    from mlflow_pitfalls.probes.material import take_material

    watched(probe_budget=1.0, autolog=False)
    sides = train_test_split(*cancer, random_state=0)
    model.fit(sides[0], sides[2], **arguments)
    session = mlflow_pitfalls.api._session
    (draft,) = session.recorder._book.open()
    builder = RecordBuilder(draft, session.settings, "test")
    material = take_material(draft.primary(), builder.sources)
    assert material.estimator is None and why in material.problem
