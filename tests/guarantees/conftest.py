"""Tracking stores in PostgreSQL, and scripts in processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Server, Store
from tests.guarantees.postgres import Postgres
from tests.scripts import data, fit, run_script

__all__ = ["data", "fit", "run_script"]

TEMPLATE = "template_tracking"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A cluster with an empty database of MLflow's tables, of which each test takes a copy."""
    cluster = Postgres()
    try:
        cluster.start()
        _make_tables(cluster.make(TEMPLATE))
        yield cluster
    finally:
        cluster.stop()


def _make_tables(uri: str) -> None:
    from mlflow.store.db.utils import _initialize_tables, create_sqlalchemy_engine

    engine = create_sqlalchemy_engine(uri)
    _initialize_tables(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_server(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """``mlflow server`` on PostgreSQL, with the page on it and with two processes that answer."""
    folder = tmp_path_factory.mktemp("server")
    server = Server(folder, postgres.make("served", TEMPLATE), "--app-name", "pitfalls", "--workers", "2")
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def postgres_store(postgres: Postgres, tmp_path: Path, request: pytest.FixtureRequest) -> Store:
    """A tracking store asked without a server between, empty but for one experiment; its artifacts lie in a folder."""
    from mlflow import MlflowClient

    uri = postgres.make(request.node.name, TEMPLATE)
    artifacts = tmp_path / "artifacts"
    experiment_id = MlflowClient(tracking_uri=uri).create_experiment(
        request.node.name, artifact_location=artifacts.as_uri()
    )
    return Store(uri, experiment_id, artifacts)


@pytest.fixture
def served_store(postgres_server: Server, request: pytest.FixtureRequest) -> Store:
    """An experiment of the test's own on the server."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=postgres_server.uri)
    return Store(postgres_server.uri, client.create_experiment(request.node.name))
