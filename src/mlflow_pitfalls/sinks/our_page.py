"""Whether the tracking server shows our own page, so that a run may link to it."""

from __future__ import annotations

from http import HTTPStatus

from mlflow_pitfalls import private_names
from mlflow_pitfalls.sinks.reading import READ_SECONDS, read_within
from mlflow_pitfalls.sinks.uris import is_http, public_uri

PATH = "/pitfalls"
MARK = "pitfalls/static/"  # the files of our page: on none that a proxy shows for any address
ASK_SECONDS = READ_SECONDS

_known: dict[str, bool] = {}


def serves_our_page(tracking_uri: str) -> bool:
    """Ask the server once a process, with the user's own credentials; False for stores without a server.

    Args:
        tracking_uri: The store.
    """
    if not is_http(tracking_uri):
        return False
    key = public_uri(tracking_uri)
    if key not in _known:
        answer = read_within(tracking_uri, lambda: _ask(tracking_uri), ASK_SECONDS)
        if answer is None:
            return False  # no answer is none to remember
        _known[key] = answer
    return _known[key]


def _ask(tracking_uri: str) -> bool:
    from mlflow import MlflowClient

    tracking = private_names.read(MlflowClient(tracking_uri=tracking_uri), private_names.TRACKING_CLIENT)
    http_request = private_names.imported(private_names.HTTP_REQUEST)
    if tracking is None or http_request is None:
        return False
    credentials = tracking.store.get_host_creds()
    response = http_request(credentials, PATH, "GET", max_retries=0, timeout=ASK_SECONDS, raise_on_status=False)
    return bool(response.status_code == HTTPStatus.OK and MARK in response.text)
