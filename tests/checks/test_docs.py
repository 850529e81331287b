from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlflow_pitfalls.checks import docs
from mlflow_pitfalls.checks.base import SECTIONS
from mlflow_pitfalls.checks.catalogue import ALL_CHECKS, by_name

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("check", ALL_CHECKS, ids=lambda check: check.name)
def test_the_explanation_is_complete(check):
    text = docs.explain(check)
    for title in SECTIONS:
        assert f"\n## {title}\n" in text
    for name, threshold in check.thresholds.items():
        assert f"`{check.name}.{name}` | {threshold.default:.7g} |" in text
    assert not re.search(r"\{[a-z_]+\}", text)


def test_in_a_terminal_thresholds_are_a_list():
    text = docs.explain(by_name("overfit"), narrow=True)
    assert "\n- `overfit.min_gap` = 0.03 (score): what " in text
    assert "| Name |" not in text


def test_every_threshold_is_spoken_of():
    for check in ALL_CHECKS:
        for name in check.thresholds:
            assert f"{{{name}}}" in check.sections["What it does"], f"{check.name}.{name}"


def test_the_pages_are_fresh():
    assert docs.main([str(ROOT / "docs/checks"), "--check"]) == 0


def test_the_readmes_table_is_fresh():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert docs.TABLE_START in readme
    assert docs.with_table(readme, "docs/checks/{name}.md") == readme


def test_pages_are_written_renewed_and_cleared(tmp_path, capsys):
    folder, readme = tmp_path / "checks", tmp_path / "README.md"
    readme.write_text(f"before\n{docs.TABLE_START}\nold\n{docs.TABLE_END}\nafter\n", encoding="utf-8")
    arguments = [str(folder), "--readme", str(readme)]
    assert docs.main([*arguments, "--check"]) == 1
    assert not folder.exists()
    assert docs.main(arguments) == 0
    assert docs.main([*arguments, "--check"]) == 0
    assert readme.read_text(encoding="utf-8").startswith(f"before\n{docs.TABLE_START}\n| Check")
    assert readme.read_text(encoding="utf-8").endswith(f"{docs.TABLE_END}\nafter\n")
    (folder / "gone.md").write_text("stray", encoding="utf-8")
    (folder / "overfit.md").write_text("stale", encoding="utf-8")
    assert docs.main([*arguments, "--check"]) == 1
    assert docs.main(arguments) == 0
    assert not (folder / "gone.md").exists()
    assert "removed" in capsys.readouterr().out


def test_a_readme_without_markers_stays_as_it_is():
    assert docs.with_table("text", "{name}.md") == "text"
