"""The plug-in that MLflow loads while it is being imported."""

import ast
import json
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from mlflow_plugins.pitfalls import run_context

ENTRY_POINT = "mlflow.run_context_provider"
ISOLATED = """
import json, sys
sys.path.insert(0, {root!r})
{body}
"""


@pytest.fixture
def alone(tmp_path):
    """Runs a script that sees the plug-in's source and the standard library only."""
    package = tmp_path / "root" / "mlflow_plugins" / "pitfalls"
    package.mkdir(parents=True)
    source = Path(run_context.__file__)
    for name in ("__init__.py", "run_context.py"):
        (package / name).write_text((source.parent / name).read_text(encoding="utf-8"), encoding="utf-8")

    def run(body, variable=None):
        environment = {} if variable is None else {"MLFLOW_PITFALLS_ENABLE": variable}
        script = ISOLATED.format(root=str(tmp_path / "root"), body=body)
        # -I -S: neither site-packages nor the user's variables.
        command = [sys.executable, "-I", "-S", "-B", "-c", script]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout), done.stderr

    return run


def test_mlflow_finds_it():
    (found,) = entry_points(group=ENTRY_POINT, name="pitfalls")
    assert found.load() is run_context.PitfallsRunContext


def test_it_imports_the_standard_library_only():
    tree = ast.parse(Path(run_context.__file__).read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in tree.body
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported
    assert imported <= sys.stdlib_module_names


WITHOUT = """
from mlflow_plugins.pitfalls.run_context import PitfallsRunContext
before = list(sys.meta_path)
context = PitfallsRunContext()
print(json.dumps([context.in_context(), context.tags(), sys.meta_path == before, "mlflow_pitfalls" in sys.modules]))
"""


@pytest.mark.parametrize("variable", [None, "", "0", "false", "no", "off", "2", "perhaps"])
def test_without_the_variable_it_does_nothing(alone, variable):
    assert alone(WITHOUT, variable) == ([False, {}, True, False], "")


FAKE = """
import types
calls = []
fake = types.ModuleType("mlflow_pitfalls")
def enable():
    calls.append(1)
    {action}
fake.enable = enable
sys.modules["mlflow_pitfalls"] = fake
from mlflow_plugins.pitfalls.run_context import PitfallsRunContext
"""


@pytest.mark.parametrize("variable", ["1", "true", " YES ", "On"])
def test_the_first_run_enables_once(alone, variable):
    body = FAKE.format(action="pass") + (
        "context = PitfallsRunContext()\nanswers = [context.in_context(), context.in_context()]\n"
        "print(json.dumps([answers, context.tags(), len(calls)]))\n"
    )
    assert alone(body, variable) == ([[False, False], {}, 1], "")


WAITING = """
import importlib.machinery
context = PitfallsRunContext()
import colorsys
steps = [len(calls)]
mlflow = types.ModuleType("mlflow")
mlflow.__spec__ = importlib.machinery.ModuleSpec("mlflow", None)
mlflow.__spec__._initializing = True
sys.modules["mlflow"] = mlflow
import chunk
steps.append(len(calls))
mlflow.__spec__._initializing = False
import sndhdr
steps.append(len(calls))
import wave
steps.append(len(calls))
print(json.dumps([steps, [type(finder).__name__ for finder in sys.meta_path if "Mlflow" in type(finder).__name__]]))
"""


def test_it_waits_until_mlflow_is_imported_and_steps_aside(alone):
    body = FAKE.format(action="pass") + WAITING.replace("chunk", "cmd").replace("sndhdr", "mailbox")
    assert alone(body, "1") == ([[0, 0, 1, 1], []], "")


@pytest.mark.parametrize("error", ["ValueError('wrong option')", "SystemExit(3)", "MemoryError()"])
def test_what_enabling_raises_never_reaches_mlflow(alone, error):
    body = FAKE.format(action=f"raise {error}") + (
        "context = PitfallsRunContext()\nprint(json.dumps([context.in_context(), context.tags()]))\n"
    )
    answer, told = alone(body, "1")
    assert answer == [False, {}]
    assert told.startswith("mlflow-pitfalls could not be enabled: ")


def test_a_missing_package_is_told(alone):
    body = "from mlflow_plugins.pitfalls.run_context import PitfallsRunContext\n"
    answer, told = alone(body + "print(json.dumps(PitfallsRunContext().in_context()))\n", "1")
    assert answer is False
    assert told == "mlflow-pitfalls could not be enabled: No module named 'mlflow_pitfalls'\n"


def test_a_closed_standard_error_is_survived(alone):
    body = (
        FAKE.format(action="raise ValueError")
        + "sys.stderr.close()\nprint(json.dumps(PitfallsRunContext().in_context()))\n"
    )
    assert alone(body, "1")[0] is False


def test_a_finder_that_was_removed_by_another_thread_finds_nothing(monkeypatch):
    enabled = []
    monkeypatch.setattr(run_context, "_enable", lambda: enabled.append(1))
    assert "mlflow" in sys.modules or __import__("mlflow")
    assert run_context._WhenMlflowIsReady().find_spec("colorsys") is None
    assert enabled == []
