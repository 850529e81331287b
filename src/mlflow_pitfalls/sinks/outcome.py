"""What became of a write, and what an error of a store says about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

GONE_CODE = "RESOURCE_DOES_NOT_EXIST"  # MLflow's
CONFLICT_CODE = "BAD_REQUEST"  # MLflow's, for what a database refuses, such as a second row of the same key
NO_CALL_CODE = "ENDPOINT_NOT_FOUND"  # MLflow's, which its client makes of any 404 that says nothing else
_TOO_MANY_REQUESTS = 429
_CLIENT_ERRORS = range(400, 500)


class Outcome(Enum):
    """What became of a write."""

    DELIVERED = auto()
    GONE = auto()  # the run was deleted: there is nowhere to write to
    REFUSED = auto()  # the store answered and did not take all of it; the same again would change nothing
    UNREACHABLE = auto()  # nobody answered, or only that the server is out of order; to be sent again later


@dataclass(frozen=True, slots=True)
class WriteResult:
    """A write's outcome, and the class names of what parts of it raised."""

    outcome: Outcome
    failures: tuple[str, ...] = ()


def judge(error: Exception) -> Outcome:
    """Whether a failure says that nobody answers, or that somebody answered and refused."""
    from mlflow.exceptions import MlflowException, RestException

    if isinstance(error, MlflowException) and error.error_code == GONE_CODE:
        return Outcome.GONE
    status = _http_status(error)
    if status in _CLIENT_ERRORS and status != _TOO_MANY_REQUESTS:
        return Outcome.REFUSED
    if isinstance(error, RestException):
        return Outcome.UNREACHABLE
    if isinstance(error, MlflowException) and error.error_code in ("INVALID_PARAMETER_VALUE", "INVALID_STATE"):
        return Outcome.REFUSED
    if _is_local(error):
        return Outcome.REFUSED
    return Outcome.UNREACHABLE


def _http_status(error: Exception) -> int | None:
    from mlflow.exceptions import RestException

    if isinstance(error, RestException):
        return int(error.get_http_status_code())
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None


def _is_local(error: Exception) -> bool:
    """A file that cannot be written is no sign of a dead server; connection errors are OSErrors as well."""
    from requests import RequestException

    return isinstance(error, OSError) and not isinstance(error, ConnectionError | TimeoutError | RequestException)
