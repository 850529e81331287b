"""PF2 and PF5: an experiment that tried one kind of model only, or left everything at its defaults."""

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
from mlflow_pitfalls.checks.evidence import decided, evidence, rows_for_width
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.ranges import ranges_for, search_line
from mlflow_pitfalls.checks.text import about_rows, between, count, number, plural, short
from mlflow_pitfalls.model.outcomes import Group, Remedy
from mlflow_pitfalls.model.record import EstimatorFacts, RunRecord
from mlflow_pitfalls.model.values import Severity

_ENOUGH = Threshold(0.95, "skill", "held-out skill from which there is little left to gain", "our choice")
_UNKNOWN_FAMILIES = frozenset({"", "other", "dummy"})
_SPOT_CHECKS = {  # one quick model of another kind, by family
    "linear": ("gradient boosting", "HistGradientBoosting{}(random_state=0)"),
    "boosting": ("a forest", "RandomForest{}(random_state=0)"),
    "forest": ("gradient boosting", "HistGradientBoosting{}(random_state=0)"),
}
_OTHERWISE = ("gradient boosting", "HistGradientBoosting{}(random_state=0)")


@check(
    name="single-model-family",
    group=Group.DATA,
    severity=Severity.LOW,
    cost=Cost.FREE,
    needs=(Fact.FIT, Fact.HISTORY),
    explained_by=("no-lift",),
    thresholds={
        "min_runs": Threshold(10, "runs", "finished runs of one task from which variety counts", "our choice"),
        "enough_skill": _ENOUGH,
    },
)
def single_model_family(record: RunRecord, limits: Limits) -> Verdict:
    """Many runs of one task, and all of them of one family of models.

    What it does:
        Among the experiment's finished runs of the same task and target, this one included, counts the families of
        models (linear, tree, forest, boosting, kernel machine, neighbours, naive Bayes, network). At least {min_runs}
        runs of a single one are flagged; dummies do not count as a family. A run whose held-out skill surely reaches
        {enough_skill} passes: there is little left to gain.

        Where the experiment has more runs than are looked at, an older one may be of another family, and the answer is
        inconclusive.

    Why is this bad:
        The tenth variation of one model gains less than the first try of another. Which family suits a data set cannot
        be told in advance.

    Example:
        25 forests between 0.81 and 0.82; the first gradient boosting reaches 0.85.

    How to fix:
        Try one model of each of two or three other families at its defaults, before tuning goes on.

    References:
        Wolpert, The Lack of A Priori Distinctions Between Learning Algorithms, Neural Computation 8, 1996.
    """
    assert record.fit is not None and record.history is not None
    own = {fit.estimator.family for fit in (*record.fits, record.fit)}
    families = (own | set(record.history.families)) - _UNKNOWN_FAMILIES
    runs = record.history.comparable_runs + 1
    if record.fit.estimator.family in _UNKNOWN_FAMILIES:
        return not_applicable(f"The family of {short(record.fit.estimator.final_class_name)} is not known.")
    if runs < limits["min_runs"] or len(families) > 1:
        return passed(f"{plural(runs, 'run')} of this task, of {plural(len(families), 'family', 'families')}.")
    skill = decided(record.primary_score.skill) if record.primary_score else None
    if skill and skill[1].low >= limits["enough_skill"]:
        return passed(f"Held-out skill {number(skill[0].value)} ({between(skill[1])}): little is left to gain.")
    if not record.history.complete:
        return inconclusive(
            f"{plural(runs, 'run')} looked at are of one family, of more", "a look at the experiment's older runs"
        )
    words, code = _SPOT_CHECKS.get(record.fit.estimator.family, _OTHERWISE)
    return flagged(
        f"All {count(runs)} runs of this task are of one family ({record.fit.estimator.family}); from "
        f"{count(limits['min_runs'])} on, another kind of model is worth a try. Try {words} at its defaults.",
        evidence=evidence(
            limits,
            "min_runs",
            statistic="finished runs of one model family",
            value=runs,
            rows=record.fit.rows,
            would_clear="a finished run of another family on the same target",
        ),
        remedies=(Remedy(text=f"Log a run of {words} on the same split.", code=_another(record, code)),),
    )


def _another(record: RunRecord, code: str) -> str:
    kind = "Classifier" if record.task.is_classification else "Regressor"
    return f"{code.format(kind)}.fit(X_train, y_train)"


@check(
    name="untuned-defaults",
    group=Group.ACCURACY,
    severity=Severity.LOW,
    cost=Cost.FREE,
    needs=(Fact.FIT, Fact.PRIMARY_SCORE, Fact.HISTORY),
    explained_by=("no-lift", "overfit", "underfit"),
    thresholds={"enough_skill": _ENOUGH},
)
def untuned_defaults(record: RunRecord, limits: Limits) -> Verdict:
    """Every hyperparameter that shapes the model stands at its default, nothing was searched, and there is room above.

    What it does:
        For a model with hyperparameters worth tuning, looks for one that was set in this run, a search in this run, or
        a comparable run in the experiment that searched or set one. Without any, and with a held-out skill whose
        interval lies below {enough_skill}, it is flagged. Seeds, workers and verbosity do not count as settings.

    Why is this bad:
        Defaults are a compromise over all data sets. A search of thirty candidates often gains as much as a week of
        feature work.

    Example:
        `HistGradientBoostingClassifier()` at ROC AUC 0.86; thirty random candidates find 0.88 in two minutes.

    How to fix:
        Search the two or three hyperparameters that matter most for this model, by cross-validation on the training
        rows.

    References:
        Probst, Boulesteix and Bischl, Tunability: Importance of Hyperparameters of Machine Learning Algorithms,
        JMLR 20, 2019, https://jmlr.org/papers/v20/18-444.html.
    """
    assert record.fit is not None and record.history is not None and record.primary_score is not None
    estimator = record.fit.estimator
    name = short(estimator.final_class_name)
    if record.search is not None or any(fit.estimator.is_search for fit in record.fits):
        return not_applicable("A search chose the hyperparameters.")
    if not ranges_for(estimator):
        return not_applicable(f"{name} has no hyperparameters worth a search, or tunes itself.")
    if estimator.tuned:
        return passed(f"{plural(len(estimator.tuned), 'hyperparameter')} of {name} set by the script.")
    if record.history.tuning_runs or any(fit.estimator.tuned for fit in record.fits):
        return passed(f"Other runs of the experiment tune: {plural(record.history.tuning_runs, 'run')}.")
    return _judge_defaults(record, estimator, limits)


def _judge_defaults(record: RunRecord, estimator: EstimatorFacts, limits: Limits) -> Verdict:
    assert record.history is not None and record.primary_score is not None
    skill = decided(record.primary_score.skill)
    if skill is None:
        return not_applicable("The held-out skill is not known.")
    enough = limits["enough_skill"]
    told = f"Held-out skill {number(skill[0].value)} ({between(skill[1])})"
    proof = evidence(
        limits,
        "enough_skill",
        statistic="held-out skill with every hyperparameter at its default",
        value=skill[0].value,
        interval=skill[1],
        rows=skill[0].rows,
        would_clear=f"a search, or a skill that may reach {number(enough)}",
    )
    if skill[0].value >= enough:
        return passed(f"{told}: little is left to gain.", evidence=proof)
    if skill[1].high >= enough:
        rows = rows_for_width(skill[0].rows, skill[1].high - skill[0].value, enough - skill[0].value)
        return inconclusive(f"{told}, which may reach {number(enough)}", about_rows(rows, skill[0].rows))
    if not record.history.complete:
        return inconclusive("The experiment has more runs than were looked at", "a look at its older runs")
    name = short(estimator.final_class_name)
    wanted = ", ".join(ranges_for(estimator))
    return flagged(
        f"{name} stands at its defaults and nothing in the experiment was tuned; held-out skill is "
        f"{number(skill[0].value)} ({between(skill[1])}), below {number(enough)}. Search {wanted}.",
        evidence=proof,
        remedies=(
            Remedy(text=f"Search {wanted} by cross-validation on the training rows.", code=search_line(estimator)),
        ),
    )
