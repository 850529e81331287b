from __future__ import annotations

import http.server
import threading

import pytest

from mlflow_pitfalls.sinks import breaker
from mlflow_pitfalls.sinks.breaker import FIRST_PAUSE, LONGEST_PAUSE, TRUST_SECONDS, Breaker, answers, breaker_of


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def status_server():
    """Answers every request with the status in ``status`` and counts them."""

    class Handler(http.server.BaseHTTPRequestHandler):
        status = 200
        seen = 0

        def do_GET(self) -> None:
            Handler.seen += 1
            self.send_response(Handler.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    Handler.uri = f"http://me:secret@127.0.0.1:{server.server_port}"
    yield Handler
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(("status", "alive"), [(200, True), (401, True), (404, True), (500, False), (503, False)])
def test_whoever_answers_without_a_server_error_is_alive(status_server, status, alive):
    status_server.status = status
    assert answers(status_server.uri) is alive


def test_refused_hung_unresolved_and_no_http_at_all(refused_uri, hung_uri):
    assert not answers(refused_uri)
    assert not answers(hung_uri, timeout=0.05)
    assert not answers("http://no-such-host.invalid", timeout=0.5)
    assert not answers("http://[broken")


def test_local_stores_are_not_probed_but_pause_after_a_failure():
    clock = Clock()
    local = Breaker("sqlite:///x.db", clock=clock)
    assert local.allows()
    local.failed()
    assert local.is_open
    assert not local.allows()
    clock.now += FIRST_PAUSE
    assert local.allows()


def test_a_recent_answer_is_trusted(status_server):
    clock = Clock()
    subject = Breaker(status_server.uri, clock=clock)
    assert subject.allows()
    assert subject.allows()
    assert status_server.seen == 1
    assert subject.allows(fresh=True)
    assert status_server.seen == 2
    clock.now += TRUST_SECONDS
    assert subject.allows()
    assert status_server.seen == 3


def test_pauses_double_up_to_a_cap_and_start_afresh_after_an_answer(status_server):
    clock = Clock()
    subject = Breaker(status_server.uri, clock=clock)
    status_server.status = 500
    pause = FIRST_PAUSE
    for _ in range(8):
        assert not subject.allows()
        asked = status_server.seen
        clock.now += pause - 1
        assert not subject.allows()
        assert status_server.seen == asked
        clock.now += 1
        pause = min(2 * pause, LONGEST_PAUSE)
    status_server.status = 200
    assert subject.allows()
    subject.failed()
    clock.now += FIRST_PAUSE
    assert subject.allows()


def test_a_forced_call_asks_though_open(status_server):
    subject = Breaker(status_server.uri, clock=Clock())
    subject.failed()
    assert not subject.allows()
    assert subject.allows(force=True)
    assert not subject.is_open


def test_one_breaker_for_a_store_whatever_the_credentials():
    assert breaker_of("http://a:b@host:1/") is breaker_of("http://host:1")
    assert breaker_of("http://host:1") is not breaker_of("http://host:2")
    first = breaker_of("http://host:1")
    breaker.forget_breakers()
    assert breaker_of("http://host:1") is not first
