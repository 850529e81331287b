"""Flask routes of the page: read-only, one for each file, under headers that let nothing foreign in."""

from __future__ import annotations

import base64
import hashlib
from functools import cache, partial
from typing import TYPE_CHECKING

from mlflow_pitfalls.pages.assets import Asset, address, scripts, static_assets, style
from mlflow_pitfalls.pages.shell import shell

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask, Response

PAGE = "/pitfalls"
METHODS = ("GET",)  # Flask answers HEAD with it
ASK_AGAIN = "private, no-cache"  # the document: an upgrade shows at once
KEEP = "private, max-age=31536000, immutable"  # a file: its address changes with its content


def add_routes(app: Flask, *, prefix: str = "") -> tuple[str, ...]:
    """Add the page to MLflow's Flask app.

    Args:
        app: An app that has not answered a request yet.
        prefix: The server's static prefix, e.g. ``/mlflow``, without a slash at its end.

    Returns:
        The paths of the routes.

    Raises:
        AssertionError: The app has answered a request, or has the page already.
    """
    home = f"{prefix}{PAGE}"
    answers: dict[str, Callable[[], Response]] = {home: partial(_answer, shell(), ASK_AGAIN), f"{home}/": _redirect}
    answers |= {f"{home}/{address(asset.path)}": partial(_answer, asset, KEEP) for asset in static_assets()}
    for path, answer in answers.items():
        app.add_url_rule(path, f"pitfalls {path}", answer, methods=METHODS, provide_automatic_options=False)
    return tuple(answers)


@cache
def policy() -> str:
    """What the browser may do: of the scripts and styles in the document, use those that we wrote into it, by hash."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {' '.join(map(_hash, scripts()))}",
            f"style-src 'self' {_hash(style())}",
            "connect-src 'self'",
            "img-src 'self' data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",  # no text becomes markup, whoever asks for it
        )
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _headers() -> dict[str, str]:
    return {
        "Content-Security-Policy": policy(),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def _answer(asset: Asset, kept: str) -> Response:
    from flask import Response, request

    response = Response(asset.content, content_type=asset.media_type, headers={**_headers(), "Cache-Control": kept})
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]  # werkzeug's name for the same object


def _redirect() -> Response:
    """To the address that the document's relative links start from; relative itself, for proxies."""
    from flask import Response

    return Response(status=308, headers={**_headers(), "Location": f"..{PAGE}"})
