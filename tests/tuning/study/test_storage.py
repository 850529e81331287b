"""The journal survives processes that are killed while they write."""

from __future__ import annotations

import optuna

from mlflow_pitfalls.tuning.study.storage import Place


def test_a_line_that_was_left_unfinished_is_cut_off(tmp_path):
    place = Place(study="mine/../yours", folder=tmp_path / "new")
    study = optuna.create_study(study_name=place.study, storage=place.open())
    study.add_trial(optuna.trial.create_trial(value=1.0))
    with place.journal.open("ab") as journal:
        journal.write(b'{"op_code": 4, "worker')
    again = optuna.load_study(study_name=place.study, storage=place.open())
    again.add_trial(optuna.trial.create_trial(value=2.0))
    last = optuna.load_study(study_name=place.study, storage=place.open())
    assert [trial.value for trial in last.trials] == [1.0, 2.0]
    assert place.journal.parent == tmp_path / "new"
