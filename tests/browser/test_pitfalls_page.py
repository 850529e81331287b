"""A person's walk through our own page ``/pitfalls``."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser import seeds

EXPERIMENT = "many"
SMUGGLED = (
    "<script id='smuggled'>pwned = 1;</script><img src='data:,' onerror='pwned = 2'>"
    "<style>body { outline: 1px solid; }</style>"
)


@pytest.fixture(scope="session")
def many(site) -> str:
    """The address of an experiment of forty runs."""
    experiment_id = site.client.create_experiment(EXPERIMENT)
    seeds.many_runs(site.client, experiment_id)
    site.client.create_run(experiment_id, run_name="trial 0")  # which nobody has judged
    return f"{site.uri}/pitfalls#/experiments/{experiment_id}"


@pytest.fixture
def runs(page: Page, many: str) -> Callable[..., Locator]:
    """``runs(options)`` opens the list; what it returns are the names of the runs on show."""

    def open_list(options: str = "") -> Locator:
        page.goto(many + options)
        expect(page.get_by_role("heading", level=1)).to_have_text(EXPERIMENT)
        return page.locator("tbody th.name")

    return open_list


def test_experiments_tell_the_worst_flags_of_their_runs(page: Page, site, many: str) -> None:
    page.goto(f"{site.uri}/pitfalls")
    row = page.get_by_role("row", name=EXPERIMENT)
    high = sum(at % 8 == 0 or at % 10 == 0 for at in range(seeds.MANY))
    expect(row.get_by_role("cell").nth(0)).to_have_text(str(high))
    row.get_by_role("link", name=str(high), exact=True).click()
    expect(page.locator("tbody th.name")).to_have_count(high)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Experiments")
    page.get_by_label("Name contains").fill("walk")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("row", name=EXPERIMENT)).to_have_count(0)
    expect(page.get_by_role("row", name="walk")).to_be_visible()


def test_runs_can_be_filtered(page: Page, runs) -> None:
    names = runs()
    expect(names).to_have_count(seeds.MANY)
    page.get_by_label("Check").select_option("overfit")
    expect(names).to_have_count(10)
    page.get_by_label("Severity").select_option("medium")
    expect(names).to_have_count(5)
    expect(names.first).to_have_text("run 36")
    page.get_by_label("MLflow filter").fill("metrics.`pitfalls/test_score` < 0.5 AND params.depth = '1'")
    page.keyboard.press("Enter")
    expect(names).to_have_text(["run 04"])
    expect(page.get_by_role("status")).to_have_text("1 run")
    page.get_by_role("link", name="Clear").click()
    expect(names).to_have_count(seeds.MANY)
    page.get_by_label("Severity").select_option("all")
    expect(names).to_have_count(seeds.MANY + 1)
    page.get_by_role("link", name="Clear").click()
    expect(names).to_have_count(seeds.MANY)
    page.get_by_label("Name contains").fill("RUN 3")
    page.get_by_role("button", name="Show").click()
    expect(names).to_have_count(10)


def test_a_wrong_filter_is_answered_in_words(new_page, site, runs, many: str) -> None:
    page = new_page(site.uri, noise=(re.compile("status of 400 .*/runs/search"),))
    page.goto(f"{many}?where=nonsense")
    expect(page.get_by_role("alert")).to_contain_text("nonsense")


def test_runs_can_be_sorted_by_keyboard(page: Page, runs) -> None:
    names = runs()
    heading = page.get_by_role("columnheader", name="Test score")
    expect(names.first).to_have_text("run 39")
    heading.get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "descending")
    page.get_by_role("columnheader", name="Test score").get_by_role("link").press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    expect(names.first).to_have_text("run 00")
    page.get_by_role("columnheader", name="Worst flag").get_by_role("link").click()
    expect(names.first).to_have_text("run 32")  # the newest of the worst


def test_runs_come_in_pages(page: Page, runs) -> None:
    names = runs("?size=25&sort=name")
    expect(names).to_have_count(25)
    page.get_by_role("link", name="Next").click()
    expect(names).to_have_text([f"run {at:02d}" for at in range(25, seeds.MANY)])
    expect(page.get_by_role("status")).to_have_text("15 runs on page 2")
    expect(page.get_by_role("link", name="Next")).to_have_count(0)
    page.get_by_role("link", name="Previous").click()
    expect(names.first).to_have_text("run 00")


def test_ticked_runs_of_two_pages_are_compared(page: Page, runs) -> None:
    runs("?size=25&sort=name")
    page.get_by_role("checkbox", name="Compare run 01").check()
    page.get_by_role("link", name="Next").click()
    page.get_by_role("checkbox", name="Compare run 32").check()
    page.get_by_role("link", name="Compare", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare 2 runs")
    flags = page.get_by_role("region", name="Flags of the runs")
    expect(flags.get_by_role("row", name="overfit")).to_contain_text("gained")
    params = page.get_by_role("region", name="Parameters")
    expect(params.get_by_role("row", name="depth")).to_contain_text("1")
    expect(params.get_by_role("row", name="same")).to_have_count(0)
    page.get_by_label("Show what is equal, too").check()
    expect(params.get_by_role("row", name="same")).to_be_visible()
    page.get_by_role("link", name="Compare in MLflow").click()
    expect(page.get_by_role("heading", name="Comparing 2 Runs")).to_be_visible()


def test_a_real_run_shows_its_evidence_and_leads_to_mlflow_and_back(page: Page, site) -> None:
    address = f"{site.uri}/pitfalls#/experiments/{site.experiment_id}/runs/{site.runs['overfit tree']}"
    page.goto(address)
    flag = page.get_by_role("article", name="overfit")
    expect(flag).to_contain_text("What to do")
    expect(flag).to_contain_text("Measured on")
    page.get_by_role("link", name="Report").click()
    expect(page.frame_locator("iframe").get_by_text("overfit").first).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Open in MLflow").click()
    expect(page.get_by_role("heading", name="overfit tree")).to_be_visible()
    page.go_back()
    expect(flag).to_be_visible()


def test_a_check_over_time_and_the_trends(page: Page, runs) -> None:
    runs()
    page.get_by_role("columnheader", name="target-leakage").get_by_role("link").click()
    expect(page.get_by_role("status")).to_have_text("Flagged in 4 of the 40 judged runs.")
    expect(page.get_by_role("img", name="Severity by run").locator("canvas")).to_be_visible()
    assert page.locator(".u-wrap").evaluate("(drawn) => getComputedStyle(drawn).userSelect") == "none"  # its own style
    flagged = page.get_by_role("region", name="Flagged runs").get_by_role("rowheader")
    expect(flagged).to_have_text(["run 30", "run 20", "run 10", "run 00"])
    page.get_by_role("link", name="Runs", exact=True).click()
    page.get_by_role("link", name="Trends").click()
    expect(page.get_by_role("img", name="Gap: train − test")).to_have_attribute(
        "aria-label", re.compile("0.025 to 1, last")
    )
    page.get_by_text("The numbers").click()
    expect(page.get_by_role("row", name="run 39")).to_contain_text("0.975")


def test_the_keyboard_reaches_the_content_at_once(page: Page, runs) -> None:
    runs()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.get_by_role("link", name="Trends").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Trends")
    expect(page.get_by_role("main")).to_be_focused()  # a new page begins at its top


def test_a_script_that_we_did_not_write_does_not_run(new_page, site, many: str) -> None:
    refused = "violates the following Content Security Policy directive"
    page = new_page(site.uri, noise=(re.compile(refused),))
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))

    def smuggle(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("<noscript>", f"{SMUGGLED}<noscript>"))

    page.route(f"{site.uri}/pitfalls", smuggle)
    page.goto(many)
    expect(page.locator("tbody th.name")).to_have_count(seeds.MANY)
    assert page.evaluate("document.getElementById('smuggled') !== null")
    assert page.evaluate("typeof pwned") == "undefined"
    assert page.evaluate("getComputedStyle(document.body).outlineStyle") == "none"
    assert sum("script-src" in text for text in said if refused in text) == 2
    assert sum("style-src" in text for text in said if refused in text) == 1


def test_a_first_visit_asks_the_server_for_the_page_and_its_runs_only(page: Page, many: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.goto(many)
    expect(page.get_by_role("heading", level=1)).to_have_text(EXPERIMENT)
    api = "/ajax-api/2.0/mlflow"
    assert asked == ["/pitfalls", f"{api}/runs/search", f"{api}/experiments/get"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_colours_that_the_reader_prefers(new_page, site, many: str, scheme: str) -> None:
    page = new_page(site.uri, color_scheme=scheme)
    page.goto(many)
    expect(page.locator("tbody th.name").first).to_be_visible()
    lightness = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (sum(lightness) > 600) == (scheme == "light")


def test_mlflows_own_page_of_an_experiment_leads_here(page: Page, site) -> None:
    page.goto(site.experiment_url())
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="across runs").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("walk")
