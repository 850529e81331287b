from __future__ import annotations

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import CrossValidationFacts, PreprocessingFacts
from mlflow_pitfalls.model.values import Severity


def fitted(transformer: str = "StandardScaler", supervised: bool = False, **changes) -> PreprocessingFacts:
    defaults = {"rows": 2000, "held_out_rows": 1000, "before": "split", "site": "train.py:9"}
    return PreprocessingFacts(**{**defaults, "transformer": transformer, "supervised": supervised, **changes})


def folds(*found: PreprocessingFacts) -> CrossValidationFacts:
    return CrossValidationFacts(
        function="cross_val_score", estimator="Ridge", splitter="", folds=5, metric="r2", preprocessing=found
    )


def judged(judge, make, *found: PreprocessingFacts, **changes):
    return judge("preprocess-before-split", make.record(preprocessing=found, **changes))


def test_what_used_the_target_is_worse_than_what_did_not(judge, make):
    scaled = judged(judge, make, fitted())
    assert (scaled.status, scaled.severity) == (Status.FLAGGED, Severity.MEDIUM)
    assert "StandardScaler (train.py:9)" in scaled.message and "2 000 rows" in scaled.message
    selected = judged(judge, make, fitted(), fitted("SelectKBest", True))
    assert selected.severity is Severity.HIGH
    assert selected.message.startswith("SelectKBest") and "1 other transformer" in selected.message
    assert "make_pipeline(SelectKBest(...), model)" in selected.remedies[0].code


def test_nothing_fitted_early_passes(judge, make):
    assert judged(judge, make).status is Status.PASSED


def test_folds_count_where_they_are_what_the_model_is_judged_by(judge, make):
    early = fitted(before="cross_validation")
    alone = judged(judge, make, evaluations=(), cross_validations=(folds(early, early),))
    assert alone.status is Status.FLAGGED
    assert "before cross-validation" in alone.message and "other" not in alone.message
    assert judged(judge, make, cross_validations=(folds(early),)).status is Status.PASSED
    target = fitted("SelectKBest", True, before="cross_validation")
    assert judged(judge, make, cross_validations=(folds(target),)).status is Status.FLAGGED


def test_without_held_out_rows_the_question_does_not_arise(judge, make):
    assert judged(judge, make, held_out=None, evaluations=()).status is Status.NOT_APPLICABLE
