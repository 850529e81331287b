"""Where nothing can be hooked ``enable()`` says so in one line, and does nothing."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HIDE = """
import sys
class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "sklearn":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Hide())
"""
NO_CLASSES = """
import sys, types
sys.modules["sklearn"] = types.ModuleType("sklearn")
sys.modules["sklearn.base"] = types.ModuleType("sklearn.base")
"""
NO_LOCK = """
import sys
sys._is_gil_enabled = lambda: False
"""
ENABLE = """
import json, threading
threads = threading.active_count()
import mlflow_pitfalls
for seed in (1, 1, 3):
    mlflow_pitfalls.enable(seed=seed)
enabled = mlflow_pitfalls.enabled()
assert mlflow_pitfalls.flush() == []
mlflow_pitfalls.disable()
ours = [finder for finder in sys.meta_path if type(finder).__module__.startswith("mlflow_pitfalls")]
print(json.dumps([enabled, len(ours), threading.active_count() - threads]))
"""


@pytest.mark.parametrize(
    ("absence", "told"),
    [
        pytest.param(HIDE, "not hooked: scikit-learn, which is not installed", id="no scikit-learn"),
        pytest.param(NO_CLASSES, "installing the hooks failed (ModuleNotFoundError)", id="unknown layout"),
        pytest.param(NO_LOCK, "not hooked: this Python, which runs without its global lock", id="no global lock"),
    ],
)
def test_one_line_and_nothing_else(tmp_path, absence, told):
    script = tmp_path / "train.py"
    script.write_text(absence + ENABLE)
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)], capture_output=True, text=True, timeout=120, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    (line,) = done.stderr.splitlines()
    assert told in line
    assert json.loads(done.stdout) == [False, 0, 0]
    assert [path.name for path in tmp_path.iterdir()] == ["train.py"]
