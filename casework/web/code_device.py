"""The picture by which an authenticator app takes up the secret of one-time codes, made here and shown as part of the page.

Until a code proves that a device has it, the secret stands only on the page, signed, so that nothing is half set up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pyotp
import segno
from itsdangerous import BadSignature
from markupsafe import Markup

from casework.accounts import operations
from casework.web.unit import now, service

OFFER_LASTS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret that is offered: the picture, the same in letters to type, and the signed form that the page sends back."""

    secret: str
    signed: str
    letters: str
    picture: Markup


def offer(*, email: str, whose: str, given: str = "") -> Offer:
    """Offer a new secret, or the one that the page already shows (`given`), when that is good and was made for `whose`."""
    secret = accept(given, whose=whose) or operations.new_secret()
    address = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Casework")
    drawn = BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", scale=4, border=4, light="#fff", xmldecl=False)
    return Offer(
        secret=secret,
        signed=_signer().dumps([secret, whose, now().isoformat()]),
        letters=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        picture=Markup(drawn.getvalue().decode()),  # noqa: S704 - drawn by us: paths and numbers only
    )


def accept(given: str, *, whose: str) -> str | None:
    """Return the secret of an offer that a page sends back, or None when it was not made by us, for `whose`, within the hour."""
    try:
        secret, owner, made_at = _signer().loads(given)
        fresh = timedelta(0) <= now() - datetime.fromisoformat(made_at) < OFFER_LASTS
    except (BadSignature, ValueError, TypeError):
        return None
    return str(secret) if fresh and owner == whose else None


def _signer() -> Any:
    return service().signer("secret of one-time codes")
