"""Results as JSON lines, one a case: appended as they come, and read again by the next run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow_pitfalls
from mlflow_pitfalls.version import __version__

FOLDER = Path(__file__).parents[1] / "results" / "pitfallbench"


def build() -> str:
    """The package's version and a digest of its sources: a result of other code does not count as done."""
    digest = hashlib.sha256()
    root = Path(mlflow_pitfalls.__file__).parent
    for path in sorted(root.rglob("*.py")):
        if "reporting" not in path.parts and "sinks" not in path.parts:
            digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return f"{__version__}+{digest.hexdigest()[:8]}"


class Store:
    """The lines of one tool."""

    def __init__(self, folder: Path, tool: str) -> None:
        self.path = folder / f"{tool}.jsonl"

    def read(self, version: str | None = None) -> Iterator[dict[str, Any]]:
        """The lines of one version, the last one where a case has several; of all versions where it is None."""
        if not self.path.is_file():
            return
        latest: dict[str, dict[str, Any]] = {}
        for text in self.path.read_text(encoding="utf-8").splitlines():
            try:
                line = json.loads(text)
            except ValueError:  # a run was stopped while it wrote
                continue
            if version is None or line["version"] == version:
                latest[line["case"]] = line
        yield from latest.values()

    def append(self, line: dict[str, Any], version: str) -> None:
        """Add one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"version": version, **line}, allow_nan=False) + "\n")
