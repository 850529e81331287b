from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

import mlflow_pitfalls.reporting.html as page
from mlflow_pitfalls.model.outcomes import Group, Outcome, Outcomes, Status
from mlflow_pitfalls.model.record import RunInfo, RunRecord
from mlflow_pitfalls.model.values import Role, Severity, Task
from mlflow_pitfalls.reporting.docs_html import docs_to_html

EXHIBITS = (
    *("rule", "prototypes", "label-noise", "classes", "imbalance-trials", "learning-curve", "staged", "search"),
    *("gap", "benchmark", "importances", "segments", "calibration", "scores", "probes"),
)
VOID = {"meta", "br", "img", "link", "input", "hr", "circle", "rect", "line", "path", "source", "area", "wbr"}
ACTIVE_TAGS = {"iframe", "object", "embed", "form", "base", "link", "img", "image", "foreignobject", "use", "animate"}
ALLOWED = (
    "html head meta title style body main div section article header footer nav h1 h2 h3 h4 h5 h6 p span strong em b a "
    "ul ol li dl dt dd table caption thead tbody tr th td figure figcaption pre code details summary br script svg "
    "rect line circle path text blockquote hr"
)


class Page(HTMLParser):
    """What a browser would make of the page: tags in balance, attributes, text."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[str] = []
        self.problems: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(markup)
        self.close()
        if self.stack:
            self.problems.append(f"open at the end: {self.stack}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if len({name for name, _ in attrs}) != len(attrs):
            self.problems.append(f"repeated attribute in <{tag}>")
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack.pop() != tag:
            self.problems.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        if self.stack:
            self.texts.setdefault(self.stack[-1], []).append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def said(self) -> str:
        return " ".join(part for tag, parts in self.texts.items() if tag not in ("style", "script") for part in parts)


def assert_inert(markup: str, *, scripts: int = 1) -> Page:
    parsed = Page(markup)
    assert parsed.problems == []
    assert {tag for tag, _ in parsed.tags} <= set(ALLOWED.split())
    for tag, attributes in parsed.tags:
        assert tag not in ACTIVE_TAGS
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name not in ("src", "srcset", "style", "formaction", "xlink:href", "srcdoc")
            if name == "href":
                assert value is not None
                assert re.fullmatch(r"#[a-z0-9-]+", value)
    assert len(parsed.all("script")) == scripts
    return parsed


@pytest.fixture(scope="module")
def report(record: RunRecord, outcomes: Outcomes, docs: Mapping[str, str]) -> str:
    return page.render(record, outcomes, docs=docs)


def test_the_page_is_well_formed_and_loads_nothing(report: str) -> None:
    assert_inert(report)
    assert report.startswith("<!DOCTYPE html>")
    assert "url(" not in report
    assert "@import" not in report
    assert not re.search(r"""(src|href|action)\s*=\s*["']?\s*(https?:)?//""", report)


def test_its_only_script_is_our_own_and_the_policy_names_it(report: str) -> None:
    (script,) = re.findall(r"<script>(.*?)</script>", report, re.DOTALL)
    source = (Path(page.__file__).parent / "templates" / "jump.js").read_text(encoding="utf-8")
    assert script == source
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = next(tag["content"] for tag in Page(report).all("meta") if "http-equiv" in tag)
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"


def test_hostile_names_stay_text(hostile_record: RunRecord, hostile_outcomes: Outcomes) -> None:
    docs = {
        "id-like-feature": "# x\n<script>alert(1)</script> [a](javascript:alert(1)) ![i](http://evil.example/i.png)"
    }
    markup = page.render(hostile_record, hostile_outcomes, docs=docs)
    parsed = assert_inert(markup)
    assert "<script>alert(1)</script>" in parsed.said  # shown as the text that it is
    assert "${7*7}{{7*7}}{% for x in y %}" in parsed.said
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", markup)
    assert "x" * 2_000 not in markup
    markup.encode("utf-8")


def test_every_link_within_the_page_has_its_place(report: str) -> None:
    parsed = Page(report)
    places = {attributes["id"] for _, attributes in parsed.tags if "id" in attributes}
    identifiers = [attributes["id"] for _, attributes in parsed.tags if "id" in attributes]
    assert len(identifiers) == len(places)
    targets = {str(link["href"])[1:] for link in parsed.all("a")}
    assert targets
    assert targets <= places


def test_verdict_comes_first_then_flags_worst_first(report: str, outcomes: Outcomes) -> None:
    parsed = Page(report)
    assert parsed.texts["h1"] == ["Do not trust this result yet"]
    flags = [attributes["id"] for attributes in parsed.all("article")]
    of_group = [[flag for flag in outcomes.flags if flag.group is group] for group in Group]
    assert flags == [f"flag-{flag.check}" for group in of_group for flag in group]
    order = [report.index(f'id="{name}"') for name in ("pf1", "pf2", "data", "pf3", "pf4", "time", "pf5", "rows")]
    assert order == sorted(order)


def test_what_to_do_first_is_in_the_order_of_severity(report: str, outcomes: Outcomes) -> None:
    steps = report[report.index("What to do first") : report.index("<nav")]
    wanted = [f"flag-{flag.check}" for flag in outcomes.flags if flag.remedies]
    assert re.findall(r'href="#([^"]+)"', steps) == wanted


def test_a_flag_says_what_to_do_before_why(report: str) -> None:
    for card in re.findall(r"<article.*?</article>", report, re.DOTALL):
        if "What to do" in card:
            assert card.index("What to do") < card.index("<h4>Why</h4>") < card.index('class="message"')


def test_a_section_without_flags_says_so_in_one_line(report: str) -> None:
    assert "<summary>No flags: 1 check passed.</summary>" in report
    assert "<summary>No flags: 1 check did not apply, 1 ignored.</summary>" in report
    assert '<p class="soft says">1 medium flag.</p>' in report


def test_each_exhibit_stands_once_and_where_it_explains_a_flag_inside_it(report: str) -> None:
    cards = dict(re.findall(r'<article class="flag \w+" id="flag-([^"]+)">(.*?)</article>', report, re.DOTALL))
    assert 'id="imbalance-trials"' in cards["class-imbalance"]
    assert 'id="gap"' in cards["overfit"]
    for key in EXHIBITS:
        assert report.count(f'id="{key}"') == 1, key


@pytest.mark.parametrize(
    "part",
    [
        "If days_since_signup ≤ 41.5 then yes",
        "GROUP BY 1",
        "HistGradientBoostingClassifier comes first with 0.834",
        "number 2 of 5 with 0.812",
        "Failed: KNeighborsClassifier (ValueError).",
        "2\u202f000 of 4\u202f000 rows (50\u202f%) score as well as all of them",
        "ten times the rows would take about 52.1\u202fs",
        "Twice the rows would add about 0.013",
        "best at round 90 of 200",
        "48 candidates in 5 folds: 240 fits",
        "highest value: look higher",
        "16 of 20 columns add nothing that can be seen",
        "Lowest: region = north, 200 held-out rows",
        "stand 14\u202f% (12\u202f%–16\u202f%) from the observed shares",
        "212 of 4\u202f000 training rows with confidence",
        "class_weight helps most: balanced accuracy 0.090",
        "failed (ImportError)",
        "Not reached: roc_auc.",
        "5 probes: 2 ran, 1 cut by the budget, 1 failed and 1 not needed",
        "MLFLOW_PITFALLS_PROBE_BUDGET=1 mlflow-pitfalls run train.py",
        "would be medium",
        "Ignored (nightly job, until 2027-01-31): The fit took 812 s.",
    ],
)
def test_what_was_found_out_is_told(report: str, part: str) -> None:
    assert part in Page(report).said


def test_requests_without_effect_are_told_at_the_head(record: RunRecord, outcomes: Outcomes) -> None:
    noted = replace(outcomes, notes=("The tag pitfalls.ignore of the run has no effect: <b>",))
    markup = page.render(record, noted, docs={})
    assert markup.index("has no effect: &lt;b&gt;") < markup.index("What to do first")


def test_many_passed_checks_are_folded_away(record: RunRecord) -> None:
    many = tuple(
        Outcome(check=f"check-{i}", group=Group.DATA, status=status, message="m")
        for i, status in enumerate([Status.PASSED] * 40 + [Status.INCONCLUSIVE] * 9)
    )
    markup = page.render(record, Outcomes(run_id="", outcomes=many), docs={})
    assert "<summary>No flags: 40 checks passed, 9 could not decide.</summary>" in markup
    section = markup[markup.index('id="pf2"') : markup.index('id="pf3"')]
    assert section.index("<details") < section.index("check-0<") < section.index("</details>")


def test_a_flag_shows_evidence_picture_remedy_and_docs(report: str) -> None:
    start = report.index('<article class="flag high" id="flag-target-leakage">')
    card = report[start : report.index("</article>", start)]
    for part in (
        "0.940",
        "0.910–0.960",
        "0.800",
        "DataRobot, Gini norm",
        "no single column reaches",
        "1\u202f000 rows",
    ):
        assert part in card
    assert card.count("<svg") == 2  # the measured value, and the column
    assert "X = X.drop(columns=[&#34;total_charges_after_churn&#34;])" in card
    assert "<strong>could not be known</strong>" in card
    assert "https://doi.org/10.1145/2020408.2020496" in card  # as text: the viewer blocks links


def test_code_to_paste_keeps_its_lines(report: str) -> None:
    assert "search = RandomizedSearchCV(\n    pipe,\n" in report


def test_what_was_not_judged_is_told_with_reasons(report: str) -> None:
    said = Page(report).said
    for part in (
        "Adjusted p = 0.03",
        "A forest does not iterate.",
        "See overfit. Folds spread",
        "Ignored (nightly job",
    ):
        assert part in said


def test_how_rows_were_told_apart(report: str) -> None:
    said = Page(report).said
    assert "4\u202f000 training and 1\u202f000 held-out rows" in said
    assert "train_test_split, shuffled, not stratified" in said
    assert "31 of 1\u202f000 held-out rows also stand among" in said
    assert "SMOTE resampled 5\u202f000 to 9\u202f300 rows, before the split (train.py:11)" in said
    assert "The frame 'extra' was never fitted" in said


def test_pictures_and_tables_can_be_read_without_seeing_them(record: RunRecord, outcomes: Outcomes) -> None:
    parsed = Page(page.render(record, outcomes, docs={}))
    assert parsed.all("html") == [{"lang": "en"}]
    for picture in parsed.all("svg"):
        assert picture["role"] == "img"
        assert picture["aria-label"]
    assert all(header.get("scope") in ("col", "row") for header in parsed.all("th"))
    scrolling = [box for box in parsed.all("div") if box.get("class") in ("scroll", "plot") and "tabindex" in box]
    assert scrolling
    assert all(box["role"] == "region" and box["aria-label"] for box in scrolling)


def test_a_run_without_flags(record: RunRecord, clean_outcomes: Outcomes) -> None:
    parsed = assert_inert(page.render(record, clean_outcomes, docs={}))
    assert parsed.texts["h1"] == ["No pitfalls found"]
    assert "2 checks passed" in parsed.said
    assert parsed.all("article") == []


def test_an_empty_record_still_makes_a_page() -> None:
    empty = RunRecord(run=RunInfo(), task=Task.UNKNOWN, package_version="0")
    parsed = assert_inert(page.render(empty, Outcomes(run_id="", outcomes=()), docs={}))
    assert parsed.texts["h1"] == ["Nothing could be judged"]
    assert "No split was seen" in parsed.said


def test_non_finite_numbers_everywhere(record: RunRecord, outcomes: Outcomes) -> None:
    for value in (float("nan"), float("inf"), float("-inf")):
        score = record.scores[0]
        estimates = {name: replace(getattr(score, name), value=value) for name in ("train", "held_out", "gap", "dummy")}
        odd = replace(record, scores=(replace(score, perfect=value, **estimates),))
        evidence = replace(outcomes.flags[0].evidence, value=value, threshold=value)
        changed = (replace(outcomes.flags[0], evidence=evidence), *outcomes.outcomes[1:])
        markup = page.render(odd, replace(outcomes, outcomes=changed), docs={})
        assert_inert(markup)
        assert not re.search(r"""["= ](nan|inf|-inf)[" ]""", markup)


def test_wide_data_are_summarised_and_flagged_columns_stay(record: RunRecord, outcomes: Outcomes) -> None:
    assert record.train is not None
    template = record.train.columns[0]
    many = tuple(replace(template, position=i, name=f"c{i}", missing=i % 2) for i in range(300))
    named = replace(record.train.columns[24], position=299)
    train = replace(record.train, columns=(*many[:299], named), column_count=20_000)
    markup = page.render(replace(record, train=train, held_out=replace(train, role=Role.HELD_OUT)), outcomes, docs={})
    assert len(markup.encode()) < page.PAGE_LIMIT
    section = markup[markup.index('id="data"') : markup.index('id="pf3"')]
    assert section.count('<th scope="row">') == 60
    assert named.name in section
    assert "240 more columns (240 float; 120 with missing values)" in section
    assert "19\u202f700 columns not profiled" in section


def test_the_page_stays_bounded_when_everything_is_long(hostile_record: RunRecord, hostile_outcomes: Outcomes) -> None:
    flag = hostile_outcomes.flags[0]
    many = tuple(replace(flag, check=f"check-{i}", message="m" * 50_000) for i in range(60))
    docs = {f"check-{i}": "word " * 50_000 for i in range(60)}
    markup = page.render(hostile_record, replace(hostile_outcomes, outcomes=many), docs=docs)
    assert len(markup.encode()) < page.PAGE_LIMIT


def test_columns_that_share_a_name_are_matched_by_position(record: RunRecord, clean_outcomes: Outcomes) -> None:
    assert record.train is not None
    assert record.held_out is not None
    first, second = (replace(column, name="x") for column in record.train.columns[:2])
    twins = tuple(replace(c, name="x", missing=m) for c, m in zip(record.held_out.columns[:2], (0, 500), strict=True))
    changed = replace(
        record, train=replace(record.train, columns=(first, second)), held_out=replace(record.held_out, columns=twins)
    )
    markup = page.render(changed, clean_outcomes, docs={})
    first_row, second_row = re.findall(r'<tr><th scope="row">x</th>.*?</tr>', markup, re.DOTALL)
    assert "50\u202f%" not in first_row
    assert "0 | 50\u202f%" in second_row


def test_docs_render_as_inert_html() -> None:
    rendered = docs_to_html(
        "# name\n\n## Title\n<b onclick=x>raw</b>\n\n[words](https://example.org/a?b=1&c=2)\n\n<javascript:x>"
    )
    assert "<h4>Title</h4>" in rendered
    assert "name" not in rendered
    assert "<b" not in rendered
    assert "href" not in rendered
    assert "words" in rendered
    assert "https://example.org/a?b=1&amp;c=2" in rendered


@pytest.mark.parametrize("severity", list(Severity))
def test_each_severity_has_its_own_colours(severity: Severity) -> None:
    css = (Path(page.__file__).parent / "templates" / "style.css.j2").read_text(encoding="utf-8")
    assert css.count(f"--{severity.value}:") == 2  # light and dark


def test_text_meets_the_contrast_that_accessibility_asks_for() -> None:
    css = (Path(page.__file__).parent / "templates" / "style.css.j2").read_text(encoding="utf-8")
    light, dark = css.split("@media (prefers-color-scheme: dark)")[:2]
    for theme in (light, dark):
        colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", theme))
        for paper in ("page", "card", "tint"):
            for ink in ("ink", "soft", "low"):
                assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
        for tone in ("high", "medium", "low", "none"):
            assert contrast(colours[tone], colours[f"{tone}-tint"]) >= 4.5, tone
            assert contrast(colours["soft"], colours[f"{tone}-tint"]) >= 4.5, tone


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two colours."""
    lights = sorted((luminance(one), luminance(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
