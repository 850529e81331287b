"""What a finished, or interrupted, search comes to."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlflow_pitfalls.capture.containers import as_vector
from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.errors import PitfallsError
from mlflow_pitfalls.model.tuning import TrialEnd, TrialFacts, TuningFacts, Values, Verdict
from mlflow_pitfalls.model.values import Estimate
from mlflow_pitfalls.probes.fits import predictions_of
from mlflow_pitfalls.tuning.space.values import same
from mlflow_pitfalls.tuning.study.folds import folds_of
from mlflow_pitfalls.tuning.study.judging import fold_scores, held_out_scores, mean_over_folds, verdict_of
from mlflow_pitfalls.tuning.study.loop import is_lost
from mlflow_pitfalls.tuning.study.objective import ERROR, PRESENT, SECONDS, Problem
from mlflow_pitfalls.tuning.study.phases import finished, main_order, subset_order, values_of
from mlflow_pitfalls.tuning.study.result import TuningResult

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

    from mlflow_pitfalls.tuning.study.study import Prepared

_FRESH_SEED = 7919  # added to the seed for folds that the search did not see
_ENDS = {"COMPLETE": TrialEnd.COMPLETE, "PRUNED": TrialEnd.PRUNED}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """Scores over folds before and after, and what they say."""

    verdict: Verdict
    before: Estimate | None = None
    after: Estimate | None = None
    gain: Estimate | None = None
    note: str = ""
    unbiased: bool = False

    @property
    def taken(self) -> bool:
        """Whether the best configuration is the better bet: by folds that did not choose it, if not for certain."""
        return self.unbiased and self.verdict is not Verdict.NO_GAIN


def concluded(prepared: Prepared, *, interrupted: bool) -> TuningResult:
    """Judge the best trial, refit, and score the held-out rows once before and once after.

    Args:
        prepared: What was tuned.
        interrupted: Whether to end at once: with no further fits.

    Raises:
        PitfallsError: The present configuration cannot be fitted, or nothing was tried.
    """
    trials = finished(main_order(prepared.plan))
    present = next((each for each in trials if PRESENT in each.user_attrs and not is_lost(each)), None)
    if present is not None and ERROR in present.user_attrs:
        raise PitfallsError(f"the model could not be fitted to X and y: it raised {present.user_attrs[ERROR]}")
    best = _best(trials)
    values = values_of(best) if best is not None else {}
    judged = _same_folds(prepared, best, present)
    model, scores = None, (None, None, None)
    if not interrupted and values:
        judged = _fresh_folds(prepared, values) if prepared.folds.fresh else judged
    if not interrupted:
        model, scores = _refitted(prepared, values, taken=judged.taken)
    facts = TuningFacts(
        study=prepared.plan.place.study,
        estimator=safe_text(type(prepared.problem.estimator).__name__),
        metric=prepared.scoring.name,
        rows=len(prepared.target),
        folding=prepared.folds.text,
        space=prepared.space,
        verdict=judged.verdict,
        advice=_advice(judged, values, interrupted),
        taken=model is not None and bool(values) and judged.taken,
        best=_changes(prepared.problem, values),
        before=judged.before,
        after=judged.after,
        gain=judged.gain,
        held_out_before=scores[0],
        held_out_after=scores[1],
        held_out_gain=scores[2],
        trials=_trials(prepared, trials),
        subset_rows=len(prepared.plan.subset) if prepared.plan.subset is not None else None,
        seconds=time.time() - prepared.plan.started,
        interrupted=interrupted,
        began=prepared.beginning.text,
        history_runs=prepared.beginning.runs,
        notes=tuple(_notes(prepared, trials, judged, interrupted=interrupted)),
    )
    return TuningResult(facts=facts, model=model)


def _best(trials: Sequence[FrozenTrial]) -> FrozenTrial | None:
    """Of equal ones the earliest, which the present configuration usually is."""
    complete = [each for each in trials if each.state.name == "COMPLETE" and each.value is not None]
    return max(complete, key=lambda each: (float(each.value or 0.0), -each.number), default=None)


def _same_folds(prepared: Prepared, best: FrozenTrial | None, present: FrozenTrial | None) -> _Judged:
    """What the search's own folds say: a part of the gain is luck, since they chose the best."""
    if best is None or present is None or present.state.name != "COMPLETE":
        return _Judged(verdict=Verdict.NO_GAIN)
    note = "The gain was measured on the folds that chose the configuration: a part of it is luck."
    splits = prepared.problem.splits
    pairs = [(present.intermediate_values[i], best.intermediate_values[i]) for i in range(len(splits))]
    found = _paired(prepared.problem, pairs, unbiased=False)
    return _Judged(**{**_fields(found), "note": note if best is not present else ""})


def _fresh_folds(prepared: Prepared, values: Mapping[str, Any]) -> _Judged:
    """What other folds of the same rows say, on which nothing was chosen."""
    request = prepared.request
    seeds = (request.seed + _FRESH_SEED, request.seed + 2 * _FRESH_SEED)
    splits = tuple(
        split
        for seed in seeds
        for split in folds_of(prepared.task, prepared.target, cv=request.cv, groups=request.groups, seed=seed).splits
    )
    problem = prepared.problem.on(splits)
    try:
        pairs = fold_scores(problem, ({}, dict(values)), deadline=prepared.deadline)
    except Exception as error:
        raise PitfallsError(f"the model could not be fitted to X and y: {safe_text(type(error).__name__)}") from error
    return _paired(problem, pairs, unbiased=True)


def _paired(problem: Problem, pairs: Sequence[tuple[float, ...]], *, unbiased: bool) -> _Judged:
    before, after = ([pair[side] for pair in pairs] for side in (0, 1))
    gain = mean_over_folds([pair[1] - pair[0] for pair in pairs], problem.splits)
    return _Judged(
        verdict=verdict_of(gain, unbiased=unbiased),
        before=mean_over_folds(before, problem.splits),
        after=mean_over_folds(after, problem.splits),
        gain=gain,
        unbiased=unbiased,
    )


def _fields(judged: _Judged) -> dict[str, Any]:
    return {"verdict": judged.verdict, "before": judged.before, "after": judged.after, "gain": judged.gain}


def _refitted(prepared: Prepared, values: Mapping[str, Any], *, taken: bool) -> tuple[Any, tuple[Any, Any, Any]]:
    """The recommended model on all training rows, and both configurations' held-out scores."""
    problem, request = prepared.problem, prepared.request
    chosen = dict(values) if taken else {}
    model = problem.configured(chosen).fit(problem.x, problem.y)
    spec = prepared.scoring.spec
    if request.x_test is None or spec is None or not values:
        return model, (None, None, None)
    other = problem.configured({} if chosen else dict(values)).fit(problem.x, problem.y)
    before, after = (other, model) if chosen else (model, other)
    y_test = as_vector(request.y_test)
    said = [predictions_of(each, request.x_test, y_test, spec) for each in (before, after)]
    return model, held_out_scores(spec, prepared.task, said[0], said[1], request.seed)


def _advice(judged: _Judged, values: Mapping[str, Any], interrupted: bool) -> str:
    if not values:
        return "Keep the present configuration: no trial scored above it."
    if judged.verdict is Verdict.IMPROVED:
        return "Take the best configuration: it is better on folds that it was not chosen on."
    if interrupted and judged.gain is not None and judged.gain.value > 0:
        return "Interrupted: the best so far looks better, but that was not checked on other folds."
    if judged.taken:
        return "Take the best configuration: it looks better on other folds, though the difference may be chance."
    if judged.verdict is Verdict.UNCLEAR:
        return "Keep the present configuration: the best one was compared on the folds only that chose it."
    return "Keep the present configuration: on other folds the best one is no better."


def _trials(prepared: Prepared, trials: Sequence[FrozenTrial]) -> tuple[TrialFacts, ...]:
    found = _numbered(trials, on_subset=False)
    if prepared.plan.subset is None:
        return tuple(found)
    first = finished(subset_order(prepared.plan, prepared.task, prepared.target))
    return (*_numbered(first, on_subset=True), *found)


def _numbered(trials: Sequence[FrozenTrial], *, on_subset: bool) -> list[TrialFacts]:
    """Numbers count a phase's own trials, those under way too: they stay what they are when the study goes on."""
    return [_trial(each, number, on_subset=on_subset) for number, each in enumerate(trials) if each.state.is_finished()]


def _trial(trial: FrozenTrial, number: int, *, on_subset: bool) -> TrialFacts:
    folds = tuple(float(score) for _, score in sorted(trial.intermediate_values.items()))
    end = _ENDS.get(trial.state.name, TrialEnd.LOST if is_lost(trial) else TrialEnd.FAILED)
    scored = folds and end in (TrialEnd.COMPLETE, TrialEnd.PRUNED)
    return TrialFacts(
        number=number,
        end=end,
        values=_named(values_of(trial)),
        score=sum(folds) / len(folds) if scored else None,
        folds=folds,
        seconds=trial.user_attrs.get(SECONDS),
        error=str(trial.user_attrs.get(ERROR, "")),
        is_present=PRESENT in trial.user_attrs,
        on_subset=on_subset,
    )


def _changes(problem: Problem, values: Mapping[str, Any]) -> Values:
    """What differs from the model's own."""
    own = problem.estimator.get_params()
    return _named({name: value for name, value in values.items() if name not in own or not same(own[name], value)})


def _named(values: Mapping[str, Any]) -> Values:
    return tuple(values.items())


def _notes(prepared: Prepared, trials: Sequence[FrozenTrial], judged: _Judged, *, interrupted: bool) -> list[str]:
    errors = Counter(str(each.user_attrs[ERROR]) for each in trials if ERROR in each.user_attrs)
    notes = [*prepared.beginning.cautions]
    notes += [f"{count} trials ended with {name}." for name, count in errors.most_common()]
    done, wanted = sum(each.end is not TrialEnd.LOST for each in _trials(prepared, trials)), prepared.request.trials
    if done < wanted and not interrupted:
        notes.append(f"The time was over after {done} of {wanted} trials: the same call with more time goes on.")
    if judged.note:
        notes.append(judged.note)
    if prepared.request.x_test is not None and prepared.scoring.spec is None:
        notes.append(f"{prepared.scoring.name} cannot be resampled: the held-out rows were not scored.")
    return notes
