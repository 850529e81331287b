"""The report as advice: what to do first, and one section for each way in which projects go wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.outcomes import Group, Outcome, Outcomes, Status
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.reporting import text, verdict
from mlflow_pitfalls.reporting.class_views import class_exhibit
from mlflow_pitfalls.reporting.column_views import importance_exhibit, segment_exhibit
from mlflow_pitfalls.reporting.curve_views import learning_curve_exhibit, staged_exhibit
from mlflow_pitfalls.reporting.exhibits import Exhibit
from mlflow_pitfalls.reporting.flag_views import FlagView, flag_views
from mlflow_pitfalls.reporting.gap_views import gap_exhibit, scores_exhibit
from mlflow_pitfalls.reporting.imbalance_views import imbalance_exhibit
from mlflow_pitfalls.reporting.label_views import calibration_exhibit, label_noise_exhibit
from mlflow_pitfalls.reporting.prototype_views import prototype_exhibit
from mlflow_pitfalls.reporting.rule_views import rule_exhibit
from mlflow_pitfalls.reporting.run_views import Answers, answers_of
from mlflow_pitfalls.reporting.tuning_views import benchmark_exhibit, search_exhibit

STEPS_SHOWN = 5
SHOWN_OPEN = 4  # answers of one kind that stand open; more of them are folded away

Maker = Callable[[RunRecord], Exhibit | None]

_MAKERS: Mapping[Group, tuple[Maker, ...]] = {
    Group.TOOL: (rule_exhibit,),
    Group.DATA: (prototype_exhibit, label_noise_exhibit),
    Group.IMBALANCE: (class_exhibit, imbalance_exhibit),
    Group.TIME: (learning_curve_exhibit, staged_exhibit, search_exhibit),
    Group.ACCURACY: (
        gap_exhibit,
        benchmark_exhibit,
        importance_exhibit,
        segment_exhibit,
        calibration_exhibit,
        scores_exhibit,
    ),
    Group.REGRESSION: (),
}

# The exhibits that show why a check flags.
_SHOWS_WHY: Mapping[str, tuple[str, ...]] = {
    "no-lift": ("gap",),
    "simple-rule-suffices": ("rule",),
    "linear-suffices": ("prototypes",),
    "no-baseline-run": ("prototypes",),
    "single-model-family": ("prototypes",),
    "label-noise": ("label-noise",),
    "class-imbalance": ("classes", "imbalance-trials"),
    "too-few-minority": ("classes",),
    "accuracy-paradox": ("classes",),
    "class-never-predicted": ("classes",),
    "class-missing-in-split": ("classes",),
    "unstratified-split": ("classes",),
    "oversampling-overfit": ("imbalance-trials",),
    "diminishing-rows": ("learning-curve",),
    "superlinear-fit": ("learning-curve",),
    "more-data-helps": ("learning-curve",),
    "no-early-stopping": ("staged",),
    "grid-too-large": ("search",),
    "tuned-on-edge": ("search",),
    "overfit": ("gap",),
    "underfit": ("gap",),
    "test-set-too-small": ("gap",),
    "below-benchmark": ("benchmark",),
    "useless-features": ("importances",),
    "weak-segment": ("segments",),
    "miscalibrated": ("calibration",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do first, for the flag ``check``."""

    check: str
    severity: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One flag with the exhibits that show why; ``see`` are those (key, title) that stand elsewhere on the page."""

    flag: FlagView
    exhibits: tuple[Exhibit, ...]
    see: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One pitfall group. The answers ``told`` stand open, those ``folded`` behind the line ``says``."""

    key: str  # "pf1"
    label: str  # "PF1", as the settings name it
    heading: str
    severity: str
    says: str
    flags: tuple[Advice, ...]
    exhibits: tuple[Exhibit, ...]
    told: tuple[Answers, ...]
    folded: tuple[Answers, ...]


def next_steps(outcomes: Outcomes) -> tuple[Step, ...]:
    """The first remedy of each flag, worst first."""
    return tuple(
        Step(check=flag.check, severity=flag.severity.value, text=text.clean(flag.remedies[0].text))
        for flag in outcomes.flags
        if flag.remedies
    )[:STEPS_SHOWN]


def exhibits(record: RunRecord) -> dict[Group, tuple[Exhibit, ...]]:
    """What the record has to show, by section."""
    return {
        group: tuple(found for make in makers if (found := _made(make, record)) is not None)
        for group, makers in _MAKERS.items()
    }


def _made(make: Maker, record: RunRecord) -> Exhibit | None:
    """One exhibit; one that fails does not lose the page."""
    with guard(f"showing {make.__name__.removesuffix('_exhibit').replace('_', ' ')}"):
        return make(record)
    return None  # type: ignore[unreachable]  # the guard swallows


def sections(record: RunRecord, outcomes: Outcomes, docs: Mapping[str, str]) -> tuple[Section, ...]:
    """The five pitfall groups in their order, and a sixth where a run was compared with earlier ones.

    Args:
        record: The run's facts.
        outcomes: Every check's answer.
        docs: Markdown docs by check name.
    """
    shown = exhibits(record)
    flags = {view.check: view for view in flag_views(record, outcomes, docs)}
    places: dict[str, Exhibit] = {exhibit.key: exhibit for group in shown.values() for exhibit in group}
    free = dict(places)
    found = []
    for group in groups(outcomes):
        of_group = [outcome for outcome in outcomes.outcomes if outcome.group is group]
        advice = tuple(
            _advice(flags[flag.check], places, free)
            for flag in outcomes.flags
            if flag.group is group and flag.check in flags
        )
        found.append((group, of_group, advice))
    return tuple(
        _section(group, of_group, advice, tuple(free[e.key] for e in shown[group] if e.key in free))
        for group, of_group, advice in found
    )


def keys_of_flags(outcomes: Outcomes) -> frozenset[str]:
    """The keys of the exhibits that show why something flags."""
    return frozenset(key for flag in outcomes.flags for key in _SHOWS_WHY.get(flag.check, ()))


def groups(outcomes: Outcomes) -> tuple[Group, ...]:
    """The groups that a report has a section for."""
    compared = any(outcome.group is Group.REGRESSION for outcome in outcomes.outcomes)
    return tuple(group for group in Group if group is not Group.REGRESSION or compared)


def says(answers: Iterable[Outcome]) -> str:
    """A section in one line: its flags, and what its other checks answered."""
    of_group = tuple(answers)
    if not of_group:
        return "No check of this section ran."
    mine = Outcomes(run_id="", outcomes=of_group)
    rest = replace(mine, outcomes=tuple(o for o in of_group if o.status is not Status.FLAGGED))
    others = verdict.answers(rest) if rest.outcomes else ""
    if not mine.flags:
        return f"No flags: {others}."
    return f"{verdict.tally(mine).capitalize()}{f'; {others}' if others else ''}."


def _advice(flag: FlagView, places: Mapping[str, Exhibit], free: dict[str, Exhibit]) -> Advice:
    """A flag takes the exhibits that no earlier flag has taken, and points to the others."""
    wanted = [key for key in _SHOWS_WHY.get(flag.check, ()) if key in places]
    mine = tuple(free.pop(key) for key in wanted if key in free)
    taken = {exhibit.key for exhibit in mine}
    return Advice(
        flag=flag,
        exhibits=mine,
        see=tuple((key, places[key].title) for key in wanted if key not in taken),
    )


def _section(group: Group, outcomes: list[Outcome], flags: tuple[Advice, ...], shown: tuple[Exhibit, ...]) -> Section:
    open_kinds = (Status.IGNORED, Status.INCONCLUSIVE, Status.ERRORED)
    told: list[Answers] = []
    folded: list[Answers] = []
    for answers in answers_of(outcomes):
        is_open = answers.status in open_kinds and len(answers.entries) <= SHOWN_OPEN
        (told if is_open else folded).append(answers)
    return Section(
        key=group.value.lower(),
        label=group.value,
        heading=group.heading,
        severity=Outcomes(run_id="", outcomes=tuple(outcomes)).severity.value,
        says=says(outcomes),
        flags=flags,
        exhibits=shown,
        told=tuple(told),
        folded=tuple(folded),
    )
