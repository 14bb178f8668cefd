"""Signing in and out, and setting up an account by the link of an invitation.

Every failure gets the same answer after the same work: unknown address, wrong password, suspended account, too many tries.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime, timedelta

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature
from werkzeug.wrappers import Response

from casework.access.actors import SYSTEM
from casework.accounts import operations, queries
from casework.accounts.rules import SECOND_STEP_LASTS
from casework.errors import Invalid, NotFound
from casework.web import code_device, headers, session
from casework.web.forms.form import Answers
from casework.web.forms.sign_in import CODE, PASSWORD, SET_UP
from casework.web.unit import now, open_unit, service

blueprint = Blueprint("sign_in", __name__)

WRONG_PASSWORD = (
    "The e-mail address or the password is not right. After too many tries an account is closed for 15 minutes."  # noqa: S105
)
WRONG_CODE = "The code is not right, or it has been used. Wait for the next one and enter that."


@blueprint.route("/sign-in", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    """Take e-mail address and password: the first of two steps."""
    answers = PASSWORD.read(request.form) if request.method == "POST" else PASSWORD.blank()
    if request.method == "POST" and answers.ok:
        with open_unit() as work:
            attempt = operations.count_attempt(work, email=answers.values["email"], source=source())
        with open_unit() as work:
            account_id = operations.check_password(
                work, attempt=attempt, email=answers.values["email"], password=answers.values["password"]
            )
        if account_id is not None:
            return _to_second_step(account_id)
        answers.general.append(WRONG_PASSWORD)
    return _form("sign_in/password.html", answers, people=_demonstration_people())


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
def code() -> ResponseReturnValue:
    """Take a one-time code or a recovery code: the second step. There is no way past it."""
    account_id = _first_step()
    if account_id is None:
        return redirect(url_for("sign_in.password"), 303)
    answers = CODE.read(request.form) if request.method == "POST" else CODE.blank()
    if request.method == "POST" and answers.ok:
        with open_unit() as work:
            attempt = operations.count_attempt(work, account_id=account_id, source=source())
        token = None
        with open_unit() as work:
            if operations.check_code(work, attempt=attempt, account_id=account_id, code=answers.values["code"]):
                token = operations.start_session(work, account_id=account_id)
        if token is not None:
            return start(token)
        answers.say("code", WRONG_CODE)
    return _form("sign_in/code.html", answers)


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End the session in use, if there is one, and make the browser forget all about this site."""
    session.end_held()
    response = make_response(render_template("sign_in/signed_out.html"))
    session.forget(response)
    return headers.clear_site_data(response)


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
def set_up(token: str) -> ResponseReturnValue:
    """Set up an account by its link: password, authenticator app, and ten recovery codes that are shown once."""
    whose = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    answers = SET_UP.read(request.form) if request.method == "POST" else SET_UP.blank()
    try:
        with open_unit() as work:
            invitation = queries.open_invitation(work, token=token)
        offer = code_device.offer(email=invitation.email, whose=whose, given=request.form.get("secret", ""))
        if request.method == "POST" and answers.ok:
            codes = _set_up(answers, token=token, secret=offer.secret)
            if codes:
                return render_template("sign_in/recovery_codes.html", codes=codes)
    except NotFound:
        # Used, too old, replaced, never made: the same page for all.
        return render_template("sign_in/no_invitation.html"), 404
    return _form("sign_in/set_up.html", answers, invitation=invitation, offer=offer)


def _set_up(answers: Answers, *, token: str, secret: str) -> list[str]:
    try:
        with open_unit() as work:
            return operations.set_up(
                work, token=token, password=answers.values["password"], secret=secret, code=answers.values["code"]
            )
    except Invalid as invalid:
        answers.refused(invalid)
        return []


def start(token: str) -> Response:
    """Answer with a new session and the home page."""
    response = session.begin(redirect(url_for("home.home"), 303), token=token)
    response.delete_cookie(
        _step_cookie(), path=_step_path(), secure=session.is_https(), httponly=True, samesite="Strict"
    )
    return response


def source() -> str:
    """Return the network address that a try comes from."""
    return request.remote_addr or "unknown"


def _form(template: str, answers: Answers, **shown: object) -> ResponseReturnValue:
    wrong = request.method == "POST"
    return render_template(template, form=answers, **shown), 422 if wrong else 200


def _demonstration_people() -> list[queries.DemonstrationPerson]:
    """Return the invented people who can be signed in as with one press; nobody outside demonstration mode."""
    if not service().settings.demonstration:
        return []
    with open_unit(SYSTEM) as work:
        return queries.demonstration_people(work)


def _step_cookie() -> str:
    return "__Secure-casework-step" if session.is_https() else "casework-step"


def _step_path() -> str:
    return url_for("sign_in.password")


def _to_second_step(account_id: uuid.UUID) -> Response:
    """Let the browser keep for five minutes, signed, that the password was right, and ask for the code."""
    response = redirect(url_for("sign_in.code"), 303)
    response.set_cookie(
        _step_cookie(),
        service().signer("second step").dumps([account_id.hex, now().isoformat()]),
        max_age=int(SECOND_STEP_LASTS.total_seconds()),
        secure=session.is_https(),
        httponly=True,
        samesite="Strict",
        path=_step_path(),
    )
    return response


def _first_step() -> uuid.UUID | None:
    """Return whose password was right within the last five minutes, by the signed cookie."""
    try:
        account_id, made_at = service().signer("second step").loads(request.cookies.get(_step_cookie(), ""))
        fresh = timedelta(0) <= now() - datetime.fromisoformat(made_at) < SECOND_STEP_LASTS
        return uuid.UUID(hex=account_id) if fresh else None
    except (BadSignature, ValueError, TypeError):
        return None
