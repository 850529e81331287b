"""A progress bar on standard error, where that is a terminal: trials, best score, time left."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Protocol


class Shown(Protocol):
    """What is told of a study under way."""

    def __call__(self, done: int, best: float | None, seconds_left: float | None, text: str) -> None:
        """Trials done, the best score so far, seconds left where they are known, and what is being done."""


@contextmanager
def progress(trials: int, metric: str, *, active: bool = True) -> Iterator[Shown]:
    """Show how far a study has come.

    Args:
        trials: How many there will be.
        metric: Whose best value is shown.
        active: Whether to show anything.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(file=sys.stderr)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("best {task.fields[best]}"),
        TextColumn("{task.fields[left]}"),
    )
    bar = Progress(*columns, console=console, transient=True, disable=not (active and console.is_terminal))
    task = bar.add_task("Tuning", total=trials, best="–", left="")

    def shown(done: int, best: float | None, seconds_left: float | None, text: str) -> None:
        score = f"{metric} {best:.4g}" if best is not None else "–"
        left = f"{_clock(seconds_left)} left" if seconds_left is not None else ""
        bar.update(task, completed=done, best=score, left=left, description=text)

    with nullcontext() if bar.disable else bar:  # older versions of Rich end one that is disabled with a blank line
        yield shown


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
