"""All of the page's own ES modules as one script, and its styles as one file: a first visit asks for few files.

Each module becomes a function's body that returns what the module exports, in the order in which a browser would run
them. The vendored libraries stay files of their own. Only the plain forms of import and export that the modules use are
known; any other is refused, which a test sees.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

VENDOR = "vendor/"
_IMPORT = re.compile(r'^import (?P<what>\{ \w+(?:, \w+)* \}|\w+) from "\./(?P<path>[\w./]+)";\n', re.MULTILINE)
_DECLARED = re.compile(r"^export (?=(?:async )?(?:function|class|const) (?P<name>\w+))", re.MULTILINE)
_PASSED_ON = re.compile(r"^export \{ (?P<names>\w+(?:, \w+)*) \};\n", re.MULTILINE)
_UNKNOWN = re.compile(r"^\s*(?:import\b(?!\.|\()|export\b).*", re.MULTILINE)


def script(sources: Mapping[str, str], roots: tuple[str, ...]) -> str:
    """One ES module in place of many.

    Args:
        sources: Text of every module by its file name, e.g. ``app.js``; none in a folder but those of ``VENDOR``.
        roots: Those that the page starts, in that order. What they import comes with them.

    Raises:
        ValueError: A module imports itself in a circle, imports what is not there, or has a form that is not known.
    """
    order = _ordered(sources, roots)
    vendored = [found[0] for path in order for found in _IMPORT.finditer(sources[path]) if _foreign(found["path"])]
    return "".join(vendored) + "".join(_module(path, sources[path]) for path in order)


def style(sources: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The style sheets one after the other."""
    return "\n".join(sources[name] for name in names)


def _ordered(sources: Mapping[str, str], roots: tuple[str, ...]) -> list[str]:
    """Each module after those that it imports."""
    order: list[str] = []
    opened: set[str] = set()

    def visit(path: str) -> None:
        if path in order:
            return
        if path in opened or path not in sources:
            raise ValueError(f"{path}: imported in a circle, or not there")
        opened.add(path)
        for found in _IMPORT.finditer(sources[path]):
            if not _foreign(found["path"]):
                visit(found["path"])
        order.append(path)

    for root in roots:
        visit(root)
    return order


def _module(path: str, text: str) -> str:
    exports = [found["name"] for found in _DECLARED.finditer(text)]
    exports += [name for found in _PASSED_ON.finditer(text) for name in found["names"].split(", ")]
    body = _PASSED_ON.sub("", _DECLARED.sub("", _IMPORT.sub(_taken, text)))
    unknown = _UNKNOWN.search(body)
    if unknown:
        raise ValueError(f"{path}: not a known form of import or export: {unknown[0].strip()}")
    return f"const {_name(path)} = (() => {{\n{body}return {{ {', '.join(exports)} }};\n}})();\n"


def _taken(found: re.Match[str]) -> str:
    """An import of a module of ours as a look-up; one of a library stands at the top of the script already."""
    return "" if _foreign(found["path"]) else f"const {found['what']} = {_name(found['path'])};\n"


def _foreign(path: str) -> bool:
    return path.startswith(VENDOR)


def _name(path: str) -> str:
    return "$" + path.removesuffix(".js")
