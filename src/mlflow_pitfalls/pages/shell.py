"""The one HTML document: it holds the scripts, the styles, and what the catalogue says of every check."""

from __future__ import annotations

from functools import cache
from pathlib import PurePosixPath

from mlflow_pitfalls.checks.catalogue import ALL_CHECKS
from mlflow_pitfalls.model.outcomes import Group
from mlflow_pitfalls.pages.assets import ICON, Asset, address, scripts, style, text_of
from mlflow_pitfalls.reporting import links
from mlflow_pitfalls.version import __version__

MEDIA_TYPE = "text/html; charset=utf-8"


def catalogue() -> dict[str, object]:
    """What the browser is told: every check in catalogue order, their groups, and where files are."""
    return {
        "version": __version__,
        "groups": {group.value: group.heading for group in Group},
        "checks": [
            {
                "name": check.name,
                "group": check.group.value,
                "severity": check.severity.value,
                "summary": check.summary,
            }
            for check in ALL_CHECKS
        ],
        "files": f"pitfalls/{address('')}",
        "artifacts": {
            "folder": str(PurePosixPath(links.OUTCOMES_PATH).parent),
            "outcomes": links.OUTCOMES_PATH,
            "report": links.REPORT_PATH,
            "comparison": links.COMPARISON_PATH,
        },
    }


@cache
def shell() -> Asset:
    """The document. Its addresses are relative, so that it works behind any static prefix and any proxy.

    The first script asks for a list of runs before anything else is looked at; the second draws the page.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("mlflow_pitfalls.pages", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        auto_reload=False,
    )
    early, script = scripts()
    page = environment.get_template("shell.html.j2").render(
        catalogue=catalogue(),
        icon=text_of(ICON),
        style=Markup(style()),  # noqa: S704 – these three are files of ours
        early=Markup(early),  # noqa: S704
        script=Markup(script),  # noqa: S704
    )
    return Asset("", MEDIA_TYPE, page.encode())
