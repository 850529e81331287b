"""Guards of the user's memory, random state, warnings, streams, time."""

from __future__ import annotations

from benchmarks.guarantees.guard import Guard

_ARRAYS = "tests/guarantees/test_users_arrays.py::"
_OBJECTS = "src/mlflow_pitfalls/capture/lineage/objects.py"

GUARDS: tuple[Guard, ...] = (
    Guard(
        fault=15,
        promise="arrays can be written to and resized in place after a call; nothing of ours refers to them",
        file=_OBJECTS,
        standing="    if isinstance(data, np.ndarray):\n        return None\n    try:\n",
        removed="    if isinstance(data, np.ndarray):\n        return lambda: data\n    try:\n",
        tests=(
            f"{_ARRAYS}test_an_array_can_be_resized_and_written_to_after_every_kind_of_call",
            "tests/capture/lineage/test_objects.py::test_arrays_can_still_be_resized",
        ),
    ),
    Guard(
        fault=15,
        promise="a frame is written to in place after a call: no view of it is kept",
        file="src/mlflow_pitfalls/capture/containers/rows.py",
        standing="    return pd.DataFrame(taken.copy() if is_whole else taken)",
        removed="    return pd.DataFrame(taken)",
        tests=(f"{_ARRAYS}test_a_frame_is_written_to_in_place_after_a_call",),
    ),
    Guard(
        fault=16,
        promise="deleted rows are freed at once, also those that the estimator itself holds",
        file="src/mlflow_pitfalls/capture/recording/fitting.py",
        standing="            estimator=None if keeps_rows(estimator, features) else estimator,",
        removed="            estimator=estimator,",
        tests=(f"{_ARRAYS}test_deleted_rows_are_freed_at_once_although_the_run_is_open[neighbours-array]",),
    ),
    Guard(
        fault=16,
        promise="a frame's memory is freed, of which an estimator holds a view under a name of its own",
        file="src/mlflow_pitfalls/capture/estimators/kept_rows.py",
        standing="        return bool(value.shape == shape)\n",
        removed="        return False\n",
        tests=(f"{_ARRAYS}test_deleted_rows_are_freed_at_once_although_the_run_is_open[kernel ridge-frame]",),
    ),
    Guard(
        fault=16,
        promise="frames are recognised again without being kept",
        file=_OBJECTS,
        standing="        return weakref.ref(data)\n",
        removed="        return lambda: data\n",
        tests=(f"{_ARRAYS}test_deleted_rows_are_freed_at_once_although_the_run_is_open[tree-frame]",),
    ),
    Guard(
        fault=17,
        promise="ten thousand fresh arrays, and none is taken for a dead one at its address",
        file=_OBJECTS,
        standing="        if known is not None and _same(known, data):\n            return known.node\n        found =",
        removed="        if known is not None:\n            return known.node\n        found =",
        tests=(
            f"{_ARRAYS}test_a_fresh_array_is_never_taken_for_a_dead_one",
            "tests/capture/lineage/test_objects.py::test_reused_ids_are_not_mistaken",
        ),
    ),
    Guard(
        fault=40,
        promise="the global random state after each call and each settling is as without us",
        file="src/mlflow_pitfalls/capture/undisturbed.py",
        standing="        afterwards.callback(np.random.set_state, np.random.get_state())\n",
        removed="",
        tests=(
            "tests/guarantees/test_random_state.py::"
            "test_after_each_call_and_each_settling_the_global_state_is_as_without_us",
        ),
    ),
    Guard(
        fault=40,
        promise="a generator that the user hands to an estimator is not drawn from by us",
        file="src/mlflow_pitfalls/capture/undisturbed.py",
        standing="                if restorer is not None:\n                    yield restorer",
        removed="                if restorer is not None:\n                    pass",
        tests=(
            "tests/guarantees/test_random_state.py::"
            "test_a_generator_and_an_attribute_of_the_users_estimator_stand_as_before",
        ),
    ),
)
"""All guards, in the order of their faults."""
