"""Which checks are asked not to flag, by settings and by tags, and what becomes of their answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from mlflow_pitfalls.model.outcomes import Outcome, Status
from mlflow_pitfalls.model.suppression import Suppression, read_entry, split_entries
from mlflow_pitfalls.model.values import Severity
from mlflow_pitfalls.settings import nearest

IGNORE_TAG = "pitfalls.ignore"
_YES = frozenset({"", "1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})
_NOTE_LIMIT = 200  # characters of a tag's text that a note repeats


def asked(entries: Iterable[Suppression], check: str, group: str, today: date) -> Suppression | None:
    """The request about a check: one that still holds, else one that has expired, the last to do so.

    Args:
        entries: All requests; those that name the check itself come before those of its group.
        check: Name of the check.
        group: Its group, such as ``PF3``.
        today: The day on which the requests are looked at.
    """
    names = (check.lower(), group.lower())
    found = [entry for entry in entries if entry.check.strip().lower() in names]
    ranked = sorted(found, key=lambda entry: names.index(entry.check.strip().lower()))
    holding = next((entry for entry in ranked if entry.holds_on(today)), None)
    return holding or max(ranked, key=lambda entry: entry.until, default=None)


def silence(answer: Outcome, request: Suppression, cause: str) -> Outcome:
    """The answer of a check that shall not flag: what it says stays, with reason and date.

    Args:
        answer: What the check says.
        request: The request, still in force.
        cause: The flag that would explain this one; empty where none does.
    """
    said = f"A symptom of {cause}: {answer.message}" if cause else answer.message
    flags = answer.status is Status.FLAGGED and not cause
    return replace(
        answer,
        status=Status.IGNORED,
        severity=Severity.NONE,
        would_be=answer.severity if flags else Severity.NONE,
        message=f"Ignored ({request.terms}): {said}",
        suppression=request,
    )


def flag_again(flag: Outcome, request: Suppression) -> Outcome:
    """A flag whose request has expired says so."""
    reason = f" ({request.reason})" if request.reason else ""
    return replace(
        flag,
        message=f"{flag.message} It was ignored until {request.until}{reason}; that day is over.",
        suppression=request,
    )


def from_tags(
    tags: Mapping[str, str], whose: str, known: Sequence[str]
) -> tuple[tuple[Suppression, ...], tuple[str, ...]]:
    """Requests that the tags ``pitfalls.ignore`` and ``pitfalls.ignore.<check>`` make, and what is wrong with them.

    Args:
        tags: Tags of a run or of an experiment; others have no effect.
        whose: Where they stand: ``the run`` or ``the experiment``.
        known: Every name that may be ignored.
    """
    found: list[Suppression] = []
    notes: list[str] = []
    for key, value in sorted(tags.items()):
        for text in _texts(key, value):
            source = f"the tag {key} of {whose}"
            try:
                entry = read_entry(text, source)
            except ValueError as error:
                notes.append(f"{source[0].upper()}{source[1:]} has no effect: {error}"[:_NOTE_LIMIT])
                continue
            problem = unknown((entry,), known)
            notes += [f"{source[0].upper()}{source[1:]} has no effect: {said}"[:_NOTE_LIMIT] for said in problem]
            found += [] if problem else [entry]
    return tuple(found), tuple(notes)


def unknown(entries: Iterable[Suppression], known: Sequence[str]) -> tuple[str, ...]:
    """A hint for each request about a name that does not exist."""
    lowered = {name.lower() for name in known}
    return tuple(
        f"unknown check or group {entry.check!r}{nearest(entry.check, tuple(known))}"
        for entry in entries
        if entry.check.strip().lower() not in lowered
    )


def _texts(key: str, value: str) -> tuple[str, ...]:
    """The entries that a tag holds, in the grammar of the settings."""
    if key == IGNORE_TAG:
        return split_entries(value)
    check = key.removeprefix(f"{IGNORE_TAG}.")
    said = " ".join(value.split())
    if check == key or not check or said.lower() in _NO:
        return ()
    if said.lower() in _YES:
        return (check,)
    if said.partition(" ")[0].lower() in ("until", "because"):
        return (f"{check} {said}",)
    return (f"{check} because {said}",)
