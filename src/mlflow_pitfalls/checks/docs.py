"""A check's documentation, from its docstring and thresholds; and the pages, made by ``python -m``.

``python -m mlflow_pitfalls.checks.docs docs/checks --readme README.md`` writes one page a check, an index, and the
table between the markers of the README. With ``--check`` it writes nothing and fails where something is stale.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

from mlflow_pitfalls.checks.base import SECTIONS, Check, Link
from mlflow_pitfalls.checks.catalogue import ALL_CHECKS
from mlflow_pitfalls.model.outcomes import Group

TABLE_START = "<!-- checks:start -->"
TABLE_END = "<!-- checks:end -->"
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_GENERATED = "<!-- Generated from the check by `python -m mlflow_pitfalls.checks.docs`; edit the check instead. -->"


def explain(check: Check, *, narrow: bool = False) -> str:
    """One check as Markdown: what it does, why it matters, how to fix it, its thresholds and how to silence it.

    Args:
        check: A check of the catalogue.
        narrow: For a terminal: thresholds as a list, where a table would cut their names.

    Raises:
        KeyError: The docstring names a threshold that the check does not have.
    """
    parts = [f"# {check.name}", _filled(check, check.summary), _facts(check)]
    for title in SECTIONS:
        text = check.sections.get(title, "")
        if text:
            parts.append(f"## {title}\n\n{_filled(check, text)}")
    if check.thresholds:
        parts.append(f"## Thresholds\n\n{_listed(check) if narrow else _thresholds(check)}")
    parts.append(f"## Silence it\n\n{_silence(check)}")
    return "\n\n".join(parts) + "\n"


@cache
def explanations() -> Mapping[str, str]:
    """:func:`explain` of every check, by its name."""
    return MappingProxyType({check.name: explain(check) for check in ALL_CHECKS})


def table(link: str = "{name}.md", checks: Sequence[Check] = ALL_CHECKS) -> str:
    """Checks as a Markdown table, in the order given.

    Args:
        checks: The rows.
        link: Where a check's page stands, with ``{name}`` for its name.
    """
    rows = ["| Check | Flags when | Severity | Cost |", "|---|---|---|---|"]
    for check in checks:
        page = link.format(name=check.name)
        rows.append(f"| [`{check.name}`]({page}) | {check.summary} | {_severity(check)} | {check.cost} |")
    return "\n".join(rows)


def pages() -> dict[str, str]:
    """Every page of the docs folder by file name, index included."""
    found = {f"{check.name}.md": f"{_GENERATED}\n\n{explain(check)}" for check in ALL_CHECKS}
    found["README.md"] = f"{_GENERATED}\n\n{_index()}"
    return found


def with_table(readme: str, link: str) -> str:
    """The README's text with the table renewed between its markers; unchanged where it has none.

    Args:
        readme: The text.
        link: Where a check's page stands, with ``{name}`` for its name.
    """
    start, end = readme.find(TABLE_START), readme.find(TABLE_END)
    if start < 0 or end < start:
        return readme
    return f"{readme[: start + len(TABLE_START)]}\n{table(link)}\n{readme[end:]}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or tell which are stale. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m mlflow_pitfalls.checks.docs", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of the pages, e.g. docs/checks")
    parser.add_argument("--readme", type=Path, help="file whose table between the markers is renewed")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where something is stale")
    options = parser.parse_args(arguments)
    wanted = {options.folder / name: text for name, text in pages().items()}
    if options.readme is not None:
        link = f"{options.folder.as_posix()}/{{name}}.md"
        wanted[options.readme] = with_table(options.readme.read_text(encoding="utf-8"), link)
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    strays = sorted(set(options.folder.glob("*.md")) - wanted.keys())
    if options.check:
        _tell("stale", [*stale, *strays])
        return 1 if stale or strays else 0
    options.folder.mkdir(parents=True, exist_ok=True)
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    for path in strays:
        path.unlink()
    _tell("written", stale)
    _tell("removed", strays)
    return 0


def _tell(what: str, paths: Iterable[Path]) -> None:
    for path in paths:
        sys.stdout.write(f"{what}: {path.as_posix()}\n")


def _index() -> str:
    lines = ["# Checks", "Every run is judged by every check; each answers exactly once."]
    for group in Group:
        members = [check for check in ALL_CHECKS if check.group is group]
        if not members:
            continue
        lines.append(f"## {group.value}: {group.heading}\n\n{table(checks=members)}")
    return "\n\n".join(lines) + "\n"


def _filled(check: Check, text: str) -> str:
    return _PLACEHOLDER.sub(lambda match: f"{check.thresholds[match[1]].default:.7g}", text)


def _severity(check: Check) -> str:
    first, last = check.severities[0], check.severities[-1]
    return str(first) if first is last else f"{first}–{last}"


def _cause(link: Link) -> str:
    conditions = [*(["of the same columns"] if link.same_columns else []), *([link.condition] if link.when else [])]
    return f"`{link.check}`" + (f" ({', '.join(conditions)})" if conditions else "")


def _facts(check: Check) -> str:
    causes = ", ".join(map(_cause, check.explained_by))
    lines = [
        f"- Group: {check.group.value}, {check.group.heading}",
        f"- Severity: {_severity(check)}",
        f"- Cost: {check.cost}",
    ]
    if check.needs:
        lines.append(f"- Needs: {', '.join(check.needs)}")
    if causes:
        lines.append(f"- A symptom, and listed under them, where these flag: {causes}")
    return "\n".join(lines)


def _thresholds(check: Check) -> str:
    rows = ["| Name | Default | Unit | Meaning | Source |", "|---|---|---|---|---|"]
    rows += [
        f"| `{check.name}.{name}` | {found.default:.7g} | {found.unit} | {found.meaning} | {found.source} |"
        for name, found in check.thresholds.items()
    ]
    return "\n".join(rows)


def _listed(check: Check) -> str:
    return "\n".join(
        f"- `{check.name}.{name}` = {found.default:.7g} ({found.unit}): {found.meaning}. Source: {found.source}"
        for name, found in check.thresholds.items()
    )


def _silence(check: Check) -> str:
    lines = [
        f'`enable(ignore=["{check.name}"])` silences it; `"{check.group.value}"` its whole group; '
        f'`"{check.name} until 2027-01-31 because …"` with the last day and a reason. In one run, or in all of an '
        f"experiment, the tag `pitfalls.ignore` = `{check.name}` does the same. What it would say stays listed as "
        "ignored."
    ]
    if check.thresholds:
        name, threshold = next(iter(check.thresholds.items()))
        lines.append(f'`enable(thresholds={{"{check.name}.{name}": {threshold.default:.7g}}})` sets another threshold.')
    return " ".join(lines)


if __name__ == "__main__":
    sys.exit(main())
