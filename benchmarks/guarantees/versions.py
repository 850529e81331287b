"""Guards of names that other packages promise to nobody, and that a later version may have moved."""

from __future__ import annotations

from benchmarks.guarantees.guard import Guard

_TESTS = "tests/test_private_names.py"

GUARDS: tuple[Guard, ...] = (
    Guard(
        fault=44,
        promise="a private name of MLflow's or scikit-learn's that is gone is told in one warning",
        file="src/mlflow_pitfalls/private_names.py",
        standing="            gone.append(name)\n",
        removed="            continue\n",
        tests=(f"{_TESTS}::test_at_enable_one_warning_and_the_other_hooks_work[TRACKING_CLIENT]",),
    ),
    Guard(
        fault=44,
        promise="without MLflow's table of autologging settings everything else is hooked",
        file="src/mlflow_pitfalls/hooks/private.py",
        standing="    except (ImportError, AttributeError):\n        return {}\n    return settings\n",
        removed="    except (ImportError, AttributeError):\n        raise\n    return settings\n",
        tests=(f"{_TESTS}::test_at_enable_one_warning_and_the_other_hooks_work[AUTOLOG_SETTINGS]",),
    ),
    Guard(
        fault=44,
        promise="without MLflow's own transfer of one file artifacts are read by its public client",
        file="src/mlflow_pitfalls/sinks/runs.py",
        standing="    return Path(MlflowClient(",
        removed="    return folder / path or Path(MlflowClient(",
        tests=(f"{_TESTS}::test_artifacts_are_read_by_the_public_way[DOWNLOAD_FILE]",),
    ),
    Guard(
        fault=44,
        promise="a package that another thread is importing misses nothing",
        file="src/mlflow_pitfalls/private_names.py",
        standing='    if home is None or getattr(getattr(home, "__spec__", None), INITIALIZING.name, False):\n',
        removed="    if home is None:\n",
        tests=(f"{_TESTS}::test_a_module_that_is_half_imported_misses_nothing",),
    ),
)
