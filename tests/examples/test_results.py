"""Each example's results with ``enable()`` are those without it, to the last bit."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SCRIPTS = sorted(path for path in EXAMPLES.glob("*.py") if path.name != "run_all.py")
RANDOM_STATES = {"the random state of NumPy", "the random state of random"}
ADDRESS = re.compile(r" at 0x[0-9a-f]+")


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_ends_with_the_same_results(
    script: Path, story: Callable[..., Any], record_property: Callable[[str, object], None]
) -> None:
    watched, plain = story(script, probes=True), story(script, enabled=False)
    assert watched.judged and not plain.judged
    assert plain.done.returncode == watched.done.returncode == 0, watched.done.stderr
    assert plain.done.stdout == watched.done.stdout
    assert plain.results.keys() > RANDOM_STATES
    assert plain.results == watched.results
    for run in plain.runs:
        twin = next(other for other in watched.runs if other.info.run_name == run.info.run_name)
        assert run.data.metrics.items() <= twin.data.metrics.items()
        assert _told(run.data.params).items() <= _told(twin.data.params).items()
        assert run.info.status == twin.info.status
    record_property("scripts compared", 1)


def _told(params: dict[str, str]) -> dict[str, str]:
    """Without the addresses of objects, which no two processes share."""
    return {name: ADDRESS.sub("", value) for name, value in params.items()}
