"""PF4: training takes too long, or stops too early."""

from __future__ import annotations

from mlflow_pitfalls.checks.base import Cost, Limits, Threshold, Verdict, check, flagged, not_applicable, passed
from mlflow_pitfalls.checks.evidence import decided, evidence, worst_first
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.remedies import converge, speed_up
from mlflow_pitfalls.checks.text import count, number, plural, seconds, short
from mlflow_pitfalls.model.outcomes import Evidence, Group, Subject
from mlflow_pitfalls.model.record import ConvergenceFacts, FitFacts, RunRecord
from mlflow_pitfalls.model.values import Severity

# Estimators whose rounds are their size: reaching the last one is how they end.
_ROUNDS_BY_DESIGN = ("HistGradientBoosting", "GradientBoosting", "XGB", "LGBM", "CatBoost", "AdaBoost")


@check(
    name="slow-training",
    group=Group.TIME,
    severity=Severity.MEDIUM,
    cost=Cost.FREE,
    needs=(Fact.FIT,),
    explained_by=("superlinear-fit",),
    thresholds={
        "budget": Threshold(600.0, "seconds", "wall-clock that one fit may take", "our choice: ten minutes"),
        "times_linear": Threshold(
            20.0,
            "times the linear model's seconds",
            "how much longer a fit may take that gains next to nothing",
            "our choice",
        ),
        "min_seconds": Threshold(1.0, "seconds", "below it a fit is never called slow", "skore: 1 s"),
        "min_gain": Threshold(
            0.01, "skill", "what the longer fit must gain over the linear model", "one point of skill"
        ),
    },
)
def slow_training(record: RunRecord, limits: Limits) -> Verdict:
    """A fit took longer than its budget, or far longer than a linear model that does as well.

    What it does:
        Measures the wall-clock of the longest fit. More than {budget} seconds is flagged, and, where a linear model was
        fitted to the same rows, or to a sample of them (its time is then taken in proportion), more than {times_linear}
        times its time for less than {min_gain} more skill (upper bound of the gain's interval). Fits of under
        {min_seconds} s are never slow.

    Why is this bad:
        Every later step waits for it: each idea, each search, each retraining. Ten experiments a day teach more than
        one.

    Example:
        A kernel SVM on 60 000 rows fits for 40 minutes; an approximated kernel takes 20 s and scores the same.

    How to fix:
        Try fewer rows first, use all cores, a histogram-based or approximate version of the same model, and a sampled
        search rather than a grid. If the time is worth it, raise the budget:
        `thresholds={"slow-training.budget": 3600}`.

    References:
        scikit-learn, Computational performance and scaling strategies,
        https://scikit-learn.org/stable/computing.html.
    """
    longest = max((fit for fit in (*record.fits, record.fit) if fit is not None), key=lambda fit: fit.seconds)
    if longest.seconds > limits["budget"]:
        return _slow(
            longest,
            f"of a budget of {seconds(limits['budget'])}",
            evidence(
                limits,
                "budget",
                statistic=f"wall-clock of {short(longest.estimator.final_class_name)}'s fit",
                value=longest.seconds,
                rows=longest.rows,
                would_clear=f"a fit of at most {seconds(limits['budget'])}",
            ),
        )
    against = _against_linear(record, limits)
    return against or passed(
        f"The longest fit took {seconds(longest.seconds)}, of a budget of {seconds(limits['budget'])}."
    )


def _against_linear(record: RunRecord, limits: Limits) -> Verdict | None:
    """The claim that a linear model does as well in a fraction of the time; None where it cannot be made."""
    fit = record.fit
    assert fit is not None
    linear = next((found for found in record.alternatives if found.kind == "linear" and found.seconds), None)
    if linear is None or linear.seconds is None or fit.seconds < limits["min_seconds"]:
        return None
    gain = decided(linear.gain_skill)
    linear_seconds = linear.seconds * max(1.0, fit.rows / linear.rows if linear.rows else 1.0)  # on all rows
    ratio = fit.seconds / linear_seconds
    # `gain` is the linear model's score minus the run's: what the run gains is at most the negated lower bound.
    if gain is None or ratio <= limits["times_linear"] or -gain[1].low >= limits["min_gain"]:
        return None
    return _slow(
        fit,
        f"while {short(linear.description)} takes {seconds(linear_seconds)} and scores at most "
        f"{number(max(0.0, -gain[1].low))} lower in skill",
        evidence(
            limits,
            "times_linear",
            statistic="wall-clock of the fit in times the linear model's",
            value=ratio,
            rows=fit.rows,
            would_clear=f"at most {number(limits['times_linear'])} times, or {number(limits['min_gain'])} more skill",
        ),
    )


def _slow(fit: FitFacts, reason: str, proof: Evidence) -> Verdict:
    remedies = speed_up(fit.estimator)
    return flagged(
        f"{short(fit.estimator.final_class_name)} took {seconds(fit.seconds)} on {count(fit.rows)} rows × "
        f"{count(fit.columns)} columns, {reason}. {remedies[0].text}",
        evidence=proof,
        remedies=remedies,
    )


@check(
    name="not-converged",
    group=Group.TIME,
    severity=Severity.MEDIUM,
    cost=Cost.FREE,
    needs=(Fact.FIT,),
    thresholds={
        "max_share": Threshold(
            1.0,
            "share of the allowed iterations",
            "iterations used from which a fit counts as cut short",
            "n_iter_ = max_iter",
        ),
    },
)
def not_converged(record: RunRecord, limits: Limits) -> Verdict:
    """An iterative fit was cut short before it reached its optimum.

    What it does:
        Reads the iterations of every iterative estimator in the fitted model. A `ConvergenceWarning`, or iterations of
        at least {max_share} of `max_iter`, are flagged. Boosting is left out: its rounds are its size.

    Why is this bad:
        The coefficients depend on where the solver happened to stop: scores change with the order of the columns and
        with the seed, and a little more time would have been better spent here than on tuning.

    Example:
        `LogisticRegression()` on unscaled money amounts stops at 100 iterations; scaled, it is done after 12.

    How to fix:
        Scale the features, then raise `max_iter`.

    References:
        scikit-learn, ConvergenceWarning and Preprocessing data,
        https://scikit-learn.org/stable/modules/preprocessing.html.
    """
    assert record.fit is not None
    estimator = record.fit.estimator
    if not estimator.convergence:
        return not_applicable(f"{short(estimator.final_class_name)} tells of no iterations.")
    cut = [facts for facts in estimator.convergence if _is_cut(facts, limits["max_share"])]
    if not cut:
        most = max(estimator.convergence, key=_share)
        return passed(
            f"{short(most.estimator)} was done after {count(most.n_iter)} of {count(most.max_iter)} iterations."
        )
    worst = max(cut, key=_share)
    remedies = converge(estimator, worst)
    others = f" {plural(len(cut) - 1, 'other estimator')} too." if len(cut) > 1 else ""
    return flagged(
        f"{short(worst.estimator)} stopped after {count(worst.n_iter)} of {count(worst.max_iter)} iterations without "
        f"reaching its optimum.{others} {remedies[0].text}",
        evidence=evidence(
            limits,
            "max_share",
            statistic="share of the allowed iterations used",
            value=_share(worst),
            rows=record.fit.rows,
            would_clear="a fit that stops by itself, without a warning",
            subjects=worst_first(
                Subject(name=facts.path or facts.estimator, value=_share(facts), detail=facts.estimator)
                for facts in cut
            ),
        ),
        remedies=remedies,
    )


def _share(facts: ConvergenceFacts) -> float:
    return facts.n_iter / facts.max_iter if facts.max_iter > 0 else 0.0


def _is_cut(facts: ConvergenceFacts, max_share: float) -> bool:
    if facts.warned:
        return True
    return not facts.estimator.startswith(_ROUNDS_BY_DESIGN) and facts.max_iter > 0 and _share(facts) >= max_share
