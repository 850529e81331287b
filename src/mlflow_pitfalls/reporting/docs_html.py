"""A check's Markdown docs as inert HTML: no raw HTML, no links, no images."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from mlflow_pitfalls.reporting.text import clean_block

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

DOCS_LIMIT = 8_000  # characters of one check's docs inside the page; the docs artifact has them in full
_HEADINGS_BELOW = 3  # docs headings start under the flag's own <h3>
_DEEPEST = 6


@lru_cache(maxsize=256)
def docs_to_html(markdown: str) -> Markup:
    """Render docs text; a link becomes its words followed by its address, since MLflow's viewer blocks links."""
    html = _renderer().render(clean_block(_without_title(markdown), DOCS_LIMIT))
    return Markup(html)  # noqa: S704 - rendered with html=False, from our own docs


def _without_title(markdown: str) -> str:
    """Drop a leading ``# name``: the page shows the name already."""
    first, _, rest = markdown.lstrip().partition("\n")
    return rest if first.startswith("# ") else markdown


@lru_cache(maxsize=1)
def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    for rule, method in (
        ("heading_open", _heading),
        ("heading_close", _heading),
        ("link_open", _link_open),
        ("link_close", _link_close),
    ):
        parser.add_render_rule(rule, method)
    return parser


def _heading(self: Any, tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    level = min(int(token.tag[1:]) + _HEADINGS_BELOW - 1, _DEEPEST)
    return f"<h{level}>" if token.nesting == 1 else f"</h{level}>\n"


def _link_open(self: Any, tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
    # An autolink's words are its address already.
    href = "" if tokens[index].info == "auto" else str(tokens[index].attrGet("href") or "")
    env.setdefault("open_links", []).append(href)
    return "<span>"


def _link_close(self: Any, tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
    href = env["open_links"].pop()
    address = Markup(' <span class="address">{}</span>').format(href) if href else ""
    return f"</span>{address}"
