"""PF3: rows resampled where they should not be."""

from __future__ import annotations

from mlflow_pitfalls.checks.base import Cost, Limits, Threshold, Verdict, check, flagged, passed
from mlflow_pitfalls.checks.evidence import evidence
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.remedies import balance
from mlflow_pitfalls.checks.text import count, plural, short
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.record import ResamplingFacts, RunRecord
from mlflow_pitfalls.model.values import Severity


@check(
    name="resample-before-split",
    group=Group.IMBALANCE,
    severity=Severity.HIGH,
    severities=(Severity.MEDIUM, Severity.HIGH),
    cost=Cost.FREE,
    needs=(Fact.FIT, Fact.RESAMPLINGS),
    thresholds={
        "max_resampled": Threshold(
            0.0,
            "resamplings before the split",
            "how many resamplings may come before the split",
            "imbalanced-learn, Common pitfalls: resample training rows only",
        ),
    },
)
def resample_before_split(record: RunRecord, limits: Limits) -> Verdict:
    """Rows were resampled before they were split, so that the held-out score is measured on made-up or copied rows.

    What it does:
        Follows the output of `fit_resample` (and of duplicated rows) into the split; more than {max_resampled} such
        resamplings are flagged. Over-sampling puts copies of one row, or rows made from it, on both sides: high. Pure
        under-sampling puts no copies there, but the held-out rows no longer have the real class shares: medium.

    Why is this bad:
        The model is tested on rows that it has seen, or that were made from rows that it has seen. The held-out score
        is too good, and falls at the first contact with real data.

    Example:
        `X_res, y_res = SMOTE().fit_resample(X, y)` followed by `train_test_split(X_res, y_res)`: recall 0.97 on paper,
        0.60 in use.

    How to fix:
        Split first, resample the training side only. In cross-validation put the sampler into imbalanced-learn's
        Pipeline, which resamples inside each fold.

    References:
        imbalanced-learn, Common pitfalls and recommended practices,
        https://imbalanced-learn.org/stable/common_pitfalls.html;
        Santos et al., Cross-validation for imbalanced datasets, IEEE CIM 2018, https://doi.org/10.1109/MCI.2018.2866730.
    """
    early = [found for found in record.resamplings if found.before_split]
    if len(early) <= limits["max_resampled"]:
        return passed(f"{plural(len(record.resamplings), 'resampling')}, none before the split.")
    worst = max(early, key=lambda found: found.rows_after - found.rows_before)
    makes_rows = worst.rows_after > worst.rows_before
    consequence = (
        "copies of rows, or rows made from them, stand on both sides of the split"
        if makes_rows
        else "the held-out rows no longer have the real class shares"
    )
    return flagged(
        f"{_sampler(worst)} turned {count(worst.rows_before)} rows into {count(worst.rows_after)} before the split: "
        f"{consequence}. Split first, then resample the training rows only.",
        evidence=evidence(
            limits,
            "max_resampled",
            statistic="resamplings before the split",
            value=len(early),
            rows=worst.rows_after,
            would_clear="a split before the resampling, or the sampler inside a pipeline",
            subjects=tuple(
                Subject(name=_sampler(found), value=float(found.rows_after - found.rows_before), detail=found.site)
                for found in early
            ),
        ),
        severity=Severity.HIGH if makes_rows else Severity.MEDIUM,
        remedies=(
            Remedy(
                text="Put the sampler into imbalanced-learn's pipeline: it resamples in fits only, never when scoring.",
                code=_code("model = imblearn.pipeline.make_pipeline({}, model).fit(X_train, y_train)", worst),
            ),
            Remedy(
                text="Or split first.",
                code=_code("X_train, y_train = {}.fit_resample(X_train, y_train)", worst),
            ),
            *(balance(record.fit.estimator, record.task)[:1] if record.fit else ()),
        ),
    )


def _code(line: str, found: ResamplingFacts) -> str:
    """A line of code with the sampler in it; none where its name is none that Python reads."""
    return line.format(f"{found.sampler}()") if found.sampler.isidentifier() else ""


def _sampler(found: ResamplingFacts) -> str:
    return f"{short(found.sampler)} ({found.site})" if found.site else short(found.sampler)
