from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def run_all() -> ModuleType:
    """The runner of ``make demo``, so that the demo and the tests judge alike."""
    spec = importlib.util.spec_from_file_location("examples_run_all", ROOT / "examples" / "run_all.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
