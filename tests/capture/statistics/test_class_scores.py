from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score
from sklearn.model_selection import train_test_split

from mlflow_pitfalls.capture.statistics.class_scores import class_score_facts
from mlflow_pitfalls.capture.statistics.metrics import Predictions


def test_recalls_are_sklearns() -> None:
    X, y = load_iris(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
    model = LogisticRegression(max_iter=500).fit(X_train, y_train)
    facts = class_score_facts(
        train=Predictions(y_true=y_train, y_pred=model.predict(X_train)),
        held_out=Predictions(y_true=y_test, y_pred=model.predict(X_test)),
    )
    expected = recall_score(y_test, model.predict(X_test), average=None)
    of_train = recall_score(y_train, model.predict(X_train), average=None)
    assert {fact.label for fact in facts} == {"0", "1", "2"}
    for fact in facts:
        assert fact.recall is not None
        assert fact.train_recall is not None
        assert fact.recall.value == pytest.approx(expected[int(fact.label)])
        assert fact.train_recall.value == pytest.approx(of_train[int(fact.label)])
        assert fact.recall.interval is not None
        assert fact.recall.interval.low < fact.recall.value <= fact.recall.interval.high
        assert fact.held_out_rows == (y_test == int(fact.label)).sum()
        assert fact.predicted_rows == (model.predict(X_test) == int(fact.label)).sum()
    assert [fact.train_rows for fact in facts] == sorted((fact.train_rows for fact in facts), reverse=True)


def test_rare_labels_stay_in_the_process() -> None:
    y = np.array(["common"] * 40 + ["Jane Doe"] * 3)
    facts = class_score_facts(train=None, held_out=Predictions(y_true=y, y_pred=y))
    assert [fact.label for fact in facts] == ["common", "class 1"]
    strict = class_score_facts(train=None, held_out=Predictions(y_true=y, y_pred=y), privacy="strict")
    assert {fact.label for fact in strict} == {"class 1", "class 2"}


def test_a_class_that_is_never_predicted_and_one_that_is_absent() -> None:
    held_out = Predictions(y_true=np.repeat([0, 1], [50, 10]), y_pred=np.zeros(60, int))
    facts = class_score_facts(train=None, held_out=held_out, train_target=np.repeat([0, 1, 2], [99, 50, 25]))
    assert [(f.label, f.train_rows, f.held_out_rows, f.predicted_rows) for f in facts] == [
        ("0", 99, 50, 60),
        ("1", 50, 10, 0),
        ("2", 25, 0, 0),
    ]
    assert facts[1].recall is not None
    assert facts[1].recall.value == 0.0
    assert facts[2].recall is None


def test_only_so_many_classes_are_reported() -> None:
    y = np.repeat(np.arange(80), 2)
    assert len(class_score_facts(train=None, held_out=Predictions(y_true=y, y_pred=y), max_classes=10)) == 10


def test_what_cannot_be_compared_gives_nothing(hostile: type) -> None:
    values = np.array([hostile()] * 5, dtype=object)
    encoded = Predictions(y_true=np.array(["a", "b"]), y_pred=np.array([0, 1]))
    assert class_score_facts(train=None, held_out=Predictions(y_true=values, y_pred=values)) == ()
    assert class_score_facts(train=None, held_out=encoded) == ()
    assert class_score_facts(train=None, held_out=None) == ()
