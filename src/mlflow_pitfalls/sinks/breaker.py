"""Tells whether a tracking server is worth a call, so that a dead one costs a second and not MLflow's four minutes.

MLflow retries a refused connection for 247 s and a silent server for 1 208 s; its retry settings are environment
variables of the whole process, hence the user's to set.
"""

from __future__ import annotations

import http.client
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from time import monotonic

from mlflow_pitfalls.sinks.uris import is_http, public_uri

PROBE_TIMEOUT = 1.0  # seconds, of each step: connection, answer
TRUST_SECONDS = 1.0  # after an answer, further calls need no probe
FIRST_PAUSE = 60.0  # seconds without a call after a failure, doubled by every further one
LONGEST_PAUSE = 900.0  # seconds
FIRST_SERVER_ERROR = 500  # HTTP status; below it somebody answers who may let us in later


def answers(uri: str, timeout: float = PROBE_TIMEOUT) -> bool:
    """Whether a tracking server answers ``GET /health`` in time.

    It does not go through MLflow's own session, which would retry. No credentials are sent, so certificates need not
    be checked; the environment's proxies are used, as MLflow's own calls use them.
    """
    unchecked = ssl.create_default_context()
    unchecked.check_hostname = False
    unchecked.verify_mode = ssl.CERT_NONE
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=unchecked))
    address = f"{public_uri(uri).partition('?')[0]}/health"
    try:
        with opener.open(address, timeout=timeout) as response:
            response.read(1)
        return True
    except urllib.error.HTTPError as error:
        with error:
            return error.code < FIRST_SERVER_ERROR
    except (OSError, http.client.HTTPException, ValueError):
        return False


class Breaker:
    """Open while a server does not answer; closed, or about to try again, otherwise.

    Args:
        uri: Tracking URI. Only ``http`` and ``https`` ones are probed.
        clock: Monotonic seconds.
    """

    def __init__(self, uri: str, *, clock: Callable[[], float] = monotonic) -> None:
        self._uri = uri
        self._clock = clock
        self._pause = FIRST_PAUSE
        self._closed_until = float("-inf")  # end of the time in which an earlier answer is trusted
        self._open_until = float("-inf")

    @property
    def is_open(self) -> bool:
        """Whether calls are to be spared now."""
        return self._clock() < self._open_until

    def allows(self, *, force: bool = False, fresh: bool = False) -> bool:
        """Whether a call may be made; asks the server where its last answer is a while ago.

        Args:
            force: Ask the server even where the breaker is open.
            fresh: Ask the server even where it has answered just now.
        """
        if self.is_open and not force:
            return False
        if not is_http(self._uri) or (self._clock() < self._closed_until and not fresh):
            return True
        if answers(self._uri):
            self.succeeded()
            return True
        self.failed()
        return False

    def succeeded(self) -> None:
        """The server has answered."""
        self._pause = FIRST_PAUSE
        self._open_until = float("-inf")
        self._closed_until = self._clock() + TRUST_SECONDS

    def failed(self) -> None:
        """The server has not answered, or not sensibly."""
        self._closed_until = float("-inf")
        self._open_until = self._clock() + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE)


_breakers: dict[str, Breaker] = {}
_lock = threading.Lock()


def breaker_of(uri: str) -> Breaker:
    """The process's one breaker for a tracking store."""
    key = public_uri(uri)
    found = _breakers.get(key)
    if found is None:
        with _lock:
            found = _breakers.setdefault(key, Breaker(uri))
    return found


def forget_breakers() -> None:
    """Start afresh, as after a fork or a new ``enable()``."""
    _breakers.clear()
