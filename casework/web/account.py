"""My account: where I work at the moment, my sessions, password, authenticator app and recovery codes."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from casework.accounts import operations, queries
from casework.errors import Invalid
from casework.web import code_device, guard, session
from casework.web.forms.account import CHANGE_PASSWORD, CODE_DEVICE, RECOVERY_CODES
from casework.web.forms.form import Answers
from casework.web.sign_in import source
from casework.web.unit import open_unit, someone
from casework.work import UnitOfWork

blueprint = Blueprint("account", __name__, url_prefix="/account")

WRONG_PASSWORD = "This is not your password."  # noqa: S105  # a message

Done = TypeVar("Done")


@blueprint.get("")
@guard.for_anyone_signed_in
def own() -> str:
    """Show one's own account."""
    who = someone()
    with open_unit(who.actor) as work:
        account = queries.own_account(work, session_id=who.session_id)
    return render_template("account/own.html", account=account, here=who.partnership_id)


@blueprint.route("/partnership", methods=["GET", "POST"])
@guard.for_anyone_signed_in
def partnership() -> ResponseReturnValue:
    """Choose in which partnership to go on working."""
    who = someone()
    if request.method == "POST":
        with open_unit(who.actor) as work:
            operations.choose_partnership(
                work, session_id=who.session_id, partnership_id=_id(request.form.get("partnership", ""))
            )
        return redirect(url_for("home.home"), 303)
    with open_unit(who.actor) as work:
        account = queries.own_account(work, session_id=who.session_id)
    return render_template("account/partnership.html", account=account, chosen=who.partnership_id)


@blueprint.route("/password", methods=["GET", "POST"])
@guard.for_anyone_signed_in
def password() -> ResponseReturnValue:
    """Change one's password. Every session ends; this browser gets a new one."""
    answers = CHANGE_PASSWORD.read(request.form) if request.method == "POST" else CHANGE_PASSWORD.blank()
    if request.method == "POST" and answers.ok:
        given = answers.values
        done = _proving(
            answers,
            lambda work, attempt: operations.change_password(
                work, attempt=attempt, current=given["current"], new=given["new"]
            ),
        )
        if done:
            return _go_on("Your password is changed, and you are signed out everywhere else.")
    return render_template("account/password.html", form=answers), _status(answers)


@blueprint.route("/recovery-codes", methods=["GET", "POST"])
@guard.for_anyone_signed_in
def recovery_codes() -> ResponseReturnValue:
    """Replace one's recovery codes, and show the new ones once."""
    answers = RECOVERY_CODES.read(request.form) if request.method == "POST" else RECOVERY_CODES.blank()
    if request.method == "POST" and answers.ok:
        codes = _proving(
            answers,
            lambda work, attempt: operations.new_recovery_codes(
                work, attempt=attempt, password=answers.values["current"]
            ),
        )
        if codes:
            return render_template("account/new_recovery_codes.html", codes=codes)
    return render_template("account/recovery_codes.html", form=answers), _status(answers)


@blueprint.route("/authenticator", methods=["GET", "POST"])
@guard.for_anyone_signed_in
def authenticator() -> ResponseReturnValue:
    """Take one-time codes from another app or device from now on. Every session ends; this browser gets a new one."""
    who = someone()
    with open_unit(who.actor) as work:
        account = queries.own_account(work, session_id=who.session_id)
    offer = code_device.offer(
        email=account.email, whose=str(who.actor.account_id), given=request.form.get("secret", "")
    )
    answers = CODE_DEVICE.read(request.form) if request.method == "POST" else CODE_DEVICE.blank()
    if request.method == "POST" and answers.ok:
        given = answers.values
        done = _proving(
            answers,
            lambda work, attempt: operations.replace_code_device(
                work, attempt=attempt, password=given["current"], secret=offer.secret, code=given["code"]
            ),
        )
        if done:
            return _go_on("Your codes now come from the new app, and you are signed out everywhere else.")
    return render_template("account/authenticator.html", form=answers, offer=offer), _status(answers)


@blueprint.post("/sessions/<uuid:session_id>/end")
@guard.for_anyone_signed_in
def end_session(session_id: uuid.UUID) -> Response:
    """Sign out one of one's own sessions on another device."""
    with open_unit(someone().actor) as work:
        operations.end_own_session(work, session_id=session_id)
    flash("That session is signed out.")
    return redirect(url_for("account.own"), 303)


def _proving(answers: Answers, do: Callable[[UnitOfWork, operations.Attempt], Done]) -> Done | None:
    """Do something that needs the password again: the try is counted first, mistakes go to their questions."""
    who = someone()
    with open_unit() as work:
        attempt = operations.count_attempt(work, account_id=who.actor.account_id, source=source())
    try:
        with open_unit(who.actor) as work:
            done = do(work, attempt)
    except Invalid as invalid:
        answers.refused(invalid)
        return None
    if not done:
        answers.say("current", WRONG_PASSWORD)
    return done


def _go_on(words: str) -> Response:
    """Begin a new session for this browser, after all have ended, and say what happened."""
    account_id = someone().actor.account_id
    if account_id is None:
        raise RuntimeError("a signed-in person has an account")
    with open_unit() as work:
        token = operations.start_session(work, account_id=account_id, how="proved_again")
    response = session.begin(redirect(url_for("account.own"), 303), token=token)
    flash(words)
    return response


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Invalid.field("partnership", "Choose one of the partnerships.") from None


def _status(answers: Answers) -> int:
    return 200 if answers.ok or request.method == "GET" else 422
