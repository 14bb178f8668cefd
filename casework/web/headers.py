"""The security headers of every answer: a strict content policy, nothing stored by browsers, nothing framed, nothing sent elsewhere.

Why each one: docs/adr/0009-pages.md. Threats: stolen laptop, cross-site script, framing, referrer leak.
"""

from __future__ import annotations

from typing import TypeVar

from flask import Flask, Response, request
from werkzeug.wrappers import Response as AnyResponse

from casework.web import static_files

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
# A page about a victim has no use for any of these. Listed by name because a browser allows what is not listed.
_REFUSED_FEATURES = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "encrypted-media",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-create",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
FIXED = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: with that, browsers send "Origin: null" with our own forms and the origin check would refuse them.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _REFUSED_FEATURES),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
Answer = TypeVar("Answer", bound=AnyResponse)
ONE_YEAR = 31_536_000


def clear_site_data(response: Answer) -> Answer:
    """Tell the browser to forget everything about this site: for the answer to signing out, so that Back shows nothing."""
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


def init(app: Flask, *, https: bool) -> None:
    """Put the headers on every answer of `app`, errors included. `https` adds strict transport security."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in FIXED.items():
            response.headers[name] = value
        if https:
            response.headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR}; includeSubDomains"
        # Kept by browsers: only the files of the look, which set their own rule. All else is about people.
        if request.endpoint != static_files.ENDPOINT or response.status_code >= 400:
            response.headers["Cache-Control"] = "no-store"
        return response
