"""A person's walk through MLflow's own pages."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

HISTORY = Path(__file__).with_name("history.py")


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


def test_a_runs_description_leads_to_its_report_and_to_our_page(page: Page, site) -> None:
    page.goto(site.run_url(site.runs["overfit tree"]))
    expect(page.get_by_text("Do not trust this result yet: 1 high flag.")).to_be_visible()
    report = page.get_by_role("link", name="Open the report").get_attribute("href")
    across = page.get_by_role("link", name="across runs").get_attribute("href")
    page.goto(f"{site.uri}/{report}")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Do not trust this result yet")).to_be_visible()
    expect(frame.get_by_text("0.635")).not_to_have_count(0)
    page.goto(f"{site.uri}/{across}")
    expect(page.get_by_role("heading", name="overfit tree")).to_be_visible()


def test_a_run_tells_of_its_rows(page: Page, site) -> None:
    page.goto(site.run_url(site.runs["overfit tree"]))
    page.get_by_role("button", name="training rows").first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("1125")).to_be_visible()
    expect(drawer.get_by_text("churned; 1: 563, 0: 562")).to_be_visible()
    expect(drawer.get_by_role("cell", name="signal_7")).to_be_visible()


def test_a_rejected_issue_silences_its_check_in_a_later_run(page: Page, site) -> None:
    page.goto(site.run_url(site.runs["overfit tree"]))
    issues = page.get_by_role("link", name="issues").get_attribute("href")
    page.goto(f"{site.uri}/{issues}")
    expect(page.get_by_text("Reject this issue to silence overfit in later runs")).to_be_visible()
    expect(page.get_by_text("High", exact=True)).to_be_visible()
    page.get_by_role("button", name="Reject", exact=True).click()
    expect(page.get_by_text("Rejected (1)")).to_be_visible()

    site.train(HISTORY, "once more")
    page.goto(site.experiment_url("&searchFilter=tags.%22pitfalls.overfit%22%20IS%20NULL"))
    page.get_by_role("link", name="once more").click()
    expect(page.get_by_text("Do not trust this result yet")).to_have_count(0)
    page.goto(page.url.partition("?")[0] + "/artifacts/pitfalls.md?workflowType=machine_learning")
    expect(page.get_by_text(f"rejected as an issue of run {site.runs['overfit tree'][:8]} in MLflow")).to_be_visible()
