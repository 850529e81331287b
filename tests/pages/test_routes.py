"""The routes: what they answer, under which headers, and that they only answer."""

import base64
import hashlib
import re

import pytest
from flask import Flask

from mlflow_pitfalls.pages.assets import address, static_assets
from mlflow_pitfalls.pages.routes import PAGE, add_routes

FILE = "vendor/uPlot.esm.js"
HASH = re.compile(r"'sha256-([^']+)'")


def test_the_page_is_html_under_a_strict_policy(client):
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert answer.content_type == "text/html; charset=utf-8"
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
    assert policy["connect-src"] == "'self'"
    assert HASH.sub("hash", policy["script-src"]) == "'self' hash hash"
    assert HASH.sub("hash", policy["style-src"]) == "'self' hash"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_every_file_is_served_under_the_same_headers(client):
    page = client.get(PAGE)
    for asset in static_assets():
        answer = client.get(f"{PAGE}/{address(asset.path)}")
        assert answer.data == asset.content
        assert answer.content_type == asset.media_type
        assert answer.headers["Content-Security-Policy"] == page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("tag", "directive"), [("script", "script-src"), ("style", "style-src")])
def test_the_policy_lets_in_what_stands_in_the_page_and_nothing_else(client, tag, directive):
    page = client.get(PAGE)
    policy = dict(part.split(" ", 1) for part in page.headers["Content-Security-Policy"].split("; "))
    bodies = re.findall(rf"<{tag}>(.*?)</{tag}>".encode(), page.data, re.DOTALL)
    wanted = [base64.b64encode(hashlib.sha256(body).digest()).decode() for body in bodies]
    assert wanted
    assert HASH.findall(policy[directive]) == wanted


def test_the_page_says_where_its_files_are(client):
    (files,) = re.findall(r'"files": "([^"]+)"', client.get(PAGE).text)
    for path in (FILE, "vendor/uPlot.min.css"):
        assert client.get(f"/{files}{path}").status_code == 200


def test_what_is_unchanged_is_not_sent_again(client):
    first = client.get(PAGE)
    second = client.get(PAGE, headers={"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, second.data) == (304, b"")
    assert "no-cache" in first.headers["Cache-Control"]
    assert "immutable" in client.get(f"{PAGE}/{address(FILE)}").headers["Cache-Control"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/", f"{PAGE}/{address(FILE)}"])
def test_nothing_but_reading(client, method, path):
    assert client.open(path, method=method).status_code == 405


def test_a_slash_at_the_end_leads_to_the_page(client):
    answer = client.get(f"{PAGE}/")
    assert (answer.status_code, answer.headers["Location"]) == (308, "../pitfalls")


@pytest.mark.parametrize(
    "path",
    [
        "static/",
        "static/app.js",
        "static/../routes.py",
        "static/%2e%2e/routes.py",
        "static/vendor/README.md",
        "static//etc/passwd",
    ],
)
def test_no_other_file_can_be_named(client, path):
    assert client.get(f"{PAGE}/{path}").status_code == 404


def test_a_prefix_moves_all_of_it():
    app = Flask("bare")
    paths = add_routes(app, prefix="/ml")
    assert all(path.startswith("/ml/pitfalls") for path in paths)
    client = app.test_client()
    assert client.get(f"/ml/pitfalls/{address(FILE)}").status_code == 200
    assert client.get(PAGE).status_code == 404
