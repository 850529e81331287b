"""How many rows each class has on either side of the split."""

from __future__ import annotations

from dataclasses import dataclass

from mlflow_pitfalls.model.profile import TargetProfile
from mlflow_pitfalls.model.record import RunRecord

UNKNOWN_SIDES = "The classes of the two sides of a split are not known, or there are too many to list."


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRows:
    """One class: its rows on the training side, and among the held-out rows that were looked at."""

    label: str
    train: int
    held_out: int

    @property
    def both(self) -> int:
        """Rows on both sides together."""
        return self.train + self.held_out


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassSides:
    """Every class of both sides. ``sampled``: the held-out rows are a sample of more."""

    classes: tuple[ClassRows, ...]
    sampled: bool = False

    @property
    def train(self) -> int:
        """Training rows of all classes."""
        return sum(found.train for found in self.classes)

    @property
    def held_out(self) -> int:
        """Held-out rows of all classes."""
        return sum(found.held_out for found in self.classes)


def class_sides(record: RunRecord) -> ClassSides | None:
    """The classes of both sides; None where one side's are not known, listed in part, or of another encoding."""
    train = record.train.target if record.train else None
    held_out = record.held_out.target if record.held_out else None
    if train is None or held_out is None or record.held_out is None:
        return None
    if not _is_complete(train) or not _is_complete(held_out):
        return None
    of_train, of_held_out = _counts(train), _counts(held_out)
    if not set(of_train) & set(of_held_out):
        return None
    labels = sorted({**of_train, **of_held_out})
    return ClassSides(
        classes=tuple(
            ClassRows(label=label, train=of_train.get(label, 0), held_out=of_held_out.get(label, 0)) for label in labels
        ),
        sampled=record.held_out.rows > held_out.rows,
    )


def _is_complete(target: TargetProfile) -> bool:
    return bool(target.classes) and (target.distinct is None or target.distinct <= len(target.classes))


def _counts(target: TargetProfile) -> dict[str, int]:
    counts: dict[str, int] = {}
    for found in target.classes:
        if found.count > 0:
            counts[found.label] = counts.get(found.label, 0) + found.count
    return counts
