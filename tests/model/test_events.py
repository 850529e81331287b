"""Where a call stands."""

from __future__ import annotations

import pytest

from mlflow_pitfalls.model.events import CallSite, place


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("/home/ann/project/train.py", "train.py:7"),
        ("train.py", "train.py:7"),
        ("/tmp/ipykernel_4711/3444279692.py", "cell:7"),
        ("<ipython-input-3-0f2a>", "cell:7"),
        ("<stdin>", "<stdin>:7"),
    ],
)
def test_a_place_names_no_folder_and_no_temporary_file(file, expected):
    assert place(CallSite(file=file, line=7)) == expected


def test_no_place():
    assert place(None) == ""
