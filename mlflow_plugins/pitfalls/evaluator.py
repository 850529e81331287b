"""Evaluator: ``mlflow.models.evaluate(..., evaluators=["default", "pitfalls"])`` judges what was evaluated.

MLflow asks every registered evaluator about every evaluation that names none. Then this one does nothing, unless
mlflow-pitfalls is enabled or options are given for it. Its faults never reach the caller.
"""

import logging
import sys
from typing import Any

_LOGGER = logging.getLogger("mlflow_pitfalls")
_ASKED_FOR_ALL = 2  # calls of can_evaluate before evaluate, where no evaluator was named; one where this one was


class PitfallsEvaluator:
    """What MLflow's registry makes anew for each evaluation."""

    def __init__(self) -> None:
        self._asked = 0

    def can_evaluate(self, *, model_type: str | None = None, evaluator_config: Any = None, **_: Any) -> bool:
        """Whether the model is a classifier or a regressor."""
        self._asked += 1
        return model_type in ("classifier", "regressor")

    def evaluate(
        self,
        *,
        model_type: str,
        dataset: Any,
        run_id: str,
        evaluator_config: Any = None,
        model: Any = None,
        predictions: str | None = None,
        **_: Any,
    ) -> Any:
        """Judge; None where this evaluator was neither named nor enabled, an empty result where it failed."""
        if not self._wanted(evaluator_config):
            return None
        from mlflow.models import EvaluationResult

        metrics: dict[str, float] = {}
        try:
            from mlflow_pitfalls.evaluating.evaluator import evaluate
            from mlflow_pitfalls.evaluating.rows import Evaluation

            given = Evaluation(dataset=dataset, model=model, model_type=model_type, predictions=predictions)
            metrics = evaluate(given, run_id=run_id, options=dict(evaluator_config or {}))
        except Exception as error:  # noqa: BLE001 - a guest never breaks the evaluation
            _tell(error)
        return EvaluationResult(metrics=metrics, artifacts={}, run_id=run_id)

    def _wanted(self, evaluator_config: Any) -> bool:
        if self._asked < _ASKED_FOR_ALL or evaluator_config:
            return True
        api = sys.modules.get("mlflow_pitfalls.api")
        return api is not None and bool(api.enabled())


def _tell(error: Exception) -> None:
    from mlflow_pitfalls.errors import PitfallsError

    # Another exception's text may quote the user's data: only its class is told.
    said = str(error) if isinstance(error, PitfallsError) else type(error).__name__
    _LOGGER.warning("mlflow-pitfalls did not judge this evaluation: %s", said)
