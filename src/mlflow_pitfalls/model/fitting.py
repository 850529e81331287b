"""What was fitted, how long it took, and what a search or an iterative fit told of itself."""

from __future__ import annotations

from dataclasses import dataclass

from mlflow_pitfalls.model.values import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvergenceFacts:
    """Iterations of one iterative estimator, possibly nested in the fitted one."""

    estimator: str
    path: str  # "" for the fitted estimator itself, else e.g. "logisticregression"
    n_iter: int
    max_iter: int
    warned: bool = False  # the estimator itself said that it did not converge


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatorFacts:
    """What was fitted. Parameter values appear as short, safe text."""

    class_name: str  # of the outermost object, e.g. "Pipeline"
    final_class_name: str  # of the predictor inside, e.g. "RandomForestClassifier"
    module: str  # of the final class
    family: str  # "linear", "tree", "forest", "boosting", "svm", "neighbors", "bayes", "network", "dummy", "other"
    steps: tuple[str, ...] = ()  # class names along a pipeline, outermost first
    parameters: tuple[tuple[str, str], ...] = ()  # non-default parameters, nested names, e.g. ("clf__C", "0.1")
    tunable: tuple[str, ...] = ()  # every parameter name of the final estimator, e.g. ("C", "class_weight", …)
    parameter_prefix: str = ""  # what stands before them in set_params, e.g. "clf__"
    is_search: bool = False
    searched_fits: int = 0  # candidates × folds of a search
    kind: str = ""  # "classifier", "regressor", or "" where it is neither
    transformers: tuple[str, ...] = ()  # class names of what transforms the features anywhere inside, scalers too
    scalers: tuple[str, ...] = ()  # class names of scalers anywhere inside, e.g. ("StandardScaler",)
    dropped_columns: tuple[str, ...] = ()  # that a ColumnTransformer in front leaves out, by name
    target_transformed: bool = False  # a TransformedTargetRegressor stands around the predictor
    tuned: tuple[str, ...] = ()  # hyperparameters that matter and stand apart from their defaults
    jobs: tuple[tuple[str, str], ...] = ()  # (class, workers asked for) of each part that has workers; "None": default
    convergence: tuple[ConvergenceFacts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FitFacts:
    """One outermost fit."""

    estimator: EstimatorFacts
    rows: int
    columns: int
    seconds: float
    cpu_seconds: float
    method: str = "fit"
    site: str = ""  # "train.py:12": file name and line, no folders
    sample_weight: bool = False
    error: str = ""  # class name of the exception that ended it
    calls: int = 1  # partial_fit calls are added up


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedFacts:
    """How an iterative model's score went over its rounds.

    ``scores`` are at ``rounds`` evenly spread rounds, in ``metric``, higher is better; ``measured_on`` says on which
    rows: ``held_out``, ``validation`` (a share that the estimator kept back itself) or ``train`` (its training loss).
    """

    estimator: str
    parameter: str  # what sets the number of rounds: "n_estimators", "max_iter", "iterations"
    early_stopping: bool
    metric: str
    measured_on: str
    rounds: tuple[int, ...]
    scores: tuple[float, ...]
    best_round: int
    total_rounds: int
    gain_after_best: Estimate | None = None  # score at the last round minus that at the best; paired over rows
    gains: tuple[Estimate, ...] = ()  # score at the last round minus that at each of ``rounds``, likewise
    rows: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedParameter:
    """One hyperparameter of a search. ``low`` and ``high`` are of numeric values only.

    ``edge_gain`` is what the value at the range's end scores above its neighbour: paired over folds with everything
    else at its best in a grid; over the candidates nearest to the end and the next ones inside in a sampled search.
    """

    name: str
    values: int  # distinct values tried
    best: str
    low: float | None = None
    high: float | None = None
    edge: str = ""  # "low" or "high" where the best value is the range's last, "" elsewhere
    neighbour: float | None = None  # the next value inside of the range
    edge_gain: Estimate | None = None
    edge_p_value: float | None = None  # of no difference, two-sided, uncorrected


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFacts:
    """One search over hyperparameters."""

    class_name: str  # "GridSearchCV"
    exhaustive: bool
    candidates: int
    folds: int
    fits: int  # candidates × folds
    metric: str
    parameters: tuple[SearchedParameter, ...] = ()
    best_score: float | None = None
    default_score: float | None = None  # of the candidate with every parameter at its default, where one was tried
    near_best: int = 1  # candidates within one standard error of the best, which is one of them
    seconds: float = 0.0
    site: str = ""
