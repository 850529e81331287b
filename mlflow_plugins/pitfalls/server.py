"""Server apps: ``mlflow server --app-name pitfalls``, and ``pitfalls-auth`` behind basic-auth."""

from typing import Any


def create_app() -> Any:
    """MLflow's app with the page ``/pitfalls``."""
    from mlflow_pitfalls.pages import server

    return server.create_app()


def create_auth_app() -> Any:
    """The same behind MLflow's basic-auth."""
    from mlflow_pitfalls.pages import server

    return server.create_auth_app()
