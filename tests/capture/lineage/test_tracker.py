import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import RandomOverSampler
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import KFold, train_test_split
from sklearn.preprocessing import StandardScaler

from mlflow_pitfalls.capture.lineage.row_sets import resampled_before_split, role_of
from mlflow_pitfalls.model.events import CallEvent, CallKind
from mlflow_pitfalls.model.values import Role


@pytest.fixture(params=["ndarray", "frame"])
def data(request):
    X, y = load_breast_cancer(return_X_y=True, as_frame=request.param == "frame")
    return X, y


def _split(lineage, *arrays, **options):
    result = train_test_split(*arrays, **options)
    lineage.split(
        CallEvent(kind=CallKind.SPLIT, name="train_test_split", owner=None, args=arrays, kwargs=options, result=result)
    )
    return result


def _transform(lineage, owner, data):
    result = owner.transform(data)
    lineage.transform(CallEvent(kind=CallKind.TRANSFORM, name="transform", owner=owner, args=(data,), result=result))
    return result


def _role(lineage, seen, rows):
    return role_of(lineage.find(seen).rows, lineage.find(rows).rows)


def test_a_split_tells_its_sides_apart(lineage, data):
    X_train, X_test, y_train, y_test = _split(lineage, *data, random_state=0)
    assert _role(lineage, X_train, X_test) is Role.HELD_OUT
    assert _role(lineage, X_train, y_test) is Role.HELD_OUT
    assert _role(lineage, X_train, y_train) is Role.TRAIN


def test_the_whole_data_are_mixed(lineage, data):
    X, y = data
    X_train, *_ = _split(lineage, X, y, random_state=0)
    assert _role(lineage, X_train, X) is Role.MIXED


def test_transforms_keep_the_rows(lineage, data):
    X_train, X_test, *_ = _split(lineage, *data, random_state=0)
    scaler = StandardScaler().fit(X_train)
    scaled_train, scaled_test = _transform(lineage, scaler, X_train), _transform(lineage, scaler, X_test)
    assert _role(lineage, scaled_train, scaled_test) is Role.HELD_OUT
    assert lineage.find(scaled_train).space == lineage.find(scaled_test).space != ()


def test_conversions_keep_the_rows(lineage):
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    X_train, X_test, _, y_test = _split(lineage, X, y, random_state=0)
    assert _role(lineage, X_train.values, X_test.to_numpy()) is Role.HELD_OUT
    assert _role(lineage, X_train[["mean radius", "mean area"]], y_test.to_numpy()) is Role.HELD_OUT


def test_folds_are_known_before_they_are_taken(lineage, data):
    X, y = data
    splitter = KFold(5, shuffle=True, random_state=0)
    for train, test in splitter.split(X, y):
        event = CallEvent(kind=CallKind.FOLD, name="split", owner=splitter, args=(X, y), result=(train, test))
        lineage.fold(event)
        take = (lambda d, i: d.iloc[i]) if isinstance(X, pd.DataFrame) else (lambda d, i: d[i])
        assert _role(lineage, take(X, train), take(X, test)) is Role.HELD_OUT
        assert _role(lineage, take(X, train), take(y, test)) is Role.HELD_OUT


def test_resampling_before_the_split_is_found(lineage, data):
    X, y = data
    sampler = RandomOverSampler(random_state=0)
    result = sampler.fit_resample(X, y)
    lineage.resample(CallEvent(kind=CallKind.RESAMPLE, name="fit_resample", owner=sampler, args=(X, y), result=result))
    X_train, *_ = _split(lineage, *result, random_state=0)
    assert resampled_before_split(lineage.find(X_train).rows).sampler == "RandomOverSampler"


def test_resampling_after_the_split_is_fine(lineage, data):
    X_train, X_test, y_train, _ = _split(lineage, *data, random_state=0)
    sampler = RandomOverSampler(random_state=0)
    result = sampler.fit_resample(X_train, y_train)
    lineage.resample(
        CallEvent(kind=CallKind.RESAMPLE, name="fit_resample", owner=sampler, args=(X_train, y_train), result=result)
    )
    rows = lineage.find(result[0]).rows
    assert resampled_before_split(rows) is None
    assert role_of(rows, lineage.find(X_test).rows) is Role.HELD_OUT


def test_a_sample_of_the_held_out_side_is_kept_in_each_space(lineage, data):
    X_train, X_test, *_ = _split(lineage, *data, random_state=0)
    scaler = StandardScaler().fit(X_train)
    train, test = _transform(lineage, scaler, X_train), _transform(lineage, scaler, X_test)
    rows = lineage.other_side(lineage.find(train).rows)
    assert rows is lineage.find(X_test).rows
    view = lineage.view(rows, 0, lineage.find(train).space)
    np.testing.assert_array_equal(np.asarray(view.data), test[view.positions])


def test_short_inputs_and_foreign_objects_are_left_alone(lineage):
    assert lineage.find_or_add(None) is None
    assert lineage.find_or_add(iter([1, 2])) is None
    split = CallEvent(kind=CallKind.SPLIT, name="train_test_split", owner=None, args=(iter([]),), result=[1, 2])
    lineage.split(split)
