import threading

import mlflow
from sklearn.dummy import DummyClassifier
from sklearn.metrics import accuracy_score

from mlflow_pitfalls import hooks


def _runs():
    return mlflow.search_runs(output_format="list")


def test_muted_threads_are_not_autologged(recorder, mlflow_store, iris):
    X, y = iris
    mlflow.sklearn.autolog(log_models=False, log_datasets=False)
    with hooks.muted():
        accuracy_score(y, DummyClassifier().fit(X, y).predict(X))

    def work():
        hooks.mute_thread()
        DummyClassifier().fit(X, y).predict(X)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert _runs() == []
    DummyClassifier().fit(X, y)
    assert len(_runs()) == 1
