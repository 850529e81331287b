"""From flags to an order: what fights a run's own pitfalls comes first, with its range turned that way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mlflow_pitfalls.checks.text import number
from mlflow_pitfalls.model.outcomes import Outcome, Outcomes
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.suggestions import Aim, Direction, Kind, Move, Parameter, SearchSpace
from mlflow_pitfalls.tuning.space.aims import AIMS
from mlflow_pitfalls.tuning.space.edges import extended
from mlflow_pitfalls.tuning.space.scale import between

EDGE = "tuned-on-edge"
_BY_SCORES = (Aim.OVERFIT, Aim.UNDERFIT)
_SLACK = 0.25  # of the side that a flag speaks against, that is searched all the same: flags may err
_NO_SLACK = 0.0  # of a slow fit's slower side
_LEAST_ROOM = 0.05  # of a range, below which there is nothing left to turn to


@dataclass(frozen=True, slots=True)
class _Reason:
    """One flag, as a reason to prefer some parameters."""

    aim: Aim
    told: str


def ordered(space: SearchSpace, outcomes: Outcomes, record: RunRecord) -> SearchSpace:
    """The space as this run's flags suggest it.

    Overfit and underfit put the parameters that fight them first and turn their ranges: the wanted side of where the
    run stands stays whole, of the other a quarter. A slow fit cuts the slower side off and leaves the order, for what
    makes a model fast seldom makes it good. Imbalance puts weights and samplers first, with the choice that helps in
    front. A search that ended at the edge of a range is continued beyond it, first of all.

    Args:
        space: As :func:`~mlflow_pitfalls.tuning.space.spaces.space_of` gives it.
        outcomes: What the checks say of the run.
        record: The run's facts, for the numbers behind the flags.

    Returns:
        The same parameters, and those of an edge that the space lacked, with priorities 1, 2, 3 … and ``why`` filled.
    """
    reasons = _reasons(outcomes, record)
    aimed = [_aimed(parameter, reasons) for parameter in space.parameters]
    if any(flag.check == EDGE for flag in outcomes.flags):
        on_edge = extended([parameter for parameter, _ in aimed], _rising(outcomes), record)
    else:
        on_edge = {}
    ranked = [(on_edge.get(found.name, found), -1 if found.name in on_edge else rank) for found, rank in aimed]
    known = {parameter.name for parameter in space.parameters}
    ranked += [(found, -1) for name, found in on_edge.items() if name not in known]
    ranked.sort(key=lambda item: (item[1], item[0].priority))
    parameters = tuple(replace(found, priority=place) for place, (found, _) in enumerate(ranked, start=1))
    return replace(space, parameters=parameters)


def _reasons(outcomes: Outcomes, record: RunRecord) -> list[_Reason]:
    """The flags that parameters can be turned against, worst first, each aim once."""
    found: dict[Aim, _Reason] = {}
    for flag in outcomes.flags:
        aim = AIMS.get(flag.check)
        if aim is not None and aim not in found:
            found[aim] = _Reason(aim, f"against {flag.check}{_numbers(flag, aim, record)}")
    return list(found.values())


def _numbers(flag: Outcome, aim: Aim, record: RunRecord) -> str:
    """The numbers behind a flag, in brackets."""
    score = record.primary_score
    if aim in _BY_SCORES and score is not None and score.train is not None and score.held_out is not None:
        train, held_out = number(score.train.value), number(score.held_out.value)
        return f" ({score.metric}: {train} on the training rows, {held_out} on held-out ones)"
    proof = flag.evidence
    return f" ({proof.statistic}: {number(proof.value)}, limit {number(proof.threshold)})" if proof else ""


def _rising(outcomes: Outcomes) -> frozenset[str]:
    """The parameters whose edge is flagged."""
    flags = [flag for flag in outcomes.flags if flag.check == EDGE and flag.evidence is not None]
    return frozenset(subject.name for flag in flags if flag.evidence for subject in flag.evidence.subjects)


def _aimed(parameter: Parameter, reasons: Sequence[_Reason]) -> tuple[Parameter, int]:
    """The parameter turned against the worst flag that it fights, and its rank by the flags that make an order."""
    moves = {move.aim: move for move in parameter.moves}
    fought = [reason for reason in reasons if reason.aim in moves]
    if not fought:
        return parameter, len(reasons)
    first = moves[fought[0].aim]
    same_way = [reason for reason in fought if _agree(moves[reason.aim], first)]
    turned = _turned(parameter, first, _NO_SLACK if fought[0].aim is Aim.SLOW else _SLACK)
    if turned is parameter and fought[0].aim is Aim.SLOW:
        return parameter, len(reasons)
    rank = next((reasons.index(reason) for reason in same_way if reason.aim is not Aim.SLOW), len(reasons))
    return replace(turned, why=_sentence(same_way, first)), rank


def _agree(one: Move, other: Move) -> bool:
    return one.direction is other.direction and one.choice == other.choice


def _sentence(reasons: Sequence[_Reason], move: Move) -> str:
    told = " and ".join(reason.told for reason in reasons)
    how = {Direction.RAISE: "higher values help", Direction.LOWER: "lower values help"}.get(move.direction)
    return f"{how or f'{move.choice!r} helps'} {told}"


def _turned(parameter: Parameter, move: Move, slack: float) -> Parameter:
    """The range without most of the side that makes things worse; the same object where there is nothing to turn."""
    if move.direction is Direction.CHOOSE:
        if move.choice not in parameter.choices:
            return parameter
        rest = [
            choice for choice in parameter.choices if choice != move.choice or type(choice) is not type(move.choice)
        ]
        return replace(parameter, choices=(move.choice, *rest))
    low, high, start = parameter.low, parameter.high, parameter.start
    if parameter.kind is Kind.CATEGORY or low is None or high is None or not isinstance(start, int | float):
        return parameter
    raising = move.direction is Direction.RAISE
    far, near = (high, low) if raising else (low, high)
    if abs(between(low, high, start, log=parameter.log) - (1.0 if raising else 0.0)) < _LEAST_ROOM or start == near:
        return parameter
    kept = _point(parameter, start, near, slack)
    if kept == far:
        return parameter
    return replace(parameter, low=kept) if raising else replace(parameter, high=kept)


def _point(parameter: Parameter, start: float, end: float, share: float) -> float:
    """What lies this share of the way from ``start`` to ``end``; whole numbers are rounded towards ``end``."""
    point = start * math.pow(end / start, share) if parameter.log else start + share * (end - start)
    inside = min(max(point, min(start, end)), max(start, end))
    if parameter.kind is not Kind.INTEGER:
        return inside
    return math.ceil(inside) if end > start else math.floor(inside)
