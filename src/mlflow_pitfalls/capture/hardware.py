"""What the process may compute on: cores and accelerators, told without loading any library of theirs."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_DEVICES = Path("/dev")
_GPU_INFORMATION = Path("/proc/driver/nvidia/gpus")
_GPU_DEVICE = re.compile(r"nvidia\d+")
_HIDDEN = re.compile(r"|-1.*|none|void|nodevfiles", re.IGNORECASE)  # values that show a process no device
_VISIBILITY = ("CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES")
_MODEL = re.compile(r"^Model:\s*(.+?)\s*$", re.MULTILINE)
_UNNAMED = "NVIDIA GPU"
_NAME_LENGTH = 60


@cache
def usable_cores() -> int:
    """Cores that this process may use: fewer than the machine's under an affinity mask or a container's quota."""
    try:
        from joblib import cpu_count

        return max(1, int(cpu_count()))
    except Exception:  # noqa: BLE001 - it reads files of the system
        return os.cpu_count() or 1


def visible_accelerator(
    environment: Mapping[str, str] = os.environ, devices: Path = _DEVICES, information: Path = _GPU_INFORMATION
) -> str:
    """Name of a GPU that this process can see, empty without one.

    Looks at device files only: a few file names are listed, no driver is loaded, no memory of a GPU is taken.

    Args:
        environment: Where devices may be hidden (``CUDA_VISIBLE_DEVICES=""``).
        devices: Folder of the device files.
        information: The driver's folder, one folder a GPU.
    """
    if any(name in environment and _HIDDEN.fullmatch(environment[name].strip()) for name in _VISIBILITY):
        return ""
    return _device_name(devices, information)


@cache
def _device_name(devices: Path, information: Path) -> str:
    try:
        if not any(_GPU_DEVICE.fullmatch(entry.name) for entry in devices.iterdir()):
            return ""
    except OSError:
        return ""
    return _model_name(information)


def _model_name(information: Path) -> str:
    try:
        for file in sorted(information.glob("*/information")):
            found = _MODEL.search(file.read_text(errors="replace"))
            if found:
                return found[1][:_NAME_LENGTH]
    except OSError:
        pass
    return _UNNAMED
