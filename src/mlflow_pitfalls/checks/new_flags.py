"""PF6: flags that the reference run did not have."""

from __future__ import annotations

from mlflow_pitfalls.checks.base import Cost, Limits, Threshold, Verdict, check, flagged, not_applicable, passed
from mlflow_pitfalls.checks.evidence import evidence, worst_first
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reference import compared, reference_name
from mlflow_pitfalls.checks.text import names, plural
from mlflow_pitfalls.model.comparison import FlagChange
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Severity

MARGIN = "margin"
_COUNTED = (Severity.MEDIUM, Severity.HIGH)


@check(
    name="new-flag",
    group=Group.REGRESSION,
    severity=Severity.LOW,
    cost=Cost.FREE,
    needs=(Fact.REFERENCE,),
    thresholds={
        MARGIN: Threshold(
            0.25, "share of each threshold", "how far both answers must hold when thresholds are moved", "our choice"
        ),
        "max_flags": Threshold(0, "flags", "new flags of medium or high severity that may be", "any one is news"),
    },
)
def new_flag(record: RunRecord, limits: Limits) -> Verdict:
    """The run has flags of medium or high severity that the reference run did not have.

    What it does:
        Lists the checks of the other groups that flag this run and not the reference run. A check counts only where
        the answer is certain on both sides: the reference run passed it, or could have shown the pitfall and did not;
        both records, judged anew by today's checks, give the same answers with each threshold moved by {margin} of
        itself up and down; and where both runs have an interval of the statistic, the two do not meet. A statistic
        that hovers at its threshold is therefore never new. Neither are checks of clocks and machines, of the
        experiment's history, or of the weakest of many segments, which change by themselves. More than {max_flags} are
        flagged. Which run is the reference, `score-regression` tells.

    Why is this bad:
        It was right and is not any more: something between the two runs has broken it, and that is the shortest list
        of suspects there is.

    Example:
        The reference run split its rows before scaling. Since the two lines changed places, this run has
        `preprocess-before-split`.

    How to fix:
        Each of the flags tells how. What changed between the two runs tells where.

    References:
        Sculley et al., Hidden Technical Debt in Machine Learning Systems, NIPS 2015.
    """
    reference, comparison = compared(record)
    gained = [change for change in comparison.gained if change.severity in _COUNTED]
    certain = [change for change in gained if change.certain]
    if not comparison.comparable:
        return not_applicable("The reference run predicts another target or solves another task.")
    if len(certain) <= limits["max_flags"]:
        hovering = f" {_hovering(gained)}" if gained else ""
        return passed(f"No medium or high flag is certainly new against {reference_name(reference)}.{hovering}")
    return flagged(
        f"{plural(len(certain), 'new flag')} against {reference_name(reference)}: "
        f"{names([change.check for change in certain])}. What changed between the two runs has caused it.",
        evidence=evidence(
            limits,
            "max_flags",
            statistic="medium and high flags that the reference run did not have",
            value=len(certain),
            rows=record.fit.rows if record.fit is not None else 0,
            would_clear="none of these flags",
            subjects=worst_first(
                Subject(name=change.check, value=float(change.severity.rank), severity=change.severity)
                for change in certain
            ),
        ),
        remedies=(
            Remedy(
                text="Compare the two runs: parameters, columns, rows and flags that differ.",
                code=f"mlflow-pitfalls compare {comparison.before.run_id} {comparison.after.run_id}",
            ),
        ),
    )


def _hovering(gained: list[FlagChange]) -> str:
    verb = "is" if len(gained) == 1 else "are"
    return f"{names([change.check for change in gained])} {verb} too near to call."
