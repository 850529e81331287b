from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.record import RunInfo, RunRecord
from mlflow_pitfalls.reporting import links, markdown, text

# The most permissive reading: raw HTML passes through, tables and strike-through are on.
READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


class Rendered(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self.feed(READER.render(source))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.words += data


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
@example("# heading")
@example("- item")
@example("1. item")
@example("12) item")
@example("+ a")
@example("---")
@example("===")
@example("> quote")
@example("<b>x</b> &lt; &copy;")
@example("a | b\n--|--\n1 | 2")
@example("__init__ _a_ *b* ~~c~~ `d`")
@example("[x](javascript:alert(1)) ![y](http://evil.example/y.png) <http://evil.example>")
@example("\\*")
@example("```\ncode")
@example("=cmd|' /C calc'!A0")
def test_escaped_text_renders_as_exactly_that_text(raw: str) -> None:
    shown = text.clean(raw)
    rendered = Rendered(markdown.escape(raw))
    assert rendered.tags == (["p"] if shown else [])
    assert rendered.words.strip() == shown


@given(st.text("`\na ", min_size=1, max_size=30))
def test_a_fence_always_holds_its_code(code: str) -> None:
    block = text.clean_block(code)
    rendered = Rendered(markdown.fence(code))
    assert rendered.tags == ["pre", "code"]
    assert rendered.words == f"{block}\n\n" or rendered.words == f"{block}\n" or not block.strip()


def test_underscores_inside_words_stay_readable() -> None:
    assert markdown.escape("min_samples_leaf") == "min_samples_leaf"
    assert markdown.escape("_private") == "\\_private"


@pytest.mark.parametrize("address", ["http://evil.example", "https://x.y", "www.evil.example", "javascript:alert(1)"])
def test_addresses_do_not_become_links_by_themselves(address: str) -> None:
    escaped = markdown.escape(f"see {address} @someone")
    assert address not in escaped
    assert "@" not in escaped
    assert Rendered(escaped).words.strip() == f"see {address} @someone"


def test_the_document_opens_with_the_verdict_and_links_within_the_app(record: RunRecord, outcomes: Outcomes) -> None:
    document = markdown.pitfalls_md(record, outcomes, documented={"overfit"})
    assert document.splitlines()[0] == "# Do not trust this result yet: 1 high, 2 medium and 1 low flags."
    base = "#/experiments/17/runs/0af3b2c4d5e6f708192a3b4c5d6e7f80/artifacts/pitfalls"
    mode = "?workflowType=machine_learning"
    assert Rendered(document).links == [f"{base}/docs/overfit.md{mode}", f"{base}/report.html{mode}"]


def test_each_flag_carries_evidence_and_code(record: RunRecord, outcomes: Outcomes) -> None:
    document = markdown.pitfalls_md(record, outcomes)
    headings = [line for line in document.splitlines() if line.startswith("##")]
    assert headings == [
        "## PF1 Is ML the right tool?",
        "## PF2 Prototype and data",
        "### high: target-leakage",
        "### low: missing-values",
        "## PF3 Imbalanced data",
        "### medium: class-imbalance",
        "## PF4 Training takes too long",
        "## PF5 Accuracy not good enough",
        "### medium: overfit",
    ]
    assert document.index("**Do:** Drop the column") < document.index("**Why:** The column total_charges")
    assert "- Threshold: 0.081" in document
    assert "```python\npipe.set_params(randomforestclassifier__min_samples_leaf=5)\n```" in document
    assert "  - income: 33" in document


def test_what_was_found_out_is_told_in_short(record: RunRecord, outcomes: Outcomes) -> None:
    document = markdown.pitfalls_md(record, outcomes)
    for part in (
        "1. Drop the column (`target-leakage`)",
        "No flags: 1 check passed.",
        "**The best rule with one column.** If days_since_signup ≤ 41.5",
        "**Learning curve: fewer rows, more rows.** 2",
        "Too little evidence to decide: `train-test-drift`.",
        "`slow-training`, medium: Ignored (nightly job, until 2027-01-31): The fit took 812 s.",
        "MLFLOW_PITFALLS_PROBE_BUDGET=1 mlflow-pitfalls run train.py",
    ):
        assert part in document
    assert "```sql" not in document  # the rule is no flag here: its code stands in the report


def test_the_code_of_a_flagged_rule_is_there(record: RunRecord, outcomes: Outcomes) -> None:
    flag = replace(outcomes.flags[0], check="simple-rule-suffices")
    assert "```sql\nSELECT CASE WHEN" in markdown.pitfalls_md(record, replace(outcomes, outcomes=(flag,)))


def test_requests_without_effect_are_told(record: RunRecord, outcomes: Outcomes) -> None:
    noted = replace(outcomes, notes=("The tag pitfalls.ignore of the run has no effect: <b>",))
    assert "&lt;b&gt;" in markdown.pitfalls_md(record, noted)


def test_lines_are_short_enough_to_stand_side_by_side(record: RunRecord, outcomes: Outcomes) -> None:
    prose = [line for line in markdown.pitfalls_md(record, outcomes).splitlines() if line.startswith(("- ", "  - "))]
    assert prose
    assert max(len(line) for line in prose) <= 90


def test_hostile_names_stay_text(hostile_record: RunRecord, hostile_outcomes: Outcomes) -> None:
    for document in (
        markdown.pitfalls_md(hostile_record, hostile_outcomes, documented={"id-like-feature"}),
        markdown.note(hostile_record, hostile_outcomes),
    ):
        rendered = Rendered(document)
        assert set(rendered.tags) <= {"h1", "h2", "h3", "p", "ul", "ol", "li", "strong", "code", "pre"}
        assert rendered.links == []  # a hostile run id makes no link either
        assert "<script>alert(1)</script>" in rendered.words


def test_the_note_starts_with_plain_words(record: RunRecord, outcomes: Outcomes) -> None:
    first, blank, pages, _, *flags = markdown.note(record, outcomes).splitlines()
    assert first == "Do not trust this result yet: 1 high, 2 medium and 1 low flags."
    assert blank == ""
    assert pages.startswith("[Open the report](#/experiments/")
    assert flags[0].startswith("- **high** `target-leakage`: The column total_charges_after_churn alone")
    assert flags[0].endswith("(1 000 rows).")


def test_further_pages_are_linked_only_where_they_are(
    record: RunRecord, outcomes: Outcomes, clean_outcomes: Outcomes
) -> None:
    base = f"#/experiments/{record.run.experiment_id}/runs/{record.run.run_id}"
    both = links.Elsewhere(issues=True, across_runs=True)
    for write in (markdown.note, lambda *given: markdown.pitfalls_md(*given[:2], elsewhere=given[2])):
        found = Rendered(write(record, outcomes, both)).links
        assert f"{base}/issues?workflowType=machine_learning" in found
        assert f"pitfalls{base}" in found
        bare = " ".join(Rendered(write(record, outcomes, links.NOWHERE)).links)
        assert "/issues" not in bare
        assert "pitfalls#" not in bare
        assert "/issues" not in " ".join(Rendered(write(record, clean_outcomes, both)).links)  # it has none
        assert Rendered(write(replace(record, run=RunInfo()), outcomes, both)).links == []


def test_a_long_note_is_cut(record: RunRecord, outcomes: Outcomes) -> None:
    many = replace(outcomes, outcomes=tuple(replace(outcomes.flags[0], check=f"c-{i}") for i in range(30)))
    lines = markdown.note(record, many).splitlines()
    assert sum(line.startswith("- **high**") for line in lines) == markdown.NOTE_FLAGS
    assert "- and 20 more" in lines


def test_a_record_without_a_run_has_no_links(record: RunRecord, outcomes: Outcomes) -> None:
    document = markdown.pitfalls_md(replace(record, run=RunInfo()), outcomes, documented={"overfit"})
    assert Rendered(document).links == []
    assert "`pitfalls/report.html`" in document
