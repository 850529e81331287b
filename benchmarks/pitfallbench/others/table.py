"""The other tools' part of the table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console


def print_others(folder: Path, lines: list[dict[str, Any]], console: Console) -> None:
    """Nothing before they were asked."""
