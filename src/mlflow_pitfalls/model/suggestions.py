"""What to tune next: parameters with ranges, why, and what it should gain and cost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mlflow_pitfalls.model.values import Interval

# A value as ``set_params`` takes it. Tuples are nested one deep at most: hidden_layer_sizes=(64, 64).
Value = None | bool | int | float | str | tuple[int, ...]


class Aim(StrEnum):
    """A way of going wrong that a parameter can be turned against."""

    OVERFIT = "overfit"
    UNDERFIT = "underfit"
    SLOW = "slow"
    IMBALANCE = "imbalance"


class Kind(StrEnum):
    """What a parameter's values are."""

    FLOAT = "float"
    INTEGER = "integer"
    CATEGORY = "category"


class Direction(StrEnum):
    """Which way a numeric parameter helps against something; a category helps by one of its choices."""

    RAISE = "raise"
    LOWER = "lower"
    CHOOSE = "choose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """How a parameter helps against one pitfall. ``choice`` is the value to choose, for ``Direction.CHOOSE``."""

    aim: Aim
    direction: Direction
    choice: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One hyperparameter and where to look for it.

    Numbers have ``low`` and ``high`` (both included) and ``log``; categories have ``choices``. ``name`` is what
    ``set_params`` of the run's own estimator takes: ``"model__max_depth"``, ``"base__estimator__C"``.
    """

    name: str
    kind: Kind
    low: float | None = None
    high: float | None = None
    log: bool = False
    choices: tuple[Value, ...] = ()
    current: Value = None  # what the run used
    start: Value = None  # where the run stands in the range: current, or what does the same (100 for an unset one)
    floor: float | None = None  # the least and the most that the parameter's meaning and the data's size allow
    ceiling: float | None = None
    priority: int = 9  # 1 is searched first
    moves: tuple[Move, ...] = ()
    when: tuple[tuple[str, Value], ...] = ()  # active only where these parameters have these values
    together: tuple[tuple[str, Value], ...] = ()  # what must be set along with it: subsample_freq=1
    source: str = ""  # where the range comes from
    why: str = ""  # why it is in front, in plain words: "against overfit (train 0.99, test 0.81)"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSpace:
    """What is searched, most promising parameter first; ``note`` says why there is none where there is none.

    ``origin``: ``table`` (known estimators), ``constraints`` (read off the estimator's own declaration), or ``none``.
    """

    estimator: str  # class name of what is tuned
    parameters: tuple[Parameter, ...] = ()
    origin: str = "table"
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """One setting to try: every parameter that differs from the run's own, and why."""

    values: tuple[tuple[str, Value], ...]
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedGain:
    """What tuning should bring in the primary metric.

    ``basis``: ``measured`` (a probe or an earlier run scored better on the same rows; there is an interval) or
    ``prior`` (what tuning this kind of model usually brings; no promise).
    """

    basis: str
    text: str
    value: float | None = None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """How much of the differences between earlier runs' scores a parameter explains, 0..1."""

    name: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestions:
    """Everything that ``suggestions.json`` holds. ``basis`` of ``next``: ``history`` or ``prior``."""

    run_id: str
    metric: str
    space: SearchSpace
    next: tuple[Configuration, ...] = ()
    basis: str = "prior"
    history_runs: int = 0  # earlier comparable runs that were used
    importances: tuple[Importance, ...] = ()  # empty below the number of runs that can tell
    gain: ExpectedGain | None = None
    trial_seconds: float | None = None  # what one trial should take, from the run's own fit and the folds
    advice: tuple[str, ...] = ()  # sentences: early stopping, a decision threshold, a subset first
    notes: tuple[str, ...] = ()  # what was not looked at, and why
    tried: tuple[TriedConfiguration, ...] = ()  # the earlier runs that were used, oldest first
    schema_version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierConfiguration:
    """One earlier run, or one candidate of an earlier search, as the tracking store tells it.

    ``parameters`` are MLflow's strings under the names that were logged. ``basis``: ``held_out`` (``score`` is of the
    rows that the run held out) or ``cross_validation`` (``score`` is the mean over the folds of a search).
    """

    run_id: str
    parameters: tuple[tuple[str, str], ...]
    score: float
    metric: str = ""
    basis: str = "held_out"
    estimator: str = ""  # class of the predictor: "SVC"
    rows: int | None = None  # of training
    columns: int | None = None
    started_ms: int = 0  # milliseconds since 1970


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedConfiguration:
    """What an earlier run set, in the names and values of the search space; ``score`` as it was logged."""

    run_id: str
    values: tuple[tuple[str, Value], ...]
    score: float
    started_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryAdvice:
    """What earlier runs tell. ``next`` is empty where they are too few: then the space's priors have to speak."""

    metric: str
    greater_is_better: bool
    basis: str = ""  # "held_out" or "cross_validation": what the scores are; "" without usable runs
    runs_used: int = 0
    next: tuple[Configuration, ...] = ()
    importances: tuple[Importance, ...] = ()  # largest first; empty below the number of runs that can tell
    tried: tuple[TriedConfiguration, ...] = ()  # oldest first
    notes: tuple[str, ...] = ()
