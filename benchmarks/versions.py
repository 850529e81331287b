"""What the tests found with which versions: added to ``benchmarks/results/versions.json`` by each session of nox.

python -m benchmarks.versions SESSION PLACE REPORT   # PLACE: a folder or file of tests; REPORT: pytest's JUnit file
python -m benchmarks.versions --show
"""

from __future__ import annotations

import argparse
import datetime
import json
import platform
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

RESULTS = Path(__file__).parent / "results" / "versions.json"
SHOWN = ("mlflow", "scikit-learn", "pandas", "optuna", "imbalanced-learn")
TOLD = (*SHOWN, "numpy", "scipy", "narwhals", "pydantic", "xgboost", "xgboost-cpu", "lightgbm", "catboost", "polars")


@dataclass(frozen=True, slots=True)
class Count:
    """Tests of one folder or file, and the day on which they ran."""

    passed: int
    failed: int
    skipped: int
    date: str


def count(report: Path) -> Count:
    """Read pytest's JUnit file.

    Args:
        report: The file.

    Raises:
        ValueError: It holds no suite.
    """
    suite = ElementTree.parse(report).getroot().find("testsuite")
    if suite is None:
        raise ValueError(f"{report} holds no test suite")
    tests, failed, errors, skipped = (int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped"))
    bad = failed + errors
    return Count(tests - bad - skipped, bad, skipped, datetime.datetime.now(datetime.UTC).date().isoformat())


def installed() -> dict[str, str]:
    """Python's version and those of the packages that matter here, as far as they are installed."""
    found = {"python": platform.python_version()}
    for name in TOLD:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def add(results: dict[str, Any], session: str, place: str, counted: Count, versions: dict[str, str]) -> dict[str, Any]:
    """The results with one place more; those of other versions of the same session are dropped.

    Args:
        results: By session.
        session: Nox's name of it.
        place: What was run.
        counted: What came of it.
        versions: What it ran with.
    """
    before = results.get(session, {})
    places = before.get("places", {}) if before.get("versions") == versions else {}
    places = {**places, place: asdict(counted)}
    sums = {key: sum(entry[key] for entry in places.values()) for key in ("passed", "failed", "skipped")}
    entry = {"command": f'nox -s "{session}"', "versions": versions, **sums, "places": dict(sorted(places.items()))}
    return dict(sorted({**results, session: entry}.items()))


def table(results: dict[str, Any]) -> str:
    """The results in Markdown: a line for each session."""
    lines = [
        f"| session | Python | {' | '.join(SHOWN)} | passed | failed | last run |",
        f"|---|---|{'---|' * len(SHOWN)}---|---|---|",
    ]
    for session, entry in results.items():
        numbers = [entry["versions"].get(name, "–") for name in ("python", *SHOWN)]
        last = max(place["date"] for place in entry["places"].values())
        cells = [f"`{session}`", *numbers, f"{entry['passed']:,}".replace(",", " "), str(entry["failed"]), last]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", action="store_true", help="print the table")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the file")
    parser.add_argument("added", nargs="*", metavar="SESSION PLACE REPORT")
    options = parser.parse_args(arguments)
    results = json.loads(options.results.read_text(encoding="utf-8")) if options.results.exists() else {}
    if options.added:
        session, place, report = options.added
        results = add(results, session, place, count(Path(report)), installed())
        options.results.parent.mkdir(parents=True, exist_ok=True)
        options.results.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    if options.show:
        print(table(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
