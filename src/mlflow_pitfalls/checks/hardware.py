"""PF4: hardware that stood idle while a fit took long."""

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
from mlflow_pitfalls.checks.evidence import evidence
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.remedies import set_params_line
from mlflow_pitfalls.checks.text import number, plural, seconds, short
from mlflow_pitfalls.model.outcomes import Group, Remedy
from mlflow_pitfalls.model.record import EstimatorFacts, FitFacts, RunRecord
from mlflow_pitfalls.model.values import Severity

_ONE_WORKER = frozenset({"None", "1"})
# Classes, by how their names begin, whose fit is spread over n_jobs workers. Elsewhere n_jobs speeds up predictions
# only (neighbours), or has no effect (LogisticRegression).
_SPREADS = (
    "GridSearchCV",
    "RandomizedSearchCV",
    "HalvingGridSearchCV",
    "HalvingRandomSearchCV",
    "RandomForest",
    "ExtraTrees",
    "IsolationForest",
    "Bagging",
    "BalancedRandomForest",
    "BalancedBagging",
    "Stacking",
    "Voting",
    "OneVsRest",
    "OneVsOne",
    "MultiOutput",
    "CalibratedClassifierCV",
    "TunedThresholdClassifierCV",
    "RFECV",
    "SequentialFeatureSelector",
    "LassoCV",
    "ElasticNetCV",
    "LogisticRegressionCV",
)
_ALL_BY_DEFAULT = ("XGB", "LGBM", "CatBoost")  # one worker only where the script said so


@check(
    name="idle-cores",
    group=Group.TIME,
    severity=Severity.LOW,
    cost=Cost.FREE,
    needs=(Fact.FIT,),
    thresholds={
        "min_cores_used": Threshold(
            1.3, "cores", "CPU time over wall-clock below which a fit ran on one core", "our choice: one, and some help"
        ),
        "busy": Threshold(
            0.7,
            "cores",
            "CPU time over wall-clock below which the fit waited, for other processes or for its own",
            "a fit that computes all the time uses 1.0",
        ),
        "min_seconds": Threshold(10.0, "seconds", "fits below it are not worth spreading", "our choice"),
        "min_cores": Threshold(2, "cores", "cores that the process may use", "one core cannot be shared out"),
    },
)
def idle_cores(record: RunRecord, limits: Limits) -> Verdict:
    """A long fit ran on one core although the estimator can spread it over several.

    What it does:
        Divides the CPU time of the fit by its wall-clock: the cores that it kept busy. Below {min_cores_used} of at
        least {min_cores} is flagged, for fits of {min_seconds} s or more of estimators whose fit `n_jobs` spreads
        (searches, forests, bagging, stacking, one-vs-rest …) and that were left at one worker.

        Only cores that the process may use are counted: a container's quota and an affinity mask are respected. The
        CPU time of worker processes is not known, so that an estimator with `n_jobs` set is not judged; a fit that kept
        less than {busy} cores busy was waiting, and is not judged either.

    Why is this bad:
        The fit could be done in a fraction of the time, for one argument.

    Example:
        A forest of 500 trees takes 80 s on one of 8 cores, and 11 s with `n_jobs=-1`.

    How to fix:
        Set `n_jobs=-1` on the outermost estimator that has it: on the search rather than on the model inside of it.

    References:
        scikit-learn, Parallelism, https://scikit-learn.org/stable/computing/parallelism.html.
    """
    fit = record.fit
    assert fit is not None
    name = short(fit.estimator.final_class_name)
    told = next((f"n_jobs={value} of {short(part)}" for part, value in fit.estimator.jobs if not _is_one(value)), "")
    if told:
        return not_applicable(f"{told} is set: the work of other processes is not counted here.")
    part = next((part for part, value in fit.estimator.jobs if _spreads(part, value)), "")
    if not part:
        return not_applicable(f"{name} has no workers to spread its fit over, or uses every core by default.")
    cores = record.times.cores
    if cores < limits["min_cores"] or fit.seconds < limits["min_seconds"]:
        return not_applicable(f"{name} took {seconds(fit.seconds)}, and {plural(cores, 'core')} may be used.")
    return _judge(fit, part, cores, limits)


def _judge(fit: FitFacts, part: str, cores: int, limits: Limits) -> Verdict:
    used = fit.cpu_seconds / fit.seconds
    proof = evidence(
        limits,
        "min_cores_used",
        statistic="cores that the fit kept busy",
        value=used,
        rows=fit.rows,
        would_clear=f"at least {number(limits['min_cores_used'])} cores busy, or a fit of under "
        f"{seconds(limits['min_seconds'])}",
    )
    told = f"The fit took {seconds(fit.seconds)} and kept {number(used)} of {plural(cores, 'core')} busy"
    if used >= limits["min_cores_used"]:
        return passed(f"{told}.", evidence=proof)
    if used < limits["busy"]:
        return inconclusive(f"{told}: it waited for something else", "a fit that computes all the time", evidence=proof)
    remedy = _spread(fit.estimator, part)
    return flagged(
        f"{told}, while {short(part)} was left at one worker. {remedy.text}", evidence=proof, remedies=(remedy,)
    )


def _is_one(value: str) -> bool:
    return value in _ONE_WORKER


def _spreads(part: str, value: str) -> bool:
    return part.startswith(_SPREADS) or (part.startswith(_ALL_BY_DEFAULT) and value == "1")


def _spread(estimator: EstimatorFacts, part: str) -> Remedy:
    text = f"Let {short(part)} use every core: n_jobs=-1."
    if part == estimator.class_name:
        return Remedy(text=text, code="model.set_params(n_jobs=-1)")
    is_own = part == estimator.final_class_name and "n_jobs" in estimator.tunable
    return Remedy(text=text, code=set_params_line(estimator, n_jobs=-1) if is_own else "")
