"""A person's walk through MLflow's own pages."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def test_the_runs_list_can_be_filtered_by_a_flag(page: Page, site) -> None:
    page.goto(site.experiment_url("&searchFilter=tags.%22pitfalls.overfit%22%20%3D%20%27high%27"))
    expect(page.get_by_role("link", name="overfit tree")).to_be_visible()
    expect(page.get_by_role("link", name="clean scaled")).to_have_count(0)
