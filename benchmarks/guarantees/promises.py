"""What is promised to a training script that calls ``enable()``, each line with the tests that hold it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Promise:
    """One line of the page.

    Attributes:
        about: Its heading there.
        text: What holds, in one or two sentences.
        tests: Files or ids of tests that fail where it does not.
    """

    about: str
    text: str
    tests: tuple[str, ...]


HEADINGS = ("Results", "Delay", "Memory", "Privacy", "Network", "Files", "Versions")

G = "tests/guarantees/"

PROMISES: tuple[Promise, ...] = (
    Promise(
        "Results",
        "What a call returns, the exception it raises, its signature and the bytes of its pickle are those without us.",
        ("tests/hooks/test_sacred.py", "tests/hooks/test_introspection.py", "tests/hooks/test_pickles.py"),
    ),
    Promise(
        "Results",
        "A script's results are those without `enable()`, to the last bit, and so is the state of the global random "
        "generators after every call, extra fits and all.",
        ("tests/examples/test_examples.py", f"{G}test_results.py", f"{G}test_random_state.py"),
    ),
    Promise(
        "Results",
        "`disable()` puts back every attribute of every class and module that `enable()` has exchanged.",
        ("tests/api/test_disable.py::test_every_dict_is_as_before", "tests/hooks/test_restore.py"),
    ),
    Promise(
        "Results",
        "A fault of ours is logged once for each place, without the text of its exception, and goes no further. "
        "Ctrl-C passes, and so does all that the user's own code raises.",
        ("tests/api/test_faults.py", f"{G}test_boundaries.py", "tests/hooks/test_sacred.py"),
    ),
    Promise(
        "Results",
        "Warnings filters, floating-point settings, options, logging, standard output and standard error are left as "
        "the program has set them.",
        (f"{G}test_strict_program.py",),
    ),
    Promise(
        "Results",
        "Threads, processes, coroutines, generators and runs inside of runs: each record goes to its own run; worker "
        "processes report nothing.",
        (f"{G}test_parallel_runs.py", f"{G}test_processes.py", "tests/hooks/test_sacred.py"),
    ),
    Promise(
        "Results",
        "scikit-learn's own tests end one by one as they do without the hooks.",
        (f"{G}test_sklearn_suite.py",),
    ),
    Promise(
        "Delay",
        "No call of the user's asks a server. Writing happens beside the program; a server that is away, hangs or "
        "answers nonsense costs the program's end a few seconds at most.",
        (f"{G}test_servers.py", "tests/api/test_dead_servers.py", "tests/sinks/test_writer.py"),
    ),
    Promise(
        "Delay",
        "What hangs behind your calls, an extra fit, a check, a report, a disk, ends by its budget; inside of them our "
        "work is bounded in rows and in number.",
        (f"{G}test_boundaries.py", "tests/probes/test_budget.py"),
    ),
    Promise(
        "Delay",
        "Data too large to look at whole is sampled, and the record says so; lazy data is never computed.",
        (f"{G}test_big_data.py", f"{G}test_hostile_data.py"),
    ),
    Promise(
        "Delay",
        "Of thousands of calls so many are looked at, the rest only counted.",
        (f"{G}test_many_calls.py",),
    ),
    Promise(
        "Memory",
        "No array and no frame of the user's is kept alive by us, nor an estimator that holds one; arrays can be "
        "resized and written to after a call.",
        (f"{G}test_users_arrays.py", "tests/hooks/test_restore.py::test_classes_are_not_kept_alive"),
    ),
    Promise(
        "Memory",
        "Memory, threads and open files do not grow with the number of fits: 5 000 of them in one process, while a day "
        "goes by on its clock and one tracking server is away.",
        (f"{G}test_long_runs.py",),
    ),
    Promise(
        "Memory",
        "No thread is left after many rounds of on and off.",
        ("tests/api/test_lifecycle.py::test_no_thread_is_left_after_many_rounds",),
    ),
    Promise(
        "Privacy",
        'No row and no category that fewer than 20 rows share leaves the process; under `privacy="strict"` no value '
        "of the data at all.",
        (f"{G}test_canaries.py", f"{G}test_rare_labels.py"),
    ),
    Promise(
        "Privacy",
        "Logins in addresses, and parameters that look like keys or passwords, are written nowhere.",
        (f"{G}test_canaries.py", "tests/sinks/test_uris.py"),
    ),
    Promise(
        "Privacy",
        "Names of the user's are shown as text: no markup, script or formula of theirs is active in a page.",
        ("tests/browser/test_markup.py", "tests/reporting/test_html.py"),
    ),
    Promise(
        "Network",
        "We talk to the run's own tracking server and to nothing else; the page `/pitfalls` asks its own server only.",
        (f"{G}test_network.py", "tests/browser/test_pitfalls_page.py", "tests/pages/test_routes.py"),
    ),
    Promise(
        "Network",
        "What a server did not take is kept whole in the spool and sent once, whoever sends it; twenty processes at "
        "once lose nothing.",
        (f"{G}test_servers.py", f"{G}test_load.py", "tests/sinks/test_sync.py"),
    ),
    Promise(
        "Network",
        "SQLite, a tracking server, PostgreSQL, and servers without MLflow's newer calls get all that they have a "
        "place for.",
        (f"{G}test_postgres.py", f"{G}test_older_servers.py", "tests/api/test_enable.py"),
    ),
    Promise(
        "Files",
        "A process that is killed at any moment leaves whole records in the store and in the spool.",
        (f"{G}test_signals.py",),
    ),
    Promise(
        "Files",
        "What is read back is bounded and checked; nothing of a store or of a spool is ever unpickled or run.",
        (f"{G}test_readers.py", f"{G}test_pickles.py"),
    ),
    Promise(
        "Files",
        "No name of the user's becomes a path, and no value goes over MLflow's limits.",
        ("tests/sinks/test_limits.py",),
    ),
    Promise(
        "Versions",
        "The private names of MLflow and scikit-learn that the hooks lean on stand in one file; one that is gone costs "
        "its own feature and one warning.",
        ("tests/test_private_names.py", "tests/hooks/test_private.py"),
    ),
)

# What a reader may expect of the above, and does not get.
LIMITS: tuple[str, ...] = (
    "A fault of ours that hangs inside a call of yours (in a hook) cannot be ended from outside; none is known.",
    "At the end of the process, or after Ctrl-C, work of ours is interrupted between two steps of Python. A single "
    "step in C++ is waited for, up to 30 s on Linux and a second elsewhere; a longer one, or a second Ctrl-C then, may "
    "still abort the process on Python before 3.14.",
    "On SQLite all writers of all processes take turns, ours among them; MLflow waits for its turn for 20 s.",
    "With `autolog=True` it is MLflow that logs an estimator's settings, passwords among them.",
    "`mlflow-pitfalls sync` waits as long as MLflow retries: up to an hour where a database refuses. Ctrl-C ends it.",
    "Torch's random state is not compared.",
    "A fit that the program starts on a thread of its own while its main thread is inside a fit is not watched.",
)
