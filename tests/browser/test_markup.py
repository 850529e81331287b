"""Markup in every name that a user may choose is shown as text, on each of MLflow's pages that shows ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import mlflow_pitfalls
from tests.browser import hostile

HOSTILE = Path(__file__).with_name("hostile.py")


@pytest.fixture(scope="module")
def hostile_run(site) -> tuple[str, str]:
    """The experiment and the run of ``hostile.py``."""
    site.train(HOSTILE)
    experiment_id = site.client.get_experiment_by_name(hostile.EXPERIMENT).experiment_id
    run = site.client.search_runs([experiment_id])[0]
    return experiment_id, run.info.run_id


def _url(site, hostile_run: tuple[str, str], tab: str = "") -> str:
    experiment_id, run_id = hostile_run
    return f"{site.uri}/#/experiments/{experiment_id}/runs/{run_id}{tab}?workflowType=machine_learning"


def _is_inert(page: Page) -> None:
    """No script ran and no element was made, in the page or in the report's frame."""
    for frame in page.frames:
        assert frame.evaluate("typeof pwned") == "undefined"
        made = "img[src='x'], img[src*='evil'], svg[onload], [onerror], [onclick], a[href^='javascript']"
        assert frame.locator(made).count() == 0


def test_the_list_of_runs(page: Page, site, hostile_run) -> None:
    experiment_id, _ = hostile_run
    page.goto(
        f"{site.uri}/#/experiments/{experiment_id}/runs?workflowType=machine_learning"
        "&viewStateShareKey=pitfalls-worst-first"
    )
    expect(page.get_by_role("link", name=hostile.IMAGE).first).to_be_visible()
    expect(page.locator("[row-index='0']").filter(has_text="target-leakage")).not_to_have_count(0)
    _is_inert(page)


def test_the_runs_page_and_its_rows(page: Page, site, hostile_run) -> None:
    page.goto(_url(site, hostile_run))
    expect(page.get_by_text("Do not trust this result yet")).to_be_visible()
    _is_inert(page)
    page.get_by_role("button", name="training rows").first.click()
    expect(page.get_by_role("dialog").get_by_role("cell", name=hostile.SCRIPT)).to_be_visible()
    _is_inert(page)


def test_the_issues(page: Page, site, hostile_run) -> None:
    page.goto(_url(site, hostile_run, "/issues"))
    expect(page.get_by_text("Reject this issue to silence target-leakage")).to_contain_text(hostile.IMAGE)
    _is_inert(page)


@pytest.mark.parametrize("file", ["pitfalls.md", "pitfalls_flags.json"])
def test_files_in_the_page(page: Page, site, hostile_run, file) -> None:
    page.goto(_url(site, hostile_run, f"/artifacts/{file}"))
    expect(page.get_by_text(f"'{hostile.IMAGE}' alone reaches skill").first).to_be_visible()
    _is_inert(page)


def test_the_report(page: Page, site, hostile_run) -> None:
    page.goto(_url(site, hostile_run, "/artifacts/pitfalls/report.html"))
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Do not trust this result yet")).to_be_visible()
    expect(frame.get_by_text(hostile.IMAGE).first).to_be_attached()
    _is_inert(page)


def test_the_comparison_page(page: Page, site, hostile_run) -> None:
    compared = mlflow_pitfalls.compare(site.runs["overfit tree"], hostile_run[1], tracking_uri=site.uri)
    page.set_content(compared.html())
    expect(page.get_by_role("heading", name=f"overfit tree → {hostile.IMAGE}")).to_be_visible()
    expect(page.get_by_text("target-leakage").first).to_be_visible()
    _is_inert(page)
