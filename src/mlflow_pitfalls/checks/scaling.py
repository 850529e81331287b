"""PF5: models that measure distances, on columns of very different spread."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mlflow_pitfalls.checks.base import (
    Cost,
    Limits,
    Threshold,
    Verdict,
    check,
    flagged,
    inconclusive,
    not_applicable,
    passed,
)
from mlflow_pitfalls.checks.complexity import own_settings
from mlflow_pitfalls.checks.evidence import evidence
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.penalties import least_share_kept
from mlflow_pitfalls.checks.reading import columns_of, training_rows
from mlflow_pitfalls.checks.text import count, names, number, percent, plural, short
from mlflow_pitfalls.model.outcomes import Evidence, Group, Remedy, Subject
from mlflow_pitfalls.model.profile import ColumnProfile
from mlflow_pitfalls.model.record import EstimatorFacts, RunRecord
from mlflow_pitfalls.model.values import Severity

_BY_DISTANCE = frozenset({"neighbors", "svm"})
_SKLEARN_ONLY = frozenset({"network"})  # others normalise inside, or not: it cannot be told
_SENSITIVE_CLASSES = frozenset(
    {
        "GaussianProcessClassifier",
        "GaussianProcessRegressor",
        "KMeans",
        "MiniBatchKMeans",
        "BisectingKMeans",
        "DBSCAN",
        "HDBSCAN",
        "OPTICS",
        "AgglomerativeClustering",
        "SpectralClustering",
        "MeanShift",
        "LabelPropagation",
        "LabelSpreading",
        "PCA",
    }
)
_PENALISED = frozenset(
    {
        "LogisticRegression",
        "LogisticRegressionCV",
        "Ridge",
        "RidgeCV",
        "RidgeClassifier",
        "RidgeClassifierCV",
        "Lasso",
        "LassoCV",
        "ElasticNet",
        "ElasticNetCV",
        "SGDClassifier",
        "SGDRegressor",
        "LinearSVC",
        "LinearSVR",
        "PoissonRegressor",
        "GammaRegressor",
        "TweedieRegressor",
    }
)
# Distances that bring columns onto one scale themselves, or that look at directions or at equality alone.
_SCALE_FREE_METRICS = frozenset(
    {"seuclidean", "mahalanobis", "cosine", "correlation", "hamming", "jaccard", "precomputed"}
)
_TRANSFORMERS_THAT_KEEP_SPREADS = frozenset(
    {
        "SimpleImputer",
        "KNNImputer",
        "IterativeImputer",
        "MissingIndicator",
        "OneHotEncoder",
        "OrdinalEncoder",
        "TargetEncoder",
        "VarianceThreshold",
        "PolynomialFeatures",
        "PCA",
        "TruncatedSVD",
        "SelectKBest",
        "SelectPercentile",
        "SelectFromModel",
        "RFE",
        "RFECV",
    }
)
_NORMAL_IQR = 1.349  # interquartile range of a normal distribution, in standard deviations
_NORMAL_RANGE = 6.0  # its range on a few hundred rows
_MAXIMUM_TOP_SHARE = 0.9  # of a column that is mostly one value, the spread says little
_SHOWN = 3
_MOST_TOLD = 1e7  # greater ratios are told in scientific notation


@dataclass(frozen=True, slots=True)
class _Spread:
    """A column's spread in its own unit, by the least and the greatest of three measures."""

    name: str
    low: float
    high: float
    std: float


@check(
    name="unscaled-features",
    group=Group.ACCURACY,
    severity=Severity.MEDIUM,
    cost=Cost.SCAN,
    needs=(Fact.FIT, Fact.TRAIN_PROFILE),
    thresholds={
        "max_ratio": Threshold(
            100.0, "times", "how much wider one column may spread than another", "our choice: two orders of magnitude"
        ),
        "min_shrunk": Threshold(
            0.10,
            "share of a coefficient",
            "a ridge or logistic penalty that takes less even from the narrowest column does no harm",
            "our choice",
        ),
    },
)
def unscaled_features(record: RunRecord, limits: Limits) -> Verdict:
    """A model that measures distances or penalises coefficients was given columns of very different spread.

    What it does:
        Compares the spreads of the numeric columns that k-nearest neighbours, support vector machines, scikit-learn's
        networks, k-means, PCA, Gaussian processes or penalised linear models receive. Flagged where the widest is more
        than {max_ratio} times the narrowest, by standard deviation, interquartile range and range alike. Columns of two
        values, and those of which one value holds nearly all rows, are left out: their spread says little. Of ridge and
        logistic regression it also asks that the penalty takes at least {min_shrunk} of the narrowest column's
        coefficient, which on many rows it does not. Trees do not care, and a scaler in the pipeline is the answer. The
        spreads are those of the rows that the model was given, so they carry no sampling error.

    Why is this bad:
        Distances are made by the widest column alone, and a penalty falls on the narrowest: its coefficient must be
        large, and large is what is punished. The model ignores most columns, whatever they know; solvers crawl besides.

    Example:
        Five nearest neighbours on the wine data, where proline runs to 1 680 and hue to 1.7: accuracy 0.70, and 0.95
        after scaling.

    How to fix:
        Put a `StandardScaler` before the model, inside of the pipeline. Columns in one unit, such as pixels, can stay.

    References:
        scikit-learn, Importance of feature scaling; Hastie, Tibshirani and Friedman, The Elements of Statistical
        Learning, section 3.4.1.
    """
    assert record.fit is not None
    estimator = record.fit.estimator
    reason = _insensitive(estimator)
    if reason:
        return not_applicable(reason)
    if estimator.scalers:
        return passed(f"{short(estimator.scalers[0])} brings the columns onto one scale.")
    spreads = [found for column in columns_of(record) if (found := _spread(column)) is not None]
    if len(spreads) < 2:
        return not_applicable(f"{plural(len(spreads), 'numeric column')} of more than two values: nothing to compare.")
    return _compared(record, estimator, spreads, limits)


def _compared(record: RunRecord, estimator: EstimatorFacts, spreads: list[_Spread], limits: Limits) -> Verdict:
    widest, narrowest = max(spreads, key=lambda one: one.low), min(spreads, key=lambda one: one.high)
    ratio = widest.low / narrowest.high
    proof = evidence(
        limits,
        "max_ratio",
        statistic=f"spread of {names([widest.name])} over that of {names([narrowest.name])}",
        value=ratio,
        rows=training_rows(record),
        would_clear="a StandardScaler in front of the model",
        subjects=_subjects(spreads),
    )
    told = f"The spreads of {plural(len(spreads), 'column')} differ by {_times(ratio)}"
    if ratio <= limits["max_ratio"]:
        return passed(f"{told} at most.", evidence=proof)
    unknown = [name for name in estimator.transformers if name not in _TRANSFORMERS_THAT_KEEP_SPREADS]
    if unknown:
        return inconclusive(
            f"{told} before {short(unknown[0])}, and what it makes of them is not known",
            "a look at its output: pd.DataFrame(model[:-1].transform(X_train)).std()",
            evidence=proof,
        )
    kept = least_share_kept(estimator, narrowest.std, record)
    if kept is not None and 1.0 - kept < limits["min_shrunk"]:
        left = f"the penalty leaves {percent(kept)} even of the narrowest column's coefficient"
        return passed(f"{told}, and {left}.", evidence=proof)
    return _drowned(estimator, widest, narrowest, proof)


def _drowned(estimator: EstimatorFacts, widest: _Spread, narrowest: _Spread, proof: Evidence) -> Verdict:
    return flagged(
        f"{short(estimator.final_class_name)} was given columns as they are: '{short(widest.name)}' spreads "
        f"{_times(proof.value)} as wide as '{short(narrowest.name)}' (limit {number(proof.threshold)}), and drowns it. "
        "Put a StandardScaler in front.",
        evidence=proof,
        remedies=(
            Remedy(
                text="Scale inside of the pipeline, so that only training rows decide the scale.",
                code="model = make_pipeline(StandardScaler(), model)",
            ),
            Remedy(
                text="Where columns have outliers, scale by their quartiles.",
                code="model = make_pipeline(RobustScaler(), model)",
            ),
        ),
    )


def _times(ratio: float) -> str:
    return f"{number(ratio) if ratio < 1 or ratio > _MOST_TOLD else count(ratio)} times"


def _insensitive(estimator: EstimatorFacts) -> str:
    """Why the model does not care for scales; empty where it does."""
    name = estimator.final_class_name
    own = own_settings(estimator)
    if own.get("metric", "") in _SCALE_FREE_METRICS:
        return f"{short(name)} measures by {own['metric']}, whatever the columns' spreads."
    if estimator.family in _BY_DISTANCE or name in _SENSITIVE_CLASSES or "PCA" in estimator.transformers:
        return ""
    if estimator.family in _SKLEARN_ONLY and estimator.module.startswith("sklearn"):
        return ""
    if name not in _PENALISED:
        return f"{short(name)} does not depend on the columns' spreads, or scales by itself."
    return f"{short(name)} was fitted without a penalty." if _unpenalised(own) else ""


def _unpenalised(own: dict[str, str]) -> bool:
    return own.get("penalty") == "None" or own.get("C") == "inf" or own.get("alpha") in ("0", "0.0")


def _spread(column: ColumnProfile) -> _Spread | None:
    """None for what is no number, holds two values, or is mostly one."""
    is_varied = (
        column.kind.is_numeric and (column.distinct or 0) > 2 and (column.top_share or 0.0) <= _MAXIMUM_TOP_SHARE
    )
    if not is_varied or column.std is None or not math.isfinite(column.std) or column.std <= 0:
        return None
    measures = [column.std]
    quantiles = dict(column.quantiles)
    if 0.25 in quantiles and 0.75 in quantiles and quantiles[0.75] > quantiles[0.25]:
        measures.append((quantiles[0.75] - quantiles[0.25]) / _NORMAL_IQR)
    if column.minimum is not None and column.maximum is not None and column.maximum > column.minimum:
        measures.append((column.maximum - column.minimum) / _NORMAL_RANGE)
    low, high = min(measures), max(measures)
    return _Spread(column.name, low, high, column.std) if low > 0 and high < math.inf else None


def _subjects(spreads: list[_Spread]) -> tuple[Subject, ...]:
    """The widest and the narrowest few."""
    ordered = sorted(spreads, key=lambda one: -one.std)
    shown = ordered[:_SHOWN] + ordered[_SHOWN:][-_SHOWN:]
    return tuple(Subject(name=one.name, value=one.std, detail="standard deviation") for one in shown)
