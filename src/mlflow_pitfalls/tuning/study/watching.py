"""Looks at a study under way, and shows how far it has come."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.tuning.study.loop import Order, connect
from mlflow_pitfalls.tuning.study.phases import Plan, done, main_order, subset_order, time_left
from mlflow_pitfalls.tuning.study.progress import Shown, progress

if TYPE_CHECKING:
    from optuna.study import Study


class Watch:
    """A progress bar over all phases of a plan; the block ends it."""

    def __init__(self, plan: Plan, metric: str, task: Task, y: Any, *, show: bool) -> None:
        self._plan = plan
        self._orders: list[Order] = [main_order(plan)]
        if plan.subset is not None:
            self._orders.insert(0, subset_order(plan, task, y))
        self._studies: list[Study] = []
        self._stack = ExitStack()
        self._metric = metric
        self._show = show
        self._shown: Shown | None = None
        self._begun_with: int | None = None

    def __enter__(self) -> Self:
        self._shown = self._stack.enter_context(progress(self._plan.trials, self._metric, active=self._show))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def look(self) -> None:
        """Something has happened."""
        with guard("showing progress"):
            self._update("Tuning")

    def say(self, text: str) -> None:
        """The search is over, and something else is being done."""
        with guard("showing progress"):
            self._update(text)

    def _update(self, text: str) -> None:
        if self._shown is None or not self._show:
            return
        if not self._studies:
            self._studies = [connect(order) for order in self._orders]
        counts = [done(order, study) for order, study in zip(self._orders, self._studies, strict=True)]
        number = sum(counts)
        if self._begun_with is None:
            self._begun_with = max(0, number - 1)
        last = max((i for i, count in enumerate(counts) if count), default=0)
        best = _best(self._studies[last])
        self._shown(number, best, time_left(self._plan, number, self._begun_with), text)


def _best(study: Study) -> float | None:
    try:
        return float(study.best_value)
    except ValueError:
        return None
