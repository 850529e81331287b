"""What the process may compute on: cores and accelerators, told without loading any library of theirs."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

_DEVICES = Path("/dev")
_GPU_INFORMATION = Path("/proc/driver/nvidia/gpus")
_GPU_DEVICE = re.compile(r"nvidia(\d+)")
_VISIBILITY = "CUDA_VISIBLE_DEVICES"
_INDEX = re.compile(r"\s*\+?(\d+)")  # the driver, too, ignores what follows the digits
_GPU, _PARTITION = "GPU-", "MIG-"  # how the identifiers of a GPU, and of a part of one, begin
_FIELD = re.compile(r"^(Model|GPU UUID|Device Minor):[ \t]*(\S.*?)[ \t]*$", re.MULTILINE)
_UNKNOWN = "?"  # the driver shows question marks for the identifier of a GPU that nobody has used yet
_UNNAMED = "NVIDIA GPU"
_NAME_LENGTH = 60


class _Gpu(NamedTuple):
    name: str
    identifier: str  # "GPU-…", empty where the driver does not tell


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
    ``NVIDIA_VISIBLE_DEVICES`` is not asked: it tells a container's runtime which device files to put in, and is
    ``void`` in containers that got theirs in the newer way (CDI).

    Args:
        environment: Where CUDA's devices may be hidden (``CUDA_VISIBLE_DEVICES=""``), read as CUDA's driver reads it.
        devices: Folder of the device files.
        information: The driver's folder, one folder a GPU.
    """
    gpus = _gpus(devices, information)
    shown = _shown(environment[_VISIBILITY], gpus) if _VISIBILITY in environment else gpus[:1]
    return shown[0].name if shown else ""


def _shown(value: str, gpus: tuple[_Gpu, ...]) -> tuple[_Gpu, ...]:
    """The GPU that the first entry of ``CUDA_VISIBLE_DEVICES`` names; if it names none, the driver shows none at all.

    Identifiers may be shortened. Whether a part of a GPU exists is not told by files: such an entry is believed.
    """
    first = value.split(",", maxsplit=1)[0]
    index = _INDEX.match(first)
    if index:
        return gpus[int(index[1]) :][:1]
    if first.startswith(_PARTITION):
        return gpus[:1]
    if not first.startswith(_GPU) or first == _GPU:
        return ()
    return tuple(gpu for gpu in gpus if not gpu.identifier or gpu.identifier.startswith(first))


def is_sklearn_accelerated() -> bool:
    """Whether cuML computes scikit-learn's estimators in this process (``python -m cuml.accel``)."""
    accelerator = sys.modules.get("cuml.accel")
    try:
        return accelerator is not None and bool(accelerator.enabled())
    except Exception:  # noqa: BLE001 - another library's, of any version
        return True


@cache
def _gpus(devices: Path, information: Path) -> tuple[_Gpu, ...]:
    """The GPUs that have a device file, in the files' order."""
    try:
        found = [_GPU_DEVICE.fullmatch(entry.name) for entry in devices.iterdir()]
    except OSError:
        return ()
    told = _told(information)
    unnamed = _Gpu(_UNNAMED, "")
    return tuple(told.get(minor, unnamed) for minor in sorted(int(match[1]) for match in found if match))


def _told(information: Path) -> dict[int, _Gpu]:
    """What the driver tells of each GPU, by the number of its device file: a container may have some of them only."""
    told = {}
    try:
        for file in information.glob("*/information"):
            fields = dict(_FIELD.findall(file.read_text(errors="replace")))
            name, identifier = fields.get("Model", _UNNAMED)[:_NAME_LENGTH], fields.get("GPU UUID", "")
            minor = int(fields.get("Device Minor", "0"))
            told[minor] = _Gpu(name, "" if _UNKNOWN in identifier else identifier)
    except (OSError, ValueError):
        pass
    return told
