"""Guards of the user's calls: hooks, errors, imports, patches, copies."""

from __future__ import annotations

from benchmarks.guarantees.guard import Guard
from benchmarks.guarantees.shapes import CONDITIONAL, CONDITIONAL_REPLACED
from benchmarks.guarantees.shapes import GUARDS as _SHAPES

_HOOKS = "src/mlflow_pitfalls/hooks"
_TESTS = "tests/hooks"
_HOOKED_METHOD_ENDS = """\
        except BaseException as error:
            call.failed(args, kwargs, error)
            raise
        call.returned(args, kwargs, result)
        return result

    return mlflow_pitfalls_hook


def hook_function("""
_WRAPS = '''\
    """Stand in for an estimator's method."""

    @functools.wraps(original)
'''
GUARDS: tuple[Guard, ...] = (
    Guard(
        fault=3,
        promise="the error of a fit reaches the program as the same object, from the same place",
        file=f"{_HOOKS}/wrappers.py",
        standing=_HOOKED_METHOD_ENDS,
        removed=_HOOKED_METHOD_ENDS.replace("            raise\n", "            return None\n"),
        tests=(f"{_TESTS}/test_sacred.py::TestExceptions::test_same_exception_same_place_and_the_next_call_is_seen",),
    ),
    Guard(
        fault=3,
        promise="after Ctrl-C or exit() in a fit the next calls are seen again",
        file=f"{_HOOKS}/wrappers.py",
        standing=_HOOKED_METHOD_ENDS,
        removed=_HOOKED_METHOD_ENDS.replace("BaseException", "Exception"),
        tests=tuple(
            f"{_TESTS}/test_sacred.py::TestExceptions::test_same_exception_same_place_and_the_next_call_is_seen[{error}]"
            for error in ("error1", "error2")
        ),
    ),
    Guard(
        fault=4,
        promise="functions that were imported, aliased or wrapped before enable() are seen, and stay the same objects",
        file=f"{_HOOKS}/functions.py",
        standing="    cell = private.find_cell(function, private.FUNCTION_CELL)\n    if cell is None:\n        return",
        removed="    cell = None\n    if cell is None:\n        return",
        tests=tuple(
            f"{_TESTS}/test_calls.py::TestFunctions::{test}"
            for test in (
                "test_split_imported_before_install_is_seen",
                "test_metrics_are_seen_through_aliases_and_partials",
                "test_scorers_tell_predict_and_metric",
            )
        ),
    ),
    Guard(
        fault=5,
        promise="with autologging on before enable() its runs, parameters and metrics are those without us",
        file=f"{_HOOKS}/autolog.py",
        standing="    for flavor, settings in active.items():\n"
        "        _call_autolog(flavor, settings, disable=True)\n"
        "    try:\n",
        removed="    try:\n",
        tests=(f"{_TESTS}/test_autolog.py::test_both_work_in_any_order[before]",),
    ),
    Guard(
        fault=5,
        promise="autologging that the user has configured stays as it is",
        file=f"{_HOOKS}/autolog.py",
        standing="    if _is_configured(flavor):\n        return private.autolog_settings()",
        removed="    if False:\n        return private.autolog_settings()",
        tests=(f"{_TESTS}/test_autolog.py::TestTurnOn::test_what_the_user_configured_before_stays",),
    ),
    Guard(
        fault=6,
        promise="what autologging predicts and scores after a fit is not taken for the user's",
        file=f"{_HOOKS}/callers.py",
        standing="        if place == _INNER:\n            return False\n        if place == _MLFLOW_PATCH and frame",
        removed="        if False and frame",
        tests=(
            f"{_TESTS}/test_autolog.py::test_both_work_in_any_order[after]",
            f"{_TESTS}/test_autolog.py::test_a_custom_estimator_inside_mlflows_own_calls_is_not_the_users",
        ),
    ),
    Guard(
        fault=6,
        promise="what mlflow.evaluate() measures inside is not taken for the user's",
        file=f"{_HOOKS}/callers.py",
        standing='    if top == "mlflow":\n        return _INNER\n',
        removed='    if top == "mlflow":\n        return _TRANSPARENT\n',
        tests=(f"{_TESTS}/test_autolog.py::test_what_mlflow_evaluates_is_not_the_users",),
    ),
    Guard(
        fault=7,
        promise="fits in the worker threads of a search or a forest are not taken for the user's",
        file=f"{_HOOKS}/threads.py",
        standing="    return (state, *state.ancestors)\n",
        removed="    return ()\n",
        tests=(
            f"{_TESTS}/test_sacred.py::TestThreadsAndProcesses::test_workers_of_a_search_are_not_the_user[threading]",
        ),
    ),
    Guard(
        fault=8,
        promise="threads that fit side by side each have their own outermost calls",
        file=f"{_HOOKS}/threads.py",
        standing="class _Local(threading.local):\n",
        removed="class _Local:\n",
        tests=(
            f"{_TESTS}/test_sacred.py::TestThreadsAndProcesses"
            "::test_each_of_the_users_threads_has_its_own_outermost_calls",
        ),
    ),
    Guard(
        fault=8,
        promise="seconds and cross-validations of one thread never end up in the record of another's run",
        file="src/mlflow_pitfalls/capture/recording/runs.py",
        standing="        return waiting - others\n",
        removed="        return waiting\n",
        tests=tuple(
            f"tests/capture/recording/test_threads.py::{test}"
            for test in (
                "test_seconds_are_those_of_the_runs_own_thread",
                "test_cross_validations_wait_for_a_fit_of_their_own_thread",
            )
        ),
    ),
    Guard(
        fault=8,
        promise="a metric of one thread never ends up in the record of another's run",
        file="src/mlflow_pitfalls/capture/recording/recorder.py",
        standing="            return self._book.by_run(run.run_id)\n",
        removed="            pass\n",
        tests=("tests/capture/recording/test_threads.py::test_a_metric_before_any_fit_is_not_anothers",),
    ),
    Guard(
        fault=8,
        promise="runs in threads, in pools, in Optuna's jobs and inside of each other each get their own record",
        file="src/mlflow_pitfalls/capture/recording/runs.py",
        standing="        known = self.by_run(run.run_id) if run is not None else None\n",
        removed="        known = self.latest_of(thread_id)\n",
        tests=("tests/guarantees/test_parallel_runs.py::test_runs_inside_of_runs",),
    ),
    Guard(
        fault=10,
        promise="a class of the user's that was pickled by value loads and works where we are not installed",
        file=f"{_HOOKS}/wrappers.py",
        standing="        try:\n"
        "            begin = sys.modules[DISPATCH].begin\n"
        "        except (KeyError, AttributeError, TypeError):\n"
        "            begin = None\n"
        "        original = mlflow_pitfalls_hook.__wrapped__\n"
        "        call = None if begin is None else begin(kind, name, self)\n",
        removed="        begin = sys.modules[DISPATCH].begin\n"
        "        original = mlflow_pitfalls_hook.__wrapped__\n"
        "        call = begin(kind, name, self)\n",
        tests=(f"{_TESTS}/test_pickles.py::test_main_class_pickled_by_value_loads_without_this_package",),
    ),
    Guard(
        fault=10,
        promise="estimators, bound methods, metrics and scorers have the same bytes as without us when pickled",
        file=f"{_HOOKS}/wrappers.py",
        standing=_WRAPS,
        removed=_WRAPS.replace("(original)", "(original, assigned=())"),
        tests=(f"{_TESTS}/test_pickles.py::test_same_bytes[pickle]",),
    ),
    Guard(
        fault=11,
        promise="names, signatures, sources and help of hooked methods are those without us",
        file=f"{_HOOKS}/wrappers.py",
        standing=_WRAPS,
        removed=_WRAPS.replace("(original)", "(original, assigned=())"),
        tests=(f"{_TESTS}/test_introspection.py::test_descriptions",),
    ),
    Guard(
        fault=11,
        promise="a method that an estimator has only at times is there and absent as without us",
        file=f"{_HOOKS}/estimators.py",
        standing=CONDITIONAL,
        removed=CONDITIONAL_REPLACED,
        tests=(f"{_TESTS}/test_introspection.py::test_metadata_routing_and_conditional_methods",),
    ),
    *_SHAPES,
)
"""All guards, in the order of their faults."""
