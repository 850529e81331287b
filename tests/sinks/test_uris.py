from __future__ import annotations

from pathlib import Path

import pytest

from mlflow_pitfalls.sinks.uris import local_path, public_uri, run_url, store_is_gone


@pytest.mark.parametrize(
    ("uri", "public"),
    [
        ("http://user:pass@host:5000/", "http://host:5000"),
        ("https://host/mlflow/?token=abc&x=1", "https://host/mlflow?x=1"),
        ("postgresql+psycopg2://me:p%40ss@db:5432/mlflow?sslpassword=s", "postgresql+psycopg2://db:5432/mlflow"),
        ("sqlite:////abs/mlflow.db", "sqlite:////abs/mlflow.db"),
        ("file:///abs/mlruns", "file:///abs/mlruns"),
        ("databricks", "databricks"),
        ("databricks://profile", "databricks://profile"),
    ],
)
def test_public_form_has_no_secrets(uri: str, public: str) -> None:
    assert public_uri(uri) == public
    assert public_uri(public) == public


def test_relative_stores_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert public_uri("sqlite:///mlflow.db") == f"sqlite:///{tmp_path}/mlflow.db"
    assert public_uri("./mlruns") == str(tmp_path / "mlruns")
    assert public_uri("file:mlruns") == (tmp_path / "mlruns").as_uri()


def test_a_deleted_local_store_is_told_from_a_server(tmp_path: Path) -> None:
    assert store_is_gone(f"sqlite:///{tmp_path}/none.db")
    assert store_is_gone((tmp_path / "none").as_uri())
    assert not store_is_gone(tmp_path.as_uri())
    assert not store_is_gone("http://127.0.0.1:1")
    assert not store_is_gone("sqlite:///:memory:")
    assert local_path("postgresql://db/mlflow") is None


def test_address_of_a_run() -> None:
    assert run_url("http://me:pw@host:5000/", "7", "abc") == (
        "http://host:5000/#/experiments/7/runs/abc?workflowType=machine_learning"
    )
    assert run_url("sqlite:///x.db", "7", "abc") is None
