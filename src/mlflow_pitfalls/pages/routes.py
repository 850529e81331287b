"""Flask routes of the page: read-only, one for each file, under headers that let nothing foreign in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mlflow_pitfalls.pages.assets import Asset, static_assets
from mlflow_pitfalls.pages.shell import shell

if TYPE_CHECKING:
    from flask import Flask, Response

PAGE = "/pitfalls"
METHODS = ("GET",)  # Flask answers HEAD with it
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",  # no text becomes markup, whoever asks for it
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",  # kept, but asked for again: an upgrade shows at once
}


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
    answers = {home: partial(_answer, shell()), f"{home}/": partial(_redirect, f"{home}")}
    answers |= {f"{home}/{asset.path}": partial(_answer, asset) for asset in static_assets()}
    for path, answer in answers.items():
        app.add_url_rule(path, f"pitfalls {path}", answer, methods=METHODS, provide_automatic_options=False)
    return tuple(answers)


def _answer(asset: Asset) -> Response:
    from flask import Response, request

    response = Response(asset.content, content_type=asset.media_type, headers=HEADERS)
    response.set_etag(asset.digest)
    return response.make_conditional(request)  # type: ignore[return-value]  # werkzeug's name for the same object


def _redirect(home: str) -> Response:
    """To the address that the shell's relative links start from; relative itself, for proxies."""
    from flask import Response

    return Response(status=308, headers={**HEADERS, "Location": f"../{home.rpartition('/')[2]}"})
