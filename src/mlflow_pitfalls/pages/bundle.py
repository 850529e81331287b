"""All of the page's ES modules as classic scripts that stand in the document: a first visit asks for no file.

Each module becomes a function's body that returns what the module exports, in the order in which a browser would run
them. Only the plain forms of import and export that the modules use are known, those of the small vendored libraries
included; any other is refused, which a test sees.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

STRICT = '"use strict";\n'  # as in a module
_FROM = r'from "\./(?P<path>[\w./]+)";\n'
_IMPORT = re.compile(rf"^import (?P<what>\{{ \w+(?:, \w+)* \}}|\w+) {_FROM}", re.MULTILINE)
_DECLARED = re.compile(r"^export (?=(?:async )?(?:function|class|const) (?P<name>\w+))", re.MULTILINE)
_PASSED_ON = re.compile(r"^export \{ (?P<names>\w+(?:, \w+)*) \};\n", re.MULTILINE)
_PACKED = re.compile(r"\bexport\{(?P<names>[\w$]+ as \w+(?:,[\w$]+ as \w+)*)\};(?=\s*\Z)")  # a minified file's end
_DEFAULT = re.compile(r"\bexport default (?=function\()")  # of a file that exports nothing else
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*\n?", re.MULTILINE)
_UNKNOWN = re.compile(
    r"^\s*(?:import\b(?!\()|export\b).*|\bimport\.meta\b.*|\bexport(?: default\b| ?\{).*", re.MULTILINE
)
_ENDS_EARLY = re.compile(r"</script|<!--", re.IGNORECASE)  # what HTML reads inside of a script


def scripts(sources: Mapping[str, str], roots: tuple[str, ...]) -> tuple[str, ...]:
    """One classic script for each root, to be run in that order in one document.

    Args:
        sources: Text of every module by its path, e.g. ``app.js`` and ``vendor/htm.mjs``.
        roots: Those that the page starts. What they import and no earlier script holds comes with them.

    Raises:
        ValueError: A module imports itself in a circle, imports what is not there, or has a form that is not known.
    """
    made: list[str] = []
    known: list[str] = []
    for root in roots:
        order = _ordered(sources, root, known)
        made.append(STRICT + "".join(_module(path, sources[path]) for path in order))
        known += order
    return tuple(made)


def style(sources: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The style sheets one after the other."""
    return "\n".join(sources[name] for name in names)


def imported(sources: Mapping[str, str], roots: tuple[str, ...]) -> frozenset[str]:
    """Paths of the modules that the scripts of these roots hold."""
    return frozenset(path for root in roots for path in _ordered(sources, root, ()))


def _ordered(sources: Mapping[str, str], root: str, known: tuple[str, ...] | list[str]) -> list[str]:
    """Each module after those that it imports."""
    order: list[str] = []
    opened: set[str] = set()

    def visit(path: str) -> None:
        if path in order or path in known:
            return
        if path in opened or path not in sources:
            raise ValueError(f"{path}: imported in a circle, or not there")
        opened.add(path)
        for found in _IMPORT.finditer(sources[path]):
            visit(found["path"])
        order.append(path)

    visit(root)
    return order


def _module(path: str, text: str) -> str:
    exports = [found["name"] for found in _DECLARED.finditer(text)]
    exports += [name for found in _PASSED_ON.finditer(text) for name in found["names"].split(", ")]
    body = _PASSED_ON.sub("", _DECLARED.sub("", _IMPORT.sub(_taken, text)))
    body = _SOURCE_MAP.sub("", body)
    returned = f"return {{ {', '.join(exports)} }};\n"
    if not exports:
        body, packed = _PACKED.subn(_packed, body)
        body, default = _DEFAULT.subn("return ", body)
        returned = "" if packed or default else returned
    unknown = _UNKNOWN.search(body) or _ENDS_EARLY.search(body)
    if unknown:
        raise ValueError(f"{path}: not a known form of import or export, or not for HTML: {unknown[0].strip()}")
    return f"const {_name(path)} = (() => {{\n{body}{returned}}})();\n"


def _taken(found: re.Match[str]) -> str:
    """An import as a look-up."""
    return f"const {found['what']} = {_name(found['path'])};\n"


def _packed(found: re.Match[str]) -> str:
    pairs = [pair.split(" as ") for pair in found["names"].split(",")]
    return f"return {{ {', '.join(f'{name}: {inner}' for inner, name in pairs)} }};"


def _name(path: str) -> str:
    return "$" + path.rpartition(".")[0].replace("/", "_")
