from __future__ import annotations

import pytest
from flask import Flask

from mlflow_pitfalls.pages.routes import add_routes


@pytest.fixture
def client():
    """Asks an app that has nothing but the page."""
    app = Flask("bare")
    add_routes(app)
    return app.test_client()
