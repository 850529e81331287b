from __future__ import annotations

import os
import sys
from types import ModuleType

import pytest

from mlflow_pitfalls.capture.hardware import is_sklearn_accelerated, usable_cores, visible_accelerator

UUID = "GPU-b6a131df-bddd-6789-6d3a-2aace1efa80b"


def told(name, uuid, minor):
    """The file of one GPU as driver 580 writes it."""
    return f"Model: \t\t {name}\nIRQ:   \t\t 41\nGPU UUID: \t {uuid}\nBus Type: \t PCIe\nDevice Minor: \t {minor}\n"


@pytest.fixture
def machine(tmp_path):
    """Device files and the driver's folder of a machine with one GPU."""
    devices, information = tmp_path / "dev", tmp_path / "gpus"
    devices.mkdir()
    for name in ("nvidia0", "nvidiactl", "nvidia-uvm"):
        (devices / name).touch()
    (information / "0000:00:06.0").mkdir(parents=True)
    (information / "0000:00:06.0" / "information").write_text(told("NVIDIA H200", UUID, 0))
    return devices, information


def test_a_gpu_is_told_by_its_name(machine):
    assert visible_accelerator({}, *machine) == "NVIDIA H200"


# What CUDA's driver 580 said on a machine with one H200 and no partitions of it, asked by cuDeviceGetCount.
SHOWN = ["0", " 0", "0 ", "0,1", "0,-1", "0abc", "00", "+0", "0x0", UUID, UUID[:12], UUID[:5], f"{UUID},1"]
HIDDEN = ["", " ", "1", "1,0", "7", "99", "-1", "-1,0", "-2", "none", "None", "NoDevFiles", "void", "all", "abc"]
HIDDEN += [",0", ",", "GPU-", "GPU-deadbeef-0000-0000-0000-000000000000", "GPU-deadbeef,0", UUID.lower(), f" {UUID}"]


@pytest.mark.parametrize("value", SHOWN)
def test_devices_that_cuda_shows(value, machine):
    assert visible_accelerator({"CUDA_VISIBLE_DEVICES": value}, *machine) == "NVIDIA H200"


@pytest.mark.parametrize("value", HIDDEN)
def test_devices_that_cuda_hides(value, machine):
    assert visible_accelerator({"CUDA_VISIBLE_DEVICES": value}, *machine) == ""


def test_part_of_a_gpu_is_believed(machine):
    partition = {"CUDA_VISIBLE_DEVICES": "MIG-5c89852c-d268-c3f3-1b07-005d5ae1dc3f"}
    assert visible_accelerator(partition, *machine) == "NVIDIA H200"


@pytest.mark.parametrize("value", ["void", "none", "", "all", "7"])
def test_what_the_container_runtime_was_asked_does_not_matter(value, machine):
    """Containers that get their devices by CDI have NVIDIA_VISIBLE_DEVICES=void and a GPU."""
    assert visible_accelerator({"NVIDIA_VISIBLE_DEVICES": value}, *machine) == "NVIDIA H200"


def test_a_container_has_some_of_the_machines_gpus(machine):
    devices, information = machine
    (devices / "nvidia0").rename(devices / "nvidia6")
    (information / "0000:00:07.0").mkdir()
    (information / "0000:00:07.0" / "information").write_text(told("NVIDIA L4", "GPU-" + 8 * "1", 6))
    assert visible_accelerator({}, *machine) == "NVIDIA L4"
    assert visible_accelerator({"CUDA_VISIBLE_DEVICES": "0"}, *machine) == "NVIDIA L4"
    assert visible_accelerator({"CUDA_VISIBLE_DEVICES": "6"}, *machine) == ""
    assert visible_accelerator({"CUDA_VISIBLE_DEVICES": UUID}, *machine) == ""


@pytest.mark.parametrize("uuid", ["GPU-????????-????-????-????-????????????", ""])
def test_an_identifier_that_the_driver_does_not_tell_is_believed(uuid, machine):
    (machine[1] / "0000:00:06.0" / "information").write_text(told("NVIDIA H200", uuid, 0))
    assert visible_accelerator({"CUDA_VISIBLE_DEVICES": UUID}, *machine) == "NVIDIA H200"


def test_device_files_alone_are_enough(machine, tmp_path):
    assert visible_accelerator({}, machine[0], tmp_path / "none") == "NVIDIA GPU"


def test_a_file_of_another_form_is_no_error(machine):
    (machine[1] / "0000:00:06.0" / "information").write_text("Device Minor: \t N/A\n")
    assert visible_accelerator({}, *machine) == "NVIDIA GPU"


def test_no_device_file_is_no_gpu(machine, tmp_path):
    (machine[0] / "nvidia0").unlink()
    assert visible_accelerator({}, *machine) == ""
    assert visible_accelerator({}, tmp_path / "none", machine[1]) == ""


def test_cuml_says_whether_it_is_on(monkeypatch):
    monkeypatch.delitem(sys.modules, "cuml.accel", raising=False)
    assert not is_sklearn_accelerated()
    accelerator = ModuleType("cuml.accel")
    monkeypatch.setitem(sys.modules, "cuml.accel", accelerator)
    assert is_sklearn_accelerated()
    monkeypatch.setattr(accelerator, "enabled", lambda: False, raising=False)
    assert not is_sklearn_accelerated()


def test_cores_are_those_of_the_process():
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)
