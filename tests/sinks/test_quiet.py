from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import pytest

from mlflow_pitfalls.sinks import quiet

HTTP = logging.getLogger("urllib3.connectionpool")


@pytest.fixture(autouse=True)
def restored():
    yield
    quiet.unmute()


def in_thread(job: Callable[[], None]) -> None:
    thread = threading.Thread(target=job)
    thread.start()
    thread.join()


def retry_message() -> None:
    quiet.mute_this_thread()
    HTTP.warning("Retrying after connection broken")


def test_retries_of_our_thread_are_not_logged_those_of_others_are(caplog):
    in_thread(retry_message)
    HTTP.warning("the user's own")
    in_thread(lambda: HTTP.warning("another thread's"))
    assert [record.getMessage() for record in caplog.records] == ["the user's own", "another thread's"]


def test_mlflows_own_lines_are_kept_off_the_terminal(capfd):
    import mlflow  # noqa: F401 - configures its logger

    logger = logging.getLogger("mlflow.tracking")

    def speak() -> None:
        quiet.mute_this_thread()
        logger.warning("from our thread")

    in_thread(speak)
    logger.warning("from the user's")
    errors = capfd.readouterr().err
    assert "from our thread" not in errors
    assert "from the user's" in errors


def test_muting_often_adds_one_filter_and_unmuting_takes_it_away():
    before = list(HTTP.filters)
    for _ in range(3):
        in_thread(quiet.mute_this_thread)
    assert len(HTTP.filters) == len(before) + 1
    quiet.unmute()
    assert HTTP.filters == before
