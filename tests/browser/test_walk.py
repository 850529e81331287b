"""A person's walk through MLflow's own pages."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def test_the_runs_list_opens_in_our_view_from_the_menu_and_from_the_description(page: Page, site) -> None:
    page.goto(site.experiment_url())
    expect(page.get_by_text("Pitfalls in these runs: ")).to_be_visible()
    link = page.get_by_role("link", name="grouped by severity").get_attribute("href")
    page.get_by_role("button", name="Views").click()
    page.get_by_test_id("saved-views-item-pitfalls-worst-first").click()
    expect(page.locator("[col-id='tags.`pitfalls.flags`']").first).to_be_visible()
    expect(page.locator("[col-id*='pitfalls/severity']").first).to_be_visible()
    expect(page.locator("[row-index='0']").get_by_role("link")).to_have_text(["leaky tree"])
    expect(page.locator("[row-index='2']").get_by_role("link")).to_have_text(["clean scaled"])
    expect(page.locator("[row-index='1']").filter(has_text="overfit")).not_to_have_count(0)
    page.goto(f"{site.uri}/{link}")
    expect(page.get_by_text("Group: high")).to_be_visible()


def test_the_runs_list_can_be_filtered_by_a_flag(page: Page, site) -> None:
    page.goto(site.experiment_url("&searchFilter=tags.%22pitfalls.overfit%22%20%3D%20%27high%27"))
    expect(page.get_by_role("link", name="overfit tree")).to_be_visible()
    expect(page.get_by_text("1 matching run")).to_be_visible()
    expect(page.get_by_role("link", name="clean scaled")).to_have_count(0)
