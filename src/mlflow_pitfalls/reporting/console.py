"""Rich text to a stream: coloured in a terminal, plain elsewhere, in ASCII where the stream knows no more."""

from __future__ import annotations

import random
from typing import IO, TYPE_CHECKING

from mlflow_pitfalls.reporting import text

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

FALLBACK_WIDTH = 100  # columns where the stream is no terminal


def import_rich() -> None:
    """Import rich, which draws from the global random state as it is imported; that state stays as it was."""
    state = random.getstate()
    try:
        import rich.console  # noqa: F401
    finally:
        random.setstate(state)


def show(shown: RenderableType, stream: IO[str]) -> None:
    """Print a renderable; nothing in it is read as markup, and no line ends in blanks outside of a terminal."""
    console, encodes = console_of(stream), _encodes(stream)
    if console.is_terminal and encodes:
        console.print(shown)
        return
    with console.capture() as captured:
        console.print(shown)
    plain = "\n".join(line.rstrip() for line in captured.get().split("\n"))
    stream.write(plain if encodes else text.ascii_only(plain))


def console_of(stream: IO[str]) -> Console:
    """A console on a stream; colours only where it is a terminal."""
    from rich.console import Console

    terminal = bool(getattr(stream, "isatty", lambda: False)())
    return Console(
        file=stream,
        force_terminal=terminal,
        width=None if terminal else FALLBACK_WIDTH,
        markup=False,
        highlight=False,
        emoji=False,
        soft_wrap=False,
        legacy_windows=False,
    )


def _encodes(stream: IO[str]) -> bool:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        "–−…\u202f≥".encode(encoding)
    except (LookupError, UnicodeEncodeError):
        return False
    return True
