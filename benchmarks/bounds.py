"""Which versions the tests are tried on: every lower bound of pyproject.toml, and the Pythons."""

from __future__ import annotations

import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PACKAGES = ("mlflow", "scikit-learn", "pandas", "optuna", "imbalanced-learn")
EXTRAS = ("boosting", "polars", "notebook", "spark", "auth")
# With the oldest only: Matplotlib before 3.10.8 warns of names that pyparsing 3.3 has renamed.
CONTEMPORARIES = ("pyparsing<3.3",)
TOOLS = (
    "hatchling",
    "hypothesis",
    "ipykernel",
    "joblib",  # before 1.6 it cannot cache train_test_split, with or without us
    "nbclient",
    "playwright",
    "psutil",
    "psycopg2-binary",
    "pytest",
    "pytest-timeout",
    "pytest-xdist",
    "ruff",
    "skops",
)


def lower_bounds(names: tuple[str, ...] = ()) -> list[str]:
    """Each dependency of the package and of ``EXTRAS`` at exactly its lowest version; of those names alone, if given.

    Args:
        names: Packages; all of them where there are none.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = list(project["dependencies"])
    for extra in EXTRAS:
        texts += project["optional-dependencies"][extra]
    found = []
    for requirement in map(Requirement, texts):
        (bound,) = requirement.specifier
        if bound.operator != ">=":
            raise ValueError(f"pyproject.toml: {requirement} names no lowest version")
        if not names or requirement.name in names:
            found.append(f"{requirement.name}=={bound.version}")
    return found


def pinned_tools() -> list[str]:
    """What the tests run with, at the versions of ``constraints.txt``: the tools' age is not what is tried."""
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines())
    return [f"{name}=={pins[name]}" for name in TOOLS]
