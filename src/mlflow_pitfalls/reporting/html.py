"""The report: one self-contained page with nothing remote, and no script but the few lines of ``jump.js``.

MLflow's viewer blocks links, even those within a page; that script does what they would, and the page's own content
security policy lets no other script run.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.suggestions import Suggestions
from mlflow_pitfalls.reporting import advice, data_views, run_views, score_views, suggestion_views, text, verdict
from mlflow_pitfalls.reporting.ledger_views import ledger_exhibit

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = "templates"
PAGE_LIMIT = 1_000_000  # bytes; the viewer loads the page in one piece


def render(
    record: RunRecord, outcomes: Outcomes, *, docs: Mapping[str, str], suggestions: Suggestions | None = None
) -> str:
    """The whole page.

    Args:
        record: The run's facts.
        outcomes: Every check's answer for that run.
        docs: Markdown docs by check name; checks without any show none.
        suggestions: What to tune next; None where it was not looked for.

    Returns:
        HTML of less than ``PAGE_LIMIT`` bytes.
    """
    page = _page(record, outcomes, docs, suggestions)
    if len(page.encode()) < PAGE_LIMIT:
        return page
    return _page(record, outcomes, {}, suggestions)


def _page(record: RunRecord, outcomes: Outcomes, docs: Mapping[str, str], suggestions: Suggestions | None) -> str:
    template = environment().get_template("report.html.j2")
    return template.render(
        jump=_jump(),
        record=record,
        run=record.run,
        severity=outcomes.severity.value,
        headline=verdict.headline(outcomes),
        tally=verdict.tally(outcomes),
        answers=verdict.answers(outcomes),
        figures=score_views.headline_figures(record),
        steps=advice.next_steps(outcomes),
        has_flags=bool(outcomes.flags),
        sections=advice.sections(record, outcomes, docs),
        tune=suggestion_views.tune_view(record, suggestions),
        tune_heading=suggestion_views.HEADING,
        notes=outcomes.notes,
        data=data_views.data_view(record, outcomes),
        time_picture=run_views.time_picture(record),
        time_legend=run_views.time_legend(record),
        fit_table=run_views.fit_table(record),
        ledger=ledger_exhibit(record),
        provenance=run_views.provenance(record),
    )


@dataclass(frozen=True, slots=True)
class _Script:
    source: Markup
    digest: Markup  # as a content security policy names it


@lru_cache(maxsize=1)
def _jump() -> _Script:
    source = (files("mlflow_pitfalls.reporting") / TEMPLATES / "jump.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
    return _Script(Markup(source), Markup(f"sha256-{digest}"))  # noqa: S704 - our own file, without any data


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates: autoescaped, strict about names, and every text that they print cleaned."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    env = Environment(
        loader=PackageLoader("mlflow_pitfalls.reporting", TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.filters.update(
        name=text.name,
        number=text.number,
        seconds=text.seconds,
        moment=text.moment,
        code=_code,
        count=text.count,
        slug=_slug,
    )
    return env


def _finalize(value: Any) -> Any:
    """Clean every text on its way out; what is markup already was escaped where it was made."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return text.clean(value)


def _code(block: str) -> Markup:
    """Code keeps its line ends."""
    return Markup("{}").format(text.clean_block(block))


def _slug(check: str) -> str:
    """A check's name as an identifier of the page."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in check)[: text.NAME_LIMIT]
