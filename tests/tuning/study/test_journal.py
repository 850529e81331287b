"""Operations on a trial that are held back, and written in one go."""

from __future__ import annotations

import threading

import optuna
import pytest
from optuna.trial import TrialState

from mlflow_pitfalls.tuning.study.quiet import quiet_optuna
from mlflow_pitfalls.tuning.study.storage import Place, holding, show


@pytest.fixture
def place(tmp_path):
    with quiet_optuna():
        yield Place(study="mine", folder=tmp_path)


def test_others_see_what_is_held_when_it_is_shown_or_over(place):
    study = optuna.create_study(study_name="mine", storage=place.open())
    other = optuna.load_study(study_name="mine", storage=place.open())
    trial = study.ask()
    with holding(study):
        trial.suggest_float("x", 0.0, 1.0)
        assert other.trials[0].params == {}
        show(study)
        assert list(other.trials[0].params) == ["x"]
        trial.report(0.5, 0)
        study.tell(trial, 1.0)
        assert other.trials[0].state is TrialState.RUNNING
    for seen in (study, other, optuna.load_study(study_name="mine", storage=place.open())):
        assert seen.trials[0].value == 1.0
        assert seen.trials[0].intermediate_values == {0: 0.5}


def test_an_error_within_loses_nothing(place):
    study = optuna.create_study(study_name="mine", storage=place.open())
    trial = study.ask()
    with pytest.raises(KeyboardInterrupt), holding(study):
        study.tell(trial, state=TrialState.FAIL)
        raise KeyboardInterrupt
    assert optuna.load_study(study_name="mine", storage=place.open()).trials[0].state is TrialState.FAIL


def test_a_thread_holds_its_own_operations_only(place):
    study = optuna.create_study(study_name="mine", storage=place.open())
    held, free = study.ask(), study.ask()
    with holding(study):
        study.tell(held, 1.0)
        thread = threading.Thread(target=study.tell, args=(free, 2.0))
        thread.start()
        thread.join()
        other = optuna.load_study(study_name="mine", storage=place.open())
        assert [trial.value for trial in other.trials] == [None, 2.0]
    assert [trial.value for trial in study.trials] == [1.0, 2.0]


def test_other_storages_hold_nothing():
    with quiet_optuna():
        study = optuna.create_study()
    with holding(study):
        study.tell(study.ask(), 1.0)
        show(study)
        assert study.trials[0].value == 1.0
