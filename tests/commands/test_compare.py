"""Two runs of a real script, compared from the store."""

import mlflow
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

import mlflow_pitfalls
from mlflow_pitfalls.errors import PitfallsError


@pytest.fixture
def two(store, settings):
    """A scaled linear model, and then a tree on rows of which one column has moved."""
    mlflow.set_tracking_uri(store.uri)
    mlflow_pitfalls.enable(autolog=False, terminal=False, spool_dir=settings.spool_dir, views=False)
    runs = []
    try:
        x, y = load_breast_cancer(return_X_y=True, as_frame=True)
        x = x.iloc[:, :3].rename(columns={"mean radius": "<b>radius</b>"})
        for model, shift in ((LogisticRegression(), 0.0), (DecisionTreeClassifier(random_state=0), 9.0)):
            train, test, y_train, y_test = train_test_split(x, y, random_state=0)
            train = train.assign(**{"<b>radius</b>": train["<b>radius</b>"] + shift})
            scaler = StandardScaler().set_output(transform="pandas").fit(train) if not shift else None
            sides = [scaler.transform(side) if scaler else side for side in (train, test)]
            with mlflow.start_run(experiment_id=store.experiment_id, run_name=f"{type(model).__name__}") as run:
                model.fit(sides[0], y_train).score(sides[1], y_test)
            runs.append(run.info.run_id)
            mlflow_pitfalls.flush()
    finally:
        mlflow_pitfalls.disable()
        mlflow.set_tracking_uri(None)
    return runs


def test_two_runs_beside_each_other(invoke, store, two, tmp_path):
    page = tmp_path / "comparison.html"
    result = invoke("compare", *two, "--html", page, "--tracking-uri", store.uri)
    assert result.exit_code == 0, result.output
    assert result.output.startswith("LogisticRegression → DecisionTreeClassifier: accuracy: ")
    assert "<b>radius</b>" in result.output
    html = page.read_text(encoding="utf-8")
    assert "&lt;b&gt;radius&lt;/b&gt;" in html
    assert "<b>radius" not in html
    found = mlflow_pitfalls.compare(*two, tracking_uri=store.uri)
    assert found.html() == html
    (comparison,) = found.comparisons
    assert (comparison.before.run_id, comparison.after.run_id) == tuple(two)
    assert comparison.score.metric == "accuracy"
    # The later run was compared when it was written; the earlier one had nothing to be compared with.
    assert "pitfalls/comparison.html" in store.files(two[1])
    assert "pitfalls/comparison.html" not in store.files(two[0])


def test_what_cannot_be_compared(invoke, store, reported, tmp_path):
    run = reported()
    for arguments, status, said in [
        ((run,), 2, "Give at least two runs."),
        ((run, store.new_run()), 1, "it ran without mlflow-pitfalls"),
        ((run, run, "--html", tmp_path / "no" / "x.html"), 1, "cannot be written"),
    ]:
        result = invoke("compare", *arguments, "--tracking-uri", store.uri)
        assert result.exit_code == status, result.output
        assert said in result.output
    with pytest.raises(PitfallsError, match="at least two runs"):
        mlflow_pitfalls.compare(run)


def test_the_name_stays_a_function_whatever_is_imported():
    import mlflow_pitfalls.comparing.compare

    assert callable(mlflow_pitfalls.compare)
