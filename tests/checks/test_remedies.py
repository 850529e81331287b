from __future__ import annotations

import ast
import warnings
from dataclasses import replace

import numpy as np
import pytest
from imblearn.pipeline import make_pipeline as sampling_pipeline
from sklearn.base import clone, is_classifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import all_estimators

from mlflow_pitfalls.checks import remedies
from mlflow_pitfalls.model.record import ConvergenceFacts, EstimatorFacts
from mlflow_pitfalls.model.values import Task

# Estimators that need another estimator, another target, or are no model of their own.
NOT_ALONE = frozenset(
    {
        "BaggingClassifier",
        "BaggingRegressor",
        "CalibratedClassifierCV",
        "ClassifierChain",
        "FixedThresholdClassifier",
        "IsotonicRegression",
        "MultiOutputClassifier",
        "MultiOutputRegressor",
        "OneVsOneClassifier",
        "OneVsRestClassifier",
        "OutputCodeClassifier",
        "RegressorChain",
        "SelfTrainingClassifier",
        "StackingClassifier",
        "StackingRegressor",
        "TunedThresholdClassifierCV",
        "VotingClassifier",
        "VotingRegressor",
        "MultiTaskElasticNet",
        "MultiTaskElasticNetCV",
        "MultiTaskLasso",
        "MultiTaskLassoCV",
        "CCA",
        "PLSCanonical",
        "PLSRegression",
        "CategoricalNB",
        "ComplementNB",
        "MultinomialNB",
        "PassiveAggressiveClassifier",
        "PassiveAggressiveRegressor",
        "GaussianProcessClassifier",
        "GaussianProcessRegressor",
        "RANSACRegressor",
        "GammaRegressor",
        "PoissonRegressor",
        "TweedieRegressor",
    }
)
FAMILY_MODULES = {
    "linear_model": "linear",
    "tree": "tree",
    "svm": "svm",
    "neighbors": "neighbors",
    "naive_bayes": "bayes",
    "neural_network": "network",
}


def family(kind: type) -> str:
    if "Boost" in kind.__name__ or kind.__name__.startswith(("XGB", "LGBM")):
        return "boosting"
    if kind.__module__.startswith("sklearn.ensemble"):
        return "forest"
    return next((name for part, name in FAMILY_MODULES.items() if f".{part}." in kind.__module__), "other")


def known_models() -> list[type]:
    from catboost import CatBoostClassifier
    from lightgbm import LGBMClassifier, LGBMRegressor
    from xgboost import XGBClassifier, XGBRegressor

    own = [kind for _, kind in all_estimators(type_filter=["classifier", "regressor"])]
    others = [XGBClassifier, XGBRegressor, LGBMClassifier, LGBMRegressor, CatBoostClassifier]
    return [
        kind for kind in (*own, *others) if kind.__name__ not in NOT_ALONE and not kind.__name__.startswith("Dummy")
    ]


def facts(kind: type, prefix: str = "", **own: str) -> EstimatorFacts:
    tunable = tuple(kind().get_params()) or (
        "depth",
        "l2_leaf_reg",
        "auto_class_weights",
    )  # CatBoost lists only what is set
    return EstimatorFacts(
        class_name=kind.__name__,
        final_class_name=kind.__name__,
        module=kind.__module__,
        family=family(kind),
        parameters=tuple((f"{prefix}{name}", value) for name, value in own.items()),
        tunable=tunable,
        parameter_prefix=prefix,
    )


def data(kind: type) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 4))
    return X, (X[:, 0] > 0).astype(int) if is_classifier(kind()) else X[:, 0] + 0.1 * rng.normal(size=200)


def execute(line: str, model: object, X: np.ndarray, y: np.ndarray) -> object:
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import RandomizedSearchCV, TunedThresholdClassifierCV, validation_curve
    from sklearn.pipeline import make_pipeline
    from sklearn.utils.class_weight import compute_sample_weight

    names = {
        "model": model,
        "X_train": X,
        "y_train": y,
        "compute_sample_weight": compute_sample_weight,
        "TunedThresholdClassifierCV": TunedThresholdClassifierCV,
        "validation_curve": validation_curve,
        "RandomizedSearchCV": RandomizedSearchCV,
        "make_pipeline": make_pipeline,
        "StandardScaler": StandardScaler,
        "RidgeCV": RidgeCV,
    }
    return eval(line, names)


def quick(kind: type) -> object:
    model = kind()
    if kind.__name__.startswith("CatBoost"):
        return model.set_params(iterations=5, verbose=0, allow_writing_files=False)
    if kind.__name__.startswith("HistGradientBoosting"):
        return model.set_params(max_iter=3)
    return model.set_params(n_estimators=5) if "n_estimators" in model.get_params() else model


@pytest.mark.parametrize("kind", known_models(), ids=lambda kind: kind.__name__)
def test_every_line_is_valid_for_its_estimator(kind):
    X, y = data(kind)
    estimator = facts(kind, "model__")
    task = Task.BINARY if is_classifier(kind()) else Task.REGRESSION
    moves = [*remedies.simplify(estimator), *remedies.enrich(estimator)]
    if task is Task.BINARY:
        moves += [remedy for remedy in remedies.balance(estimator, task) if "Tuned" not in remedy.code]
    for remedy in moves:
        assert remedy.text
        if not remedy.code.startswith("model."):
            continue
        model = Pipeline([("scale", StandardScaler()), ("model", quick(kind))])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitted = execute(remedy.code, model, X, y)
            fitted.fit(X, y)


@pytest.mark.parametrize(
    "name",
    [
        "DecisionTreeRegressor",
        "HistGradientBoostingClassifier",
        "KNeighborsClassifier",
        "LGBMClassifier",
        "LogisticRegression",
        "SVC",
        "SGDClassifier",
        "XGBClassifier",
    ],
)
def test_the_validation_curve_runs_as_it_stands(name):
    kind = next(kind for kind in known_models() if kind.__name__ == name)
    X, y = data(kind)
    model = Pipeline([("scale", StandardScaler()), ("model", quick(kind))])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        train, held_out = execute(remedies.choose_by_validation(facts(kind, "model__")).code, model, X, y)
    assert train.shape == held_out.shape == (3, 5)
    assert np.isfinite(held_out).all()


def test_no_lever_no_validation_curve():
    kind = next(kind for kind in known_models() if kind.__name__ == "LinearRegression")
    assert remedies.choose_by_validation(facts(kind)).code == ""


def test_plain_least_squares_is_replaced_where_it_stands():
    kind = next(kind for kind in known_models() if kind.__name__ == "LinearRegression")
    line = remedies.simplify(facts(kind))[0].code
    assert line == "model = make_pipeline(StandardScaler(), RidgeCV(alphas=[0.1, 1, 10, 100, 1000]))"


def test_messages_name_the_change_without_prefix_or_call():
    by_name = {kind.__name__: kind for kind in known_models()}
    assert remedies.simplify_in_words(facts(by_name["RandomForestClassifier"], "clf__")) == "min_samples_leaf=5"
    assert remedies.simplify_in_words(facts(by_name["LinearRegression"], "reg__")) == "ridge regression"
    assert remedies.simplify_in_words(facts(by_name["GaussianNB"], var_smoothing="1")) == "var_smoothing=100"
    assert remedies.enrich_in_words(facts(by_name["LogisticRegression"], "clf__")) == "C=10"
    assert remedies.enrich_in_words(facts(by_name["LinearRegression"])) == "gradient boosting"


@pytest.mark.parametrize(
    ("name", "own", "line"),
    [
        ("RandomForestClassifier", {}, "model.set_params(min_samples_leaf=5)"),
        ("RandomForestClassifier", {"min_samples_leaf": "5"}, "model.set_params(min_samples_leaf=25)"),
        ("RandomForestClassifier", {"min_samples_leaf": "0.01"}, "model.set_params(max_depth=4)"),
        ("DecisionTreeRegressor", {}, "model.set_params(min_samples_leaf=5)"),
        ("HistGradientBoostingClassifier", {}, "model.set_params(min_samples_leaf=60)"),
        ("GradientBoostingClassifier", {"max_depth": "8"}, "model.set_params(max_depth=2)"),
        ("LogisticRegression", {}, "model.set_params(C=0.1)"),
        ("LogisticRegression", {"C": "100"}, "model.set_params(C=0.1)"),
        ("LogisticRegression", {"C": "0.01"}, "model.set_params(C=0.001)"),
        ("SVC", {}, "model.set_params(C=0.1)"),
        ("Ridge", {}, "model.set_params(alpha=10)"),
        ("Ridge", {"alpha": "1e-06"}, "model.set_params(alpha=1)"),
        ("KNeighborsClassifier", {"n_neighbors": "1"}, "model.set_params(n_neighbors=15)"),
        ("XGBClassifier", {}, "model.set_params(max_depth=3)"),
        ("LGBMClassifier", {}, "model.set_params(num_leaves=8)"),
    ],
)
def test_the_first_regularising_move(name, own, line):
    kind = next(kind for kind in known_models() if kind.__name__ == name)
    assert remedies.simplify(facts(kind, **own))[0].code == line


def test_a_pipelines_prefix_is_kept():
    kind = next(kind for kind in known_models() if kind.__name__ == "RandomForestClassifier")
    assert remedies.simplify(facts(kind, "clf__"))[0].code == "model.set_params(clf__min_samples_leaf=5)"
    weight = remedies.balance(facts(kind, "clf__"), Task.BINARY)[0]
    assert weight.code == 'model.set_params(clf__class_weight="balanced")'


def test_step_names_that_are_no_python_names_are_quoted():
    kind = next(kind for kind in known_models() if kind.__name__ == "DecisionTreeClassifier")
    X, y = data(kind)
    model = Pipeline([("my tree", kind())])
    line = remedies.simplify(facts(kind, "my tree__"))[0].code
    assert line == "model.set_params(**{'my tree__min_samples_leaf': 5})"
    assert execute(line, model, X, y)["my tree"].min_samples_leaf == 5


def test_what_takes_no_weight_gets_another_way():
    kind = next(kind for kind in known_models() if kind.__name__ == "KNeighborsClassifier")
    ways = remedies.balance(facts(kind), Task.BINARY)
    assert [way.code.split("(")[0] for way in ways] == ["TunedThresholdClassifierCV"]
    assert remedies.balance(facts(kind), Task.MULTICLASS) == ()


def test_the_tuned_threshold_runs():
    kind = next(kind for kind in known_models() if kind.__name__ == "LogisticRegression")
    X, y = data(kind)
    line = remedies.balance(facts(kind), Task.BINARY)[-1].code
    assert set(execute(line, kind(), X, y).predict(X)) <= {0, 1}


def test_more_iterations_reach_the_nested_estimator():
    kind = next(kind for kind in known_models() if kind.__name__ == "LogisticRegression")
    cut = ConvergenceFacts(estimator="LogisticRegression", path="logisticregression", n_iter=100, max_iter=100)
    code = remedies.converge(facts(kind), cut)[-1].code
    model = sampling_pipeline(StandardScaler(), kind())
    assert execute(code, clone(model), *data(kind)).get_params()["logisticregression__max_iter"] == 1000


def test_slow_estimators_get_their_own_advice():
    by_name = {kind.__name__: kind for kind in known_models()}
    boosting = remedies.speed_up(facts(by_name["GradientBoostingClassifier"]))[0]
    assert boosting.code == "from sklearn.ensemble import HistGradientBoostingClassifier"
    assert "Nystroem" in remedies.speed_up(facts(by_name["SVC"]))[0].code
    assert "n_jobs=-1" in remedies.speed_up(facts(by_name["RandomForestClassifier"]))[0].code
    assert "train_size=0.1" in remedies.speed_up(facts(by_name["RandomForestClassifier"], n_jobs="-1"))[0].code


def test_a_slow_grid_is_sampled_from_its_own_parameters():
    tree = next(kind for kind in known_models() if kind.__name__ == "DecisionTreeClassifier")
    grid = GridSearchCV(tree(), {"max_depth": list(range(1, 41))})
    searched = replace(facts(tree, "estimator__"), class_name="GridSearchCV", is_search=True)
    search = execute(remedies.speed_up(searched)[0].code, grid, *data(tree))
    assert len(search.fit(*data(tree)).cv_results_["params"]) == remedies.SEARCH_CANDIDATES
    sampled = replace(searched, class_name="RandomizedSearchCV")
    assert remedies.speed_up(sampled)[0].code == ""


def test_every_line_of_code_in_the_levers_parses():
    for kind in known_models():
        estimator = facts(kind)
        cut = ConvergenceFacts(estimator=kind.__name__, path="", n_iter=5, max_iter=5)
        for remedy in (
            *remedies.speed_up(estimator),
            *remedies.enrich(estimator),
            *remedies.converge(estimator, cut),
        ):
            ast.parse(remedy.code)
