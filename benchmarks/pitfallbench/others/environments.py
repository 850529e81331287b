"""Virtual environments of the other tools, made on first use and kept beside the results."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from rich.console import Console

PINS: dict[str, tuple[str, ...]] = {
    "skore": ("skore==0.28.0",),
    "flaml": ("flaml[automl]==2.7.0",),
    "deepchecks": ("deepchecks==0.19.1", "scikit-learn<1.8", "numpy<2", "pandas==2.3.*", "setuptools<81"),
}


def python_of(tool: str, folder: Path, console: Console) -> Path:
    """The interpreter of the tool's environment; makes the environment where there is none.

    Raises:
        subprocess.CalledProcessError: It cannot be made.
    """
    home = folder / "envs" / tool
    python = home / "bin" / "python"
    ready = home / ".ready"
    if ready.is_file() and ready.read_text(encoding="utf-8") == "\n".join(PINS[tool]):
        return python
    console.print(f"Making an environment for {tool}: {', '.join(PINS[tool])}; a few minutes, once")
    if subprocess.run([sys.executable, "-m", "venv", str(home)], check=False).returncode:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
        subprocess.run([sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "pip"], check=True)
    subprocess.run([str(python), "-m", "pip", "install", "-q", *PINS[tool]], check=True)
    ready.write_text("\n".join(PINS[tool]), encoding="utf-8")
    return python
