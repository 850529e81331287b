"""Choices are told; paths, logins, keys and people are not."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils import all_estimators

from mlflow_pitfalls.capture.estimators.private_text import SECRET, is_choice, looks_private

# Defaults of scikit-learn that are texts and no choices; no default is ever told.
NO_CHOICES = {"2*n_jobs", "="}
PRIVATE = [
    "postgresql://me:pass@host/rows",
    "https://me@host/",
    "/home/me/rows.csv",
    "~/rows.csv",
    r"C:\Users\me\key.pem",
    r"\\server\share",
    "file:///home/me",
    "Authorization: Bearer abc",
    "Server=db;Password=abc;",
    "token=abc",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "AKIAIOSFODNN7EXAMPLE",
]


@pytest.mark.parametrize("text", PRIVATE)
def test_what_looks_private_is_no_choice_either(text):
    assert looks_private(text)
    assert not is_choice(text)


@pytest.mark.parametrize("text", ["me@host.example", "Jane Doe", "a,b", "x" * 41, "", "a\nb", "ärger/", "k=v"])
def test_what_is_no_name_of_a_choice(text):
    assert not is_choice(text)


@pytest.mark.parametrize("text", ["saga", "most_frequent", "not minority", "binary:logistic", "0.5", "l1", "utf-8"])
def test_choices(text):
    assert is_choice(text)
    assert not looks_private(text)


def test_every_default_of_scikit_learn_is_a_choice_or_a_pattern():
    told = {
        parameter.default
        for _, kind in all_estimators()
        for parameter in inspect.signature(kind.__init__).parameters.values()
        if isinstance(parameter.default, str) and parameter.default and not SECRET.search(parameter.name)
    }
    assert {text for text in told if not is_choice(text)} - NO_CHOICES == set()
    assert {text for text in told if looks_private(text)} == set()


@pytest.mark.parametrize(
    "name", ["password", "db_pwd", "client_secret", "api_key", "apikey", "access-key", "auth", "dsn", "conn_str"]
)
def test_names_of_secrets(name):
    assert SECRET.search(name)


@given(st.text(st.characters(codec=None), max_size=60))
def test_any_text_is_judged(text):
    assert not (is_choice(text) and looks_private(text))
