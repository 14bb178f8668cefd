"""The vocabulary of partnerships, and when a signed protocol is good."""

from __future__ import annotations

from datetime import date

MARAC = "marac"
PROGRAMMES = (MARAC,)


def protocol_is_good(*, signed_on: date | None, expires_on: date | None, on: date) -> bool:
    """Say whether a protocol signed on `signed_on` is good on the London day `on`; on the day of expiry it no longer is."""
    return signed_on is not None and signed_on <= on and (expires_on is None or on < expires_on)
