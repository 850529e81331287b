"""Guards of the user's memory, random state, warnings, streams, time."""

from __future__ import annotations

from benchmarks.guarantees.guard import Guard

_ARRAYS = "tests/guarantees/test_users_arrays.py::"
_STRICT = "tests/guarantees/test_strict_program.py::test_everything_that_a_program_has_set_stands"
_MANY = "tests/guarantees/test_many_calls.py::"
_OWN = "tests/guarantees/test_users_estimators.py::"
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
        fault=18,
        promise="of ten thousand predictions some thirty are looked at",
        file="src/mlflow_pitfalls/capture/recording/recorder.py",
        standing="        return count <= FULL_CALLS or not count & (count - 1)",
        removed="        return True",
        tests=(f"{_MANY}test_ten_thousand_predictions_of_one_row",),
    ),
    Guard(
        fault=18,
        promise="calls of ever new objects are counted in bounded memory",
        file="src/mlflow_pitfalls/capture/recording/recorder.py",
        standing="            if len(self._counts) >= MAX_COUNTED:\n                self._counts.clear()\n",
        removed="",
        tests=(f"{_MANY}test_calls_of_ever_new_objects_are_counted_in_bounds",),
    ),
    Guard(
        fault=19,
        promise="of a thousand tiny fits on one line two dozen are looked at",
        file="src/mlflow_pitfalls/capture/recording/repeats.py",
        standing="        return count > FULL_FITS and bool(count & (count - 1))",
        removed="        return False",
        tests=(f"{_MANY}test_a_thousand_tiny_fits_on_one_line[one run]",),
    ),
    Guard(
        fault=19,
        promise="the score of a fit that was passed over is not taken for that of an earlier one",
        file="src/mlflow_pitfalls/capture/recording/recorder.py",
        standing="        self._book.detach(event.owner)\n",
        removed="",
        tests=(f"{_MANY}test_a_score_of_a_fit_that_was_passed_over_is_not_that_of_an_earlier_one",),
    ),
    Guard(
        fault=32,
        promise="a score in another run counts for the run of the fit, and is noted there",
        file="src/mlflow_pitfalls/capture/recording/recorder.py",
        standing="            draft.note(_ELSEWHERE)",
        removed="            pass",
        tests=(f"{_MANY}test_a_score_in_another_run_counts_for_the_run_of_the_fit_and_is_noted",),
    ),
    Guard(
        fault=39,
        promise="floating point that raises, warnings that are errors: ours is silent, and all options stand",
        file="src/mlflow_pitfalls/capture/profile/moments.py",
        standing='        with np.errstate(all="ignore"):\n            n = self.finite.astype(np.float64)\n',
        removed="        if True:\n            n = self.finite.astype(np.float64)\n",
        tests=(_STRICT,),
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
    Guard(
        fault=40,
        promise="importing rich draws nothing from the global random state",
        file="src/mlflow_pitfalls/reporting/console.py",
        standing="        random.setstate(state)",
        removed="        pass",
        tests=("tests/reporting/test_console.py::test_importing_rich_draws_nothing",),
    ),
    Guard(
        fault=40,
        promise="runs that autologging opens because of us are named without the user's random state",
        file="src/mlflow_pitfalls/hooks/run_names.py",
        standing="        return getattr(self._own if is_ours else self.original, name)",
        removed="        return getattr(self.original, name)",
        tests=("tests/hooks/test_run_names.py::test_a_run_of_our_autologging_draws_nothing",),
    ),
    Guard(
        fault=41,
        promise="standard output is the user's: the summary goes to standard error",
        file="src/mlflow_pitfalls/session.py",
        standing="stream=sys.stderr, url=",
        removed="stream=sys.stdout, url=",
        tests=("tests/api/test_enable.py::test_an_autologged_run_carries_everything",),
    ),
    Guard(
        fault=42,
        promise="where no room is left on the stack for us, the user's own call goes on",
        file="src/mlflow_pitfalls/hooks/dispatch.py",
        standing="        state.busy = state.muted\n        return None\n    except BaseException as error:",
        removed="        raise\n    except BaseException as error:",
        tests=(f"{_OWN}test_a_call_that_just_fits_on_the_stack_still_does[0]",),
    ),
    Guard(
        fault=42,
        promise="pipelines fifty deep are fitted and recorded, and not asked by us, which would take for ever",
        file="src/mlflow_pitfalls/capture/recording/settling.py",
        standing="        if is_deep(estimator):",
        removed="        if is_deep(None):",
        tests=(f"{_OWN}test_fifty_pipelines_inside_one_another",),
    ),
    Guard(
        fault=47,
        promise="an estimator whose __getattr__ raises is recorded, and its __getattr__ never called",
        file="src/mlflow_pitfalls/capture/estimators/attributes.py",
        standing="    if not has_in_class(type(estimator), name):\n        return default\n    try:\n"
        "        return getattr(estimator, name)",
        removed="    try:\n        return getattr(estimator, name)",
        tests=(f"{_OWN}test_an_estimator_that_raises_everywhere_is_asked_once_and_recorded_all_the_same",),
    ),
    Guard(
        fault=47,
        promise="what an estimator raises when it is asked for a report is noted, and no fault of ours",
        file="src/mlflow_pitfalls/capture/recording/answers.py",
        standing="        raise RefusedError(type(error).__name__) from error",
        removed="        raise error",
        tests=("tests/capture/recording/test_answers.py::test_an_estimator_that_answers_no_more_is_no_fault_of_ours",),
    ),
    Guard(
        fault=47,
        promise="get_params may raise",
        file="src/mlflow_pitfalls/capture/estimators/parameters.py",
        standing="    except Exception:  # noqa: BLE001 - foreign code\n        return {}",
        removed="    except ValueError:\n        return {}",
        tests=(f"{_OWN}test_an_estimator_that_raises_everywhere_is_asked_once_and_recorded_all_the_same",),
    ),
    Guard(
        fault=48,
        promise="no time is taken from the clock of the day, which may jump",
        file="src/mlflow_pitfalls/hooks/dispatch.py",
        standing="from time import perf_counter, process_time\n",
        removed="from time import process_time\nfrom time import time as perf_counter\n",
        tests=(_STRICT,),
    ),
)
"""All guards, in the order of their faults."""
