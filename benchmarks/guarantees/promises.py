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

PROMISES: tuple[Promise, ...] = (
    Promise(
        "Results",
        "What a call returns, the exception it raises, its signature and the bytes of its pickle are those without us.",
        ("tests/hooks/test_sacred.py", "tests/hooks/test_introspection.py", "tests/hooks/test_pickles.py"),
    ),
    Promise(
        "Results",
        "`disable()` puts back every attribute of every class and module that `enable()` has exchanged.",
        ("tests/api/test_disable.py::test_every_dict_is_as_before", "tests/hooks/test_restore.py"),
    ),
    Promise(
        "Results",
        "A fault of ours is logged once for each place, without the text of its exception, and goes no further. "
        "Ctrl-C passes.",
        ("tests/api/test_faults.py",),
    ),
    Promise(
        "Delay",
        "Writing to MLflow happens beside the program. A server that is away, hangs or answers nonsense costs each "
        "call nothing and the program's end a few seconds at most; what could not be written is kept in the spool.",
        ("tests/api/test_dead_servers.py", "tests/sinks/test_delivery.py"),
    ),
    Promise(
        "Memory",
        "No array, frame or estimator of the user's is kept alive by us.",
        ("tests/hooks/test_calls.py", "tests/hooks/test_restore.py::test_classes_are_not_kept_alive"),
    ),
)
