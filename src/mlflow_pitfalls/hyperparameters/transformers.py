"""Common transformers of columns, scikit-learn's. They matter less than the model, hence their later places."""

from __future__ import annotations

from mlflow_pitfalls.hyperparameters.rows import (
    FREER,
    PENALTY,
    PENALTY_THAT_SPEEDS,
    RICHER,
    Bound,
    Known,
    Table,
    against,
    log_real,
    log_whole,
    one_of,
    real,
    whole,
)

_OURS = "our choice"
_FIRST = 3
_NOTHING = Known()
# Strategies that take numbers only stay among numbers: whether a column holds text is not known here.
_NUMERIC = (("strategy", ("mean", "median")),)
_FALSE_POSITIVES = Known(source=_OURS, first=_FIRST, lines=(log_real("alpha", 1e-4, 0.5, RICHER, ceiling=1.0),))
_WORDS = (
    one_of("ngram_range", (1, 1), (1, 2), moves=against(overfit=(1, 1), underfit=(1, 2), slow=(1, 1))),
    log_whole("min_df", 1, 10, PENALTY_THAT_SPEEDS, bound=Bound.LEAF, floor=1, shares=(1e-4, 0.05)),
)

TRANSFORMERS: Table = {
    "SimpleImputer": Known(
        source=_OURS,
        first=_FIRST,
        lines=(
            one_of("strategy", "mean", "median", "most_frequent", when=_NUMERIC),
            one_of("add_indicator", False, True, moves=against(overfit=False, underfit=True)),
        ),
    ),
    "KNNImputer": Known(
        source="Troyanskaya et al. 2001: 10 to 20 neighbours",
        first=_FIRST,
        lines=(log_whole("n_neighbors", 2, 30, PENALTY, bound=Bound.ROWS, floor=1),),
    ),
    "OneHotEncoder": Known(
        source=_OURS,
        first=_FIRST,
        lines=(
            log_whole(
                "min_frequency",
                1,
                50,
                PENALTY_THAT_SPEEDS,
                bound=Bound.LEAF,
                floor=1,
                shares=(1e-4, 0.1),
                stands_for=((None, 1.0),),
                together=(("handle_unknown", "infrequent_if_exist"),),
                unless=("max_categories",),
            ),
        ),
    ),
    "TargetEncoder": Known(source="Micci-Barreca 2001", first=_FIRST, lines=(log_real("smooth", 1.0, 300.0, PENALTY),)),
    "PCA": Known(
        source="shares of the variance, our choice",
        first=_FIRST,
        lines=(
            real(
                "n_components",
                0.5,
                0.999,
                RICHER,
                ceiling=0.999,
                counted=Bound.COMPONENTS,
                stands_for=((None, 0.999),),
                when=(("svd_solver", ("auto", "full")),),
            ),
        ),
    ),
    "TruncatedSVD": Known(
        source="scikit-learn: 100 for latent semantic analysis",
        first=_FIRST,
        lines=(log_whole("n_components", 2, 200, RICHER, bound=Bound.COMPONENTS, floor=1),),
    ),
    "SelectPercentile": Known(
        source=_OURS, first=_FIRST, lines=(whole("percentile", 10, 100, RICHER, floor=1, ceiling=100),)
    ),
    "SelectKBest": Known(
        source=_OURS, first=_FIRST, lines=(log_whole("k", 1, 200, RICHER, bound=Bound.COLUMNS, floor=1),)
    ),
    "SelectFpr": _FALSE_POSITIVES,
    "SelectFdr": _FALSE_POSITIVES,
    "SelectFwe": _FALSE_POSITIVES,
    "RFE": Known(
        source=_OURS,
        first=_FIRST,
        lines=(
            real(
                "n_features_to_select",
                0.2,
                1.0,
                RICHER,
                ceiling=1.0,
                counted=Bound.COLUMNS,
                stands_for=((None, 0.5),),
            ),
        ),
    ),
    "PolynomialFeatures": Known(
        source=_OURS,
        first=_FIRST,
        lines=(one_of("interaction_only", False, True, moves=against(overfit=True, underfit=False, slow=True)),),
    ),
    "SplineTransformer": Known(
        source="Eilers and Marx 1996", first=_FIRST, lines=(whole("n_knots", 3, 15, RICHER, floor=2),)
    ),
    "KBinsDiscretizer": Known(
        source=_OURS, first=_FIRST, lines=(log_whole("n_bins", 2, 20, RICHER, bound=Bound.ROWS, floor=2),)
    ),
    "Nystroem": Known(
        source="gamma as of the SVM",
        first=_FIRST,
        lines=(
            log_real("gamma", 1e-4, 1e1, FREER, when=(("kernel", ("rbf", "laplacian", "poly", "sigmoid")),)),
            log_whole("n_components", 20, 500, RICHER, bound=Bound.ROWS, floor=1),
        ),
    ),
    "RBFSampler": Known(
        source="gamma as of the SVM",
        first=_FIRST,
        lines=(log_real("gamma", 1e-4, 1e1, FREER), log_whole("n_components", 20, 1000, RICHER, floor=1)),
    ),
    "CountVectorizer": Known(
        source="scikit-learn's example of text", first=_FIRST, lines=(*_WORDS, one_of("binary", False, True))
    ),
    "TfidfVectorizer": Known(
        source="scikit-learn's example of text", first=_FIRST, lines=(*_WORDS, one_of("sublinear_tf", False, True))
    ),
    "TfidfTransformer": Known(
        source="scikit-learn's example of text",
        first=_FIRST,
        lines=(one_of("use_idf", True, False), one_of("sublinear_tf", False, True)),
    ),
    "StandardScaler": _NOTHING,
    "MinMaxScaler": _NOTHING,
    "MaxAbsScaler": _NOTHING,
    "RobustScaler": _NOTHING,
    "QuantileTransformer": Known(
        source=_OURS, first=_FIRST + 1, lines=(one_of("output_distribution", "uniform", "normal"),)
    ),
    "PowerTransformer": _NOTHING,
    "Normalizer": Known(source=_OURS, first=_FIRST + 1, lines=(one_of("norm", "l2", "l1", "max"),)),
    "Binarizer": _NOTHING,
    "FunctionTransformer": _NOTHING,
    "OrdinalEncoder": _NOTHING,
    "VarianceThreshold": _NOTHING,
    "FeatureHasher": _NOTHING,
    "DictVectorizer": _NOTHING,
    "HashingVectorizer": _NOTHING,
    "LabelEncoder": _NOTHING,
    "MissingIndicator": _NOTHING,
}
