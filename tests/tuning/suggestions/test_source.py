"""Code that builds the estimator anew, and nothing in it that code may not tell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import Pipeline as SamplingPipeline
from lightgbm import LGBMClassifier
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.ensemble import RandomForestClassifier, StackingClassifier
from sklearn.feature_selection import SelectKBest, mutual_info_classif
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV, Ridge
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from xgboost import XGBClassifier, XGBRegressor

from mlflow_pitfalls.tuning.suggestions.layout import WIDTH
from mlflow_pitfalls.tuning.suggestions.likeness import Unwritten, likeness
from mlflow_pitfalls.tuning.suggestions.source import Source, import_lines, source_of

FRAME = pd.DataFrame({"age": [1, 2], "work": ["a", "b"], "Größe": [0.5, 1.5]})


class Own(TransformerMixin, BaseEstimator):
    made = 0

    def __init__(self, model: object = None, secret: str = "hidden") -> None:
        type(self).made += 1
        self.model = model
        self.secret = secret

    def fit(self, X, y=None):
        return self


def tidy(values):
    return values


def built(source: Source, **gaps: object) -> object:
    names: dict[str, object] = dict(gaps)
    exec(
        compile("\n".join([*import_lines(source.imports), f"made = (\n{source.expression}\n)"]), "tune.py", "exec"),
        names,
    )
    return names["made"]


PLAIN = [
    RandomForestClassifier(),
    RandomForestClassifier(n_estimators=50, class_weight="balanced", random_state=0, max_features=0.5),
    RandomForestClassifier(class_weight={0: 1.0, 1: 5.0}),
    XGBClassifier(max_depth=3, learning_rate=np.float64(0.1)),
    XGBRegressor(n_estimators=10, missing=0.0),
    LGBMClassifier(num_leaves=7, min_data_in_leaf=3),
    MLPClassifier(hidden_layer_sizes=(64,), alpha=1e-5),
    LogisticRegressionCV(cv=StratifiedKFold(3, shuffle=True, random_state=1), Cs=[0.1, 1]),
    TransformedTargetRegressor(Ridge(alpha=2.0), func=np.log1p, inverse_func=np.expm1),
    GaussianProcessRegressor(kernel=RBF(2.0) + WhiteKernel(noise_level=0.5)),
    make_pipeline(StandardScaler(), SelectKBest(mutual_info_classif, k=5), SVC(C=3.5, gamma="auto")),
    StackingClassifier([("a", LogisticRegression(C=2)), ("b", RandomForestClassifier(max_depth=4))], cv=3),
    FeatureUnion([("a", StandardScaler()), ("b", "passthrough")], transformer_weights=None),
    SamplingPipeline([("up", SMOTE(k_neighbors=3)), ("model", make_pipeline(StandardScaler(), LogisticRegression()))]),
    Pipeline(
        [
            (
                "prepare",
                ColumnTransformer(
                    [
                        (
                            "numbers",
                            make_pipeline(SimpleImputer(strategy="median"), StandardScaler()),
                            ["age", "Größe"],
                        ),
                        ("text", OneHotEncoder(dtype=np.float32), make_column_selector(dtype_include=object)),
                        ("rest", "drop", slice(0, 1)),
                        ("mask", FunctionTransformer(np.abs), np.array([True, False, False])),
                        ("index", SimpleImputer(missing_values=-1), FRAME.columns[[0]]),
                    ],
                    remainder="passthrough",
                ),
            ),
            ("forest", RandomForestClassifier(n_jobs=-1)),
        ]
    ),
]


@pytest.mark.parametrize("model", PLAIN, ids=lambda model: type(model).__name__)
def test_the_code_builds_the_same_estimator(model):
    source = source_of(likeness(model))
    assert not source.gaps
    made = built(source)
    assert type(made) is type(model)
    assert source_of(likeness(made)) == source
    assert max(len(line) for line in source.expression.splitlines()) <= WIDTH


def test_only_what_differs_from_the_defaults_is_named():
    assert source_of(likeness(SVC(C=2.0, kernel="rbf"))).expression == "SVC(C=2.0)"
    assert source_of(likeness(XGBClassifier())).expression == "XGBClassifier()"


def test_a_search_gives_the_estimator_that_it_chose():
    X, y = np.arange(40.0).reshape(-1, 1), np.arange(40) % 2
    search = GridSearchCV(SVC(), {"C": [0.5]}, cv=2).fit(X, y)
    assert source_of(likeness(search)).expression == "SVC(C=0.5)"


def test_two_classes_of_one_name_are_told_apart():
    source = source_of(likeness(PLAIN[13]))
    assert "import sklearn.pipeline" in import_lines(source.imports)
    assert "from imblearn.pipeline import Pipeline" in import_lines(source.imports)


def test_what_is_the_users_own_is_left_to_be_filled_in():
    model = make_pipeline(Own(model=SVC()), FunctionTransformer(tidy), SVC())
    made = Own.made
    source = source_of(likeness(model))
    assert Own.made == made, "a constructor of the user's has run"
    assert [gap.name for gap in source.gaps] == ["OWN", "FUNCTION_TRANSFORMER_FUNC"]
    assert "tidy of your own" in source.gaps[1].what and "hidden" not in str(source)
    assert built(source, OWN=StandardScaler(), FUNCTION_TRANSFORMER_FUNC=None).steps[0][0] == "own"


@pytest.mark.parametrize(
    "model",
    [
        OneHotEncoder(categories=[["rare disease", "flu"]]),
        RandomForestClassifier(class_weight={"rare disease": 9}),
        SimpleImputer(missing_values="rare disease", fill_value=np.zeros((2, 2))),
    ],
)
def test_values_of_the_data_are_not_written(model):
    source = source_of(likeness(model), strict=True)
    assert source.gaps and "rare disease" not in str(source)


@pytest.mark.parametrize(
    "model",
    [
        Pipeline([("model", SVC())], memory="/home/canary/cache"),
        SimpleImputer(strategy="constant", fill_value="postgresql://me:canary@host"),
        FunctionTransformer(np.log1p, kw_args={"where": "C:\\Users\\canary"}),
    ],
)
def test_paths_and_addresses_are_left_to_be_filled_in(model):
    source = source_of(likeness(model))
    assert "canary" not in str(source)
    assert source.gaps[0].what.endswith("looks like a path, an address or a key")


def test_strict_writes_no_value_that_may_come_from_the_data():
    model = SimpleImputer(strategy="constant", fill_value=-999)
    assert "-999" in source_of(likeness(model)).expression
    assert "-999" not in str(source_of(likeness(model), strict=True))
    weighted = RandomForestClassifier(class_weight="balanced")
    assert source_of(likeness(weighted), strict=True).expression == 'RandomForestClassifier(class_weight="balanced")'


def test_a_likeness_holds_no_array_and_leaves_the_estimator_alone():
    array = np.zeros((500, 4))
    model = make_pipeline(Own(model=array), SVC(C=2.0))
    twin = likeness(model)
    assert isinstance(twin.steps[0][1].model, Unwritten)
    assert twin.steps[1][1] is not model.steps[1][1] and twin.steps[1][1].C == 2.0
    assert model.steps[0][1].model is array
    assert twin.get_params(deep=True)["svc__C"] == 2.0


@pytest.mark.parametrize("text", ['a"b', "a'b", "\u202eexe", "\n", "\\", "\ud800", "{{ 7 }}", '"""'])
def test_texts_are_written_as_literals(text):
    source = source_of(likeness(ColumnTransformer([(text, "drop", [text])])))
    assert built(source).transformers == [(text, "drop", [text])]
    assert source.expression.isprintable()
