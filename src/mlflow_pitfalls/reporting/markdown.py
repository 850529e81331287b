"""The Markdown that MLflow shows: ``pitfalls.md``, which the compare page puts side by side, and the run's note."""

from __future__ import annotations

import re
from collections.abc import Collection

from mlflow_pitfalls.model.outcomes import Outcome, Outcomes, Status
from mlflow_pitfalls.model.record import RunInfo, RunRecord
from mlflow_pitfalls.reporting import links, text
from mlflow_pitfalls.reporting.flag_views import REMEDIES_SHOWN, evidence_facts
from mlflow_pitfalls.reporting.score_views import headline_figures
from mlflow_pitfalls.reporting.verdict import verdict

SUBJECTS_SHOWN = 8
NOTE_FLAGS = 10
_FENCE = "```"
_BACKTICKS = re.compile("`+")
# A backslash before what CommonMark and the descriptions' renderer (showdown, GitHub flavour) read as markup; entities
# for HTML, because one of the two knows no backslash before "<". An underscore inside a word is none for either.
_MARKUP = re.compile(r"([\\`*\[\]|~]|(?<![^\W_])_|_(?![^\W_]))")
_BLOCK_STARTS = ("#", "+", "-", "=")  # at a line's start they make headings and lists
_NUMBERED = re.compile(r"^(\d+)([.)])(?=\s|$)")
# Addresses and @names become links by themselves unless their sign is written as an entity.
_ADDRESS = re.compile(r"(?i)\b(https?|ftp|file|data|javascript|mailto|www)([:.])")
_MENTION = re.compile(r"(?<!\S)@")
NOTE_MESSAGE = 240  # characters of a flag's message in the note


def escape(raw: object, limit: int = text.MESSAGE_LIMIT) -> str:
    """Text of the user's as Markdown that renders as just that text: one line, no markup, no HTML, no links."""
    plain = text.clean(raw, limit).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    marked = _MARKUP.sub(r"\\\1", plain)
    if marked[:1].isdigit():
        marked = _NUMBERED.sub(r"\1\\\2", marked)
    elif marked[:1] in _BLOCK_STARTS:
        marked = f"\\{marked}"
    unlinked = _ADDRESS.sub(lambda found: found[1] + ("&#58;" if found[2] == ":" else "&#46;"), marked)
    return _MENTION.sub("&#64;", unlinked)


def pitfalls_md(record: RunRecord, outcomes: Outcomes, *, documented: Collection[str] = ()) -> str:
    """The run's verdict, figures and flags in short lines.

    Args:
        record: The run's facts.
        outcomes: Every check's answer.
        documented: Checks that have a docs artifact to link to.
    """
    lines = [f"# {verdict(outcomes)}", "", *_figures(record), ""]
    for flag in outcomes.flags:
        lines += _flag(flag, record.run, flag.check in documented)
    lines += _undecided(outcomes)
    report = links.artifact_fragment(record.run, links.REPORT_PATH)
    lines += [f"[Open the report]({report})" if report else f"The full report: `{links.REPORT_PATH}`", ""]
    return "\n".join(lines)


def note(record: RunRecord, outcomes: Outcomes) -> str:
    """The run's description: its first line reads as plain text, because the runs table prints it raw."""
    lines = [verdict(outcomes), ""]
    lines += [
        f"- **{flag.severity.value}** {_code(flag.check)}: {escape(text.first_sentence(flag.message), NOTE_MESSAGE)}"
        for flag in outcomes.flags[:NOTE_FLAGS]
    ]
    more = len(outcomes.flags) - NOTE_FLAGS
    if more > 0:
        lines.append(f"- and {text.number(more)} more")
    report = links.artifact_fragment(record.run, links.REPORT_PATH)
    if report:
        lines += ["", f"[Open the report]({report})"]
    return "\n".join(lines).rstrip() + "\n"


def fence(code: str) -> str:
    """A code block whose fence is longer than any run of backticks inside."""
    block = text.clean_block(code)
    longest = max((len(run) for run in _BACKTICKS.findall(block)), default=0)
    marks = "`" * max(len(_FENCE), longest + 1)
    return f"{marks}python\n{block}\n{marks}"


def _figures(record: RunRecord) -> list[str]:
    found = []
    for figure in headline_figures(record):
        detail = f" ({escape(figure.detail)})" if figure.detail else ""
        found.append(f"- {escape(figure.label)}: **{escape(figure.value)}**{detail}")
    if record.fit is not None:
        found.insert(0, f"- Model: {escape(record.fit.estimator.final_class_name, text.NAME_LIMIT)}")
    return found


def _flag(flag: Outcome, run: RunInfo, documented: bool) -> list[str]:
    lines = [f"## {flag.severity.value}: {escape(flag.check)}", "", escape(flag.message), ""]
    lines += [f"- {escape(label)}: {escape(value)}" for label, value in evidence_facts(flag.evidence)]
    lines += _subjects(flag)
    if flag.explains:
        lines.append(f"- Seen because of this: {', '.join(_code(check) for check in flag.explains)}")
    lines.append("")
    for remedy in flag.remedies[:REMEDIES_SHOWN]:
        lines += [f"**Fix:** {escape(remedy.text)}", ""]
        if remedy.code:
            lines += [fence(remedy.code), ""]
    page = links.artifact_fragment(run, links.docs_path(flag.check)) if documented else ""
    if page:
        lines += [f"[About this check]({page})", ""]
    return lines


def _subjects(flag: Outcome) -> list[str]:
    if flag.evidence is None or not flag.evidence.subjects:
        return []
    subjects, unit = flag.evidence.subjects, flag.evidence.unit
    lines = [
        f"  - {escape(text.name(subject.name))}: {escape(text.with_unit(subject.value, unit))}"
        for subject in subjects[:SUBJECTS_SHOWN]
    ]
    more = len(subjects) - SUBJECTS_SHOWN
    return ["- Where:", *lines, *([f"  - and {text.number(more)} more"] if more > 0 else [])]


def _undecided(outcomes: Outcomes) -> list[str]:
    undecided = [outcome.check for outcome in outcomes.outcomes if outcome.status is Status.INCONCLUSIVE]
    if not undecided:
        return []
    return ["## Too little evidence to decide", "", *(f"- {escape(check)}" for check in undecided), ""]


def _code(check: str) -> str:
    """A check's name as code where it is a plain slug."""
    return f"`{check}`" if links.docs_path(check) else escape(check)
