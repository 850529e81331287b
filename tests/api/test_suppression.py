"""Tags that ask to ignore checks, from a script to what its run carries."""

from mlflow_pitfalls.model.outcomes import Outcomes, Status
from mlflow_pitfalls.sinks.runs import load_report

START = "import mlflow_pitfalls\nmlflow_pitfalls.enable(autolog=False, terminal=False, ignore=['PF2 because seen'])\n"


def test_tags_of_run_and_experiment_silence_checks(run_script, store, data, fit):
    store.client.set_experiment_tag(store.experiment_id, "pitfalls.ignore", "PF5; overfitt")
    source = START + data + f"with mlflow.start_run(experiment_id={store.experiment_id!r}) as run:\n"
    source += "    mlflow.set_tag('pitfalls.ignore.no-baseline-run', 'until 2999-12-31 because it is the first')\n"
    source += "".join(f"    {line}\n" for line in fit.strip().splitlines()) + "print(json.dumps(run.info.run_id))\n"
    run_id = run_script(source, store.uri).result
    outcomes = load_report(run_id, store.uri).outcomes
    assert isinstance(outcomes, Outcomes)
    told = {outcome.check: outcome for outcome in outcomes.outcomes}
    assert {told[name].status for name in ("overfit", "missing-values", "no-baseline-run")} == {Status.IGNORED}
    assert told["no-baseline-run"].message.startswith("Ignored (it is the first, until 2999-12-31): ")
    assert told["no-lift"].status is not Status.IGNORED
    (note,) = outcomes.notes
    assert "did you mean 'overfit'?" in note
    tags = store.tags(run_id)
    assert tags["pitfalls.ignore.no-baseline-run"] == "until 2999-12-31 because it is the first"
    assert "pitfalls.overfit" not in tags
