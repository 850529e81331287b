"""What checks say, summed up for a run."""

from hypothesis import given
from hypothesis import strategies as st

from mlflow_pitfalls.model.outcomes import Group, Outcome, Outcomes, Status
from mlflow_pitfalls.model.values import Severity

OUTCOME = st.builds(
    Outcome,
    check=st.text(max_size=3),
    group=st.sampled_from(Group),
    status=st.sampled_from(Status),
    message=st.just(""),
    severity=st.sampled_from(Severity),
)


def _outcome(check, status, severity):
    return Outcome(check=check, group=Group.DATA, status=status, message="", severity=severity)


def test_flags_are_the_flagged_ones_worst_first_then_in_catalogue_order():
    found = Outcomes(
        run_id="r",
        outcomes=(
            _outcome("a", Status.FLAGGED, Severity.LOW),
            _outcome("b", Status.FLAGGED, Severity.HIGH),
            _outcome("c", Status.EXPLAINED, Severity.HIGH),
            _outcome("d", Status.PASSED, Severity.NONE),
            _outcome("e", Status.FLAGGED, Severity.LOW),
            _outcome("f", Status.FLAGGED, Severity.MEDIUM),
        ),
    )
    assert [flag.check for flag in found.flags] == ["b", "f", "a", "e"]
    assert found.severity is Severity.HIGH
    assert [found.count(severity) for severity in Severity] == [0, 2, 1, 1]


def test_a_run_without_flags_has_no_severity():
    assert Outcomes(run_id="r", outcomes=()).severity is Severity.NONE
    ignored = Outcomes(run_id="r", outcomes=(_outcome("a", Status.IGNORED, Severity.HIGH),))
    assert ignored.severity is Severity.NONE
    assert ignored.flags == ()


@given(st.lists(OUTCOME, max_size=8).map(tuple))
def test_counts_flags_and_severity_agree(outcomes):
    found = Outcomes(run_id="r", outcomes=outcomes)
    ranks = [flag.severity.rank for flag in found.flags]
    assert ranks == sorted(ranks, reverse=True)
    assert sum(found.count(severity) for severity in Severity) == len(found.flags)
    assert found.severity.rank == max(ranks, default=0)


def test_groups_and_severities_have_their_order_and_headings():
    assert [group.value for group in Group] == ["PF1", "PF2", "PF3", "PF4", "PF5", "PF6"]
    assert len({group.heading for group in Group}) == len(Group)
    assert [severity.rank for severity in (Severity.NONE, Severity.LOW, Severity.MEDIUM, Severity.HIGH)] == [0, 1, 2, 3]
