"""What users call to tune a model: ``tune``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mlflow_pitfalls import hooks

if TYPE_CHECKING:
    from mlflow_pitfalls.model.suggestions import SearchSpace, Suggestions
    from mlflow_pitfalls.tuning.study.result import TuningResult


def tune(
    model: Any,
    X: Any,
    y: Any,
    *,
    X_test: Any = None,
    y_test: Any = None,
    metric: str | None = None,
    trials: int = 50,
    timeout: float | None = None,
    jobs: int = 1,
    spark: Any = None,
    storage: str | None = None,
    study_name: str | None = None,
    space: SearchSpace | None = None,
    cv: Any = None,
    groups: Any = None,
    random_state: int = 0,
    history: Suggestions | bool = True,
) -> TuningResult:
    """Tune a model by cross-validation inside the given rows, and say honestly whether it is better for it.

    The present configuration is the first trial. The best one is judged on folds that the search did not see. Called
    again with the same model and rows it goes on where it was interrupted. Model, rows and global random state stay as
    they are, and nothing is logged. Ctrl-C ends it; what was found until then is returned.

    Args:
        model: Classifier or regressor of scikit-learn's interface, fitted or not; also a pipeline or a search.
        X: Training rows in any container that scikit-learn takes, shape (n, columns).
        y: Targets, shape (n,).
        X_test: Held-out rows, which no trial sees: they are scored once before and once after.
        y_test: Their targets.
        metric: scikit-learn's name of a scorer; by default ROC AUC for two classes, balanced accuracy for more, R² for
            numbers.
        trials: Configurations to try, those of an interrupted study included.
        timeout: Seconds for all of it.
        jobs: Worker processes, each on one core; 1 works in this process. With ``spark``: how many trials run at a
            time, 1 for as many as Spark has cores.
        spark: Spark's master (``"local[4]"``, ``"spark://host:7077"``), a ``SparkSession`` or a ``SparkContext``: its
            executors, which need the same Python version, this package and what the model imports, are sent the
            training rows once and fit the folds. An active session is used, whatever the address, and is not stopped.
        storage: A database (SQLAlchemy URL); by default a journal file under the user's state folder.
        study_name: By which a study goes on; made from model, rows and metric by default.
        space: What is searched; by default what is known to matter for the model.
        cv: Number of folds, or a splitter of scikit-learn's; by default five, stratified for classes.
        groups: What each row belongs to, shape (n,): rows of a group stay in one fold.
        random_state: Seed of all choices.
        history: Whether to begin from the runs of the current MLflow experiment that tried the same kind of model and
            were scored by the same metric on the same held-out rows, which takes ``y_test``. Or what a run of this very
            model suggests (``mlflow_pitfalls.report(run_id).suggestions``): its earlier runs, and the space in the
            order of its flags. Scores of earlier runs guide what is tried; the best is judged on this study's own
            folds only.

    Returns:
        The best configuration, scores before and after with intervals, and a fitted model.

    Raises:
        PitfallsError: The model cannot be copied or fitted, nothing in it can be searched, or an option does not fit.
        MissingExtraError: ``spark`` is given, and pyspark is not installed.
    """
    from mlflow_pitfalls.known_runs import suggested_by_runs
    from mlflow_pitfalls.model.suggestions import Suggestions
    from mlflow_pitfalls.tuning.space.spaces import space_of
    from mlflow_pitfalls.tuning.study.study import Request, tune_model

    request = Request(
        model=model,
        x=X,
        y=y,
        x_test=X_test,
        y_test=y_test,
        metric=metric,
        trials=trials,
        timeout=timeout,
        jobs=jobs,
        spark=spark,
        storage=storage,
        study_name=study_name,
        space=space,
        cv=cv,
        groups=groups,
        seed=random_state,
        mute=hooks.mute_thread,
        known=history if isinstance(history, Suggestions) else None,
        ask=partial(suggested_by_runs, y_test=y_test) if history is True else None,
    )
    with hooks.unlogged():
        return tune_model(request, space_of)
