"""scikit-learn's own tests, with the hooks on: each ends as it does without us."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

SECONDS = 900
# Those that look at what the hooks lean on: signatures, delegation, validation, routing, clones, pickles, folds.
MODULES = {
    "functions": (
        "sklearn.tests.test_public_functions",
        "sklearn.utils.tests.test_param_validation",
        "sklearn.tests.test_dummy",
        "sklearn.tests.test_config",
    ),
    "metaestimators": (
        "sklearn.tests.test_metaestimators",
        "sklearn.utils.tests.test_metaestimators",
        "sklearn.tests.test_metadata_routing",
        "sklearn.utils.tests.test_set_output",
    ),
    "base": ("sklearn.tests.test_base", "sklearn.tests.test_naive_bayes", "sklearn.utils.tests.test_class_weight"),
    "folds": ("sklearn.model_selection.tests.test_split",),
}


def ends(folder: Path, modules: tuple[str, ...], *, hooked: bool) -> dict[str, Any]:
    """How each test of the modules ends, and how many calls the hooks told of."""
    found = folder / f"{hooked}.json"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.guarantees.sklearn_hooked",
               "-c", os.devnull, "--rootdir", str(folder), "--pyargs", *modules]  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "MLFLOW_"))}
    done = subprocess.run(
        command,
        cwd=folder,
        env={
            **environment,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "HOOKED": str(int(hooked)),
            "OUTCOMES": str(found),
        },
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert found.exists(), done.stdout + done.stderr
    return json.loads(found.read_text(encoding="utf-8"))


@pytest.mark.timeout(2 * SECONDS)
@pytest.mark.parametrize("modules", MODULES.values(), ids=MODULES)
def test_each_of_its_tests_ends_as_without_us(tmp_path, modules):
    with_us = ends(tmp_path, modules, hooked=True)
    without = ends(tmp_path, modules, hooked=False)
    assert without["calls"] == 0 < with_us["calls"]
    assert len(without["outcomes"]) > 100
    different = {
        name: (outcome, with_us["outcomes"].get(name))
        for name, outcome in without["outcomes"].items()
        if with_us["outcomes"].get(name) != outcome
    }
    assert different == {}
    assert with_us["outcomes"].keys() == without["outcomes"].keys()
    assert "failed" not in without["outcomes"].values()
