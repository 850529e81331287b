"""PF4: rounds of an iterative model that gain nothing any more."""

from __future__ import annotations

import math

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
from mlflow_pitfalls.checks.evidence import decided, evidence
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.remedies import set_params_line
from mlflow_pitfalls.checks.text import between, count, number, percent, seconds, short
from mlflow_pitfalls.model.outcomes import Group, Remedy
from mlflow_pitfalls.model.record import EstimatorFacts, RunRecord, StagedFacts
from mlflow_pitfalls.model.values import Severity

_PATIENCE = 20  # rounds without a gain after which the proposed line stops
_BY_SWITCH: dict[str, dict[str, object]] = {
    "HistGradientBoosting": {"early_stopping": True},
    "GradientBoosting": {"n_iter_no_change": _PATIENCE},
}
_BY_VALIDATION = {  # libraries that stop by rows that the fit is given
    "XGB": "model.set_params(early_stopping_rounds={}).fit(X_fit, y_fit, eval_set=[(X_val, y_val)])",
    "LGBM": "model.fit(X_fit, y_fit, eval_set=[(X_val, y_val)], callbacks=[lightgbm.early_stopping({})])",
    "CatBoost": "model.fit(X_fit, y_fit, eval_set=(X_val, y_val), early_stopping_rounds={})",
}


@check(
    name="no-early-stopping",
    group=Group.TIME,
    severity=Severity.LOW,
    cost=Cost.SCAN,
    needs=(Fact.FIT, Fact.STAGED),
    explained_by=("no-lift", "overfit"),
    thresholds={
        "max_share": Threshold(
            0.7, "share of the rounds", "where the score stops rising, from which the rest is little", "our choice"
        ),
        "max_gain": Threshold(
            0.01, "skill", "what the later rounds may still gain and count as nothing", "one point of skill"
        ),
        "min_saved": Threshold(
            1.0,
            "seconds",
            "time of the later rounds below which they matter only where they cost accuracy",
            "skore: 1 s",
        ),
    },
)
def no_early_stopping(record: RunRecord, limits: Limits) -> Verdict:
    """An iterative model went on for long after its held-out score had stopped rising.

    What it does:
        Asks boosting models of scikit-learn, XGBoost, LightGBM and CatBoost, whose fit took a second or more, what they
        would have answered after up to 10 evenly spread numbers of rounds, for up to 500 held-out rows. Looks for the
        first of them from which the rest of the rounds surely gains less than {max_gain} in skill: upper bound of the
        paired bootstrap interval, there and at every later one. Before {max_share} of the rounds, and without early
        stopping, it is flagged, where the later rounds took {min_saved} s or more, or surely cost accuracy.

        That the later rounds gain next to nothing is asked for, rather than that one round scored best: the best of
        many rounds is partly luck.

    Why is this bad:
        The rounds cost time in training and in every prediction, and with a large learning rate they fit noise.

    Example:
        1 000 rounds of gradient boosting; from round 150 on, ROC AUC stays within 0.001. Early stopping ends the fit
        after a sixth of the time.

    How to fix:
        Let the model stop by a validation share of its training rows. Do not choose the number of rounds by the
        held-out rows: their score would be one of the fit then.

    References:
        Prechelt, Early Stopping: But When?, Neural Networks: Tricks of the Trade, 1998; scikit-learn, Early stopping
        in Gradient Boosting,
        https://scikit-learn.org/stable/auto_examples/ensemble/plot_gradient_boosting_early_stopping.html.
    """
    staged = record.staged
    assert staged is not None and record.fit is not None
    name = short(staged.estimator)
    if staged.early_stopping:
        return not_applicable(f"{name} stops by itself.")
    scale = _scale(record, staged)
    if staged.measured_on != "held_out" or scale is None or len(staged.gains) != len(staged.rounds):
        return not_applicable(f"{name}'s rounds were not scored on held-out rows.")
    if staged.total_rounds < 1 or not any(decided(gain) for gain in staged.gains):
        return inconclusive(f"{count(staged.rows)} held-out rows tell too little of the rounds", "more of them")
    enough = _enough(staged, limits["max_gain"] * scale)
    share = enough / staged.total_rounds
    proof = evidence(
        limits,
        "max_share",
        statistic="share of the rounds after which the rest gains nothing",
        value=share,
        rows=staged.rows,
        would_clear=f"a score that rises until {percent(limits['max_share'])} of the rounds, or early stopping",
    )
    if share >= limits["max_share"]:
        return passed(f"{name}'s later rounds may still gain: the first {count(enough)} would do.", evidence=proof)
    gain = decided(staged.gains[staged.rounds.index(enough)])
    assert gain is not None
    saved = (1.0 - share) * record.fit.seconds
    if saved < limits["min_saved"] and gain[1].high >= 0.0:
        return passed(f"{name}'s rounds after {count(enough)} gain nothing, and took {seconds(saved)}.", evidence=proof)
    remedies = _stop_early(record.fit.estimator, staged, enough)
    return flagged(
        f"{name} made {count(staged.total_rounds)} rounds in {seconds(record.fit.seconds)}; from round {count(enough)} "
        f"on ({percent(share)}, before {percent(limits['max_share'])}) they change {short(staged.metric)} by "
        f"{number(gain[0].value)} ({between(gain[1])}). {remedies[0].text}",
        evidence=proof,
        remedies=remedies,
    )


def _scale(record: RunRecord, staged: StagedFacts) -> float | None:
    """What one unit of skill is in the rounds' metric; None where it is not known."""
    score = next((found for found in record.scores if found.metric == staged.metric), None)
    if score is None or score.dummy is None:
        return None
    scale = abs(score.perfect - score.dummy.value)
    return scale if math.isfinite(scale) and scale > 0 else None


def _enough(staged: StagedFacts, tolerance: float) -> int:
    """The first number of rounds from which on, at every later one, the rest surely gains less than the tolerance."""
    enough = staged.total_rounds
    for rounds, estimate in reversed(list(zip(staged.rounds, staged.gains, strict=True))):
        gain = decided(estimate)
        if rounds != staged.rounds[-1] and (gain is None or gain[1].high >= tolerance):
            break
        enough = rounds
    return enough


def _stop_early(estimator: EstimatorFacts, staged: StagedFacts, enough: int) -> tuple[Remedy, ...]:
    text = "Stop when a validation share of the training rows no longer improves."
    stem = estimator.final_class_name.removesuffix("Classifier").removesuffix("Regressor")
    fewer = Remedy(
        text=f"Choose {short(staged.parameter)} by cross-validation; about {count(enough)} did as well here.",
        code=set_params_line(estimator, **{staged.parameter: enough}),
    )
    if stem in _BY_SWITCH:
        return (Remedy(text=text, code=set_params_line(estimator, **_BY_SWITCH[stem])), fewer)
    if stem in _BY_VALIDATION:
        # Inside of a pipeline, the validation rows would have to pass its steps first.
        code = "" if estimator.parameter_prefix else _BY_VALIDATION[stem].format(_PATIENCE)
        return (Remedy(text=text, code=code), fewer)
    return (fewer,)
