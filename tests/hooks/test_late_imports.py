from __future__ import annotations

import importlib
import sys

import pytest

from mlflow_pitfalls.hooks import late_imports


@pytest.fixture
def package(tmp_path, monkeypatch, request):
    name = f"an_odd_package_{abs(hash(request.node.nodeid))}"  # MLflow's import hooks remember a name for ever
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text("VALUE = 1\n")
    (folder / "inner.py").write_text("VALUE = 2\n")
    monkeypatch.syspath_prepend(tmp_path)
    import mlflow.utils.import_hooks  # brings finders of its own

    mlflow.utils.import_hooks.register_post_import_hook(lambda module: None, "a_package_that_nobody_imports")
    before = list(sys.meta_path)
    yield name
    late_imports.forget(name)
    for module in (name, f"{name}.inner"):
        sys.modules.pop(module, None)
    assert sys.meta_path == before


def test_told_once_when_it_is_ready(package):
    seen = []
    late_imports.when_imported(package, lambda: seen.append(sys.modules[package].VALUE))
    late_imports.when_imported(package, lambda: seen.append("second"))
    assert seen == []
    module = importlib.import_module(package)
    assert seen == [1, "second"]
    importlib.reload(module)
    importlib.import_module(f"{package}.inner")
    assert seen == [1, "second"]
    assert "exec_module" not in vars(module.__spec__.loader)
    assert module.__loader__ is module.__spec__.loader


def test_told_at_once_where_it_is_there(package):
    importlib.import_module(package)
    seen = []
    late_imports.when_imported(package, lambda: seen.append(1))
    assert seen == [1]


def test_forgotten(package):
    seen = []
    late_imports.when_imported(package, lambda: seen.append(1))
    late_imports.forget(package)
    importlib.import_module(package)
    assert seen == []


def test_failing_callback_does_not_fail_the_import(package, caplog):
    def broken():
        raise RuntimeError

    late_imports.when_imported(package, broken)
    assert importlib.import_module(package).VALUE == 1
    assert "RuntimeError" in caplog.text


def test_failing_import_fails_as_before(package, tmp_path):
    (tmp_path / package / "__init__.py").write_text("raise OSError('odd')\n")
    seen = []
    late_imports.when_imported(package, lambda: seen.append(1))
    with pytest.raises(OSError, match="odd"):
        importlib.import_module(package)
    (tmp_path / package / "__init__.py").write_text("VALUE = 12345\n")
    importlib.invalidate_caches()
    assert importlib.import_module(package).VALUE == 12345
    assert seen == [1]


def test_missing_package_fails_as_before():
    late_imports.when_imported("no_such_package_at_all", lambda: None)
    with pytest.raises(ModuleNotFoundError, match="no_such_package_at_all"):
        importlib.import_module("no_such_package_at_all")
    late_imports.forget("no_such_package_at_all")


@pytest.mark.filterwarnings("ignore::ImportWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("first", ["ours", "MLflow's"])
def test_beside_mlflows_own_import_hooks(package, first):
    from mlflow.utils.import_hooks import register_post_import_hook

    seen = []
    registrations = {
        "ours": lambda: late_imports.when_imported(package, lambda: seen.append("ours")),
        "MLflow's": lambda: register_post_import_hook(lambda module: seen.append("MLflow's"), package),
    }
    registrations.pop(first)()
    next(iter(registrations.values()))()
    assert importlib.import_module(package).VALUE == 1
    assert sorted(seen) == ["MLflow's", "ours"]
