"""What is shipped."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

import mlflow_pitfalls


def _names(wheel: zipfile.Path) -> set[str]:
    return set(wheel.root.namelist())


def _metadata(wheel: zipfile.Path, name: str) -> str:
    (path,) = [path for path in _names(wheel) if path.endswith(f".dist-info/{name}")]
    return wheel.root.read(path).decode()


def test_it_holds_every_source_file(wheel: zipfile.Path, root: Path) -> None:
    here = {
        path.relative_to(root / "src").as_posix()
        for path in (root / "src").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert here <= _names(wheel)
    assert "mlflow_pitfalls/py.typed" in _names(wheel)


def test_it_holds_the_templates(wheel: zipfile.Path) -> None:
    assert [name for name in _names(wheel) if "/templates/" in name]


def test_the_plugins_are_a_namespace_that_collides_with_nobody(wheel: zipfile.Path) -> None:
    assert "mlflow_plugins/pitfalls/__init__.py" in _names(wheel)
    assert "mlflow_plugins/__init__.py" not in _names(wheel)


def test_it_holds_nothing_else(wheel: zipfile.Path) -> None:
    folders = {name.partition("/")[0] for name in _names(wheel)}
    version = mlflow_pitfalls.__version__
    assert folders == {"mlflow_pitfalls", "mlflow_plugins", f"mlflow_pitfalls-{version}.dist-info"}
    assert not [name for name in _names(wheel) if "__pycache__" in name]


def test_version_and_licence(wheel: zipfile.Path) -> None:
    metadata = message_from_string(_metadata(wheel, "METADATA"))
    assert metadata["Version"] == mlflow_pitfalls.__version__
    assert metadata["License-Expression"] == "Apache-2.0"
    assert "Apache License" in _metadata(wheel, "licenses/LICENSE")


def test_entry_points_name_modules_of_the_wheel(wheel: zipfile.Path, root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = (project["scripts"], *project["entry-points"].values())
    targets = [target for group in groups for target in group.values()]
    shipped = _metadata(wheel, "entry_points.txt")
    for target in targets:
        module = target.partition(":")[0].replace(".", "/")
        assert target in shipped
        assert {f"{module}.py", f"{module}/__init__.py"} & _names(wheel)


@pytest.mark.slow
def test_it_works_away_from_the_repository(wheel: zipfile.Path, tmp_path: Path) -> None:
    wheel.root.extractall(tmp_path / "site")
    code = "import mlflow_pitfalls, mlflow_plugins.pitfalls as p; print(mlflow_pitfalls.__file__); print(p.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.count(str(tmp_path / "site")) == 2
