"""Our page is linked to only where the server has answered that it shows it."""

from __future__ import annotations

import pytest

from mlflow_pitfalls.pages.shell import shell
from mlflow_pitfalls.sinks import our_page
from mlflow_pitfalls.sinks.our_page import serves_our_page


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    monkeypatch.setattr(our_page, "_known", {})
    monkeypatch.setattr(our_page, "ASK_SECONDS", 60.0)  # the machine is busy


def test_the_shell_carries_the_mark_and_is_asked_for_once(odd_server):
    odd_server.status, odd_server.body, odd_server.seen = 200, shell().content, 0
    assert [serves_our_page(odd_server.uri) for _ in range(3)] == [True] * 3
    assert odd_server.seen == 1


@pytest.mark.parametrize(("status", "body"), [(200, b"<html>some page</html>"), (404, b""), (401, b""), (403, b"no")])
def test_any_other_answer_is_no(odd_server, status, body):
    odd_server.status, odd_server.body = status, body
    assert not serves_our_page(odd_server.uri)


def test_a_store_without_a_server_and_one_that_is_silent_show_none(store, refused_uri):
    assert not serves_our_page(store.uri)
    assert not serves_our_page(refused_uri)


def test_a_plain_mlflow_server_shows_none(server_store):
    assert not serves_our_page(server_store.uri)
