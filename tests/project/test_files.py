"""Facts that stand in more than one file of the repository agree."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import mlflow_pitfalls

PINNED = re.compile(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+!]*")
COMMAND = re.compile(r"(?:`|'|; )make ([a-z-]+)|^make ([a-z-]+) +#", re.MULTILINE)
TARGET = re.compile(r"^([a-z-]+):[^#\n]*## ", re.MULTILINE)
MAX_SOURCE_LINES = 300
MAX_TRACKED_BYTES = 1_000_000
ARTIFACTS = (
    "pitfalls.md",
    "pitfalls_flags.json",
    "pitfalls/report.html",
    "pitfalls/record.json",
    "pitfalls/outcomes.json",
    "pitfalls/suggestions.json",
    "pitfalls/tune.py",
)


def _project(root: Path) -> dict[str, object]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _pins(root: Path) -> dict[str, str]:
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines)


def _tracked(root: Path) -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)
    return [root / name for name in done.stdout.split("\0") if name and (root / name).is_file()]


def test_the_version_is_one_fact(root: Path) -> None:
    project = _project(root)
    assert "version" not in project
    assert project["dynamic"] == ["version"]
    source = (root / "src" / "mlflow_pitfalls" / "version.py").read_text(encoding="utf-8")
    assert source.count(mlflow_pitfalls.__version__) == 1


def test_constraints_are_exact_versions_and_nothing_else(root: Path) -> None:
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert lines == sorted(lines, key=lambda line: line.partition("==")[0])
    for line in lines:
        assert PINNED.fullmatch(line), line


def test_constraints_satisfy_every_declared_requirement(root: Path) -> None:
    pins, project = _pins(root), _project(root)
    for text in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        requirement = Requirement(text)
        version = pins[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{text} but {version} in constraints.txt"


def test_optional_requirements_agree_between_extras(root: Path) -> None:
    extras = _project(root)["optional-dependencies"]
    development = {Requirement(text).name: Requirement(text) for text in extras["dev"]}
    for extra, texts in extras.items():
        for requirement in map(Requirement, texts):
            name = "xgboost-cpu" if requirement.name == "xgboost" else requirement.name
            assert development[name].specifier == requirement.specifier, f"{name} in {extra}"


def test_readme_names_both_commands_and_all_that_a_run_carries(root: Path) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    for phrase in ("make demo", "make test", "mlflow_pitfalls.enable()", "pitfalls.severity", *ARTIFACTS):
        assert phrase in text
    assert text.index("<!-- checks:start -->") < text.index("<!-- checks:end -->")


def test_links_between_documents_lead_somewhere(root: Path) -> None:
    for document in (*root.glob("*.md"), *(root / "examples").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#\s]+)\)", document.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_every_command_that_is_written_about_exists(root: Path) -> None:
    targets = set(TARGET.findall((root / "Makefile").read_text(encoding="utf-8")))
    for name in ("README.md", "CONTRIBUTING.md", ".ci/run"):
        text = (root / name).read_text(encoding="utf-8")
        mentioned = {one or other for one, other in COMMAND.findall(text)}
        assert mentioned, name
        assert mentioned <= targets


def test_help_lists_every_target(root: Path) -> None:
    done = subprocess.run(["make", "-s", "help"], cwd=root, capture_output=True, text=True, check=True)
    phony = (root / "Makefile").read_text(encoding="utf-8").split(".PHONY:")[1].splitlines()[0].split()
    assert {line.split()[1] for line in done.stdout.splitlines()} == set(phony)


def test_ci_may_be_run(root: Path) -> None:
    assert (root / ".ci" / "run").stat().st_mode & 0o111
    subprocess.run(["bash", "-n", ".ci/run"], cwd=root, check=True)


def test_files_stay_small(root: Path) -> None:
    for path in _tracked(root):
        assert path.stat().st_size <= MAX_TRACKED_BYTES, path
        if path.suffix == ".py" and path.is_relative_to(root / "src"):
            assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_SOURCE_LINES, path
