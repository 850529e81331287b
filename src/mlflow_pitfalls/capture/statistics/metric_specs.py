"""What a metric is to this package, and the metrics that it knows, by scikit-learn's scorer names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from mlflow_pitfalls.model.values import Task

Needs = Literal["labels", "scores", "probabilities"]

_BINARY = frozenset({Task.BINARY})
_CLASSES = frozenset({Task.BINARY, Task.MULTICLASS})
_REGRESSION = frozenset({Task.REGRESSION})
DEFAULT_BETA = 1.0
DEFAULT_TOP_K = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSpec:
    """One metric, turned so that higher is better.

    Attributes:
        name: scikit-learn's scorer name, e.g. ``roc_auc`` or ``neg_mean_squared_error``.
        needs: ``labels`` for what ``predict`` returns (numbers in regression), ``scores`` for anything that ranks
            rows, ``probabilities`` for shares in 0..1.
        formula: Which weighted formula computes it.
        tasks: The tasks it is defined for.
        greater_is_better: Of scikit-learn's function; where False the score is the function's value negated.
        perfect: The best score there is.
        worst: The lower end of the score's range; None where it has none.
        average: How classes are put together: ``binary``, ``macro``, ``micro``, ``weighted``, or empty.
        pos_label: The positive class that the caller named; None for scikit-learn's default.
        beta: Weight of recall in an F score.
        weighting: Weights of disagreements in Cohen's kappa: empty, ``linear`` or ``quadratic``.
        top_k: How many guesses ``top_k_accuracy`` allows.
    """

    name: str
    needs: Needs
    formula: str
    tasks: frozenset[Task]
    greater_is_better: bool = True
    perfect: float = 1.0
    worst: float | None = 0.0
    average: str = ""
    pos_label: Any = None
    beta: float = DEFAULT_BETA
    weighting: str = ""
    top_k: int = DEFAULT_TOP_K

    @property
    def is_share_of_rows(self) -> bool:
        """Whether the score is the plain share of rows that were right, so that binomial intervals hold."""
        return self.formula in ("accuracy", "top_k_accuracy") or (
            self.average == "micro" and self.formula in ("f1", "precision", "recall")
        )


def _of_classes(name: str, formula: str, **options: Any) -> MetricSpec:
    return MetricSpec(**{"name": name, "formula": formula, "needs": "labels", "tasks": _CLASSES, **options})


def _of_errors(name: str, formula: str) -> MetricSpec:
    return MetricSpec(
        name=name,
        formula=formula,
        needs="labels",
        tasks=_REGRESSION,
        greater_is_better=False,
        perfect=0.0,
        worst=None,
    )


def _averages(name: str, formula: str) -> Iterable[MetricSpec]:
    yield _of_classes(name, formula, average="binary", tasks=_BINARY)
    for average in ("macro", "micro", "weighted"):
        yield _of_classes(f"{name}_{average}", formula, average=average)


SPECS: tuple[MetricSpec, ...] = (
    _of_classes("accuracy", "accuracy"),
    _of_classes("balanced_accuracy", "balanced_accuracy", average="macro"),
    _of_classes("matthews_corrcoef", "matthews_corrcoef", worst=-1.0),
    _of_classes("cohen_kappa", "cohen_kappa", worst=-1.0),
    *_averages("f1", "f1"),
    *_averages("precision", "precision"),
    *_averages("recall", "recall"),
    *_averages("jaccard", "jaccard"),
    _of_classes("top_k_accuracy", "top_k_accuracy", needs="scores", tasks=frozenset({Task.MULTICLASS})),
    _of_classes("roc_auc", "roc_auc", needs="scores", tasks=_BINARY, average="binary"),
    _of_classes("roc_auc_ovr", "roc_auc", needs="scores", average="macro"),
    _of_classes("roc_auc_ovr_weighted", "roc_auc", needs="scores", average="weighted"),
    _of_classes("average_precision", "average_precision", needs="scores", tasks=_BINARY, average="binary"),
    _of_classes("neg_log_loss", "log_loss", needs="probabilities", greater_is_better=False, perfect=0.0, worst=None),
    _of_classes(
        "neg_brier_score",
        "brier",
        needs="probabilities",
        greater_is_better=False,
        perfect=0.0,
        worst=-1.0,
        tasks=_BINARY,
    ),
    MetricSpec(name="r2", formula="r2", needs="labels", tasks=_REGRESSION, worst=None),
    MetricSpec(name="explained_variance", formula="explained_variance", needs="labels", tasks=_REGRESSION, worst=None),
    _of_errors("neg_mean_squared_error", "squared_error"),
    _of_errors("neg_root_mean_squared_error", "root_squared_error"),
    _of_errors("neg_mean_absolute_error", "absolute_error"),
    _of_errors("neg_median_absolute_error", "median_absolute_error"),
    _of_errors("neg_mean_absolute_percentage_error", "absolute_percentage_error"),
    _of_errors("neg_mean_squared_log_error", "squared_log_error"),
    _of_errors("neg_root_mean_squared_log_error", "root_squared_log_error"),
    _of_errors("neg_mean_poisson_deviance", "poisson_deviance"),
    _of_errors("neg_mean_gamma_deviance", "gamma_deviance"),
)
BY_SCORER: dict[str, MetricSpec] = {spec.name: spec for spec in SPECS}
