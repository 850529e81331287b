"""PF1: does the estimator answer the question that the target poses?"""

from __future__ import annotations

from mlflow_pitfalls.checks.base import (
    Cost,
    Limits,
    Threshold,
    Verdict,
    check,
    flagged,
    inconclusive,
    not_applicable,
    passed,
)
from mlflow_pitfalls.checks.complexity import own_settings
from mlflow_pitfalls.checks.evidence import evidence
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.text import count, percent, plural, short
from mlflow_pitfalls.model.outcomes import Group, Remedy
from mlflow_pitfalls.model.profile import TargetProfile
from mlflow_pitfalls.model.record import EstimatorFacts, RunRecord
from mlflow_pitfalls.model.values import Severity

_CLASSIFIER, _REGRESSOR = "classifier", "regressor"
_COUNT_REGRESSORS = frozenset({"PoissonRegressor", "TweedieRegressor", "GammaRegressor"})
_LOSS_PARAMETERS = ("loss", "criterion", "objective", "loss_function")
_COUNT_LOSSES = ("poisson", "tweedie", "gamma")
_EXACT = 1e-6  # relative error within which two spreads computed in floating point are the same


@check(
    name="target-type-mismatch",
    group=Group.TOOL,
    severity=Severity.HIGH,
    severities=(Severity.LOW, Severity.HIGH),
    cost=Cost.SCAN,
    needs=(Fact.FIT, Fact.TRAIN_TARGET),
    thresholds={
        "min_classes": Threshold(20, "classes", "with more, a target may be a quantity", "our choice"),
        "min_distinct": Threshold(
            0.10, "distinct values a row", "above it whole numbers may be a quantity rather than classes", "our choice"
        ),
        "min_single": Threshold(
            0.20,
            "share of classes with one row",
            "and so many of them stand alone: such a class can be learned or tested, never both",
            "our choice: quantities had 23 to 100 % on five real data sets, face and digit labels 0 %",
        ),
        "min_identifier": Threshold(
            0.50, "distinct values a row", "from here on labels of text name rows", "our choice"
        ),
        "max_values": Threshold(2, "distinct values", "up to here the target is a yes/no question", "definition"),
        "max_levels": Threshold(
            10, "distinct values", "up to here whole numbers may be classes (low severity)", "our choice"
        ),
    },
)
def target_type_mismatch(record: RunRecord, limits: Limits) -> Verdict:
    """A classifier was given a quantity or an identifier as its target, or a regressor was given classes.

    What it does:
        A classifier's target is no set of classes where it holds more than {min_classes} different whole numbers, more
        than {min_distinct} of the rows, and at least {min_single} of these classes have a single row; labels of text
        count where they are different in at least {min_identifier} of the rows. Many classes of several rows each, such
        as forty faces with ten pictures a person, are honest. A regressor's target is a yes/no question where it holds
        at most {max_values} values (high), and may be one of grades where it holds at most {max_levels} whole numbers
        (low; models of counts, such as Poisson regression, are left alone). A target with a single value is high for
        both.

    Why is this bad:
        A classifier of a quantity treats 199 as no nearer to 200 than 5 is, and most of its classes have a row or two.
        A regressor of a yes/no question is punished for being sure, answers outside of 0 to 1, and is scored by R²,
        which says nothing of the decisions. A constant target leaves nothing to learn.

    Example:
        `LogisticRegression().fit(X, y)` on the progression scores of the diabetes data: scikit-learn accepts the
        214 whole numbers as classes, and the accuracy is 0.01.

    How to fix:
        Use the regressor of the same kind for a quantity and the classifier for classes; cut a quantity into a few
        bins where the decision needs classes. Grades can stay a regression, if errors are meant to count by distance.

    References:
        scikit-learn, sklearn.utils.multiclass.type_of_target.
    """
    assert record.fit is not None and record.train is not None and record.train.target is not None
    estimator, target = record.fit.estimator, record.train.target
    if estimator.kind not in (_CLASSIFIER, _REGRESSOR):
        return not_applicable(f"{short(estimator.final_class_name)} is neither a classifier nor a regressor.")
    if estimator.family == "dummy":
        return not_applicable("The model is a dummy on purpose: the baseline that others are compared with.")
    rows = target.rows - target.missing
    if not target.distinct or rows < 2:
        return not_applicable("The values of the training target were not counted.")
    if _is_constant(target):
        return _constant(estimator, rows, limits)
    if estimator.kind == _CLASSIFIER:
        return _classifier(estimator, target, rows, limits)
    return _regressor(record, estimator, target, limits)


def _is_constant(target: TargetProfile) -> bool:
    """Whether all rows have one value; of a regression target by its exact spread, not by its sample."""
    return target.distinct == 1 and (bool(target.classes) or target.std == 0.0)


def _constant(estimator: EstimatorFacts, rows: int, limits: Limits) -> Verdict:
    return flagged(
        f"All {count(rows)} training rows have the same target value: there is 1 answer, and nothing to learn. Check "
        "the filter or join that made the target.",
        evidence=evidence(
            limits,
            "max_values",
            statistic="distinct values of the training target",
            value=1,
            rows=rows,
            would_clear="a target that varies",
        ),
        severity=Severity.HIGH,
        remedies=(
            Remedy(text="Look at the target before the split and after it.", code="y_train.value_counts(dropna=False)"),
            Remedy(text=f"{short(estimator.final_class_name)} will answer this value for ever: a constant costs less."),
        ),
    )


def _classifier(estimator: EstimatorFacts, target: TargetProfile, rows: int, limits: Limits) -> Verdict:
    classes = target.distinct or 0
    share = classes / rows
    single = _single_row_classes(target, rows) / classes
    is_quantity = target.is_integer and share > limits["min_distinct"] and single >= limits["min_single"]
    is_identifier = not target.is_integer and share >= limits["min_identifier"]
    key = "min_distinct" if target.is_integer else "min_identifier"
    proof = evidence(
        limits,
        key,
        statistic="distinct values of the target as a share of the training rows",
        value=share,
        rows=rows,
        would_clear="a regressor, or a target of a few classes with several rows each",
    )
    told = f"{plural(classes, 'class', 'classes')} in {count(rows)} training rows"
    if classes <= limits["min_classes"] or not (is_quantity or is_identifier):
        return passed(f"{told}: {percent(single)} of them have a single row.", evidence=proof)
    is_what = "a quantity, or a name of rows" if target.is_integer else "a name of rows"
    return flagged(
        f"{short(estimator.final_class_name)} was given {told}, {percent(single)} of which have a single row: the "
        f"target is {is_what}, not a set of classes (limit {percent(limits[key])} distinct). Use a regressor, or "
        "predict a few bins of it.",
        evidence=proof,
        severity=Severity.HIGH,
        remedies=(
            Remedy(text="Use a regressor.", code=_counterpart(estimator)),
            Remedy(
                text="Or cut the target into a few classes that the decision needs.",
                code="y = pd.qcut(y, 4, labels=False)",
            ),
        ),
    )


def _single_row_classes(target: TargetProfile, rows: int) -> int:
    """Classes with one row; where not all are listed, at least so many of the rest have one."""
    listed = sum(1 for found in target.classes if found.count == 1)
    other_classes = max(0, (target.distinct or 0) - len(target.classes))
    other_rows = max(0, rows - sum(found.count for found in target.classes))
    return min(target.distinct or 0, listed + max(0, 2 * other_classes - other_rows))


def _regressor(record: RunRecord, estimator: EstimatorFacts, target: TargetProfile, limits: Limits) -> Verdict:
    distinct, rows = target.distinct or 0, target.rows - target.missing
    is_grade = target.is_integer and distinct <= limits["max_levels"]
    is_binary = distinct <= limits["max_values"]
    proof = evidence(
        limits,
        "max_values" if is_binary else "max_levels",
        statistic="distinct values of the training target",
        value=distinct,
        rows=rows,
        would_clear="a classifier, or a target that is measured rather than chosen from a few values",
    )
    if is_binary and not _holds_two_values(record, target):
        return inconclusive(
            f"{plural(distinct, 'value')} in a sample of {count(rows)} training rows",
            "a look at the whole target: y_train.nunique()",
            evidence=proof,
        )
    if not is_binary and (not is_grade or _models_counts(estimator)):
        return passed(f"{plural(distinct, 'distinct value')} in {count(rows)} training rows.", evidence=proof)
    question = "is a yes/no question" if is_binary else "may be a choice between classes"
    text = "Use a classifier." if is_binary else "Where the values are classes rather than grades, use a classifier."
    return flagged(
        f"{short(estimator.final_class_name)} was given a target of {count(distinct)} "
        f"{'values' if is_binary else 'whole numbers'} in {count(rows)} training rows, which {question}. "
        f"{'Use a classifier.' if is_binary else 'Is an error of 2 twice an error of 1? If not, classify.'}",
        evidence=proof,
        severity=Severity.HIGH if is_binary else Severity.LOW,
        remedies=(
            Remedy(text=text, code=_counterpart(estimator)),
            *(() if is_binary else (Remedy(text="Or keep the regression, and report errors by distance (MAE)."),)),
        ),
    )


def _holds_two_values(record: RunRecord, target: TargetProfile) -> bool:
    """Whether the sample's two values are all there are.

    Of values in a range, the spread around a mean is greatest where all sit on the two ends: exact spread tells it.
    """
    if record.train is not None and record.train.sampled_rows >= record.train.rows:
        return True
    low, high, mean, std = target.minimum, target.maximum, target.mean, target.std
    if low is None or high is None or mean is None or std is None:
        return False
    rows = max(2, target.rows - target.missing)
    greatest = (mean - low) * (high - mean) * rows / (rows - 1)
    return std * std >= greatest * (1.0 - _EXACT)


def _models_counts(estimator: EstimatorFacts) -> bool:
    """Whether the regressor is one of counts, for which few whole numbers are the point."""
    own = own_settings(estimator)
    losses = (own.get(name, "").lower() for name in _LOSS_PARAMETERS)
    return estimator.final_class_name in _COUNT_REGRESSORS or any(
        word in loss for loss in losses for word in _COUNT_LOSSES
    )


def _counterpart(estimator: EstimatorFacts) -> str:
    """A line with the estimator's twin for the other task; empty where its name shows none."""
    twins = {"LinearRegression": "LogisticRegression", "LogisticRegression": "Ridge", "Ridge": "RidgeClassifier"}
    name = estimator.final_class_name
    if name.endswith("Classifier"):
        twin = name.removesuffix("Classifier") + "Regressor"
    elif name.endswith("Regressor"):
        twin = name.removesuffix("Regressor") + "Classifier"
    elif name in ("SVC", "LinearSVC", "NuSVC", "SVR", "LinearSVR", "NuSVR"):
        twin = name.replace("SVC", "SV?").replace("SVR", "SVC").replace("SV?", "SVR")
    else:
        twin = twins.get(name, "")
    return f"model = {twin}()" if twin.isidentifier() else ""
