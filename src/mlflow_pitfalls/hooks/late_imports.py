"""Tells when a package that was not there at ``enable()`` has been imported."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from mlflow_pitfalls import errors, private_names

Callback = Callable[[], None]


class _Finder(MetaPathFinder):
    """Finds nothing itself: lets the other finders find, and asks the loader to tell when it is done."""

    def __init__(self) -> None:
        self.waiting: dict[str, list[Callback]] = {}
        self._finding: set[str] = set()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self.waiting or fullname in self._finding:
            return None
        self._finding.add(fullname)
        try:
            spec = find_spec(fullname)
        finally:
            self._finding.discard(fullname)
        with errors.guard(f"waiting for {fullname} to be imported"):
            self._watch(fullname, spec)
        return spec

    def _watch(self, fullname: str, spec: ModuleSpec | None) -> None:
        loader: Any = spec.loader if spec is not None else None
        if loader is None:
            return
        # MLflow's own loader knows the old protocol only. The loader stays the same object, and gets its method back.
        method = "exec_module" if hasattr(loader, "exec_module") else "load_module"
        load = getattr(loader, method)

        def load_and_tell(module: Any) -> Any:
            del vars(loader)[method]
            loaded = load(module)
            self.tell(fullname)
            return loaded

        vars(loader)[method] = load_and_tell

    def tell(self, fullname: str) -> None:
        """Run the callbacks of a package, once."""
        for callback in self.waiting.pop(fullname, ()):
            _call(fullname, callback)
        if not self.waiting:
            _remove(self)


_finder: _Finder | None = globals().get("_finder")


def when_imported(package: str, callback: Callback) -> None:
    """Call back once the package is imported: now, where it is already."""
    global _finder
    module = sys.modules.get(package)
    if module is not None and not _is_loading(module):
        _call(package, callback)
        return
    if _finder is None:
        _finder = _Finder()
    _finder.waiting.setdefault(package, []).append(callback)
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


def _call(package: str, callback: Callback) -> None:
    with errors.guard(f"hooking {package}"):
        callback()


def forget(package: str) -> None:
    """No longer wait for a package."""
    if _finder is None:
        return
    _finder.waiting.pop(package, None)
    if not _finder.waiting:
        _remove(_finder)


def _is_loading(module: ModuleType) -> bool:
    return bool(getattr(getattr(module, "__spec__", None), private_names.INITIALIZING.name, False))


def _remove(finder: _Finder) -> None:
    while finder in sys.meta_path:
        sys.meta_path.remove(finder)
