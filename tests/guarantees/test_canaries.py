"""Canaries in rows, labels, index, errors, settings and addresses: everything written is searched for them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pytest
from click.testing import CliRunner
from mlflow.exceptions import MlflowException

import mlflow_pitfalls
from mlflow_pitfalls.cli import main
from mlflow_pitfalls.sinks import compared_runs, latest_run, runs
from tests.guarantees import private_training
from tests.guarantees.canaries import canary, found_in, is_common, places_of_folder, places_of_store, words_in

SECONDS = 170
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


@dataclass
class Written:
    """What one run of the script has left."""

    folder: Path
    uri: str

    def places(self) -> Iterator[tuple[str, bytes]]:
        yield from places_of_store(self.folder / "mlflow.db")
        for name in ("mlruns", "spool"):
            yield from places_of_folder(self.folder / name, name)
        for name in ("mlflow.db", "mlflow.db-wal", "stdout", "stderr"):
            if (self.folder / name).exists():
                yield name, (self.folder / name).read_bytes()

    def planted(self) -> int:
        return int((self.folder / "planted.txt").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def run(tmp_path_factory, template_database) -> Callable[..., Written]:
    """``run(mode, uri=…)``: the script in a process of its own; each variant once."""
    made: dict[tuple[object, ...], Written] = {}

    def start(mode: str, *, uri: str = "") -> Written:
        key = (mode, uri)
        if key not in made:
            made[key] = _run(tmp_path_factory.mktemp(mode), template_database, *key)
        return made[key]

    return start


def _run(folder: Path, template: Path, mode: str, uri: str) -> Written:
    shutil.copy(template, folder / "mlflow.db")
    uri = uri or f"sqlite:///{folder / 'mlflow.db'}"
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
    done = subprocess.run(
        [sys.executable, private_training.__file__, mode],
        capture_output=True, timeout=SECONDS, cwd=folder, check=False,
        env={
            **kept, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]), "MLFLOW_TRACKING_URI": uri,
            "MLFLOW_PITFALLS_SPOOL_DIR": str(folder / "spool"),
            "MLFLOW_PITFALLS_PROBE_BUDGET": "0", "MLFLOW_DISABLE_TELEMETRY": "true", "OMP_NUM_THREADS": "1",
            "DATABASE_PASSWORD": canary("variable"), "MLFLOW_TRACKING_TOKEN": canary("trackingtoken"),
        },
    )  # fmt: skip
    (folder / "stdout").write_bytes(done.stdout)
    (folder / "stderr").write_bytes(done.stderr)
    assert done.returncode == 0, done.stderr.decode()
    return Written(folder, uri)


def _news(ours: Written, plain: Written, record_property) -> dict[str, set[str]]:
    """Canaries by place that are there with this package, and not without it."""
    before, _ = found_in(plain.places())
    found, searched = found_in(ours.places())
    record_property("canaries planted", ours.planted())
    record_property("places searched for canaries", searched)
    news = {place: words - before.get(place, set()) for place, words in found.items()}
    return {place: words for place, words in news.items() if words}


def test_by_default_only_what_many_rows_share_is_written(run, record_property):
    news = _news(run("default"), run("plain"), record_property)
    assert {place: words for place, words in news.items() if not all(map(is_common, words))} == {}
    assert any("record.json" in place for place in news)  # what many rows share was found: so the rest would have been


def test_under_strict_privacy_nothing_is_written(run, record_property):
    ours = run("strict")
    assert _news(ours, run("plain"), record_property) == {}
    assert len(list((ours.folder / "mlruns").rglob("report.html"))) >= private_training.REPORTS


def test_numbers_of_rows_are_not_written_under_strict_privacy(run):
    rows = {str(number).encode() for number in private_training.identities().ravel()}
    digits = re.compile(rb"735501\d{6}")
    found = {place: rows & set(digits.findall(content)) for place, content in run("strict").places()}
    assert {place for place, numbers in found.items() if numbers} == set()


def test_what_is_kept_for_later_holds_no_more(run, record_property):
    """The store is never reached: all of it lies in the spool."""
    ours = run("unsent")
    assert len(list((ours.folder / "spool").glob("*settled.json"))) >= private_training.REPORTS
    news = _news(ours, run("plain"), record_property)
    assert {place: words for place, words in news.items() if not all(map(is_common, words))} == {}
    assert any(place.startswith("spool/") for place in news)


def test_commands_print_no_more(run, tmp_path, record_property):
    ours = run("default")
    client = mlflow_client(ours.uri)
    experiment = client.get_experiment_by_name("private").experiment_id
    runs = [each.info.run_id for each in client.search_runs([experiment])]
    reported = [each for each in runs if list(ours.folder.rglob(f"{each}/artifacts/pitfalls/outcomes.json"))]
    assert len(reported) >= private_training.REPORTS
    commands = [
        ("compare", reported[-1], *reported[:-1], "--html", tmp_path / "compared.html"),
        ("scan", "private", "--all"),
        *(("gate", each, "--junit", tmp_path / f"{each}.xml", "--sarif", tmp_path / f"{each}.sarif")
          for each in reported),
    ]  # fmt: skip
    told = []
    for command in commands:
        done = CliRunner().invoke(main, [*map(str, command), "--tracking-uri", ours.uri])
        assert done.exit_code in (0, 1), done.output
        told.append((str(command[0]), done.output.encode()))
    reports = [mlflow_pitfalls.report(each, tracking_uri=ours.uri) for each in reported]
    told += [("report", f"{report} {report._repr_html_()}".encode()) for report in reports]
    found, searched = found_in(chain(told, places_of_folder(tmp_path, "files")))
    assert {place: words for place, words in found.items() if not all(map(is_common, words))} == {}
    record_property("places searched for canaries", searched)


def test_a_login_in_the_tracking_address_is_told_nowhere(run, server, record_property):
    uri = server.uri.replace("//", f"//{canary('name')}:{canary('word')}@")
    ours = run("brief", uri=uri)
    places = [*places_of_folder(server.folder / "artifacts", "artifacts"), *places_of_folder(ours.folder, "folder")]
    places += [*places_of_store(server.folder / "mlflow.db")]
    found, searched = found_in((place, _without_links(content)) for place, content in places)
    leaked = {place for place, words in found.items() if words & {canary("name"), canary("word")}}
    assert leaked == set()
    for arguments in (("gate", "f" * 32), ("compare", "f" * 32, "e" * 32), ("gate", "--experiment", "no", "--latest")):
        done = CliRunner().invoke(main, [*arguments, "--tracking-uri", uri])
        assert done.exit_code in (1, 2), done.output
        assert not words_in(done.output.encode()), done.output
    record_property("places searched for canaries", searched)


def test_a_login_in_an_error_of_mlflows_is_not_passed_on(refused_uri, monkeypatch):
    """MLflow quotes the whole address where a server does not answer."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    uri = refused_uri.replace("//", f"//{canary('name')}:{canary('word')}@")
    monkeypatch.setattr(runs, "is_reachable", lambda _: True)
    monkeypatch.setattr(compared_runs, "is_reachable", lambda _: True)
    monkeypatch.setattr(latest_run, "is_reachable", lambda _: True)
    with pytest.raises(MlflowException, match=canary("word")):
        mlflow_client(uri).get_run("f" * 32)
    for arguments in (("gate", "f" * 32), ("compare", "f" * 32, "e" * 32), ("gate", "--experiment", "no", "--latest")):
        done = CliRunner().invoke(main, [*arguments, "--tracking-uri", uri])
        assert "could not be read" in done.output
        assert not words_in(done.output.encode()), done.output


def _without_links(content: bytes) -> bytes:
    """MLflow itself prints a run's address with all that is in it."""
    return b"\n".join(line for line in content.splitlines() if b" View " not in line)


def mlflow_client(uri: str):
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=uri)
