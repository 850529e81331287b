from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from rich.console import Console

from mlflow_pitfalls.model.comparison import ReferenceChoice, ReferenceFacts
from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.suggestions import Configuration, Kind, Parameter, SearchSpace, Suggestions
from mlflow_pitfalls.model.values import Severity
from mlflow_pitfalls.reporting.notebook import Report
from mlflow_pitfalls.reporting.terminal import MAX_LINES
from tests.reporting.test_comparison import full


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


def test_one_line_each_tells_of_the_reference_and_of_tuning(record: RunRecord, outcomes: Outcomes) -> None:
    depth = Parameter(name="max_depth", kind=Kind.INTEGER, low=1, high=9)
    suggestions = Suggestions(
        run_id="r",
        metric="roc_auc",
        space=SearchSpace(estimator="RandomForestClassifier", parameters=(depth,)),
        next=(Configuration(values=(("max_depth", 3),)),),
    )
    reference = ReferenceFacts(choice=ReferenceChoice.BEST, comparison=full("<b>owl</b>"))
    compared = replace(record, reference=reference, fit=replace(record.fit, site="train.py:12"))
    markup = Report(compared, outcomes, suggestions=suggestions)._repr_html_()
    assert markup.count('class="mlpf-line"') == 2
    assert "Against &lt;b&gt;owl&lt;/b&gt;: " in markup
    assert "Tune " in markup
    assert 'class="mlpf-line"' not in Report(record, outcomes)._repr_html_()
    console = Console(width=100, force_terminal=False)
    with console.capture() as captured:
        console.print(Report(compared, outcomes, suggestions=suggestions))
    assert "Against <b>owl</b>: " in captured.get()
    assert len(captured.get().splitlines()) <= MAX_LINES


def test_many_flags_stay_small(record: RunRecord, outcomes: Outcomes) -> None:
    flag = outcomes.flags[0]
    many = replace(outcomes, outcomes=tuple(replace(flag, check=f"check-{index}") for index in range(20)))
    folds = [attributes for tag, attributes in Tags(Report(record, many)._repr_html_()).found if tag == "details"]
    assert ["open" in fold for fold in folds] == [True, *[False] * (len(folds) - 1)]
    assert len(folds) == 21
    assert "12 more flags" in Report(record, many)._repr_html_()


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
