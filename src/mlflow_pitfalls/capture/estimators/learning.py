"""What a fitted transformer took from its rows: nothing that matters, their distribution, or the target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.capture.estimators.nested import base_names, configured_parts, fitted_parts, own_attributes

# They learn a list of values or of words, or nothing but the number of columns: rows of the other side add no more than
# a name to it.
_HARMLESS = frozenset(
    {
        "AdditiveChi2Sampler",
        "Binarizer",
        "CountVectorizer",
        "DictVectorizer",
        "FeatureHasher",
        "FunctionTransformer",
        "GaussianRandomProjection",
        "HashingVectorizer",
        "LabelBinarizer",
        "LabelEncoder",
        "MissingIndicator",
        "MultiLabelBinarizer",
        "Normalizer",
        "OneHotEncoder",
        "OrdinalEncoder",
        "PolynomialFeatures",
        "RBFSampler",
        "SkewedChi2Sampler",
        "SparseRandomProjection",
        "VarianceThreshold",
    }
)
_CONTAINERS = frozenset({"Pipeline", "ColumnTransformer", "FeatureUnion"})
_SELECTORS = "SelectorMixin"
# scikit-learn's and category_encoders' transformers that learn from the target.
_SUPERVISED = frozenset(
    {
        "TargetEncoder",
        "NeighborhoodComponentsAnalysis",
        "CatBoostEncoder",
        "GLMMEncoder",
        "JamesSteinEncoder",
        "LeaveOneOutEncoder",
        "MEstimateEncoder",
        "QuantileEncoder",
        "SummaryEncoder",
        "WOEEncoder",
    }
)
_COMBINES = "n_components"  # a parameter of what makes new columns of all of them
_CONSTANT = "constant"  # an imputer's strategy
_NOT_LEARNED = frozenset({"n_features_in_", "feature_names_in_", "n_features_", "n_outputs_"})


@dataclass(frozen=True, slots=True)
class Learned:
    """What a transformer learned.

    Attributes:
        transformer: Class name of the part that learned it.
        supervised: It used the target.
        changes_columns: It selects or combines columns.
    """

    transformer: str
    supervised: bool
    changes_columns: bool


def what_it_learned(transformer: Any, *, has_target: bool) -> Learned | None:
    """The worst that a fitted transformer, or one inside of it, learned; None where that is harmless.

    No code of the user's runs: only classes and stored attributes are read.

    Args:
        transformer: A fitted transformer.
        has_target: Whether ``fit`` was given a target.
    """
    found = list(_learned(transformer, has_target))
    return next((each for each in found if each.supervised), found[0] if found else None)


def _learned(transformer: Any, has_target: bool) -> Iterator[Learned]:
    for part in [part for _, part in fitted_parts(transformer)] + list(configured_parts(transformer)):
        bases = base_names(part)
        if bases & _HARMLESS or bases & _CONTAINERS or own_attributes(part).get("strategy") == _CONSTANT:
            continue
        selects = _SELECTORS in bases
        if has_target and (selects or bases & _SUPERVISED):
            yield Learned(safe_text(type(part).__name__), True, selects)
        elif _has_state(part):
            yield Learned(safe_text(type(part).__name__), False, selects or _COMBINES in own_attributes(part))


def _has_state(part: Any) -> bool:
    return any(
        name.endswith("_") and not name.startswith("_") and name not in _NOT_LEARNED for name in own_attributes(part)
    )
