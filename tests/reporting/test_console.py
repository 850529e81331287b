"""Importing rich leaves the global random state as it was."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import random
from mlflow_pitfalls.reporting import console
before = random.getstate()
console.import_rich()
import rich.console
print(random.getstate() == before)
"""


def test_importing_rich_draws_nothing():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
