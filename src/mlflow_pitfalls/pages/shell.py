"""The one HTML document: it names the scripts and holds what the catalogue says of every check."""

from __future__ import annotations

from functools import cache
from pathlib import PurePosixPath

from mlflow_pitfalls.checks.catalogue import ALL_CHECKS
from mlflow_pitfalls.model.outcomes import Group
from mlflow_pitfalls.pages.assets import SCRIPT, STYLE, Asset, address
from mlflow_pitfalls.reporting import links
from mlflow_pitfalls.version import __version__

MEDIA_TYPE = "text/html; charset=utf-8"
ICON = "icon.svg"
LIBRARIES = ("vendor/preact.mjs", "vendor/htm.mjs")  # that the script begins with: asked for beside it, not after


def catalogue() -> dict[str, object]:
    """What the browser knows of the checks: name, group, severity and summary in catalogue order, and the groups."""
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
        "artifacts": {
            "folder": str(PurePosixPath(links.OUTCOMES_PATH).parent),
            "outcomes": links.OUTCOMES_PATH,
            "report": links.REPORT_PATH,
            "comparison": links.COMPARISON_PATH,
        },
    }


@cache
def shell() -> Asset:
    """The document. Its addresses are relative, so that it works behind any static prefix and any proxy."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("mlflow_pitfalls.pages", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        auto_reload=False,
    )
    page = environment.get_template("shell.html.j2").render(
        catalogue=catalogue(),
        icon=address(ICON),
        style=address(STYLE),
        libraries=[address(path) for path in LIBRARIES],
        script=address(SCRIPT),
    )
    return Asset("", MEDIA_TYPE, page.encode())
