"""What a section of the page shows besides its flags: one finding with its picture, table or code."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from mlflow_pitfalls.reporting.score_views import Table

_NONE = Markup("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A block to copy, with what it is."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One finding. ``key`` is its place on the page, ``says`` the finding in a sentence or two."""

    key: str
    title: str
    says: str
    picture: Markup = _NONE
    tables: tuple[Table, ...] = ()
    codes: tuple[Code, ...] = ()
    both_sides: bool = False  # the picture is coloured by side without naming them
    fold: str = ""  # what opens tables that repeat the picture; empty where they stand open
    brief: bool = True  # whether the Markdown repeats what it says
