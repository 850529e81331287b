"""A guard: the lines that stand against a fault, and the tests that fail without them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

KEY_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Guard:
    """What stands against one fault.

    Attributes:
        fault: Its number in ``FAULTS``.
        promise: What holds all the same, in plain words and one line: "the call returns what it returned before".
        file: The source file, from the project's root: ``src/mlflow_pitfalls/errors.py``.
        standing: Lines of that file, exactly as they stand there, and only once.
        removed: What they would be without the guard; still a program that runs.
        tests: Ids of tests that pass with the guard and fail without it: ``tests/hooks/test_sacred.py::TestErrors``.
            At least one test of each id must fail.
    """

    fault: int
    promise: str
    file: str
    standing: str
    removed: str
    tests: tuple[str, ...]

    @property
    def key(self) -> str:
        """Changes when the guard or its tests do: an older verdict is then none."""
        whole = "\0".join((self.file, self.standing, self.removed, *self.tests))
        return f"F{self.fault} {hashlib.sha256(whole.encode()).hexdigest()[:KEY_LENGTH]}"
