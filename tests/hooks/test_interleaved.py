"""Coroutines and generators take turns in one thread: each of their calls is told once, and as the one it is."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, KFold, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier

SIDE_BY_SIDE = 20


class Awaited(BaseEstimator):
    """Its fit is a coroutine, which does its work after the call has returned."""

    async def fit(self, X, y):
        await asyncio.sleep(0)
        self.inner_ = GaussianNB().fit(X, y)
        await asyncio.sleep(0)
        return self

    async def predict_stream(self, X):
        for row in X:
            yield self.inner_.predict([row])[0]


async def train(model: Any, X: Any, y: Any) -> None:
    parts = train_test_split(X, y, random_state=0)
    await asyncio.sleep(0)
    model.fit(parts[0], parts[2])
    await asyncio.sleep(0)
    labels = model.predict(parts[1])
    await asyncio.sleep(0)
    accuracy_score(parts[3], labels)


def test_tasks(recorder, iris, record_property):
    models = [
        *(DecisionTreeClassifier(random_state=number) for number in range(SIDE_BY_SIDE)),
        GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1, 2]}, cv=2),
    ]

    async def main() -> None:
        await asyncio.gather(*(train(model, *iris) for model in models))

    asyncio.run(main())
    for name in ("fit", "predict"):
        assert [id(event.owner) for event in recorder.events if event.name == name] == [id(model) for model in models]
    assert recorder.names.count("accuracy_score") == recorder.names.count("train_test_split") == len(models)
    assert len(recorder.events) == 4 * len(models)
    fits = [number for number, name in enumerate(recorder.names) if name == "fit"]
    first_prediction = recorder.names.index("predict")
    assert max(fits) < first_prediction, "the tasks did take turns"
    assert [owner for _, _, owner in recorder.announced] == models
    record_property("fits in one process", len(models))


def test_a_fit_that_is_awaited_is_told_by_what_it_fits(recorder, iris):
    X, y = iris

    async def main() -> list[Any]:
        fitted = await asyncio.gather(*(Awaited().fit(X, y) for _ in range(SIDE_BY_SIDE)))
        return [label async for label in fitted[0].predict_stream(X[:2])]

    assert asyncio.run(main()) == [0, 0]
    assert recorder.calls == [("GaussianNB", "fit")] * SIDE_BY_SIDE + [("GaussianNB", "predict")] * 2
    assert inspect.iscoroutinefunction(Awaited.fit)


def steps(model: Any, X: Any, y: Any) -> Iterator[Any]:
    """A training loop that hands out each fold's score."""
    for train, test in KFold(3, shuffle=True, random_state=0).split(X):
        yield model.fit(X[train], y[train])
        yield model.predict(X[test])


def test_generators(recorder, iris):
    models = [DecisionTreeClassifier(random_state=number) for number in range(SIDE_BY_SIDE)]
    assert len(list(zip(*(steps(model, *iris) for model in models), strict=True))) == 6
    for name in ("fit", "predict"):
        owners = [event.owner for event in recorder.events if event.name == name]
        assert [id(owner) for owner in owners] == [id(model) for model in models] * 3
    assert recorder.names.count("split") == 3 * SIDE_BY_SIDE
    assert len(recorder.events) == 9 * SIDE_BY_SIDE


def test_a_generator_thrown_away_half_way_leaves_the_next_calls_as_they_are(recorder, iris):
    X, y = iris
    for turns in range(1, 6):
        loop = steps(DecisionTreeClassifier(), X, y)
        for _ in range(turns):
            next(loop)
        loop.close()
        recorder.clear()
        GaussianNB().fit(X, y).predict(X)
        assert recorder.names == ["fit", "predict"]


def test_rows_from_a_generator_that_fits_belong_to_the_fit_that_asks(recorder):
    class Rows(BaseEstimator):
        def fit(self, X, y=None):
            self.rows_ = list(X)
            return self

    def rows() -> Iterator[int]:
        for number in range(3):
            GaussianNB().fit([[0.0], [1.0]], [0, 1])
            yield number

    assert Rows().fit(rows()).rows_ == [0, 1, 2]
    assert recorder.calls == [("Rows", "fit")]
