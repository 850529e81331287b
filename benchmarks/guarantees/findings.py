"""Faults of ours that these tests found, and that were mended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of ours.

    Attributes:
        what: What went wrong, in one line.
        how: Which test or figure showed it.
        tests: Ids of tests that hold it now.
    """

    what: str
    how: str
    tests: tuple[str, ...]


FINDINGS: tuple[Finding, ...] = (
    Finding(
        "Ctrl-C while the exit waited for us, or the end of that wait, could abort the process: Python ends a "
        "thread that is inside C++ in this way",
        "signals at random moments",
        ("tests/guarantees/test_processes.py", "tests/guarantees/test_signals.py"),
    ),
    Finding(
        "So could Ctrl-C while the last runs were being settled at exit, and a step in C++ of more than a second",
        "an interrupted exit on a busy machine",
        ("tests/guarantees/test_processes.py", "tests/sinks/test_abandoning.py"),
    ),
    Finding(
        "A child process forked while another thread held our lock waited for it for ever at its end",
        "forks in the middle of a capture",
        ("tests/guarantees/test_processes.py",),
    ),
    Finding(
        "A login page's answer, which is no run, was taken for a deleted run, and the report was dropped",
        "servers that fail in every way",
        ("tests/guarantees/test_servers.py",),
    ),
    Finding(
        "A server without datasets counted as dead, and its reports stayed in the spool",
        "servers without newer calls",
        ("tests/guarantees/test_older_servers.py",),
    ),
    Finding(
        "A server that refuses was told once for each run; now once for each store",
        "servers that fail in every way",
        ("tests/guarantees/test_servers.py",),
    ),
    Finding(
        "On cores shared by twenty processes, 8 of 60 runs lost their full report at the exit's limit",
        "the load test",
        ("tests/guarantees/test_load.py",),
    ),
    Finding(
        "On such cores a report that got no time for five seconds at exit was taken for one that hangs, and was lost",
        "the load test",
        ("tests/sinks/test_writer.py::test_a_report_that_waits_for_a_moment_is_finished_at_exit",),
    ),
    Finding(
        "Runs that told PostgreSQL of the same rows, or of an experiment's views, at the same moment were refused: "
        "their reports stayed in the spool, or a warning said that it failed",
        "the load test",
        ("tests/guarantees/test_postgres.py",),
    ),
    Finding(
        "What the user's estimator raised when a report asked it for predictions was told as a fault of ours",
        "composed programs of hostile data",
        ("tests/capture/recording/test_answers.py",),
    ),
    Finding(
        "A count of rows came back from a record as another kind of number than it was written",
        "composed programs of hostile data",
        ("tests/guarantees/test_hostile_data.py", "tests/capture/fingerprints/test_near_twins.py"),
    ),
    Finding(
        "Reads from a database that hangs held up the building of reports",
        "stores that hang",
        ("tests/sinks/test_history.py",),
    ),
    Finding(
        "Ctrl-C during the wait at exit printed a traceback of ours",
        "Ctrl-C at exit",
        ("tests/guarantees/test_processes.py::test_ctrl_c_at_exit_ends_the_wait_without_a_word",),
    ),
    Finding(
        "Hooks raised while the interpreter was taking its modules away",
        "fits during shutdown",
        ("tests/guarantees/test_processes.py::test_fits_while_the_interpreter_shuts_down_are_as_without_us",),
    ),
    Finding(
        "Under `%autoreload 2`, edited methods of hooked classes kept running as they were",
        "classes that are edited",
        ("tests/hooks/test_autoreload.py",),
    ),
    Finding(
        "Without scikit-learn, `enable()` and `disable()` told six lines; now one",
        "a program without it",
        ("tests/hooks/test_absent.py",),
    ),
    Finding(
        "Seconds, cross-validations and metrics of one thread could land in another thread's run",
        "threads side by side",
        ("tests/capture/recording/test_threads.py",),
    ),
    Finding(
        "Reloading our module lost the open run's record",
        "modules that are reloaded",
        ("tests/guarantees/test_switching.py",),
    ),
    Finding(
        "Importing rich, and naming autologged runs, drew from the global random state",
        "results to the last bit",
        (
            "tests/guarantees/test_results.py",
            "tests/guarantees/test_random_state.py",
        ),
    ),
    Finding(
        "Predicting for a report drew from a generator that the user had handed to the estimator",
        "random states after each call",
        ("tests/guarantees/test_random_state.py",),
    ),
    Finding(
        "An estimator that held its rows under a name of its own kept the user's frame alive",
        "deleted frames",
        ("tests/guarantees/test_users_arrays.py",),
    ),
    Finding(
        "Logins, paths and tokens in estimators' settings were written into records, reports and tune.py",
        "canaries",
        (
            "tests/guarantees/test_canaries.py",
            "tests/capture/estimators/test_private_text.py",
        ),
    ),
    Finding(
        "MLflow's errors passed the tracking address on with its login in `gate` and `compare`",
        "canaries",
        ("tests/guarantees/test_canaries.py::test_a_login_in_an_error_of_mlflows_is_not_passed_on",),
    ),
    Finding(
        "`fill_value` was told under strict privacy, and a dataset's source named the script's whole path",
        "reading of the code; canaries",
        ("tests/guarantees/test_canaries.py",),
    ),
    Finding(
        "A deeply nested spool file ended `sync`; values of other types were taken as text; sizes were not bounded",
        "spoiled documents",
        ("tests/guarantees/test_readers.py",),
    ),
    Finding(
        "Lazy tables were asked for rows; estimators, labels and column names that raise cost a warning or the report",
        "composed programs of hostile data",
        ("tests/guarantees/test_hostile_data.py",),
    ),
    Finding(
        "A study in SQLite left its file open for the whole process",
        "the tests on Python 3.13",
        ("tests/tuning/study/test_workers.py::test_a_database_is_a_storage_too",),
    ),
    Finding(
        "With SciPy 1.14, which pyproject.toml allowed, no trial of a tuning ran; SciPy 1.15 is needed",
        "the tests on the oldest versions",
        ("tests/api/test_tune.py", "tests/tuning/study/test_sampler.py"),
    ),
    Finding(
        "With NumPy 2.0.0 a fit to a single row and a score of others was a fault of ours, told in a warning",
        "hostile data on the oldest versions",
        ("tests/guarantees/test_hostile_data.py",),
    ),
    Finding(
        "Older versions of Rich printed a blank line for each progress bar that was not shown",
        "the tests on the oldest versions",
        ("tests/api/test_probe.py::test_every_probe_is_run_or_says_why_not",),
    ),
    Finding(
        "One missing private name of MLflow's turned all hooks off; others degraded without a word",
        "names taken away one by one",
        ("tests/test_private_names.py",),
    ),
    Finding(
        "A thousand tiny fits took 11 to 16 s of CPU instead of 0.9; now 1.5 to 3",
        "fits by the thousand",
        ("tests/guarantees/test_many_calls.py",),
    ),
    Finding(
        "The sample kept of a small frame was a view: its memory was not freed, and pandas copied it at the next write",
        "deleted frames",
        ("tests/guarantees/test_users_arrays.py",),
    ),
    Finding(
        "Pipelines fifty deep hung in our fit hook, and a RecursionError of ours could reach the user",
        "no room on the stack",
        ("tests/guarantees/test_users_estimators.py",),
    ),
    Finding(
        "A score in another run than its fit's was not noted",
        "scores in another run",
        ("tests/guarantees/test_many_calls.py",),
    ),
    Finding(
        "What a store refused, or had been away for, was remembered for ever, report by report; now 500 of them",
        "a day with a server that is away",
        ("tests/sinks/test_delivery.py",),
    ),
)
