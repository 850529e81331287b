"""Print the exact versions of what the ``dev`` extra needs, and of nothing else that happens to be installed."""

from __future__ import annotations

from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Requirement("mlflow-pitfalls[dev]")


def closure(root: Requirement) -> dict[str, Distribution]:
    """The installed distributions that ``root`` needs, by canonical name, itself included."""
    found: dict[str, Distribution] = {}
    done: set[tuple[str, str]] = set()
    waiting = [root]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        try:
            found.setdefault(name, distribution(name))
        except PackageNotFoundError as error:
            raise SystemExit(f"{name} is not installed: make venv comes first") from error
        for extra in {"", *wanted.extras}:
            if (name, extra) in done:
                continue
            done.add((name, extra))
            waiting += _needs(found[name], extra)
    return found


def _needs(package: Distribution, extra: str) -> list[Requirement]:
    needs = [Requirement(text) for text in package.requires or ()]
    return [need for need in needs if _applies(need, extra)]


def _applies(need: Requirement, extra: str) -> bool:
    return need.marker is None or need.marker.evaluate({"extra": extra})


def main() -> None:
    """Write ``name==version`` lines, sorted."""
    packages = closure(ROOT)
    del packages[canonicalize_name(ROOT.name)]
    for name in sorted(packages):
        print(f"{name}=={packages[name].version}")


if __name__ == "__main__":
    main()
