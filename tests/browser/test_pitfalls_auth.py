"""The page behind basic-auth and a static prefix: each user sees what they may read, and every text stays a text."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from mlflow import MlflowClient
from playwright.sync_api import Page, expect

from mlflow_pitfalls.pages.assets import address
from tests.browser import seeds
from tests.conftest import Server

PREFIX = "/ml"
PASSWORD = "a password of this test"
CONFIG = """[mlflow]
default_permission = NO_PERMISSIONS
database_uri = sqlite:///{database}
admin_username = admin
admin_password = {password}
authorization_function = mlflow.server.auth:authenticate_request_basic_auth
auth_cache_ttl_seconds = 600
"""


@dataclass
class Guarded:
    """A server with two users: ann may read the experiment ``hers``, bob the experiment ``his``."""

    uri: str
    hers: str
    his: str
    attacker: str  # a run of hers


@pytest.fixture(scope="session")
def guarded(template_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    database = folder / "mlflow.db"
    shutil.copy(template_database, database)
    config = folder / "auth.ini"
    config.write_text(CONFIG.format(database=folder / "auth.db", password=PASSWORD), encoding="utf-8")
    client = MlflowClient(tracking_uri=f"sqlite:///{database}")
    where = (folder / "runs").as_uri()
    hers = client.create_experiment(f"hers {seeds.ATTACK}", artifact_location=where)
    his = client.create_experiment("his", artifact_location=where)
    attacker = seeds.hostile_run(client, hers, folder)
    plain = seeds.judged_run(client, hers, "plain run", 1, params={"param": "plain"})
    seeds.measured_against(client, attacker, plain, hers, folder)
    seeds.judged_run(client, his, "his run", 2)
    server = Server(
        folder, database, "--app-name", "pitfalls-auth", "--static-prefix", PREFIX,
        MLFLOW_AUTH_CONFIG_PATH=str(config), MLFLOW_FLASK_SERVER_SECRET_KEY="a secret of this test",
    )  # fmt: skip
    server.uri += PREFIX
    try:
        server.start()
        _add_users(server.uri, {"ann": hers, "bob": his})
        yield Guarded(server.uri, hers, his, attacker)
    finally:
        server.stop()


def _add_users(uri: str, experiments: dict[str, str]) -> None:
    for name, experiment_id in experiments.items():
        _as_admin(f"{uri}/api/2.0/mlflow/users/create", username=name, password=PASSWORD)
        _as_admin(
            f"{uri}/api/3.0/mlflow/users/permissions/grant",
            username=name, resource_type="experiment", resource_id=experiment_id, permission="READ",
        )  # fmt: skip


def _as_admin(url: str, **body: str) -> None:
    answer = requests.post(url, json=body, auth=("admin", PASSWORD), timeout=60)
    assert answer.status_code == 200, answer.text


@pytest.fixture
def page_of(new_page, guarded: Guarded) -> Callable[..., Page]:
    """``page_of("ann", *noise)``: a browser of hers."""

    def make(user: str, *noise: str) -> Page:
        return new_page(
            guarded.uri,
            noise=tuple(map(re.compile, noise)),
            http_credentials={"username": user, "password": PASSWORD},
        )

    return make


def test_each_user_sees_the_experiments_that_they_may_read(page_of, guarded: Guarded) -> None:
    for user, seen, hidden in (("ann", "hers", "his"), ("bob", "his", "hers")):
        page = page_of(user)
        page.goto(f"{guarded.uri}/pitfalls")
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page.locator("tbody")).to_contain_text(seen)
        assert hidden not in page.locator("tbody").inner_text()


def test_what_a_user_may_not_read_is_refused(page_of, guarded: Guarded) -> None:
    page = page_of("bob", "status of 403")
    for rest in (f"experiments/{guarded.hers}/runs/{guarded.attacker}", f"compare?runs={guarded.attacker},x"):
        page.goto(f"{guarded.uri}/pitfalls#/{rest}")
        expect(page.get_by_role("alert")).to_have_text("You do not have permission to read this.")
    page.goto(f"{guarded.uri}/pitfalls#/experiments/{guarded.hers}")
    expect(page.get_by_text("No judged run matches").or_(page.get_by_role("alert"))).to_be_visible()
    assert "plain run" not in page.content()


def test_a_stranger_gets_nothing(new_page, guarded: Guarded) -> None:
    page = new_page(guarded.uri)
    for path in ("/pitfalls", f"/pitfalls/{address('vendor/uPlot.esm.js')}", "/ajax-api/2.0/mlflow/experiments/search"):
        assert page.request.get(f"{guarded.uri}{path}", max_redirects=0).status == 401


@pytest.mark.parametrize(
    "part", ["", "experiments/{hers}", "experiments/{hers}/trends", "experiments/{hers}/checks/overfit"]
)
def test_markup_in_a_store_is_shown_as_text(page_of, guarded: Guarded, part: str) -> None:
    page = page_of("ann")
    page.goto(f"{guarded.uri}/pitfalls#/{part.format(hers=guarded.hers)}")
    expect(page.get_by_text("<b>bold</b>").first).to_be_attached()
    _nothing_came_alive(page)


def test_markup_in_a_run_and_its_flags_is_shown_as_text(page_of, guarded: Guarded) -> None:
    page = page_of("ann")
    page.goto(f"{guarded.uri}/pitfalls#/experiments/{guarded.hers}/runs/{guarded.attacker}")
    shown = page.get_by_role("main")
    for what in (
        "name",
        "message",
        "statistic",
        "unit",
        "clear",
        "column",
        "remedy",
        "code",
        "symptom",
        "why",
        "value",
    ):
        expect(shown).to_contain_text(f"{what} {seeds.ATTACK}")
    _nothing_came_alive(page)


def test_markup_in_compared_runs_is_shown_as_text(page_of, guarded: Guarded) -> None:
    page = page_of("ann")
    page.goto(f"{guarded.uri}/pitfalls#/experiments/{guarded.hers}")
    for name in ("plain run", "name"):
        page.get_by_role("checkbox", name=f"Compare {name}").check()
    page.get_by_role("link", name="Compare", exact=True).click()
    for what in ("name", "value", "tag", "metric", "note"):
        expect(page.get_by_role("main")).to_contain_text(f"{what} {seeds.ATTACK}")
    scores = page.get_by_role("region", name="Scores, gap and times")
    expect(scores.get_by_role("cell")).to_have_text(
        ["0.75", "0.5", "−0.25 (−0.375 to −0.125)", "400 rows that both scored"]
    )
    _nothing_came_alive(page)


def _nothing_came_alive(page: Page) -> None:
    assert page.evaluate("window.hit") is None
    assert page.locator("main :is(img, script, style, iframe, b)").count() == 0
