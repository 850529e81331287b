"""The end of a notebook cell: the moment at which a person looks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.reporting.notebook import Report

CellEnded = Callable[[], list[Report]]
_EVENT = "post_run_cell"
_registered: Callable[..., None] | None = None


def watch_cells(ended: CellEnded | None) -> bool:
    """Show what ``ended`` returns after each cell; None stops it.

    Returns:
        Whether this process runs in IPython.
    """
    global _registered
    shell = _shell()
    if shell is None:
        return False
    earlier, _registered = _registered, None
    if earlier is not None:
        with suppress(ValueError):  # the shell has been reset
            shell.events.unregister(_EVENT, earlier)
    if ended is not None:
        _registered = _callback(ended)
        shell.events.register(_EVENT, _registered)
    return True


def in_notebook() -> bool:
    """Whether cells are shown as rich output, as in Jupyter; plain IPython terminals are not."""
    shell = _shell()
    return shell is not None and hasattr(shell, "kernel")


def _shell() -> Any:
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return get_ipython() if get_ipython is not None else None


def _callback(ended: CellEnded) -> Callable[..., None]:
    def show(*_: Any) -> None:
        with guard("showing the cell's reports"):
            from IPython.display import display

            for report in ended():
                display(report)

    return show
