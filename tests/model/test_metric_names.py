from __future__ import annotations

import pytest

from mlflow_pitfalls.capture.statistics.metric_specs import BY_SCORER
from mlflow_pitfalls.model.metric_names import KNOWN_SCORERS, merged_benchmark, score_to_reach, scorer_name


def test_the_known_scorers_are_those_with_a_formula():
    assert set(KNOWN_SCORERS) == set(BY_SCORER)


@pytest.mark.parametrize(
    ("given", "scorer"),
    [
        ("roc_auc", "roc_auc"),
        ("roc_auc_score", "roc_auc"),
        (" AUC ", "roc_auc"),
        ("mean_absolute_error", "neg_mean_absolute_error"),
        ("rmse", "neg_root_mean_squared_error"),
        ("log_loss", "neg_log_loss"),
        ("f1_score", "f1"),
        ("lift at ten", "lift at ten"),
    ],
)
def test_names_of_functions_and_short_names(given, scorer):
    assert scorer_name(given) == scorer


def test_errors_are_negated_whichever_sign_they_have():
    assert score_to_reach("mae", 3.0) == ("neg_mean_absolute_error", -3.0)
    assert score_to_reach("neg_mean_absolute_error", -3.0) == ("neg_mean_absolute_error", -3.0)
    assert score_to_reach("r2", -0.1) == ("r2", -0.1)


def test_what_enable_was_given_counts_before_the_tags():
    pairs, notes = merged_benchmark({"roc_auc": 0.8}, {"roc_auc_score": "0.7", "f1": "0.5", "r2": "high", "mae": "nan"})
    assert dict(pairs) == {"roc_auc": 0.8, "f1": 0.5}
    assert len(notes) == 2
    assert "'r2' is no number" in notes[0]
