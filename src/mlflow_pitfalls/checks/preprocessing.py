"""PF2: what was learned from the held-out rows before they were held out."""

from __future__ import annotations

from mlflow_pitfalls.checks.base import Cost, Limits, Threshold, Verdict, check, flagged, not_applicable, passed
from mlflow_pitfalls.checks.evidence import evidence, worst_first
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reading import held_out_metrics
from mlflow_pitfalls.checks.text import count, plural, short
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.record import PreprocessingFacts, RunRecord
from mlflow_pitfalls.model.values import Role, Severity

_FOLDS = "cross_validation"


@check(
    name="preprocess-before-split",
    group=Group.DATA,
    severity=Severity.HIGH,
    severities=(Severity.MEDIUM, Severity.HIGH),
    cost=Cost.FREE,
    needs=(Fact.FIT,),
    thresholds={
        "max_fitted": Threshold(
            0.0,
            "transformers fitted on held-out rows",
            "how many transformers may have seen the rows that the model is judged by",
            "scikit-learn, Common pitfalls: fit transformers on training rows only",
        ),
    },
)
def preprocess_before_split(record: RunRecord, limits: Limits) -> Verdict:
    """A transformer was fitted on rows that the model was later judged by.

    What it does:
        Follows what transformers were fitted on, and where their output goes: more than {max_fitted} that learned from
        rows which `train_test_split`, a splitter or cross-validation then held out are flagged. One that used the
        target (feature selection, target encoding) is high: on pure noise it alone can make a good score. One that
        learned the distribution of the features (scalers, imputers, PCA, tf-idf) is medium: its effect is small, and
        grows as rows get fewer.

        What learns no more than a list of values (one-hot and ordinal encoders, a label encoder, a vocabulary) or
        nothing at all is left alone. Where the rows were split before, and cross-validation runs inside the
        training side, a scaler fitted on that side is left alone too: the held-out score is still honest.

    Why is this bad:
        The held-out rows are to stand in for rows of the future, about which nothing is known. A score on rows that
        were looked at before is too good, and nobody can say by how much.

    Example:
        `SelectKBest(k=20).fit_transform(X, y)` on 10 000 columns of noise, then `train_test_split`: accuracy 0.76 where
        there is nothing to learn (scikit-learn's own example).

    How to fix:
        Put the transformer and the model into one pipeline and split first: then every fit, also the ones inside of
        cross-validation, sees training rows only.

    References:
        scikit-learn, Common pitfalls and recommended practices: data leakage,
        https://scikit-learn.org/stable/common_pitfalls.html;
        Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, section 7.10.2.
    """
    judged_by_folds = [found for cv in record.cross_validations for found in cv.preprocessing]
    has_split = any(evaluation.role is Role.HELD_OUT for evaluation in record.evaluations)
    if has_split:
        judged_by_folds = [found for found in judged_by_folds if found.supervised]
    early = _distinct([*record.preprocessing, *judged_by_folds])
    if not early and not record.cross_validations and record.held_out is None and not held_out_metrics(record):
        return not_applicable("No rows were held out, so that no transformer could have seen them.")
    if len(early) <= limits["max_fitted"]:
        return passed("No transformer was seen that had learned from the rows that the model is judged by.")
    return _flagged(early, limits)


def _flagged(early: list[PreprocessingFacts], limits: Limits) -> Verdict:
    worst = max(early, key=lambda found: (found.supervised, found.rows))
    when = "before cross-validation" if worst.before == _FOLDS else "before the split"
    learned = "from the target" if worst.supervised else "the distribution"
    others = f" {plural(len(early) - 1, 'other transformer')} likewise." if len(early) > 1 else ""
    return flagged(
        f"{_name(worst)} learned {learned} of {count(worst.rows)} rows {when}, among them the "
        f"{count(worst.held_out_rows)} that the model is judged by.{others} Put it into a pipeline with the model, and "
        "split first.",
        severity=Severity.HIGH if worst.supervised else Severity.MEDIUM,
        evidence=evidence(
            limits,
            "max_fitted",
            statistic="transformers fitted on held-out rows",
            value=len(early),
            rows=worst.held_out_rows,
            would_clear="a split before the transformer is fitted, or the transformer inside a pipeline",
            subjects=worst_first(
                Subject(
                    name=short(found.transformer),
                    value=float(found.rows),
                    severity=Severity.HIGH if found.supervised else Severity.MEDIUM,
                    detail=found.site,
                )
                for found in early
            ),
        ),
        remedies=_remedies(worst),
    )


def _remedies(worst: PreprocessingFacts) -> tuple[Remedy, ...]:
    step = f"{worst.transformer}(...)" if worst.transformer.isidentifier() else ""
    return (
        Remedy(
            text="Fit both as one: the transformer then sees training rows only, in every fold too.",
            code=f"model = make_pipeline({step}, model).fit(X_train, y_train)" if step else "",
        ),
        Remedy(
            text="Or split first, and fit the transformer on the training side.",
            code=f"transformer = {step}.fit(X_train, y_train)" if step else "",
        ),
    )


def _distinct(found: list[PreprocessingFacts]) -> list[PreprocessingFacts]:
    return list({(each.transformer, each.rows, each.site): each for each in found}.values())


def _name(found: PreprocessingFacts) -> str:
    return f"{short(found.transformer)} ({short(found.site)})" if found.site else short(found.transformer)
