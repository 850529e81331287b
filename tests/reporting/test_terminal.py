from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.reporting import terminal

URL = "http://127.0.0.1:5000/#/experiments/17/runs/0af3"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "JUPYTER_COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    yield


def printed(record: RunRecord, outcomes: Outcomes, stream: io.StringIO, url: str | None = URL) -> str:
    terminal.print_table(record, outcomes, stream=stream, url=url)
    return stream.getvalue()


def test_a_stream_that_is_no_terminal_gets_plain_lines(record: RunRecord, outcomes: Outcomes) -> None:
    lines = printed(record, outcomes, io.StringIO()).splitlines()
    assert lines[0] == "nimble-crab-412: Do not trust this result yet: 1 high, 2 medium and 1 low flags."
    assert [line.split()[:2] for line in lines if line.startswith(("high", "medium", "low"))] == [
        ["high", "target-leakage"],
        ["medium", "overfit"],
        ["medium", "class-imbalance"],
        ["low", "missing-values"],
    ]
    assert 'X = X.drop(columns=["total_charges_after_churn"])' in "\n".join(lines)
    assert lines[-1] == URL
    assert not any("\x1b" in line or line != line.rstrip() for line in lines)


def test_a_terminal_gets_colours(record: RunRecord, outcomes: Outcomes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert "\x1b[" in printed(record, outcomes, Terminal())


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_it_stays_short_and_within_the_width(
    record: RunRecord, outcomes: Outcomes, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    flags = tuple(replace(outcomes.flags[i % 4], check=f"check-{i}") for i in range(40))
    shown = re.sub(r"\x1b\[[\d;]*m", "", printed(record, replace(outcomes, outcomes=flags), Terminal(), None))
    lines = shown.splitlines()
    assert all(len(line) <= width for line in lines)
    assert "more flags" in shown
    if width >= 80:
        assert len(lines) <= terminal.MAX_LINES


def test_hostile_text_controls_nothing(hostile_record: RunRecord, hostile_outcomes: Outcomes) -> None:
    shown = printed(hostile_record, hostile_outcomes, io.StringIO(), "http://x/\x1b[2J")
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\x07" not in shown
    assert "<script>alert(1)</script>" in shown


def test_square_brackets_are_not_markup(record: RunRecord, outcomes: Outcomes) -> None:
    flag = replace(outcomes.flags[0], message="[red]x[/red] :smile: [link=http://e]y[/link].")
    shown = printed(record, replace(outcomes, outcomes=(flag,)), io.StringIO())
    assert "[red]x[/red] :smile: [link=http://e]y[/link]." in shown


def test_a_stream_with_a_small_alphabet_gets_ascii(record: RunRecord, outcomes: Outcomes) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", errors="strict")
    terminal.print_table(record, outcomes, stream=stream, url=URL)
    stream.flush()
    assert b"(0.782-0.842)" in raw.getvalue()


def test_nothing_is_written_elsewhere(
    record: RunRecord, outcomes: Outcomes, capsys: pytest.CaptureFixture[str]
) -> None:
    printed(record, outcomes, io.StringIO())
    assert capsys.readouterr() == ("", "")


def test_a_clean_run_is_one_verdict_and_its_figures(record: RunRecord, clean_outcomes: Outcomes) -> None:
    lines = printed(record, clean_outcomes, io.StringIO(), None).splitlines()
    assert lines[0] == "nimble-crab-412: No pitfalls found: 2 checks passed."
    assert len(lines) <= 3
