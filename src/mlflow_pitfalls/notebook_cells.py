"""The end of a notebook cell: the moment at which a person looks."""

from __future__ import annotations

import sys
from collections.abc import Callable
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
    if _registered is not None:
        shell.events.unregister(_EVENT, _registered)
        _registered = None
    if ended is not None:
        _registered = _callback(ended)
        shell.events.register(_EVENT, _registered)
    return True


def in_notebook() -> bool:
    """Whether cells are shown as rich output, as in Jupyter; plain IPython terminals are not."""
    shell = _shell()
    return shell is not None and hasattr(shell, "kernel")


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _callback(ended: CellEnded) -> Callable[..., None]:
    def show(*_: Any) -> None:
        with guard("showing the cell's reports"):
            from IPython.display import display

            for report in ended():
                display(report)

    return show
