"""What the last run of the command has measured, kept beside the guards."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.versions import RESULTS

PATH = Path(__file__).with_name("measured.json")
VERSIONS_PATH = Path(__file__).with_name("versions.json")

Versions = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Measured:
    """Verdicts and figures.

    Attributes:
        date: Of the figures, as ISO 8601.
        figures: How many of what the tests tried, by the name that they gave it.
        verdicts: By the key of a guard.
        note: How they came about, where not by one whole run of the command.
    """

    date: str = ""
    figures: Mapping[str, int] = field(default_factory=dict)
    verdicts: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


def read(path: Path = PATH) -> Measured:
    """What is kept; nothing where there is no file yet."""
    return Measured(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else Measured()


def write(measured: Measured, path: Path = PATH) -> None:
    """Keep it, in an order that a reader can follow."""
    path.write_text(json.dumps(asdict(measured), indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read_versions(path: Path = VERSIONS_PATH, newest: Path = RESULTS) -> Versions:
    """What each session of nox has found, of which the newest results are kept here."""
    if newest.exists():
        shutil.copy(newest, path)
    found: Versions = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found
