"""The link to our page: only where the server has it."""

import threading

import pytest
from flask import Flask
from werkzeug.serving import make_server

from mlflow_pitfalls.pages.routes import add_routes
from mlflow_pitfalls.sinks.pitfalls_page import link_across_runs


@pytest.fixture
def served():
    """The address of a server that has the page under a prefix, and nothing else."""
    app = Flask("bare")
    add_routes(app, prefix="/ml")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_server_with_the_page_gets_a_relative_link(served):
    assert link_across_runs(f"{served}/ml", "7") == "[across runs](pitfalls#/experiments/7)"


def test_a_server_without_it_gets_none(served, odd_server, refused_uri):
    odd_server.body = b"<html>some other page</html>"
    for uri in (served, odd_server.uri, refused_uri, "sqlite:///mlflow.db"):
        assert link_across_runs(uri, "7") == ""
