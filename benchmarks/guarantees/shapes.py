"""Guards of what the hooks lean on: methods as they are, reloads, patches, generators, packages that are there."""

from __future__ import annotations

from benchmarks.guarantees.guard import Guard

_HOOKS = "src/mlflow_pitfalls/hooks"
_TESTS = "tests/hooks"
CONDITIONAL = (
    "            setattr(attribute, private.CONDITIONAL_ATTRIBUTE, wrappers.hook_method(method, kind, name))\n"
)
CONDITIONAL_REPLACED = "            setattr(cls, name, wrappers.hook_method(method, kind, name))\n"

GUARDS: tuple[Guard, ...] = (
    Guard(
        fault=12,
        promise="scikit-learn's own tests end as they do without us, test by test",
        file=f"{_HOOKS}/estimators.py",
        standing=CONDITIONAL,
        removed=CONDITIONAL_REPLACED,
        tests=("tests/guarantees/test_sklearn_suite.py::test_each_of_its_tests_ends_as_without_us[metaestimators]",),
    ),
    Guard(
        fault=13,
        promise="methods that the user edits run at once where autoreload renews their class in place",
        file=f"{_HOOKS}/wrappers.py",
        standing="            begin = None\n"
        "        original = mlflow_pitfalls_hook.__wrapped__\n"
        "        call = None if begin is None else begin(kind, name, self)\n",
        removed="            begin = None\n        call = None if begin is None else begin(kind, name, self)\n",
        tests=(f"{_TESTS}/test_autoreload.py::test_edited_methods_run_in_classes_imported_before",),
    ),
    Guard(
        fault=13,
        promise="after a reload of our modules the hooks work on, and can be taken away",
        file=f"{_HOOKS}/installer.py",
        standing='_report: InstallReport | None = globals().get("_report")\n',
        removed="_report: InstallReport | None = None\n",
        tests=(f"{_TESTS}/test_restore.py::test_reloading_the_modules_keeps_the_hooks_working",),
    ),
    Guard(
        fault=13,
        promise="disable() puts every class, closure and module back, object by object",
        file=f"{_HOOKS}/installer.py",
        standing="        functions.unhook_functions,\n",
        removed="",
        tests=(f"{_TESTS}/test_restore.py::test_everything_is_as_before[1]",),
    ),
    Guard(
        fault=13,
        promise="enable() in a cell that is run again, and a reload of the package, split no run's record",
        file="src/mlflow_pitfalls/api.py",
        standing='_session: Session | None = globals().get("_session")\n',
        removed="_session: Session | None = None\n",
        tests=("tests/guarantees/test_switching.py::test_cells_run_again_and_reloads",),
    ),
    Guard(
        fault=14,
        promise="a method that the user has put in our place, or around us, stays when we leave",
        file=f"{_HOOKS}/estimators.py",
        standing="    elif wrappers.is_hook(attribute):\n        setattr(cls, name, wrappers.original_of(attribute))\n",
        removed='    elif hasattr(attribute, "__wrapped__"):\n        setattr(cls, name, attribute.__wrapped__)\n',
        tests=(f"{_TESTS}/test_sacred.py::TestOverrides::test_the_users_wrapper_of_a_hooked_method_stays",),
    ),
    Guard(
        fault=23,
        promise="calls after a splitter's generator was abandoned half-way, and between its folds, are the user's",
        file=f"{_HOOKS}/folds.py",
        standing="            finally:\n"
        "                if free:\n"
        "                    state.release()\n"
        "            yield pair\n",
        removed="            yield pair\n",
        tests=(
            f"{_TESTS}/test_folds.py::test_told_as_they_are_yielded_and_abandoned",
            f"{_TESTS}/test_folds.py::test_calls_between_folds_are_the_users",
        ),
    ),
    Guard(
        fault=23,
        promise="folds that come as a list, or otherwise than from a generator, are handed on as they are",
        file=f"{_HOOKS}/folds.py",
        standing="        if not isinstance(folds, GeneratorType):\n            return folds\n",
        removed="",
        tests=(f"{_TESTS}/test_folds.py::test_splitters_of_the_user",),
    ),
    Guard(
        fault=43,
        promise="without scikit-learn enable() says so in one line and does nothing",
        file=f"{_HOOKS}/installer.py",
        standing="    try:\n"
        "        import sklearn  # noqa: F401\n"
        "    except ImportError:\n"
        '        return InstallReport(not_hooked=("scikit-learn, which is not installed",))\n',
        removed="    import sklearn  # noqa: F401\n\n",
        tests=(f"{_TESTS}/test_absent.py::test_one_line_and_nothing_else[no scikit-learn]",),
    ),
    Guard(
        fault=43,
        promise="with a scikit-learn of an unknown layout enable() says so in one line and does nothing",
        file=f"{_HOOKS}/installer.py",
        standing='    with errors.guard("installing the hooks"):\n        report = _hook_everything()\n',
        removed="    report = _hook_everything()\n",
        tests=(f"{_TESTS}/test_absent.py::test_one_line_and_nothing_else[unknown layout]",),
    ),
    Guard(
        fault=44,
        promise="a private cell that scikit-learn has renamed is told in one line",
        file=f"{_HOOKS}/installer.py",
        standing="        missed += private.self_test()\n",
        removed="",
        tests=(f"{_TESTS}/test_private.py::test_each_missing_shape_is_told",),
    ),
    Guard(
        fault=44,
        promise="where the cells are gone the functions are exchanged instead, and put back",
        file=f"{_HOOKS}/functions.py",
        standing="            setattr(place, name, new)\n",
        removed="            pass\n",
        tests=(f"{_TESTS}/test_private.py::test_fallbacks_hook_and_restore",),
    ),
    Guard(
        fault=45,
        promise="without the global lock enable() says so in one line and does nothing",
        file=f"{_HOOKS}/installer.py",
        standing="    if unfit:\n",
        removed="    if False:\n",
        tests=(f"{_TESTS}/test_absent.py::test_one_line_and_nothing_else[no global lock]",),
    ),
    Guard(
        fault=46,
        promise="a fit that is compiled, static, a class method, a property or partial is left alone",
        file=f"{_HOOKS}/estimators.py",
        standing="    return None  # properties, class and static methods, methods of compiled code\n",
        removed="    return _hook_plain(cls, name, attribute, kind)\n",
        tests=(f"{_TESTS}/test_calls.py::TestEstimators::test_what_is_no_plain_method_is_left_alone",),
    ),
    Guard(
        fault=49,
        promise="after each call the thread is free again, so coroutines and generators may take turns",
        file=f"{_HOOKS}/dispatch.py",
        standing="            self.state.busy = self.state.muted  # not by a call",
        removed="            pass  # not by a call",
        tests=tuple(f"{_TESTS}/test_interleaved.py::{test}" for test in ("test_tasks", "test_generators")),
    ),
    Guard(
        fault=49,
        promise="a fit that is awaited is told by what it fits, when it fits it",
        file=f"{_HOOKS}/estimators.py",
        standing="        if attribute.__code__.co_flags & _NOT_A_CALL:\n            return None\n",
        removed="",
        tests=(f"{_TESTS}/test_interleaved.py::test_a_fit_that_is_awaited_is_told_by_what_it_fits",),
    ),
)
