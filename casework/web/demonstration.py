"""A demonstration's own pages: signing in as an invented person with one press, and the mail that was caught.

Registered in demonstration mode only (blueprints.py); elsewhere these addresses do not exist.
"""

from __future__ import annotations

import email
import email.policy
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from flask import Blueprint, abort, render_template
from werkzeug.wrappers import Response

from casework.accounts import operations
from casework.web.sign_in import start
from casework.web.unit import open_unit, service

blueprint = Blueprint("demonstration", __name__, url_prefix="/demo")

NEWEST = 200
_NAME = re.compile(r"(\d{20})-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Caught:
    """One caught message as the list shows it."""

    name: str
    at: datetime
    to: str
    subject: str


@blueprint.post("/sign-in/<uuid:account_id>")
def sign_in_as(account_id: uuid.UUID) -> Response:
    """Sign in as an invented person, without password and code."""
    with open_unit() as work:
        token = operations.start_session(work, account_id=account_id, how="demonstration")
    return start(token)


@blueprint.get("/mail")
def mail() -> str:
    """List the newest mail that was caught."""
    names = sorted((path.stem for path in _folder().glob("*.eml") if _NAME.fullmatch(path.stem)), reverse=True)
    caught = [_caught(name) for name in names[:NEWEST]]
    return render_template("demonstration/mail.html", caught=caught, count=len(names))


@blueprint.get("/mail/<name>")
def message(name: str) -> str:
    """Show one caught message."""
    if not _NAME.fullmatch(name) or not (_folder() / f"{name}.eml").is_file():
        abort(404)
    read = _read(name)
    body = read.get_body(preferencelist=("plain",))
    attached = [part.get_filename() or part.get_content_type() for part in read.iter_attachments()]
    text = body.get_content() if body is not None else ""
    return render_template("demonstration/message.html", mail=_caught(name), text=text, attached=attached)


def _folder() -> Path:
    return service().settings.state / "mail"


def _read(name: str) -> EmailMessage:
    content = (_folder() / f"{name}.eml").read_bytes()
    return email.message_from_bytes(content, EmailMessage, policy=email.policy.default)


def _caught(name: str) -> Caught:
    read = _read(name)
    nanoseconds = int(name.partition("-")[0])
    to = ", ".join(str(address) for address in read.get_all("X-Envelope-To", []))
    return Caught(name, datetime.fromtimestamp(nanoseconds // 1_000_000_000, UTC), to, str(read.get("Subject", "")))
