"""The way from MLflow's own pages to ours: a link, where the tracking server has the page ``/pitfalls``."""

from __future__ import annotations

from mlflow_pitfalls.pages.shell import MARK

PAGE = "pitfalls"
SECONDS = 5  # asked once an experiment
FOUND = 200


def link_across_runs(uri: str, experiment_id: str) -> str:
    """A Markdown link for an experiment's description, relative as MLflow's own are.

    Args:
        uri: Of the tracking store.
        experiment_id: The experiment.

    Returns:
        Empty where the store is no server, or its server has no such page.
    """
    if not uri.startswith(("http://", "https://")) or not _has_page(uri):
        return ""
    return f"[across runs]({PAGE}#/experiments/{experiment_id})"


def _has_page(uri: str) -> bool:
    from mlflow.utils.credentials import get_default_host_creds
    from mlflow.utils.rest_utils import http_request

    try:
        creds = get_default_host_creds(uri)
        answer = http_request(creds, f"/{PAGE}", "GET", max_retries=0, timeout=SECONDS, raise_on_status=False)
    except Exception:  # noqa: BLE001 - whatever the connection raises: then there is no link
        return False
    return bool(answer.status_code == FOUND and MARK in answer.text)
