from __future__ import annotations

import os

import pytest

from mlflow_pitfalls.capture.hardware import usable_cores, visible_accelerator


@pytest.fixture
def machine(tmp_path):
    """Device files and the driver's folder of a machine with one GPU."""
    devices, information = tmp_path / "dev", tmp_path / "gpus"
    devices.mkdir()
    (devices / "nvidia0").touch()
    (devices / "nvidiactl").touch()
    (information / "0000:01:00.0").mkdir(parents=True)
    (information / "0000:01:00.0" / "information").write_text("Model: \t\t NVIDIA L4\nIRQ: 96\n")
    return devices, information


def test_a_gpu_is_told_by_its_name(machine):
    assert visible_accelerator({}, *machine) == "NVIDIA L4"
    assert (
        visible_accelerator({"CUDA_VISIBLE_DEVICES": "0,1", "NVIDIA_VISIBLE_DEVICES": "all"}, *machine) == "NVIDIA L4"
    )


@pytest.mark.parametrize("hidden", ["", " ", "-1", "-1,0", "none", "NoDevFiles"])
def test_hidden_devices_are_none(hidden, machine):
    assert visible_accelerator({"CUDA_VISIBLE_DEVICES": hidden}, *machine) == ""
    assert visible_accelerator({"NVIDIA_VISIBLE_DEVICES": hidden}, *machine) == ""


def test_device_files_alone_are_enough(machine, tmp_path):
    assert visible_accelerator({}, machine[0], tmp_path / "none") == "NVIDIA GPU"


def test_no_device_file_is_no_gpu(machine, tmp_path):
    (machine[0] / "nvidia0").unlink()
    assert visible_accelerator({}, *machine) == ""
    assert visible_accelerator({}, tmp_path / "none", machine[1]) == ""


def test_cores_are_those_of_the_process():
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)
