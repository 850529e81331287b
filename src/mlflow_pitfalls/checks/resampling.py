"""PF3: rows resampled where they should not be."""

from __future__ import annotations

from mlflow_pitfalls.checks.base import Cost, Limits, Threshold, Verdict, check, flagged, passed
from mlflow_pitfalls.checks.evidence import evidence
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reading import held_out_metrics
from mlflow_pitfalls.checks.remedies import balance
from mlflow_pitfalls.checks.text import count, plural, short
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.record import ResamplingFacts, RunRecord
from mlflow_pitfalls.model.values import Severity

# Metrics that stay what they are where rows of a class are left out at random.
_SHARE_INVARIANT = frozenset(
    {"roc_auc", "roc_auc_ovr", "roc_curve", "det_curve", "balanced_accuracy", "recall", "recall_macro"}
)


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


@check(
    name="resampled-test-set",
    group=Group.IMBALANCE,
    severity=Severity.HIGH,
    severities=(Severity.MEDIUM, Severity.HIGH),
    cost=Cost.FREE,
    needs=(Fact.FIT, Fact.RESAMPLINGS),
    explained_by=("resample-before-split",),
    thresholds={
        "max_resampled": Threshold(
            0.0,
            "resamplings of evaluated rows",
            "how many resamplings the evaluated rows may come out of",
            "imbalanced-learn, Common pitfalls: never resample what is scored",
        ),
    },
)
def resampled_test_set(record: RunRecord, limits: Limits) -> Verdict:
    """The rows that the model was evaluated on come out of a sampler, so that the scores hold for made-up shares.

    What it does:
        Follows the evaluated rows back; more than {max_resampled} resamplings on their way are flagged. A resampling
        before the split is `resample-before-split`, which explains this flag. Where rows were only left out, and
        everything that was evaluated looks within classes (ROC AUC, recall, balanced accuracy), the score is still
        fair, only of fewer rows: medium.

    Why is this bad:
        At balanced classes precision, F1, accuracy and average precision are far above what they will be at the real
        shares, and copied or made-up rows count several times.

    Example:
        `X_test, y_test = SMOTE().fit_resample(X_test, y_test)`: precision 0.91 on paper; at the real 2 % it is 0.17.

    How to fix:
        Evaluate on the rows as they were. Resample training rows only, by a pipeline of imbalanced-learn's.

    References:
        imbalanced-learn, Common pitfalls and recommended practices,
        https://imbalanced-learn.org/stable/common_pitfalls.html.
    """
    touched = [found for found in record.resamplings if found.held_out_resampled]
    if len(touched) <= limits["max_resampled"]:
        return passed(f"{plural(len(record.resamplings), 'resampling')}, none of the evaluated rows.")
    worst = max(touched, key=lambda found: abs(found.rows_after - found.rows_before))
    metrics = held_out_metrics(record)
    is_fair = worst.rows_after <= worst.rows_before and bool(metrics) and metrics <= _SHARE_INVARIANT
    consequence = (
        f"{', '.join(sorted(metrics))} still hold, on fewer rows" if is_fair else "scores do not hold at real shares"
    )
    return flagged(
        f"The evaluated rows come out of {_sampler(worst)}, which turned {count(worst.rows_before)} rows into "
        f"{count(worst.rows_after)}: {consequence}. Evaluate on the rows as they were.",
        evidence=evidence(
            limits,
            "max_resampled",
            statistic="resamplings that the evaluated rows come out of",
            value=len(touched),
            rows=worst.rows_after,
            would_clear="an evaluation on rows that no sampler touched",
            subjects=tuple(
                Subject(name=_sampler(found), value=float(found.rows_after - found.rows_before), detail=found.site)
                for found in touched
            ),
        ),
        severity=Severity.MEDIUM if is_fair else Severity.HIGH,
        remedies=(
            Remedy(
                text="Score the test rows as they came out of the split.",
                code="model.fit(X_train_resampled, y_train_resampled).score(X_test, y_test)",
            ),
            Remedy(
                text="Put the sampler into imbalanced-learn's pipeline: it resamples in fits only, never when scoring.",
                code=_code("model = imblearn.pipeline.make_pipeline({}, model).fit(X_train, y_train)", worst),
            ),
        ),
    )
