"""The domain benchmark: given to ``enable()``, and set on the experiment."""


def test_a_benchmark_of_enable_and_one_of_the_experiment(run_script, store, data, fit):
    store.client.set_experiment_tag("0", "pitfalls.benchmark.accuracy", "0.5")
    store.client.set_experiment_tag("0", "pitfalls.benchmark.f1", "plenty")
    source = (
        "import mlflow_pitfalls\nmlflow_pitfalls.enable(autolog=False, benchmark={'roc_auc_score': 0.999})\n"
        + data
        + "with mlflow.start_run() as run:\n"
        + "".join(f"    {line}\n" for line in fit.strip().splitlines())
        + "report = mlflow_pitfalls.flush()[-1]\n"
        + "found = {each.check: each for each in report.outcomes.outcomes}['below-benchmark']\n"
        + "record = report.record\n"
        + "print(json.dumps([record.benchmark, [s.metric for s in record.scores], found.message, record.notes]))\n"
    )
    benchmark, metrics, message, notes = run_script(source, store.uri).result
    assert benchmark == [["accuracy", 0.5], ["roc_auc", 0.999]]
    assert metrics == ["accuracy", "roc_auc"]  # computed although the script evaluated accuracy alone
    assert message.startswith("roc_auc 0.")
    assert "below your benchmark of 0.999" in message
    assert any("'f1' is no number" in note for note in notes)
