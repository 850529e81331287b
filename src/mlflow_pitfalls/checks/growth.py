"""Estimators whose time grows faster than their rows, how fast, and what to take instead.

Exponents are the least that scikit-learn's guide states ("between quadratic and cubic" counts as quadratic), so that a
projection is a lower bound.
"""

from __future__ import annotations

from dataclasses import dataclass

from mlflow_pitfalls.checks.complexity import own_settings
from mlflow_pitfalls.model.record import EstimatorFacts

_QUADRATIC = 2.0
_CUBIC = 3.0
_TREE_COLUMNS = 15  # beyond it scikit-learn's algorithm="auto" compares with every row
_SCALED = "make_pipeline(StandardScaler(), Nystroem(random_state=0), {})"
_KERNEL = "Approximate the kernel: its exact cost grows with the square of the rows."
_EVERY_PAIR = "Work on a neighbourhood graph rather than on every pair of rows."


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How one estimator's time grows.

    Attributes:
        exponent: Of seconds = a · rows ^ exponent, at the least.
        text: What to do, in words.
        other: Code of another estimator to take its place, ``model`` being the one at hand; empty where a setting
            does it.
        setting: Parameter and value of the estimator's own that avoids the growth.
        in_predict: Its predictions grow so, not its fit.
    """

    exponent: float
    text: str
    other: str = ""
    setting: tuple[str, object] | None = None
    in_predict: bool = False


def _kernel(last: str, exponent: float = _QUADRATIC) -> Growth:
    return Growth(exponent=exponent, text=_KERNEL, other=_SCALED.format(last))


_PAIRS = "Compare each row with few others: project to few columns first, so that a tree finds the neighbours."
_NEIGHBOURS = Growth(
    exponent=_QUADRATIC, text=_PAIRS, other="make_pipeline(PCA(n_components=10), model)", in_predict=True
)
_BY_CLASS: dict[str, Growth] = {
    "SVC": _kernel("LinearSVC()"),
    "NuSVC": _kernel("LinearSVC()"),
    "SVR": _kernel("LinearSVR()"),
    "NuSVR": _kernel("LinearSVR()"),
    "OneClassSVM": _kernel("SGDOneClassSVM(random_state=0)"),
    "KernelRidge": _kernel("Ridge()", _CUBIC),
    "GaussianProcessRegressor": _kernel("BayesianRidge()", _CUBIC),
    "GaussianProcessClassifier": _kernel("LogisticRegression()", _CUBIC),
    "KNeighborsClassifier": _NEIGHBOURS,
    "KNeighborsRegressor": _NEIGHBOURS,
    "RadiusNeighborsClassifier": _NEIGHBOURS,
    "RadiusNeighborsRegressor": _NEIGHBOURS,
    "AgglomerativeClustering": Growth(
        exponent=_QUADRATIC,
        text="Gather the rows into small clusters first, and link only those.",
        other="Birch(n_clusters=model)",
    ),
    "SpectralClustering": Growth(exponent=_CUBIC, text=_EVERY_PAIR, setting=("affinity", "nearest_neighbors")),
    "LabelPropagation": Growth(exponent=_QUADRATIC, text=_EVERY_PAIR, setting=("kernel", "knn")),
    "LabelSpreading": Growth(exponent=_QUADRATIC, text=_EVERY_PAIR, setting=("kernel", "knn")),
    "MeanShift": Growth(exponent=_QUADRATIC, text="Start from a grid of seeds only.", setting=("bin_seeding", True)),
    "AffinityPropagation": Growth(
        exponent=_QUADRATIC,
        text="Take a clustering that need not compare every pair of rows.",
        other="MiniBatchKMeans(random_state=0)",
    ),
}
# Settings under which a listed estimator no longer compares every pair of rows.
_AVOIDED = {"AgglomerativeClustering": "connectivity"}


def growth_of(estimator: EstimatorFacts, columns: int) -> Growth | None:
    """How an estimator's time grows; None where it grows about as its rows do, or is not known to grow faster.

    Args:
        estimator: The fitted estimator.
        columns: Columns that it was given.
    """
    found = _BY_CLASS.get(estimator.final_class_name)
    if found is None:
        return None
    own = own_settings(estimator)
    if found.setting is not None and own.get(found.setting[0]) == str(found.setting[1]):
        return None
    if _AVOIDED.get(estimator.final_class_name, "") in own:
        return None
    return None if found.in_predict and not _compares_all(own, columns) else found


def known_growth(estimator: EstimatorFacts) -> Growth | None:
    """How an estimator's time grows at its worst, whatever its settings; None for those that are not listed."""
    return _BY_CLASS.get(estimator.final_class_name)


def _compares_all(own: dict[str, str], columns: int) -> bool:
    algorithm = own.get("algorithm", "auto")
    return algorithm == "brute" or (algorithm == "auto" and columns > _TREE_COLUMNS)
