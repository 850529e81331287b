"""Our part of a run's description, between markers of our own; whatever the user wrote around it stays."""

from __future__ import annotations

import re

from mlflow_pitfalls.sinks.limits import MAX_TAG_LENGTH, fit_text

NOTE_TAG = "mlflow.note.content"
START = "<!-- pitfalls:start -->"
END = "<!-- pitfalls:end -->"
MIN_ROOM = 80  # characters; less would not hold a verdict
_GAP = "\n\n"

# The start marker closes the first line, so that the runs table, which prints raw text, opens with the verdict.
_BLOCK = re.compile(rf"[^\n]*{START}(?:(?!{START}).)*?{END}", re.DOTALL)


def merge_note(existing: str, markdown: str) -> str | None:
    """The description with our part in it: in place of an earlier one, else below the user's text.

    Args:
        existing: The description as it is now.
        markdown: Our part; its first line is the verdict.

    Returns:
        The new description, at most 8 000 characters long; None where the user's text leaves no room for ours.
    """
    ours = _without_markers(markdown).strip()
    before, found, after = _around(existing)
    room = MAX_TAG_LENGTH - len(before) - len(after) - len(f"{_GAP} {START}\n\n{END}")
    if not ours or room < MIN_ROOM:
        return None
    first, _, rest = fit_text(ours, room).partition("\n")
    block = f"{first} {START}\n{rest.strip()}\n{END}" if rest.strip() else f"{first} {START}{END}"
    gap = _GAP if before.strip() and not found else ""
    return f"{before.rstrip() if gap else before}{gap}{block}{after}"


def _around(existing: str) -> tuple[str, bool, str]:
    match = _BLOCK.search(existing)
    if match is None:
        return existing if existing.strip() else "", False, ""
    return existing[: match.start()], True, _BLOCK.sub("", existing[match.end() :])


def _without_markers(markdown: str) -> str:
    return markdown.replace(START, "").replace(END, "")
