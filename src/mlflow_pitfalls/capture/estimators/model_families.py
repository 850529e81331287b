"""Which family of models an estimator's class belongs to, told by names: no library is imported for it."""

from __future__ import annotations

OTHER = "other"

_BY_PACKAGE = {
    "xgboost": "boosting",
    "lightgbm": "boosting",
    "catboost": "boosting",
    "skorch": "network",
    "keras": "network",
    "tensorflow": "network",
    "torch": "network",
    "tabpfn": "network",
}
_BY_CLASS = {
    "XGBRFClassifier": "forest",
    "XGBRFRegressor": "forest",
    "LinearSVC": "linear",
    "LinearSVR": "linear",
    "QuadraticDiscriminantAnalysis": "bayes",
    "BaseForest": "forest",
    "BaseBagging": "forest",
    "IsolationForest": "forest",
    "EasyEnsembleClassifier": "boosting",
    "BaseGradientBoosting": "boosting",
    "BaseHistGradientBoosting": "boosting",
    "BaseWeightBoosting": "boosting",
}
_BY_MODULE = {
    "sklearn.linear_model": "linear",
    "sklearn.discriminant_analysis": "linear",
    "sklearn.cross_decomposition": "linear",
    "sklearn.isotonic": "linear",
    "sklearn.tree": "tree",
    "sklearn.svm": "svm",
    "sklearn.kernel_ridge": "svm",
    "sklearn.neighbors": "neighbors",
    "sklearn.naive_bayes": "bayes",
    "sklearn.neural_network": "network",
    "sklearn.dummy": "dummy",
}

# Parts of class names, as autologging writes them, for runs of which nothing else is known; the first match counts.
_BY_NAME = (
    ("Dummy", "dummy"),
    ("GradientBoosting", "boosting"),
    ("AdaBoost", "boosting"),
    ("XGB", "boosting"),
    ("LGBM", "boosting"),
    ("CatBoost", "boosting"),
    ("RandomForest", "forest"),
    ("ExtraTrees", "forest"),
    ("Bagging", "forest"),
    ("DecisionTree", "tree"),
    ("ExtraTree", "tree"),
    ("SVC", "svm"),
    ("SVR", "svm"),
    ("Neighbors", "neighbors"),
    ("NB", "bayes"),
    ("MLP", "network"),
    ("LogisticRegression", "linear"),
    ("LinearRegression", "linear"),
    ("Ridge", "linear"),
    ("Lasso", "linear"),
    ("ElasticNet", "linear"),
    ("SGD", "linear"),
    ("Perceptron", "linear"),
    ("LinearDiscriminantAnalysis", "linear"),
)
_LINEAR_MACHINES = ("LinearSVC", "LinearSVR")


def model_family(kind: type) -> str:
    """The family of a class, that of its nearest known base for a class of the user's own.

    Args:
        kind: An estimator's class.

    Returns:
        ``linear``, ``tree``, ``forest``, ``boosting``, ``svm``, ``neighbors``, ``bayes``, ``network``, ``dummy`` or
        ``other``.
    """
    for base in kind.__mro__:
        module = str(getattr(base, "__module__", ""))
        package = module.partition(".")[0]
        known = _BY_CLASS.get(base.__name__) if package in ("sklearn", "imblearn", "xgboost") else None
        family = known or _BY_PACKAGE.get(package) or _BY_MODULE.get(".".join(module.split(".")[:2]))
        if family:
            return family
    return OTHER


def family_by_name(class_name: str) -> str:
    """The family of a scikit-learn or boosting estimator by its class name, empty where it is unknown."""
    if class_name.startswith(_LINEAR_MACHINES):
        return "linear"
    return next((family for part, family in _BY_NAME if part in class_name), "")
