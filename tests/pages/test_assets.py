"""The files of the page: small, without markup made from text, and the vendored ones as they were published."""

import hashlib
import json
import re

import pytest

from mlflow_pitfalls.checks.catalogue import ALL_CHECKS
from mlflow_pitfalls.pages.assets import scripts, source_files, static_assets, style
from mlflow_pitfalls.pages.shell import catalogue, shell

MAX_LINES = 300
VENDORED = {
    "htm.LICENSE.txt": "740725f7252e750af735d0028cc534970772f513331e9f68150fede8fb3ce00f",
    "htm.mjs": "ab33dd3f38059b9be4d5f5350128eefb2356639c4e0bbe9d9e8b3ba75847e9e4",
    "preact.LICENSE.txt": "1fe6958409c8c257a70c587a18b6f7f412b179b456630790d30b2ec9a8e4b7d4",
    "preact.mjs": "bdcbd9abdf2c77c5c45326eab42191e949222d479d0d5f69467387a77040cb55",
    "uPlot.LICENSE.txt": "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd",
    "uPlot.esm.js": "5dd9b3281aa64b461b42d9945f6adb2649d346502b12281a9ae0d46599a80eba",
    "uPlot.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
}
# What turns text into markup or code, and what reaches elsewhere.
DANGEROUS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write|\beval\(|new Function|https?://"
)
PICTURES = {"vendor/uPlot.esm.js", "vendor/uPlot.min.css"}  # asked for with the first picture
CATALOGUE = re.compile(r'<script type="application/json" id="catalogue">(.*?)</script>', re.DOTALL)


def _own():
    return [asset for asset in source_files() if not asset.path.startswith("vendor/")]


@pytest.mark.parametrize("asset", _own(), ids=lambda asset: asset.path)
def test_our_own_files_are_small_and_set_text_only(asset):
    text = asset.content.decode()
    assert len(text.splitlines()) <= MAX_LINES
    if asset.path.endswith(".js"):
        assert DANGEROUS.findall(text) == []


def test_vendored_files_are_as_published():
    found = {
        asset.path.removeprefix("vendor/"): hashlib.sha256(asset.content).hexdigest()
        for asset in source_files()
        if asset.path.startswith("vendor/")
    }
    assert found == VENDORED


def test_every_vendored_library_comes_with_its_licence():
    licences = {name.partition(".")[0] for name in VENDORED if name.endswith(".LICENSE.txt")}
    assert {name.partition(".")[0] for name in VENDORED} == licences


def test_the_page_knows_every_check_from_the_catalogue():
    (told,) = CATALOGUE.findall(shell().content.decode())
    assert json.loads(told) == catalogue()
    assert [check["name"] for check in catalogue()["checks"]] == [check.name for check in ALL_CHECKS]


def test_the_page_holds_our_scripts_and_no_other():
    found = re.findall(r"<script([^>]*)>(.*?)</script>", shell().content.decode(), re.DOTALL)
    assert tuple(body for attributes, body in found if not attributes) == scripts()
    assert [attributes for attributes, _ in found if attributes] == [' type="application/json" id="catalogue"']
    assert re.findall(r"<style>(.*?)</style>", shell().content.decode(), re.DOTALL) == [style()]
    assert not re.search(r"<[^>]* (?:style|on\w+)=", _without_scripts())


def test_a_first_visit_asks_for_no_file():
    assert {asset.path for asset in static_assets() if not asset.path.endswith(".LICENSE.txt")} == PICTURES
    assert re.findall(r'(?:href|src)="(?!data:)', _without_scripts()) == []


def test_every_module_and_style_stands_in_the_page_once():
    held = "".join(scripts())
    for asset in source_files():
        if asset.path.endswith((".js", ".mjs")) and asset.path not in PICTURES:
            name = asset.path.rpartition(".")[0].replace("/", "_")
            assert held.count(f"const ${name} = (() => {{") == 1, asset.path
        elif asset.path.endswith(".css") and asset.path not in PICTURES:
            assert asset.content.decode() in style()


def test_the_first_script_is_short_and_asks_for_the_runs():
    early, page = scripts()
    assert "const $early = " in early
    assert "preact" not in early
    assert len(early) < len(page) / 3


def _without_scripts():
    return re.sub(r"<(script|style)[^>]*>.*?</\1>", "", shell().content.decode(), flags=re.DOTALL)
