"""What a metric's name tells: of which rows it is, which metric it is, and whether more of it is better."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Whose rows a metric was computed on, as far as its name tells."""

    TRAIN = "train"
    HELD_OUT = "held_out"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class MetricName:
    """A metric's name, taken apart.

    Attributes:
        key: The name as it was logged.
        side: Whose rows it is of.
        stem: What remains without the side: equal for both sides of one metric.
        higher_is_better: None where the name does not tell.
        is_share: Whether 1 is perfect, as of accuracy, AUC and R².
    """

    key: str
    side: Side
    stem: str
    higher_is_better: bool | None
    is_share: bool


_TRAIN = frozenset({"train", "training", "trn", "insample"})
_HELD_OUT = frozenset(
    {"test", "testing", "val", "valid", "validation", "eval", "evaluation", "heldout", "holdout", "outofsample", "dev"}
)
_JOINED = (
    ("held_out", "heldout"),
    ("hold_out", "holdout"),
    ("in_sample", "insample"),
    ("out_of_sample", "outofsample"),
)
_FILLERS = frozenset({"x", "y", "on", "set", "data", "dataset", "epoch"})
_LOWER = frozenset(
    {"loss", "error", "err", "mse", "rmse", "mae", "mape", "rmsle", "msle", "logloss", "deviance", "perplexity", "nll"}
    | {"entropy", "crossentropy", "brier", "hinge", "wer", "cer"}
)
_SHARES = frozenset(
    {"accuracy", "acc", "auc", "auroc", "f1", "precision", "recall", "jaccard", "iou", "dice", "score", "r2", "kappa"}
    | {"mcc", "matthews", "aucpr", "ap"}
)
_SPLIT = re.compile(r"[\s_\-./:]+")
# XGBoost's own names for its evaluation sets; the first of them is the training set in one script and not in the next.
_XGBOOST_SET = re.compile(r"validation_\d")
_PREFERRED = ("roc_auc", "auc", "average_precision", "balanced_accuracy", "f1", "accuracy", "acc", "r2", "score")


def metric_name(key: str, estimator: str = "") -> MetricName:
    """Take a metric's name apart: ``training_f1_score``, ``val_loss``, ``accuracy_score_X_test``, ``valid_0-auc``.

    Args:
        key: The name.
        estimator: The model's class, which autologging puts before ``score``.
    """
    lowered = key.lower()
    for apart, joined in _JOINED:
        lowered = lowered.replace(apart, joined)
    tokens = [token for token in _SPLIT.split(lowered) if token]
    if len(tokens) > 1 and tokens[-1].isdigit():  # autologging numbers what is logged twice
        tokens = tokens[:-1]
    side, rest = (Side.UNKNOWN, tokens) if _XGBOOST_SET.match(lowered) else _taken_apart(tokens)
    if len(rest) > 1 and rest[0] == estimator.lower():
        rest = rest[1:]
    words = set(rest)
    return MetricName(key, side, _stem(rest), _direction(rest), bool(words & _SHARES) and not words & _LOWER)


def rank(stem: str) -> int:
    """How much a metric says about a model beside others: the lower the more."""
    return _PREFERRED.index(stem) if stem in _PREFERRED else len(_PREFERRED)


def _taken_apart(tokens: list[str]) -> tuple[Side, list[str]]:
    kept = [token for token in tokens if token not in _FILLERS]
    if len(kept) < 2:
        return Side.UNKNOWN, kept
    if _side(kept[0]) is not Side.UNKNOWN:
        rest = kept[1:]
        return _side(kept[0]), rest[1:] if len(rest) > 1 and rest[0].isdigit() else rest
    if _side(kept[-1]) is not Side.UNKNOWN:
        return _side(kept[-1]), kept[:-1]
    return Side.UNKNOWN, kept


def _side(token: str) -> Side:
    if token in _TRAIN:
        return Side.TRAIN
    return Side.HELD_OUT if token in _HELD_OUT else Side.UNKNOWN


def _stem(tokens: list[str]) -> str:
    kept = tokens[:-1] if len(tokens) > 1 and tokens[-1] == "score" else tokens
    return "_".join(kept)


def _direction(tokens: list[str]) -> bool | None:
    words = set(tokens)
    if tokens and tokens[0] == "neg":
        return True
    if words & _LOWER:
        return False
    return True if words & _SHARES else None
