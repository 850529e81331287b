"""What a line of the tables holds, and short ways to write one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict, Unpack

from mlflow_pitfalls.model.suggestions import Aim, Direction, Kind, Move, Value

RAISE, LOWER = Direction.RAISE, Direction.LOWER
# (parameter, the values under which a line counts). A parameter that is searched too becomes ``Parameter.when``.
Conditions = tuple[tuple[str, tuple[Value, ...]], ...]


class Bound(StrEnum):
    """What of the data limits a range."""

    NONE = "none"
    ROWS = "rows"  # below the training rows of a fold
    LEAF = "leaf"  # a share of the rows of a fold
    RAREST = "rarest"  # below the rows of the rarest class in a fold
    RATIO = "ratio"  # up to rows of the common class by rows of the rare one; two classes only
    REBALANCE = "rebalance"  # a ratio of rare to common rows, above the one at hand; two classes only
    COLUMNS = "columns"  # up to the number of columns
    COMPONENTS = "components"  # up to the lesser of columns and rows of a fold
    VALIDATION = "validation"  # rows of every class that a held-back tenth of the rows asks for


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One hyperparameter of a known estimator.

    Attributes:
        name: As the estimator's own ``set_params`` takes it.
        kind: Of its values.
        low: Least value that is worth a try.
        high: Greatest value that is worth a try.
        log: Whether it is searched on a logarithmic scale.
        choices: Values of a category.
        moves: What it helps against.
        bound: What of the data limits it.
        floor: Least value that means anything; None where it is ``low`` of the scale (0 for a penalty).
        ceiling: Greatest value that means anything.
        stands_for: The number in the range that does what an unset or special value does: ``((None, 100),)``.
        when: The parameters' values under which it has an effect.
        unless: Parameters that must be unset, as they say the same or exclude it.
        together: What must be set along with it.
        aliases: Other names that the estimator may have been given it under.
        counted: What an integer given for a share counts; the range is then ``1 .. that count``.
        shares: Range to search where a share of the rows was given for a count.
        dormant: Whether it has no effect as long as the estimator's other parameters are at their defaults.
    """

    name: str
    kind: Kind
    low: float | None = None
    high: float | None = None
    log: bool = False
    choices: tuple[Value, ...] = ()
    moves: tuple[Move, ...] = ()
    bound: Bound = Bound.NONE
    floor: float | None = None
    ceiling: float | None = None
    stands_for: tuple[tuple[Value, float], ...] = ()
    when: Conditions = ()
    unless: tuple[str, ...] = ()
    together: tuple[tuple[str, Value], ...] = ()
    aliases: tuple[str, ...] = ()
    counted: Bound = Bound.NONE
    shares: tuple[float, float] | None = None
    dormant: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One known estimator: its lines, most promising first, where they come from, and what else is to be said."""

    lines: tuple[Line, ...] = ()
    source: str = ""
    note: str = ""
    first: int = 1  # priority of the first line
    stop: bool = False  # what stands inside is not tuned either


Table = dict[str, Known]  # by class name


class More(TypedDict, total=False):
    """The fields of a line that few lines have; as in :class:`Line`."""

    bound: Bound
    floor: float | None
    ceiling: float | None
    stands_for: tuple[tuple[Value, float], ...]
    when: Conditions
    unless: tuple[str, ...]
    together: tuple[tuple[str, Value], ...]
    aliases: tuple[str, ...]
    counted: Bound
    shares: tuple[float, float] | None
    dormant: bool


_UNSAID = object()


def against(
    *, overfit: Value | object = _UNSAID, underfit: Value | object = _UNSAID, slow: Value | object = _UNSAID
) -> tuple[Move, ...]:
    """Moves by aim: a direction for a number, the value to choose for a category."""
    said = ((Aim.OVERFIT, overfit), (Aim.UNDERFIT, underfit), (Aim.SLOW, slow))
    return tuple(move(aim, how) for aim, how in said if how is not _UNSAID)


def move(aim: Aim, how: Value | object) -> Move:
    """One move: a direction, or the value to choose."""
    if isinstance(how, Direction):
        return Move(aim=aim, direction=how)
    return Move(aim=aim, direction=Direction.CHOOSE, choice=how)  # type: ignore[arg-type]


# The usual ones, by what a larger value does.
PENALTY = against(overfit=RAISE, underfit=LOWER)
PENALTY_THAT_SPEEDS = against(overfit=RAISE, underfit=LOWER, slow=RAISE)
RICHER = against(overfit=LOWER, underfit=RAISE, slow=LOWER)
FREER = against(overfit=LOWER, underfit=RAISE)
SAMPLED = against(overfit=LOWER, slow=LOWER)
STEP = against(overfit=LOWER, underfit=RAISE, slow=RAISE)  # a learning rate: small steps need more rounds


def log_real(name: str, low: float, high: float, moves: tuple[Move, ...] = (), **more: Unpack[More]) -> Line:
    """A number on a logarithmic scale."""
    return Line(name=name, kind=Kind.FLOAT, low=low, high=high, log=True, moves=moves, **more)


def real(name: str, low: float, high: float, moves: tuple[Move, ...] = (), **more: Unpack[More]) -> Line:
    """A number on a linear scale."""
    return Line(name=name, kind=Kind.FLOAT, low=low, high=high, moves=moves, **more)


def log_whole(name: str, low: int, high: int, moves: tuple[Move, ...] = (), **more: Unpack[More]) -> Line:
    """A whole number on a logarithmic scale."""
    return Line(name=name, kind=Kind.INTEGER, low=low, high=high, log=True, moves=moves, **more)


def whole(name: str, low: int, high: int, moves: tuple[Move, ...] = (), **more: Unpack[More]) -> Line:
    """A whole number on a linear scale."""
    return Line(name=name, kind=Kind.INTEGER, low=low, high=high, moves=moves, **more)


def one_of(name: str, *choices: Value, moves: tuple[Move, ...] = (), **more: Unpack[More]) -> Line:
    """A category."""
    return Line(name=name, kind=Kind.CATEGORY, choices=choices, moves=moves, **more)


def class_weight(*extra: str) -> Line:
    """scikit-learn's weights of the classes, none or by their rarity."""
    best = (move(Aim.IMBALANCE, (extra or ("balanced",))[0]),)
    return one_of("class_weight", None, "balanced", *extra, moves=best)
