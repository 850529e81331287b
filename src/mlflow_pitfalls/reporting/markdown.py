"""The Markdown that MLflow shows: ``pitfalls.md``, which the compare page puts side by side, and the run's note."""

from __future__ import annotations

import re
from collections.abc import Collection

from mlflow_pitfalls.model.outcomes import Group, Outcome, Outcomes, Status
from mlflow_pitfalls.model.record import RunInfo, RunRecord
from mlflow_pitfalls.model.suggestions import Suggestions
from mlflow_pitfalls.reporting import links, suggestion_views, text
from mlflow_pitfalls.reporting.advice import exhibits, groups, keys_of_flags, next_steps, says
from mlflow_pitfalls.reporting.exhibits import Exhibit
from mlflow_pitfalls.reporting.flag_views import REMEDIES_OPEN, evidence_facts
from mlflow_pitfalls.reporting.issues import issues
from mlflow_pitfalls.reporting.ledger_views import ledger_exhibit
from mlflow_pitfalls.reporting.score_views import headline_figures
from mlflow_pitfalls.reporting.verdict import verdict

SUBJECTS_SHOWN = 8
PARAMETERS_SHOWN = 5
NOTE_FLAGS = 10
_FENCE = "```"
_LANGUAGES = {"Python": "python", "SQL": "sql"}
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


def pitfalls_md(
    record: RunRecord,
    outcomes: Outcomes,
    *,
    documented: Collection[str] = (),
    suggestions: Suggestions | None = None,
    elsewhere: links.Elsewhere = links.NOWHERE,
) -> str:
    """The run's verdict and figures, then section by section the flags as advice, in short lines.

    Args:
        record: The run's facts.
        outcomes: Every check's answer.
        documented: Checks that have a docs artifact to link to.
        suggestions: What to tune next; None where it was not looked for.
        elsewhere: Further pages to link to.
    """
    lines = [f"# {verdict(outcomes)}", "", *_figures(record), "", *_steps(outcomes)]
    shown = exhibits(record)
    for group in groups(outcomes):
        lines += _section(group, record.run, outcomes, shown[group], documented)
    lines += _tuning(record, suggestions)
    ledger = ledger_exhibit(record)
    lines += _exhibit(ledger) if ledger is not None else []
    lines += [f"{escape(note)}\n" for note in outcomes.notes]
    lines += [_pages(record.run, outcomes, elsewhere) or f"The full report: `{links.REPORT_PATH}`", ""]
    return "\n".join(lines)


def note(record: RunRecord, outcomes: Outcomes, elsewhere: links.Elsewhere = links.NOWHERE) -> str:
    """The run's description: its first line reads as plain text, because the runs table prints it raw.

    The links come next, because MLflow shows three lines until somebody asks for more.

    Args:
        record: The run's facts.
        outcomes: Every check's answer.
        elsewhere: Further pages to link to.
    """
    pages = _pages(record.run, outcomes, elsewhere)
    lines = [verdict(outcomes), "", *([pages, ""] if pages else [])]
    lines += [
        f"- **{flag.severity.value}** {_code(flag.check)}: {escape(text.first_sentence(flag.message), NOTE_MESSAGE)}"
        for flag in outcomes.flags[:NOTE_FLAGS]
    ]
    more = len(outcomes.flags) - NOTE_FLAGS
    if more > 0:
        lines.append(f"- and {text.number(more)} more")
    return "\n".join(lines).rstrip() + "\n"


def fence(code: str, language: str = "python") -> str:
    """A code block whose fence is longer than any run of backticks inside."""
    block = text.clean_block(code)
    longest = max((len(run) for run in _BACKTICKS.findall(block)), default=0)
    marks = "`" * max(len(_FENCE), longest + 1)
    return f"{marks}{language}\n{block}\n{marks}"


def _pages(run: RunInfo, outcomes: Outcomes, elsewhere: links.Elsewhere) -> str:
    """One line of links to the run's other pages; empty where the record belongs to no run."""
    found = [("Open the report", links.artifact_fragment(run, links.REPORT_PATH))]
    if elsewhere.issues and issues(outcomes):
        found.append(("issues", links.issues_fragment(run)))
    if elsewhere.across_runs:
        found.append(("across runs", links.across_runs(run)))
    return " · ".join(f"[{words}]({link})" for words, link in found if link)


def _figures(record: RunRecord) -> list[str]:
    found = []
    for figure in headline_figures(record):
        detail = f" ({escape(figure.detail)})" if figure.detail else ""
        found.append(f"- {escape(figure.label)}: **{escape(figure.value)}**{detail}")
    if record.fit is not None:
        found.insert(0, f"- Model: {escape(record.fit.estimator.final_class_name, text.NAME_LIMIT)}")
    return found


def _steps(outcomes: Outcomes) -> list[str]:
    steps = next_steps(outcomes)
    if not steps:
        return []
    lines = [f"{at}. {escape(step.text)} ({_code(step.check)})" for at, step in enumerate(steps, start=1)]
    return ["**What to do first**", "", *lines, ""]


def _section(
    group: Group, run: RunInfo, outcomes: Outcomes, shown: Collection[Exhibit], documented: Collection[str]
) -> list[str]:
    of_group = tuple(outcome for outcome in outcomes.outcomes if outcome.group is group)
    lines = [f"## {group.value} {escape(group.heading)}", "", escape(says(of_group)), ""]
    for flag in (flag for flag in outcomes.flags if flag.group is group):
        lines += _flag(flag, run, flag.check in documented)
    wanted = keys_of_flags(outcomes)
    for exhibit in shown:
        lines += _exhibit(exhibit, coded=exhibit.key in wanted)
    return [*lines, *_silenced(of_group), *_undecided(of_group)]


def _tuning(record: RunRecord, suggestions: Suggestions | None) -> list[str]:
    """What to tune, over which ranges and why, what to try next, what to expect, and the command."""
    view = suggestion_views.tune_view(record, suggestions)
    if view is None or suggestions is None:
        return []
    lines = [f"## {suggestion_views.HEADING}", "", escape(view.says), ""]
    lines += [*(f"- {escape(said)}" for said in view.advice), *([""] if view.advice else [])]
    lines += [*(f"{escape(said)}\n" for said in (view.gain, view.cost) if said)]
    for each in suggestions.space.parameters[:PARAMETERS_SHOWN] if suggestions.next else ():
        why = f": {escape(each.why)}" if each.why else ""
        now = suggestion_views.setting(each.name, each.current)
        lines.append(f"- {escape(now)}, look in {escape(suggestion_views.reach(each))}{why}")
    lines += [""] if suggestions.next else []
    for place, configuration in enumerate(suggestions.next, start=1):
        lines.append(f"{place}. {escape(suggestion_views.settings_of(configuration))} ({escape(configuration.why)})")
    lines += [""] if suggestions.next else []
    lines += [f"{escape(note)}\n" for note in view.notes]
    command = suggestion_views.command_of(record) if suggestions.next else ""
    return [*lines, *([fence(command, ""), ""] if command else [])]


def _exhibit(exhibit: Exhibit, *, coded: bool = True) -> list[str]:
    """What it says, with its code where it is wanted; pictures and tables stand in the report."""
    if not exhibit.brief or not exhibit.says:
        return []
    lines = [f"**{escape(exhibit.title)}.** {escape(exhibit.says)}", ""]
    for code in exhibit.codes if coded else ():
        lines += [fence(code.text, _LANGUAGES.get(code.label, "")), ""]
    return lines


def _flag(flag: Outcome, run: RunInfo, documented: bool) -> list[str]:
    lines = [f"### {flag.severity.value}: {escape(flag.check)}", ""]
    for remedy in flag.remedies[:REMEDIES_OPEN]:
        lines += [f"**Do:** {escape(remedy.text)}", ""]
        if remedy.code:
            lines += [fence(remedy.code), ""]
    lines += [f"**Why:** {escape(flag.message)}", ""]
    lines += [f"- {escape(label)}: {escape(value)}" for label, value in evidence_facts(flag.evidence)]
    lines += _subjects(flag)
    if flag.explains:
        lines.append(f"- Seen because of this: {', '.join(_code(check) for check in flag.explains)}")
    lines.append("")
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


def _silenced(answers: Collection[Outcome]) -> list[str]:
    """What is ignored and would flag."""
    lines: list[str] = []
    for answer in answers:
        if answer.would_be.rank:
            lines += [f"{_code(answer.check)}, {answer.would_be.value}: {escape(answer.message, NOTE_MESSAGE)}", ""]
    return lines


def _undecided(answers: Collection[Outcome]) -> list[str]:
    undecided = [_code(answer.check) for answer in answers if answer.status is Status.INCONCLUSIVE]
    return [f"Too little evidence to decide: {', '.join(undecided)}.", ""] if undecided else []


def _code(check: str) -> str:
    """A check's name as code where it is a plain slug."""
    return f"`{check}`" if links.docs_path(check) else escape(check)
