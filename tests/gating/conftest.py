"""Outcomes of every status, with text that would be markup."""

from __future__ import annotations

import pytest

from mlflow_pitfalls.gating.judging import GateResult, judge, read_ignored
from mlflow_pitfalls.model.outcomes import Evidence, Group, Outcome, Outcomes, Remedy, Status
from mlflow_pitfalls.model.record import RunInfo
from mlflow_pitfalls.model.values import Interval, Severity

RUN = RunInfo(run_id="a" * 32, experiment_id="7", run_name="bold-<i>owl</i> & [red]co\x00\ufffe")

FLAG = Outcome(
    check="overfit",
    group=Group.ACCURACY,
    status=Status.FLAGGED,
    severity=Severity.HIGH,
    message="Gap 0.21 <script>alert(1)</script> ]]> [bold]x[/bold] \x1b[31m \ufffe. Prune it.",
    evidence=Evidence(
        statistic="gap", value=0.21, threshold=0.05, unit="score", rows=800, interval=Interval(low=0.18, high=0.24)
    ),
    remedies=(Remedy(text="Prune <b>", code='model.set_params(max_depth=3)\n"]]>"'),),
    explains=("underfit",),
)
OTHERS = (
    Outcome(
        check="missing-values",
        group=Group.DATA,
        status=Status.FLAGGED,
        severity=Severity.MEDIUM,
        message="40 % missing.",
        evidence=Evidence(statistic="share", value=float("nan"), threshold=0.2, unit="share", rows=800),
    ),
    Outcome(check="no-lift", group=Group.TOOL, status=Status.PASSED, message="It beats a dummy."),
    Outcome(
        check="underfit",
        group=Group.ACCURACY,
        status=Status.EXPLAINED,
        message="A symptom of overfit: …",
        explained_by="overfit",
    ),
    Outcome(check="skewed-target", group=Group.IMBALANCE, status=Status.NOT_APPLICABLE, message="Classes."),
    Outcome(check="unstable-score", group=Group.ACCURACY, status=Status.INCONCLUSIVE, message="2 folds."),
    Outcome(
        check="target-leakage",
        group=Group.DATA,
        status=Status.IGNORED,
        message="Ignored (known): x",
        would_be=Severity.HIGH,
    ),
    Outcome(check="idle-cores", group=Group.TIME, status=Status.ERRORED, message="This check failed (KeyError)."),
)


@pytest.fixture
def outcomes() -> Outcomes:
    return Outcomes(run_id=RUN.run_id, outcomes=(FLAG, *OTHERS))


@pytest.fixture
def judged(outcomes):
    def make(fail_on: str = "high", *ignore: str) -> GateResult:
        return judge(RUN, outcomes, fail_on=Severity(fail_on), ignore=read_ignored(ignore))

    return make
