"""What a browser looked for last, kept by it sealed, so that Back from a case leads to what was found.

A name may stand in no address, so a search is posted; and a browser does not go back to the answer to a post that it must not keep.
The cookie opens only in the session that made it, for as long as a session may idle.
"""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import request, url_for
from werkzeug.wrappers import Response

from casework.accounts.rules import SESSION_IDLE
from casework.web import session
from casework.web.unit import now, service, someone

NAME = "casework-search"
_NONCE = 12
# All searches are made equally long, so that the cookie does not tell how long a name is.
_LENGTH = 1_024


def keep(response: Response, given: Mapping[str, str]) -> Response:
    """Give the browser what was looked for, sealed, for the page of the search alone."""
    plain = json.dumps({**given, "at": now().isoformat()}).encode().ljust(_LENGTH)
    nonce = os.urandom(_NONCE)
    response.set_cookie(
        NAME,
        urlsafe_b64encode(nonce + _cipher().encrypt(nonce, plain, someone().session_id.bytes)).decode(),
        max_age=int(SESSION_IDLE.total_seconds()),
        secure=session.is_https(),
        httponly=True,
        samesite="Strict",
        path=url_for("cases.search"),
    )
    return response


def kept() -> dict[str, str]:
    """Return what was looked for last in this session; nothing when there is no such thing, or it is too old."""
    try:
        sealed = urlsafe_b64decode(request.cookies.get(NAME, ""))
        plain = _cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], someone().session_id.bytes)
        found: dict[str, str] = json.loads(plain)
        fresh = now() - datetime.fromisoformat(found.pop("at")) < SESSION_IDLE
    except (InvalidTag, ValueError):
        return {}
    return found if fresh else {}


def _cipher() -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"casework: last search")
    return AESGCM(derived.derive(service().settings.web_secret.encode()))
