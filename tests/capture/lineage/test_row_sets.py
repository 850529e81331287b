from mlflow_pitfalls.capture.lineage.row_sets import Resampling, Rows, Split, resampled_before_split, role_of
from mlflow_pitfalls.model.values import Role


def _split(parent: Rows, *, fold: bool = False) -> tuple[Rows, Rows]:
    split = Split("train_test_split", True, False, is_fold=fold)
    return Rows(parent.count * 3 // 4, split, 0, parent), Rows(parent.count // 4, split, 1, parent)


def test_the_two_sides_of_a_split():
    train, test = _split(Rows(100))
    assert role_of(train, test) is Role.HELD_OUT
    assert role_of(train, train) is Role.TRAIN


def test_rows_before_the_split_were_partly_seen():
    whole = Rows(100)
    train, _ = _split(whole)
    assert role_of(train, whole) is Role.MIXED
    assert role_of(whole, train) is Role.TRAIN


def test_nested_splits():
    development, test = _split(Rows(100))
    train, validation = _split(development)
    assert role_of(train, test) is Role.HELD_OUT
    assert role_of(train, validation) is Role.HELD_OUT
    assert role_of(development, validation) is Role.TRAIN
    assert role_of(train, development) is Role.MIXED


def test_folds_of_one_splitter_share_rows():
    whole = Rows(100)
    first_train, first_test = _split(whole, fold=True)
    _, second_test = _split(whole, fold=True)
    assert role_of(first_train, first_test) is Role.HELD_OUT
    assert role_of(first_train, second_test) is Role.MIXED


def test_unrelated_rows_are_unknown():
    assert role_of(Rows(10), Rows(10)) is Role.UNKNOWN
    assert role_of(None, Rows(10)) is Role.UNKNOWN
    assert role_of(Rows(10), None) is Role.UNKNOWN


def test_resampled_training_rows_still_have_their_held_out_side():
    train, test = _split(Rows(100))
    resampled = Rows(120, parent=train, resampling=Resampling("SMOTE", 75, 120))
    assert role_of(resampled, test) is Role.HELD_OUT
    assert role_of(resampled, train) is Role.TRAIN
    assert resampled_before_split(resampled) is None


def test_resampling_before_the_split_is_told():
    resampling = Resampling("RandomOverSampler", 100, 160)
    train, test = _split(Rows(160, parent=Rows(100), resampling=resampling))
    assert resampled_before_split(train) is resampling
    assert resampled_before_split(test) is resampling
    assert test.resamplings() == [resampling]
