import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlflow_pitfalls.scan.names import Side, metric_name


@pytest.mark.parametrize(
    ("key", "side", "stem", "higher", "share"),
    [
        ("training_score", Side.TRAIN, "score", True, True),
        ("training_f1_score", Side.TRAIN, "f1", True, True),
        ("training_log_loss", Side.TRAIN, "log_loss", False, False),
        ("train/acc", Side.TRAIN, "acc", True, True),
        ("accuracy_train", Side.TRAIN, "accuracy", True, True),
        ("val_loss", Side.HELD_OUT, "loss", False, False),
        ("val-accuracy", Side.HELD_OUT, "accuracy", True, True),
        ("eval.rmse", Side.HELD_OUT, "rmse", False, False),
        ("validation_roc_auc", Side.HELD_OUT, "roc_auc", True, True),
        ("test_r2_score", Side.HELD_OUT, "r2", True, True),
        ("held_out_accuracy", Side.HELD_OUT, "accuracy", True, True),
        ("accuracy_score_X_test", Side.HELD_OUT, "accuracy", True, True),
        ("accuracy_score_X_test-2", Side.HELD_OUT, "accuracy", True, True),
        ("SVC_score_X_test", Side.HELD_OUT, "score", True, True),
        ("valid_0-binary_logloss", Side.HELD_OUT, "binary_logloss", False, False),
        ("training-binary_logloss", Side.TRAIN, "binary_logloss", False, False),
        ("neg_mean_squared_error_test", Side.HELD_OUT, "neg_mean_squared_error", True, False),
        # XGBoost's first evaluation set may be of the training rows.
        ("validation_0-logloss", Side.UNKNOWN, "validation_0_logloss", False, False),
        ("loss", Side.UNKNOWN, "loss", False, False),
        ("accuracy", Side.UNKNOWN, "accuracy", True, True),
        ("test", Side.UNKNOWN, "test", None, False),
        ("test_widgets", Side.HELD_OUT, "widgets", None, False),
        ("latest_accuracy", Side.UNKNOWN, "latest_accuracy", True, True),
    ],
)
def test_what_a_name_tells(key, side, stem, higher, share):
    found = metric_name(key, "SVC")
    assert (found.side, found.higher_is_better, found.is_share) == (side, higher, share)
    if side is not Side.UNKNOWN or "validation" not in key:
        assert found.stem == stem


@given(st.text(max_size=40))
def test_any_name_is_taken_apart(key):
    assert metric_name(key).key == key
