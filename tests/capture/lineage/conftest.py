import pytest

from mlflow_pitfalls.capture.lineage.tracker import Lineage


@pytest.fixture
def lineage() -> Lineage:
    return Lineage(sample_rows=500, seed=0)
