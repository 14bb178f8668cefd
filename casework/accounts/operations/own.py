"""What people do with their own account: set it up by their link, change the password, the code device, the recovery codes."""

from __future__ import annotations

import hashlib
import uuid

from sqlalchemy import select

from casework.accounts import rules
from casework.accounts.models import Account, Invitation
from casework.accounts.operations import managing, proving, sessions
from casework.errors import FieldError, Invalid, NotFound
from casework.work import UnitOfWork

WRONG_CODE = "This code is not right. Enter the newest code that your device shows, and check that its clock is right."


class LinkNotGood(NotFound):
    """The link is used, too old, replaced by a newer one, or was never made: all the same to whoever opens it."""

    message = "This link does not work any more. Ask your co-ordinator for a new one."


def set_up(work: UnitOfWork, *, token: str, password: str, secret: str, code: str) -> list[str]:
    """Set up the account of an invitation: password, one-time codes, and ten recovery codes, which are returned to be shown once.

    `secret` is the one that the page offered, `code` the proof that a device has it. The link works once. Raises
    LinkNotGood, and Invalid naming password or code.
    """
    invitation = work.session.scalar(
        select(Invitation)
        .where(
            Invitation.token_hash == hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest(),
            Invitation.used_at.is_(None),
            Invitation.expires_at > work.now,
        )
        .with_for_update()
    )
    account = work.session.get(Account, invitation.account_id, with_for_update=True) if invitation else None
    if invitation is None or account is None or account.state != rules.AccountState.INVITED:
        raise LinkNotGood
    errors = _mistakes_of_password(work, account, password, field="password")
    step = proving.code_step(secret, code, work.now)
    if step is None:
        errors.append(FieldError("code", WRONG_CODE))
    if errors:
        raise Invalid(errors)
    account.password_hash = proving.password_hash(password)
    account.secret.seal(work.keys, {"totp": secret})
    account.last_code_step = step
    account.state = rules.AccountState.ACTIVE.value
    invitation.used_at = work.now
    work.session.flush()  # before the other links are made useless, so that this one keeps its mark
    managing.void_links(work, account.id)
    work.note("account:set_up", "account", account.id)
    return proving.replace_recovery_codes(work, account.id)


def change_password(work: UnitOfWork, *, attempt: proving.Attempt, current: str, new: str) -> bool:
    """Change the actor's own password and end all their sessions; False when the current one is wrong, which the trail tells.

    Raises Invalid when the new one is not good.
    """
    account = _own(work)
    if errors := _mistakes_of_password(work, account, new, field="new"):
        raise Invalid(errors)
    if not _prove(work, account, attempt, current):
        return False
    if current == new:
        raise Invalid.field("new", "The new password is the one that you have now. Choose another.")
    account.password_hash = proving.password_hash(new)
    work.note("account:change_password", "account", account.id)
    sessions.end_all(work, account.id, rules.SessionEnd.PASSWORD_CHANGED)
    return True


def replace_code_device(work: UnitOfWork, *, attempt: proving.Attempt, password: str, secret: str, code: str) -> bool:
    """Take the actor's one-time codes from another device from now on, and end all their sessions.

    False when the password is wrong, which the trail tells. Raises Invalid when the new device's code is not right.
    """
    account = _own(work)
    if not _prove(work, account, attempt, password):
        return False
    step = proving.code_step(secret, code, work.now)
    if step is None:
        raise Invalid.field("code", WRONG_CODE)
    account.secret.seal(work.keys, {"totp": secret})
    account.last_code_step = step
    work.note("account:replace_code_device", "account", account.id)
    sessions.end_all(work, account.id, rules.SessionEnd.CODES_CHANGED)
    return True


def new_recovery_codes(work: UnitOfWork, *, attempt: proving.Attempt, password: str) -> list[str] | None:
    """Replace the actor's recovery codes and return the new ones, to be shown once; None when the password is wrong."""
    account = _own(work)
    if not _prove(work, account, attempt, password):
        return None
    work.note("account:new_recovery_codes", "account", account.id)
    return proving.replace_recovery_codes(work, account.id)


def end_own_session(work: UnitOfWork, *, session_id: uuid.UUID) -> None:
    """End one of the actor's own sessions, on a device that is lost or left open. Raises NotFound for anybody else's."""
    sessions.end_one(work, session_id, rules.SessionEnd.ENDED_BY_OWNER)


def _own(work: UnitOfWork) -> Account:
    account_id = work.actor.account_id
    account = work.session.get(Account, account_id, with_for_update=True) if account_id else None
    if account is None:
        raise NotFound
    return account


def _prove(work: UnitOfWork, account: Account, attempt: proving.Attempt, password: str) -> bool:
    email = str((account.profile.open(work.keys) or {})["email"])
    return proving.check_password(work, attempt=attempt, email=email, password=password) is not None


def _mistakes_of_password(work: UnitOfWork, account: Account, password: str, *, field: str) -> list[FieldError]:
    profile = account.profile.open(work.keys) or {}
    about = (str(profile["name"]), str(profile["email"]).split("@", 1)[0])
    mistake = rules.mistake_of_password(password, about=about)
    return [FieldError(field, mistake)] if mistake else []
