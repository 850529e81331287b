"""Options: where they come from, and what is said about wrong ones."""

import json
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlflow_pitfalls import settings
from mlflow_pitfalls.errors import SettingsError
from mlflow_pitfalls.model.suppression import Suppression
from mlflow_pitfalls.settings import Settings, option_names

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.just(10**400),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner) | st.frozensets(st.text()),
    max_leaves=8,
)


@pytest.fixture(autouse=True)
def no_option_set(monkeypatch):
    monkeypatch.delenv("MLFLOW_PITFALLS_PROBE_BUDGET")  # that of all tests


@pytest.fixture
def project(tmp_path, monkeypatch):
    """``project(text)`` writes a pyproject.toml into the working folder."""
    monkeypatch.chdir(tmp_path)

    def write(text):
        (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_arguments_come_before_the_environment_before_the_project(project, monkeypatch):
    project("[tool.mlflow-pitfalls]\nseed = 1\nsample-rows = 111\nprivacy = 'strict'\n")
    monkeypatch.setenv("MLFLOW_PITFALLS_SEED", "2")
    monkeypatch.setenv("MLFLOW_PITFALLS_SAMPLE_ROWS", "222")
    found = Settings.load({"seed": 3})
    assert (found.seed, found.sample_rows, found.privacy) == (3, 222, "strict")
    assert found.confidence_resamples == Settings().confidence_resamples


def test_the_nearest_project_file_counts(project, tmp_path, monkeypatch):
    project("[tool.mlflow-pitfalls]\nseed = 1\n")
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert Settings.load(start=inner).seed == 1
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.other]\nseed = 5\n", encoding="utf-8")
    assert Settings.load(start=inner).seed == 0
    monkeypatch.chdir(inner)
    assert Settings.load().seed == 0


@pytest.mark.parametrize("text", ["", "[tool]\n", "tool = 1\n", "[project]\nname = 'x'\n"])
def test_a_project_file_without_a_table_of_ours_says_nothing(project, text):
    assert Settings.load(start=project(text)) == Settings()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.mlflow-pitfalls\n", r"^pyproject\.toml cannot be read"),
        ("[tool]\nmlflow-pitfalls = 3\n", r"must be a table of options, found 3"),
        ("[tool.mlflow-pitfalls]\nsedd = 3\n", r"unknown option 'sedd' from \[tool\.mlflow-pitfalls\].*'seed'\?"),
    ],
)
def test_a_wrong_project_file_is_told(project, text, said):
    with pytest.raises(SettingsError, match=said):
        Settings.load(start=project(text))


def test_the_switch_is_no_option(monkeypatch):
    monkeypatch.setenv("MLFLOW_PITFALLS_ENABLE", "1")
    assert Settings.load() == Settings()


def test_a_working_folder_that_is_gone(tmp_path, monkeypatch):
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    assert Settings.load() == Settings()


def test_every_option_has_a_reader_that_takes_its_default(tmp_path):
    assert set(settings._READERS) == {field.name for field in fields(Settings)}
    defaults = {name: getattr(Settings(), name) for name in option_names()}
    assert Settings.load(defaults, start=tmp_path) == Settings()


def test_every_option_may_come_as_text(tmp_path, monkeypatch):
    given_options = {
        "autolog": "off", "probe_budget": "0.5", "privacy": "strict", "ignore": "overfit, PF3,", "reference": "abc",
        "benchmark": '{"roc_auc": 0.8}', "terminal": "0", "notebook": "NO", "thresholds": '{"overfit.x": 1}',
        "sample_rows": "500", "confidence_resamples": "200", "seed": "7", "exit_timeout": "1.5", "spool_dir": "/x",
        "test_mode": " True ", "views": "off", "issues": "no", "datasets": "0",
    }  # fmt: skip
    assert set(given_options) == set(option_names())
    for name, text in given_options.items():
        monkeypatch.setenv(f"MLFLOW_PITFALLS_{name.upper()}", text)
    assert Settings.load(start=tmp_path) == Settings(
        autolog=False, probe_budget=0.5, privacy="strict", reference="abc",
        ignore=(Suppression(check="overfit"), Suppression(check="PF3")),
        benchmark={"roc_auc": 0.8}, terminal=False, notebook=False, thresholds={"overfit.x": 1.0}, sample_rows=500,
        confidence_resamples=200, seed=7, exit_timeout=1.5, spool_dir="/x", test_mode=True,
        views=False, issues=False, datasets=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"probe_buget": 1},
            "unknown option 'probe_buget' from enable(); did you mean 'probe_budget'? Options: autolog,",
        ),
        ({"qqqqqqq": 1}, "unknown option 'qqqqqqq' from enable(). Options: autolog,"),
        ({"privacy": "strickt"}, "expected one of default, strict, found 'strickt'; did you mean 'strict'?"),
        ({"privacy": 1}, "option 'privacy' from enable(): expected one of default, strict, found 1"),
        ({"probe_budget": 1.5}, "expected 0 to 1, found 1.5"),
        ({"probe_budget": "much"}, "expected a number, found 'much'"),
        ({"probe_budget": True}, "expected a number, found True"),
        ({"exit_timeout": float("nan")}, "expected a number, found nan"),
        ({"seed": 1.5}, "expected a whole number, found 1.5"),
        ({"seed": -1}, "expected 0 to 4.29497e+09, found -1"),
        ({"sample_rows": float("inf")}, "expected 100 to 1e+06, found inf"),
        ({"autolog": "perhaps"}, "expected true or false, found 'perhaps'"),
        ({"ignore": 5}, "expected names, each as CHECK, CHECK until 2027-01-31"),
        ({"ignore": {"overfit": True}}, "or a table of check, until and reason; found {'overfit': True}"),
        ({"ignore": ["overfit until soon"]}, "expected a date such as 2027-01-31 after 'until', found 'soon'"),
        ({"benchmark": "{"}, "expected names with numbers such as {\"roc_auc\": 0.8}, found '{'"),
        ({"benchmark": {"roc_auc": "high"}}, "expected a number, found 'high'"),
        ({"thresholds": {"overfit.x": float("nan")}}, "expected a number, found nan"),
        ({"reference": 5}, "expected text, found 5"),
    ],
)
def test_a_wrong_option_is_told_with_what_is_right(options, said, tmp_path):
    with pytest.raises(SettingsError) as raised:
        Settings.load(options, start=tmp_path)
    assert said in str(raised.value)


def test_names_may_come_from_any_iterable(tmp_path):
    found = Settings.load({"ignore": (name for name in ("overfit", "PF3"))}, start=tmp_path).ignore
    assert [entry.check for entry in found] == ["overfit", "PF3"]
    assert Settings.load({"spool_dir": tmp_path}, start=tmp_path).spool_dir == str(tmp_path)


def test_what_is_ignored_may_be_dated_tables_of_the_project(project):
    start = project(
        "[tool.mlflow-pitfalls]\nignore = ['PF3', {check = 'overfit', until = 2027-01-31, reason = 'pruned later'}]\n"
    )
    assert Settings.load(start=start).ignore == (
        Suppression(check="PF3"),
        Suppression(check="overfit", until="2027-01-31", reason="pruned later"),
    )


@given(st.sampled_from(option_names()), ANYTHING)
def test_any_value_is_taken_or_refused_with_the_options_name(name, value):
    try:
        found = settings._checked(name, value, "enable()")
    except SettingsError as error:
        assert str(error).startswith(f"option {name!r} from enable(): ")
        return
    # What was taken is stable: read again, it is the same.
    assert settings._checked(name, found, "enable()") == found
    assert type(found) in {type(getattr(Settings(), name)), str, type(None)}


@given(st.text().filter(lambda name: name not in option_names()))
def test_any_unknown_name_is_refused_in_a_whole_sentence(name):
    with pytest.raises(
        SettingsError, match=r"(?s)^unknown option .* from enable\(\)(\.|; did you mean '\w+'\?) Options: "
    ):
        settings._checked(name, 1, "enable()")


@given(st.dictionaries(st.text(), st.floats(allow_nan=False)))
def test_numbers_by_name_survive_text(numbers):
    assert settings._checked("benchmark", json.dumps(numbers), "the environment") == numbers
