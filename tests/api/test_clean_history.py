"""Checks that ask earlier runs or the machine, on a careful user's experiment: none of them has anything to say."""

from __future__ import annotations

ASKED = ("time-regression", "single-model-family", "untuned-defaults", "test-set-reuse", "idle-accelerator")
SCRIPT = """
import mlflow_pitfalls
from dataclasses import replace
from statistics import median
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from mlflow_pitfalls.checks.catalogue import by_name

mlflow_pitfalls.enable(autolog=False)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
models = [make_pipeline(StandardScaler(), LogisticRegression(C=0.5))]
models += [RandomForestClassifier(40, min_samples_leaf=2, random_state=seed) for seed in range(6)]
for model in models:
    with mlflow.start_run():
        model.fit(X_train, y_train)
        accuracy_score(y_test, model.predict(X_test))
reports = mlflow_pitfalls.flush()[-len(models):]
answers = [{o.check: (o.status.value, o.message) for o in report.outcomes.outcomes} for report in reports]

# Times vary from machine to machine: the last run's is put where the earlier ones lie, and a GPU beside it.
record = reports[-1].record
usual = median(run.seconds for run in record.history.earlier if run.seconds)
settled = replace(record, fit=replace(record.fit, seconds=usual), times=replace(record.times, accelerator="a GPU"))
judged = {}
for name, limits in (("time-regression", {"time-regression.min_seconds": 0.0}), ("idle-accelerator", {})):
    check = by_name(name)
    verdict = check(settled, check.limits(limits))
    judged[name] = (verdict.status.value, verdict.message)
print(json.dumps([answers, judged]))
"""


def test_no_flag_in_any_run_of_a_careful_experiment(run_script, store, data):
    answers, judged = run_script(data + SCRIPT, store.uri).result
    assert len(answers) == 7
    for answer in answers:
        assert {name: answer[name] for name in ASKED if answer[name][0] == "flagged"} == {}
    for name in ("single-model-family", "untuned-defaults", "test-set-reuse"):
        status, message = answers[-1][name]
        assert status == "passed", message
    assert "7 runs" in answers[-1]["test-set-reuse"][1]
    assert "2 families" in answers[-1]["single-model-family"][1]
    for status, message in judged.values():
        assert status == "passed", message
