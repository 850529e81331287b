"""What is pickled with hooks on is what is pickled with hooks off, and loads where this package is not installed."""

from __future__ import annotations

import copy
import io
import pickle

import cloudpickle
import joblib
import numpy as np
import pytest
import skops.io
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, get_scorer, make_scorer
from sklearn.model_selection import KFold, cross_validate, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mlflow_pitfalls import hooks


def with_joblib(value):
    buffer = io.BytesIO()
    joblib.dump(value, buffer)
    return buffer.getvalue()


def fitted(iris):
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(*iris)


def objects(model):
    return {
        "estimator": model,
        "bound fit": model.fit,
        "bound conditional method": model.predict,
        "bound transform": model[0].transform,
        "class": LogisticRegression,
        "unbound method": LogisticRegression.predict_proba,
        "metric": accuracy_score,
        "scorer": get_scorer("accuracy"),
        "made scorer": make_scorer(accuracy_score),
        "split": train_test_split,
        "cross_validate": cross_validate,
        "splitter": KFold(3),
        "bound split": KFold(3).split,
    }


@pytest.mark.parametrize(
    "dumps", [pickle.dumps, cloudpickle.dumps, with_joblib], ids=["pickle", "cloudpickle", "joblib"]
)
def test_same_bytes(recorder, iris, dumps):
    hooks.uninstall()
    model = fitted(iris)
    without = {name: dumps(value) for name, value in objects(model).items()}
    hooks.install(recorder)
    with_hooks = {name: dumps(value) for name, value in objects(model).items()}
    for name, value in objects(model).items():
        assert type(joblib.load(io.BytesIO(with_hooks[name]))) is type(value)
    if dumps is cloudpickle.dumps:
        # cloudpickle stores the function of such a bound method by value, without hooks as well as with them.
        assert with_hooks.pop("bound conditional method") != without.pop("bound conditional method")
    assert with_hooks == without


def test_skops_copy_and_clone(recorder, iris):
    X, _ = iris
    model = fitted(iris)
    recorder.clear()
    data = skops.io.dumps(model)
    loaded = skops.io.loads(data, trusted=skops.io.get_untrusted_types(data=data))
    for twin in (loaded, copy.deepcopy(model)):
        np.testing.assert_array_equal(twin.predict(X), model.predict(X))
    assert clone(model).get_params().keys() == model.get_params().keys()
    assert set(recorder.names) == {"predict"}


# joblib's own, where the disk is busy.
@pytest.mark.filterwarnings("ignore:Persisting input arguments took")
def test_joblib_memory(recorder, iris, tmp_path):
    X, y = iris
    memory = joblib.Memory(tmp_path, verbose=0)
    cached = memory.cache(train_test_split)
    first = cached(X, y, random_state=0)
    second = cached(X, y, random_state=0)
    np.testing.assert_array_equal(first[0], second[0])
    assert recorder.names == ["train_test_split"]
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500), memory=memory)
    pipeline.fit(X, y)
    pipeline.fit(X, y)
    assert recorder.names == ["train_test_split", "fit", "fit"]


def test_pickles_load_without_this_package(recorder, iris, run_script, tmp_path):
    for name, value in objects(fitted(iris)).items():
        (tmp_path / f"{name}.pkl").write_bytes(pickle.dumps(value))
        (tmp_path / f"{name}.joblib").write_bytes(with_joblib(value))
        (tmp_path / f"{name}.cloudpickle").write_bytes(cloudpickle.dumps(value))
    (tmp_path / "model.skops").write_bytes(skops.io.dumps(fitted(iris)))
    output = run_script(
        """
        import pathlib, pickle, joblib, skops.io
        from sklearn.datasets import load_iris
        X, y = load_iris(return_X_y=True)
        loaded = {path.stem: pickle.loads(path.read_bytes()) for path in pathlib.Path().glob("*.pkl")}
        for path in pathlib.Path().glob("*.joblib"):
            joblib.load(path)
        by_value = {path.stem: pickle.loads(path.read_bytes()) for path in pathlib.Path().glob("*.cloudpickle")}
        assert by_value["bound conditional method"](X).shape == (150,)
        assert loaded["bound conditional method"](X).shape == (150,)
        assert loaded["scorer"](loaded["estimator"], X, y) > 0.9
        assert len(list(loaded["bound split"](X))) == 3
        skops.io.load("model.skops", trusted=skops.io.get_untrusted_types(file="model.skops")).predict(X)
        assert "mlflow_pitfalls" not in sys.modules
        print(len(loaded))
        """,
        without_us=True,
    )
    assert int(output) == len(objects(fitted(iris)))


MAIN_CLASS = """
import cloudpickle, sys
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.model_selection import BaseCrossValidator
from sklearn.utils.metaestimators import available_if
from mlflow_pitfalls import hooks

class Listener:
    def wants(self, kind, name, owner): return True
    def skipped(self, *args): pass
    def starting(self, *args): pass
    def finished(self, event): NAMES.append(event.name)
    def run_changed(self, event): pass

NAMES = []
report = hooks.install(Listener())
assert report.active and not report.not_hooked, report

class Mine(ClassifierMixin, TransformerMixin, BaseEstimator):
    def __init__(self, depth=1):
        self.depth = depth
    def fit(self, X, y=None):
        super().__init__()
        self.n_ = len(X)
        return self
    @available_if(lambda self: True)
    def predict(self, X):
        return [self.n_] * len(X)
    def transform(self, X):
        return X

class Halves(BaseCrossValidator):
    def split(self, X, y=None, groups=None):
        yield [0], [1]
    def get_n_splits(self, X=None, y=None, groups=None):
        return 1

model = Mine().fit([[1], [2]])
model.predict([[1]])
list(Halves().split([[1]]))
assert NAMES == ["fit", "predict", "split"], NAMES
with open(sys.argv[1], "wb") as file:
    cloudpickle.dump((model, Mine, model.fit, Halves()), file)
"""


def test_main_class_pickled_by_value_loads_without_this_package(recorder, run_script, tmp_path):
    path = tmp_path / "main.pkl"
    run_script(MAIN_CLASS, arguments=(str(path),))
    output = run_script(
        """
        import pickle, sys
        from sklearn.pipeline import make_pipeline
        model, Mine, fit, halves = pickle.load(open(sys.argv[1], "rb"))
        assert model.predict([[1]]) == [2]
        assert Mine(depth=2).fit([[1]]).score([[1]], [1]) == 1.0
        assert fit([[1], [2], [3]]).n_ == 3
        assert list(halves.split([[1]])) == [([0], [1])]
        make_pipeline(Mine(), Mine()).fit([[1]], [1]).predict([[1]])
        import inspect
        assert "X" in inspect.signature(Mine.fit).parameters
        assert "mlflow_pitfalls" not in sys.modules
        print("ok")
        """,
        without_us=True,
        arguments=(str(path),),
    )
    assert output == "ok\n"

    # Where this package is installed and on, it is seen; and it is given its own methods back.
    model, *_ = pickle.loads(path.read_bytes())
    model.fit([[1]])
    assert recorder.names == ["fit"]
    hooks.uninstall()
    model.fit([[1]])
    assert recorder.names == ["fit"]
    assert "hook" not in vars(type(model))["fit"].__code__.co_name
