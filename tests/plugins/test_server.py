"""The server apps that MLflow finds by name: MLflow's own app with the page on it, in a process of its own."""

import json
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from mlflow_pitfalls.pages.assets import address
from mlflow_plugins.pitfalls import server

SECONDS = 120
ASK = """
import json
from mlflow_plugins.pitfalls import server
app = server.{factory}()
client = app.test_client()
paths = {paths}
print(json.dumps([[path, client.get(path).status_code] for path in paths]))
"""


@pytest.fixture
def ask(store, tmp_path):
    """``ask(factory, paths, **environment)``: status by path, of the Flask app as gunicorn would get it."""

    def run(factory, paths, **environment):
        done = subprocess.run(
            [sys.executable, "-c", ASK.format(factory=factory, paths=paths)],
            capture_output=True, text=True, timeout=SECONDS, cwd=tmp_path,
            env={
                "PATH": "", "PYTHONPATH": ":".join(sys.path), "HOME": str(tmp_path), "MLFLOW_DISABLE_TELEMETRY": "true",
                "_MLFLOW_SERVER_FILE_STORE": store.uri, "_MLFLOW_SGI_NAME": "gunicorn", **environment,
            },
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout.splitlines()[-1]))

    return run


@pytest.mark.parametrize(("name", "factory"), [("pitfalls", "create_app"), ("pitfalls-auth", "create_auth_app")])
def test_mlflow_finds_them(name, factory):
    (found,) = entry_points(group="mlflow.app", name=name)
    assert found.load() is getattr(server, factory)


def test_mlflow_is_served_unchanged_beside_the_page_under_its_prefix(ask):
    paths = [
        "/ml/pitfalls",
        f"/ml/pitfalls/{address('vendor/uPlot.esm.js')}",
        "/ml/health",
        "/ml/version",
        "/ml/pitfalls/none",
        "/pitfalls",
    ]
    found = ask("create_app", paths, _MLFLOW_STATIC_PREFIX="/ml")
    assert list(found.values()) == [200, 200, 200, 200, 404, 404]


@pytest.mark.slow
def test_behind_basic_auth_strangers_get_nothing(ask, tmp_path):
    config = tmp_path / "auth.ini"
    config.write_text(
        f"[mlflow]\ndefault_permission = NO_PERMISSIONS\ndatabase_uri = sqlite:///{tmp_path / 'auth.db'}\n"
        "admin_username = admin\nadmin_password = a-long-password\n"
        "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n",
        encoding="utf-8",
    )
    found = ask(
        "create_auth_app", ["/pitfalls", "/pitfalls/", f"/pitfalls/{address('vendor/uPlot.esm.js')}"],
        MLFLOW_AUTH_CONFIG_PATH=str(config), MLFLOW_FLASK_SERVER_SECRET_KEY="a secret of this test",
    )  # fmt: skip
    assert set(found.values()) == {401}
