"""The comparison page in a browser: hostile names run nothing, light and dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from mlflow_pitfalls.reporting.comparison_page import render_comparison
from tests.reporting.conftest import HOSTILE
from tests.reporting.test_comparison import full


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_markup_in_names_is_shown_and_runs_nothing(new_page, tmp_path: Path, scheme: str) -> None:
    file = tmp_path / "comparison.html"
    file.write_text(render_comparison([full(text) for text in HOSTILE]), encoding="utf-8")
    page = new_page("http://127.0.0.1", color_scheme=scheme)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.set_content(file.read_text(encoding="utf-8"))
    expect(page.get_by_role("heading", name="<script>alert(1)</script>").first).to_be_visible()
    assert page.locator("script, img, iframe, a").count() == 0
    assert page.locator("svg").count() > len(HOSTILE)
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(251, 251, 250)", "dark": "rgb(20, 23, 26)"}[scheme]
    assert dialogs == []
