"""What is needed for Spark, as far as it can be told without it; nothing here needs Java."""

from __future__ import annotations

import sys

import pytest

from mlflow_pitfalls.errors import MissingExtraError, PitfallsError
from mlflow_pitfalls.tuning.spark.spark_session import check_spark, master_text
from mlflow_pitfalls.tuning.study.study import tune_model
from tests.tuning.study.test_workers import request


class Connected:
    """As a session of Spark Connect."""

    @property
    def sparkContext(self):
        raise AttributeError("not supported in Spark Connect")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("local", "local[1,4]"),
        ("local[2]", "local[2,4]"),
        (" local[*]", "local[*,4]"),
        ("local[2,1]", "local[2,1]"),
        ("local-cluster[2,1,1024]", "local-cluster[2,1,1024]"),
        ("spark://host:7077", "spark://host:7077"),
    ],
)
def test_a_local_master_may_try_again(given, meant):
    assert master_text(given) == meant


def test_a_missing_extra_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(MissingExtraError, match=r"mlflow-pitfalls\[spark\]"):
        tune_model(request(tmp_path, trials=2, spark="local[2]"), None)


@pytest.mark.parametrize("home", ["", "/nowhere"])
def test_missing_java_is_named(monkeypatch, tmp_path, home):
    monkeypatch.setenv("JAVA_HOME", home)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("PYSPARK_GATEWAY_PORT", raising=False)
    with pytest.raises(PitfallsError, match="Spark needs Java 17 or later"):
        check_spark("local[2]")


@pytest.mark.parametrize("spark", ["", " ", "sc://host:15002", 2, Connected()])
def test_what_cannot_be_used_is_told(spark):
    with pytest.raises(PitfallsError, match="spark must be a master"):
        check_spark(spark)
