from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from rich.console import Console

from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Severity
from mlflow_pitfalls.reporting.notebook import Report


class Tags(HTMLParser):
    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_flags_and_severity(record: RunRecord, outcomes: Outcomes) -> None:
    report = Report(record, outcomes)
    assert report.severity is Severity.HIGH
    assert [flag.check for flag in report.flags][:2] == ["target-leakage", "overfit"]


def test_rich_html_folds_all_but_the_worst(record: RunRecord, outcomes: Outcomes) -> None:
    markup = Report(record, outcomes, "http://localhost:5000/#/experiments/17")._repr_html_()
    found = Tags(markup).found
    folds = [attributes for tag, attributes in found if tag == "details"]
    assert ["open" in fold for fold in folds] == [True, False, False, False]
    assert [a["href"] for tag, a in found if tag == "a"] == ["http://localhost:5000/#/experiments/17"]
    assert "RandomizedSearchCV(\n    pipe" in markup


def test_styles_touch_nothing_else_on_the_page(record: RunRecord, outcomes: Outcomes) -> None:
    markup = Report(record, outcomes)._repr_html_()
    style = markup[markup.index("<style>") + 7 : markup.index("</style>")]
    selectors = [part.strip() for rule in re.findall(r"([^{}]+)\{", style) for part in rule.split(",")]
    assert selectors
    assert all(selector.startswith(".mlpf") for selector in selectors)


def test_hostile_names_stay_text(hostile_record: RunRecord, hostile_outcomes: Outcomes) -> None:
    found = Tags(Report(hostile_record, hostile_outcomes)._repr_html_()).found
    assert not {tag for tag, _ in found} & {"script", "img", "svg", "iframe", "a"}
    assert not [name for _, attributes in found for name in attributes if name.startswith("on")]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "sqlite:///x.db", ""])
def test_only_web_addresses_become_links(record: RunRecord, outcomes: Outcomes, url: str) -> None:
    assert not [tag for tag, _ in Tags(Report(record, outcomes, url)._repr_html_()).found if tag == "a"]


def test_plain_text_is_one_line_a_flag(record: RunRecord, outcomes: Outcomes) -> None:
    lines = str(Report(record, outcomes)).splitlines()
    assert len(lines) == 5
    assert lines[1].startswith("  high    target-leakage: The column")


def test_rich_shows_the_table(record: RunRecord, outcomes: Outcomes) -> None:
    console = Console(width=100, force_terminal=False)
    with console.capture() as captured:
        console.print(Report(record, outcomes))
    assert "pipe.set_params(randomforestclassifier__min_samples_leaf=5)" in captured.get()
