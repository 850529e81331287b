"""PF4 and PF5: searches over hyperparameters that try too much, or stop at the end of a range."""

from __future__ import annotations

import math

from mlflow_pitfalls.checks.base import Cost, Limits, Threshold, Verdict, check, flagged, not_applicable, passed
from mlflow_pitfalls.checks.evidence import decided, evidence, worst_first
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.multiplicity import adjusted
from mlflow_pitfalls.checks.text import count, number, plural, seconds, short
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.record import RunRecord, SearchedParameter, SearchFacts
from mlflow_pitfalls.model.values import Severity

_CHANCE = 0.95  # of finding one of the best candidates
_CROSS_VALIDATED = "cv=model.cv, scoring=model.scoring"
# Where a range ends by nature: the least of what counts something. A penalty's is zero.
_LEAST = {
    "min_samples_split": 2.0,
    "max_leaf_nodes": 2.0,
    "num_leaves": 2.0,
    "min_samples_leaf": 1.0,
    "min_child_samples": 1.0,
    "min_child_weight": 1.0,
    "n_neighbors": 1.0,
    "n_components": 1.0,
    "n_estimators": 1.0,
    "max_iter": 1.0,
    "max_depth": 1.0,
    "max_features": 1.0,
    "depth": 1.0,
    "degree": 1.0,
    "k": 1.0,
    "p": 1.0,
}
_SHARES = frozenset(
    {
        "max_features",
        "max_samples",
        "subsample",
        "colsample_bytree",
        "colsample_bylevel",
        "colsample_bynode",
        "feature_fraction",
        "bagging_fraction",
        "rsm",
        "l1_ratio",
    }
)
_COLUMN_COUNTS = frozenset({"n_components", "k", "max_features", "n_features_to_select"})


@check(
    name="grid-too-large",
    group=Group.TIME,
    severity=Severity.LOW,
    cost=Cost.FREE,
    needs=(Fact.SEARCH,),
    thresholds={
        "max_fits": Threshold(60, "fits", "fits of an exhaustive search beyond which sampling pays", "our choice"),
        "max_share": Threshold(
            0.5,
            "share of the candidates",
            "share that a sampler needs, above which it would save too little",
            "our choice: half the search",
        ),
        "min_saved": Threshold(5.0, "seconds", "time saved below which it is no matter", "our choice"),
    },
)
def grid_too_large(record: RunRecord, limits: Limits) -> Verdict:
    """An exhaustive search fitted far more candidates than it took to find one as good.

    What it does:
        For a grid of more than {max_fits} fits (candidates × folds), counts the candidates whose mean score stands
        within one standard error of the best one's. From that it tells how many candidates drawn at random find one of
        them with 95 % probability. Where they are at most {max_share} of the grid, and the rest took at least
        {min_saved} s, it is flagged.

        The number comes from this search's own scores: a grid with one clear winner passes, however large it is.

    Why is this bad:
        A grid spends most of its fits on values of parameters that do not matter. The time would buy wider ranges, more
        folds, or another model.

    Example:
        A grid of 6 × 5 × 4 values on 5 folds is 600 fits; 18 of the 120 candidates score alike, and 18 drawn at random
        find one of them.

    How to fix:
        Sample the candidates (`RandomizedSearchCV`), halve them as you go, or let a sampler such as Optuna's choose the
        next one from the last ones' scores.

    References:
        Bergstra and Bengio, Random Search for Hyper-Parameter Optimization, JMLR 13, 2012,
        https://www.jmlr.org/papers/v13/bergstra12a.html; Breiman et al., Classification and Regression Trees, 1984
        (the rule of one standard error).
    """
    search = record.search
    assert search is not None
    if not search.exhaustive or search.candidates < 1:
        return not_applicable(f"{short(search.class_name)} does not try every combination.")
    trials = trials_needed(search.candidates, search.near_best)
    share = trials / search.candidates
    saved = search.seconds * (1.0 - share)
    told = f"{plural(search.fits, 'fit')} ({count(search.candidates)} candidates × {count(search.folds)} folds)"
    proof = evidence(
        limits,
        "max_fits",
        statistic="fits of the search",
        value=search.fits,
        rows=record.fit.rows if record.fit else 0,
        would_clear=f"at most {count(limits['max_fits'])} fits, or a grid without many candidates alike",
        subjects=_on_edge(search),
    )
    if search.fits <= limits["max_fits"]:
        return passed(f"The search made {told}.", evidence=proof)
    if share > limits["max_share"] or saved < limits["min_saved"]:
        return passed(
            f"The search made {told} in {seconds(search.seconds)}; sampling would have saved {seconds(saved)}.",
            evidence=proof,
        )
    alike = f"{count(search.near_best)} of the candidates score as well as the best one"
    return flagged(
        f"The grid took {seconds(search.seconds)} for {told}, more than {count(limits['max_fits'])}; {alike}, and "
        f"{count(trials)} drawn at random find one of them with 95 % probability.{_edges_told(search)} Sample them.",
        evidence=proof,
        remedies=_sample(search, trials),
    )


def trials_needed(candidates: int, good: int) -> int:
    """How many distinct candidates drawn at random hold one of the good ones with 95 % probability."""
    missing = 1.0
    for drawn in range(candidates):
        missing *= max(0, candidates - good - drawn) / (candidates - drawn)
        if missing <= 1.0 - _CHANCE:
            return drawn + 1
    return candidates


def _sample(search: SearchFacts, trials: int) -> tuple[Remedy, ...]:
    is_plain = search.class_name == "GridSearchCV"
    sampled = f"RandomizedSearchCV(model.estimator, model.param_grid, n_iter={trials}, {_CROSS_VALIDATED})"
    halved = f"HalvingGridSearchCV(model.estimator, model.param_grid, {_CROSS_VALIDATED})"
    return (
        Remedy(text=f"Draw {count(trials)} candidates at random.", code=sampled if is_plain else ""),
        Remedy(text="Or try all on few rows, and only the better ones on more.", code=halved if is_plain else ""),
        Remedy(text="Or let Optuna's sampler choose each candidate by the scores of the earlier ones."),
    )


def _on_edge(search: SearchFacts) -> tuple[Subject, ...]:
    return worst_first(
        Subject(name=parameter.name, value=_edge_value(parameter), detail=f"best at the {parameter.edge} end")
        for parameter in search.parameters
        if parameter.edge
    )


def _edges_told(search: SearchFacts) -> str:
    """Its best values that stand at the end of their range."""
    edges = [f"{short(found.name)}={short(found.best)}" for found in search.parameters if found.edge][:2]
    return f" The best {' and '.join(edges)} {'stands' if len(edges) == 1 else 'stand'} at an end." if edges else ""


@check(
    name="tuned-on-edge",
    group=Group.ACCURACY,
    severity=Severity.LOW,
    cost=Cost.FREE,
    needs=(Fact.SEARCH,),
    explained_by=("no-lift",),
    thresholds={
        "min_values": Threshold(3, "values", "distinct values of a parameter that make a range", "two are a switch"),
        "min_gain": Threshold(
            0.002,
            "share of the best score",
            "what the last value must gain over its neighbour",
            "our choice: less is not worth a second search",
        ),
        "max_p": Threshold(
            0.05, "adjusted p-value", "of no difference from the neighbour", "the usual bound, Benjamini-Hochberg"
        ),
    },
)
def tuned_on_edge(record: RunRecord, limits: Limits) -> Verdict:
    """The best value that a search found is the last one that it was allowed to try, and the score still rises there.

    What it does:
        For every parameter with at least {min_values} numeric values whose best one is the first or the last: compares
        it with its neighbour. In a grid over the folds, with everything else at its best, corrected for overlapping
        training rows; in a sampled search over the candidates nearest to the end and the next ones inside. Flagged
        where the difference is certain (adjusted p < {max_p} over the parameters) and at least {min_gain} of the best
        score.

        A flat score at the end of a range is no flag: there is nothing beyond. Nor is a range that ends by nature
        (`min_samples_leaf=1`, `max_features=1.0`, a penalty of 0).

    Why is this bad:
        The best value is likely to lie outside: the search has told in which direction, not where.

    Example:
        C in 0.01, 0.1, 1, 10: the best is 10, and certainly better than 1. At 100 the score rises by two more points.

    How to fix:
        Search again with the range moved beyond that end, in the same steps.

    References:
        Nadeau and Bengio, Inference for the Generalization Error, Machine Learning 52, 2003.
    """
    search = record.search
    assert search is not None
    ranged = [found for found in search.parameters if found.values >= limits["min_values"] and found.low is not None]
    if not ranged:
        return not_applicable("The search tried no numeric parameter at three values or more.")
    columns = record.fit.columns if record.fit else 0
    edges = [found for found in ranged if found.edge and not _ends_by_nature(found, columns, search.exhaustive)]
    tested = [found for found in edges if decided(found.edge_gain) and found.edge_p_value is not None]
    p_values = adjusted([found.edge_p_value or 0.0 for found in tested])
    rising = [
        found
        for found, p_value in zip(tested, p_values, strict=True)
        if p_value < limits["max_p"] and _gain_share(found, search) >= limits["min_gain"] and _is_certain(found)
    ]
    if not rising:
        where = f"{count(len(edges))} of them best at an end, where the score is flat or not known to rise"
        return passed(f"{plural(len(ranged), 'range')} searched, {where}.")
    worst = max(rising, key=lambda found: _gain_share(found, search))
    remedy = _wider(worst)
    gain = worst.edge_gain
    assert gain is not None
    return flagged(
        f"The best {short(worst.name)} is {short(worst.best)}, {_last(worst, search)} of {count(worst.values)} values, "
        f"and scores {number(gain.value)} better than {worst.neighbour or 0.0:.3g}: the best one may lie beyond. "
        f"{remedy.text}",
        evidence=evidence(
            limits,
            "min_gain",
            statistic=f"gain of the last value of {short(worst.name)} over its neighbour, in the best score",
            value=_gain_share(worst, search),
            rows=record.fit.rows if record.fit else 0,
            would_clear="a best value inside of its range, or a flat score at its end",
            subjects=worst_first(
                Subject(
                    name=found.name,
                    value=_gain_share(found, search),
                    detail=f"best {found.best}, {_last(found, search)} of {found.values} values",
                )
                for found in rising
            ),
        ),
        remedies=(remedy, *(_wider(found) for found in rising if found is not worst)),
    )


def _is_certain(parameter: SearchedParameter) -> bool:
    gain = decided(parameter.edge_gain)
    return gain is not None and gain[1].low > 0.0


def _gain_share(parameter: SearchedParameter, search: SearchFacts) -> float:
    gain = decided(parameter.edge_gain)
    best = abs(search.best_score) if search.best_score is not None else 0.0
    return gain[0].value / best if gain and best > 0 and math.isfinite(best) else 0.0


def _ends_by_nature(parameter: SearchedParameter, columns: int, exhaustive: bool) -> bool:
    """Whether there is nothing sensible beyond the best value; a sampled range seldom holds its very last one."""
    name, value = parameter.name.rpartition("__")[2], _edge_value(parameter)
    if parameter.edge == "low":
        least, inside = _LEAST.get(name), parameter.neighbour
        is_near = not exhaustive and least is not None and inside is not None and value - (inside - value) / 2 < least
        return value in (0.0, least) or is_near
    return (name in _SHARES and value == 1.0) or (name in _COLUMN_COUNTS and 0 < columns <= value)


def _edge_value(parameter: SearchedParameter) -> float:
    value = parameter.low if parameter.edge == "low" else parameter.high
    return value if value is not None else 0.0


def _last(parameter: SearchedParameter, search: SearchFacts) -> str:
    place = "lowest" if parameter.edge == "low" else "highest"
    return f"the {place}" if search.exhaustive else f"one of the {place}"


def _wider(parameter: SearchedParameter) -> Remedy:
    """The range to search next: from the best value on, in the steps of the last one."""
    best, neighbour = _edge_value(parameter), parameter.neighbour
    text = f"Search {short(parameter.name)} beyond {best:.3g} too."
    if neighbour is None or neighbour == best:
        return Remedy(text=text)
    grows = best > 0 and neighbour > 0
    steps = [best * (best / neighbour) ** i if grows else best + (best - neighbour) * i for i in range(3)]
    if not all(math.isfinite(step) for step in steps):
        return Remedy(text=text)
    is_whole = best.is_integer() and neighbour.is_integer()
    shown = [f"{max(1, round(step)) if grows else round(step)}" if is_whole else f"{step:.3g}" for step in steps]
    return Remedy(text=text, code=f"{{{parameter.name!r}: [{', '.join(dict.fromkeys(shown))}]}}")
