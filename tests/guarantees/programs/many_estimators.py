# ruff: noqa: E402 - enable() comes first, as in a program of the user's
"""An ordinary program with many kinds of estimators, each of which draws from the global random state."""

import mlflow_pitfalls

mlflow_pitfalls.enable(autolog=False, terminal=False)

import json
import random
import warnings

import mlflow
import numpy as np
from catboost import CatBoostClassifier
from imblearn.ensemble import BalancedRandomForestClassifier
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.pipeline import make_pipeline as make_sampling_pipeline
from imblearn.under_sampling import RandomUnderSampler
from lightgbm import LGBMClassifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import DBSCAN, KMeans, MiniBatchKMeans
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.decomposition import NMF, PCA, FastICA, TruncatedSVD
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    StackingClassifier,
    VotingRegressor,
)
from sklearn.feature_selection import RFE, SelectKBest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.kernel_approximation import Nystroem, RBFSampler
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier, SGDRegressor
from sklearn.metrics import accuracy_score, r2_score
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import (
    GridSearchCV,
    RandomizedSearchCV,
    ShuffleSplit,
    TunedThresholdClassifierCV,
    cross_validate,
    train_test_split,
)
from sklearn.multioutput import MultiOutputRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, QuantileTransformer, StandardScaler
from sklearn.random_projection import GaussianRandomProjection
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier, ExtraTreeRegressor
from xgboost import XGBClassifier, XGBRegressor

warnings.simplefilter("ignore")  # so few rounds do not converge
np.random.seed(3)
random.seed(3)

classes = load_breast_cancer(return_X_y=True)
numbers = load_diabetes(return_X_y=True)
tree = DecisionTreeClassifier(max_features=4)
depths = {"max_depth": [2, 3, 5, 8]}

CLASSIFIERS = {
    "dummy": DummyClassifier(strategy="stratified"),
    "tree": tree,
    "forest": RandomForestClassifier(8),
    "bagging": BaggingClassifier(n_estimators=4),
    "ada": AdaBoostClassifier(n_estimators=5),
    "boosting": GradientBoostingClassifier(n_estimators=5, subsample=0.5),
    "balanced_forest": BalancedRandomForestClassifier(5),
    "sgd": make_pipeline(StandardScaler(), SGDClassifier()),
    "logistic": make_pipeline(StandardScaler(), LogisticRegression(solver="saga", max_iter=20)),
    "linear_svm": make_pipeline(StandardScaler(), LinearSVC(max_iter=50)),
    "svm": make_pipeline(Nystroem(n_components=20), SVC()),
    "bayes": make_pipeline(PCA(3, svd_solver="randomized"), GaussianNB()),
    "neighbours": make_pipeline(GaussianRandomProjection(4), KNeighborsClassifier()),
    "network": make_pipeline(StandardScaler(), MLPClassifier((5,), max_iter=5)),
    "sampled": make_sampling_pipeline(SMOTE(), DecisionTreeClassifier(max_features=3)),
    "undersampled": make_sampling_pipeline(RandomUnderSampler(), RandomForestClassifier(4)),
    "calibrated": CalibratedClassifierCV(RandomForestClassifier(4), cv=2),
    "stacking": StackingClassifier([("forest", RandomForestClassifier(4)), ("tree", tree)], cv=2),
    "threshold": TunedThresholdClassifierCV(RandomForestClassifier(4), cv=2),
    "grid": GridSearchCV(tree, depths, cv=2),
    "drawn": RandomizedSearchCV(tree, depths, n_iter=2, cv=ShuffleSplit(2)),
    "eliminated": RFE(RandomForestClassifier(3), n_features_to_select=20, step=5),
    "xgboost": XGBClassifier(n_estimators=5, subsample=0.5, n_jobs=1),
    "lightgbm": LGBMClassifier(n_estimators=5, bagging_fraction=0.5, bagging_freq=1, verbose=-1, n_jobs=1),
    "catboost": CatBoostClassifier(iterations=5, verbose=False, thread_count=1, allow_writing_files=False),
}
REGRESSORS = {
    "extra_tree": ExtraTreeRegressor(),
    "extra_trees": ExtraTreesRegressor(5),
    "histogram": HistGradientBoostingRegressor(max_iter=5),
    "sgd_numbers": make_pipeline(StandardScaler(), SGDRegressor()),
    "kitchen_sinks": make_pipeline(RBFSampler(n_components=20), Ridge()),
    "gaussian_process": GaussianProcessRegressor(n_restarts_optimizer=1),
    "transformed": TransformedTargetRegressor(ExtraTreesRegressor(3), func=np.log1p, inverse_func=np.expm1),
    "voting": VotingRegressor([("trees", ExtraTreesRegressor(3)), ("tree", ExtraTreeRegressor())]),
    "multi": MultiOutputRegressor(ExtraTreeRegressor()),
    "xgboost_numbers": XGBRegressor(n_estimators=5, colsample_bytree=0.5, n_jobs=1),
}
OTHERS = {
    "kmeans": KMeans(3, n_init=2),
    "mini_kmeans": MiniBatchKMeans(3, n_init=1),
    "dbscan": DBSCAN(),
    "mixture": GaussianMixture(2),
    "isolation": IsolationForest(n_estimators=10),
    "pca": PCA(3, svd_solver="randomized"),
    "svd": TruncatedSVD(3),
    "ica": FastICA(3, max_iter=20),
    "nmf": NMF(3, init="random", max_iter=20),
    "quantiles": QuantileTransformer(n_quantiles=50, subsample=200),
    "bins": KBinsDiscretizer(4, subsample=100),
    "best": SelectKBest(k=5),
}
SAMPLERS = {"smote": SMOTE(), "oversampler": RandomOverSampler()}


def state():
    return np.random.get_state(), random.getstate()


def judged(name, model, X, y, metric):
    """Split, fit, predict, score, all of it unseeded, in a run of its own."""
    X_train, X_test, y_train, y_test = train_test_split(X, y)
    with mlflow.start_run(run_name=name):
        told = model.fit(X_train, y_train).predict(X_test)
        mlflow.log_param("estimator", type(model).__name__)
        mlflow.log_metric("score", metric(y_test, told))
    scores = [getattr(model, each)(X_test) for each in ("predict_proba", "decision_function") if hasattr(model, each)]
    return model, told, scores, state()


for name, model in CLASSIFIERS.items():
    globals()[name] = judged(name, model, *classes, accuracy_score)
for name, model in REGRESSORS.items():
    X, y = numbers
    globals()[name] = judged(name, model, X, np.column_stack([y, -y]) if name == "multi" else y, r2_score)
for name, model in OTHERS.items():
    X, y = classes
    with mlflow.start_run(run_name=name):
        model.fit(X, y)
    answers = [getattr(model, each)(X) for each in ("predict", "transform", "score_samples") if hasattr(model, each)]
    globals()[name] = model, answers, state()
for name, sampler in SAMPLERS.items():
    globals()[name] = sampler.fit_resample(*classes), sampler, state()
folds = {
    name: scores
    for name, scores in cross_validate(DecisionTreeClassifier(max_features=4), *classes, cv=3).items()
    if "time" not in name
}
mlflow_pitfalls.flush(timeout=120)
after_all = state()
del X, y, name, model, sampler, answers
print(json.dumps([*CLASSIFIERS, *REGRESSORS, *OTHERS, *SAMPLERS]))
