"""Views name only what a run carries."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from mlflow_pitfalls.reporting.log_items import settled_items
from mlflow_pitfalls.reporting.native_items import with_pages
from mlflow_pitfalls.reporting.saved_views import experiment_page
from mlflow_pitfalls.settings import Settings


def test_columns_are_those_that_a_run_carries(record, outcomes):
    items = settled_items(record, outcomes, docs={})
    carried = {f"tags.`{tag.key}`" for tag in items.tags} | {f"metrics.`{metric.key}`" for metric in items.metrics}
    page = experiment_page(record.run)
    for view in page.views:
        state = json.loads(view.state)
        assert {name for name in state["selectedColumns"] if not name.startswith("attributes.")} <= carried
        assert state["orderByKey"] in state["selectedColumns"]


def test_the_line_links_to_every_view_in_the_mode_that_shows_runs(record):
    page = experiment_page(record.run)
    targets = re.findall(r"\]\((#[^)]*)\)", page.line)
    assert [target.rpartition("viewStateShareKey=")[2] for target in targets] == [view.key for view in page.views]
    assert all("workflowType=machine_learning" in target for target in targets)


def test_none_without_a_run_or_where_it_is_not_wanted(record, outcomes):
    assert experiment_page(replace(record.run, run_id="", experiment_id="")) is None
    items = settled_items(record, outcomes, docs={})
    assert with_pages(items, record, outcomes, Settings(views=False)).page is None
    assert with_pages(items, record, outcomes, Settings()).page is not None
