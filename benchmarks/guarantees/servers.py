"""Guards of tracking servers, disks, processes and signals."""

from __future__ import annotations

from benchmarks.guarantees.guard import Guard

GUARDS: tuple[Guard, ...] = (
    Guard(
        fault=1,
        promise="the script goes on with its own result; each place of the fault is told once",
        file="src/mlflow_pitfalls/errors.py",
        standing="        if _reraise:\n            raise\n        report_once(place, error)",
        removed="        raise",
        tests=("tests/api/test_faults.py::test_the_script_goes_on[mlflow_pitfalls.session:run_checks]",),
    ),
)
