import pytest

from mlflow_pitfalls.errors import PitfallsError, SettingsError
from mlflow_pitfalls.gating.judging import Answer, judge, read_ignored, read_severity
from mlflow_pitfalls.model.outcomes import Group, Outcome, Outcomes, Status
from mlflow_pitfalls.model.record import RunInfo
from mlflow_pitfalls.model.values import Severity


@pytest.mark.parametrize(
    ("fail_on", "failing"),
    [
        ("high", ["overfit"]),
        ("medium", ["overfit", "missing-values"]),
        ("low", ["overfit", "missing-values"]),
    ],
)
def test_flags_of_the_severity_and_above_stop_the_run(judged, fail_on, failing):
    result = judged(fail_on)
    assert [flag.check for flag in result.failures] == failing
    assert not result
    assert result.exit_status == 1
    assert result.count(Answer.SKIPPED) == 4
    assert result.count(Answer.ERRORED) == 1


def test_an_ignored_flag_stops_nothing_but_its_symptom_comes_back(judged):
    result = judged("high", "overfit because it is a demonstration")
    assert result.passed
    assert result.exit_status == 0
    ignored, symptom = (
        next(judged.outcome for judged in result.judged if judged.outcome.check == name)
        for name in ("overfit", "underfit")
    )
    assert (ignored.status, ignored.would_be) == (Status.IGNORED, Severity.HIGH)
    assert "a demonstration" in ignored.message
    assert (symptom.status, symptom.severity) == (Status.FLAGGED, Severity.MEDIUM)
    assert [flag.check for flag in judged("medium", "overfit").failures] == ["missing-values", "underfit"]


def test_a_group_is_ignored_and_an_expired_request_is_not(judged):
    assert judged("medium", "PF5", "PF2").passed
    assert not judged("high", "overfit until 2020-01-31").passed


def test_what_is_ignored_already_stays_so(judged):
    result = judged("high", "PF2", "overfit")
    ignored = next(judged.outcome for judged in result.judged if judged.outcome.check == "target-leakage")
    assert (ignored.message, ignored.would_be) == ("Ignored (known): x", Severity.HIGH)


def test_names_that_do_not_exist_are_errors():
    with pytest.raises(SettingsError, match="did you mean 'overfit'"):
        read_ignored(["overfitt"])
    with pytest.raises(SettingsError, match="expected a date"):
        read_ignored(["overfit until tomorrow"])
    for value in ("none", "HIGH", ""):
        with pytest.raises(SettingsError, match="fail_on must be one of low, medium, high"):
            read_severity(value)


def test_nothing_to_judge_is_no_pass():
    run = RunInfo(run_id="a" * 32, experiment_id="1")
    errored = Outcome(check="overfit", group=Group.ACCURACY, status=Status.ERRORED, message="")
    for outcomes in ((), (errored,)):
        with pytest.raises(PitfallsError, match="nothing to judge"):
            judge(run, Outcomes(run_id=run.run_id, outcomes=outcomes), fail_on=Severity.HIGH)
