"""Proving who somebody is: password and one-time code, with limits, and with the same work and answer for every failure.

Source: docs/adr/0012-sign-in.md. A try is counted in a transaction of its own before it is looked at, so that tries sent at
once cannot slip under the limit and a crash does not give one back.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, insert, or_, select, update

from casework.accounts import policy, rules
from casework.accounts.models import Account, RecoveryCode, SignInAttempt
from casework.work import NO_PARTNERSHIP, UnitOfWork

_HASHER = PasswordHasher()


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try that has been counted. When `is_limited` it fails, whatever was typed."""

    id: uuid.UUID
    is_limited: bool


@lru_cache(maxsize=1)
def _hash_of_nothing() -> str:
    """Return a hash that no password fits: checked for unknown accounts, so that they take as long as known ones."""
    return _HASHER.hash(secrets.token_urlsafe(32))


def email_token(work: UnitOfWork, email: str) -> bytes:
    """Return the keyed index by which an account is found. Raises ValueError for an empty address."""
    return work.blind.token(NO_PARTNERSHIP, "account.email", [email])


def password_hash(password: str) -> str:
    """Return the argon2id hash of a password with a new salt."""
    return _HASHER.hash(password)


def password_fits(stored: str | None, password: str) -> bool:
    """Say whether a password fits a stored hash. Without one it takes as long and says no."""
    try:
        _HASHER.verify(stored or _hash_of_nothing(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def new_secret() -> str:
    """Return a new random secret for one-time codes (160 bits, base32)."""
    return pyotp.random_base32()


def code_step(secret: str, code: str, now: datetime) -> int | None:
    """Return the 30-second step to which a one-time code belongs: the present one, the one before or the one after; or None."""
    present = int(now.timestamp()) // rules.CODE_SECONDS
    codes = pyotp.TOTP(secret)
    given = "".join(code.split()).encode("utf-8", "replace")
    fitting = None
    for step in (present - 1, present, present + 1):
        if secrets.compare_digest(codes.generate_otp(step).encode(), given):
            fitting = step
    return fitting


def count_attempt(
    work: UnitOfWork, *, source: str, email: str | None = None, account_id: uuid.UUID | None = None
) -> Attempt:
    """Count one try to sign in: at an e-mail address, or at an account for its second step. Give it a unit of work of its own.

    `source` is the network address. Limits: 10 failures of one account and 50 from one source in 15 minutes.
    """
    if email is None:
        found = work.session.scalar(select(Account.email_token).where(Account.id == account_id))
        token = found if found is not None else hashlib.sha256(str(account_id).encode()).digest()[:16]
    else:
        token = email_token(work, email)
    source_token = work.blind.token(NO_PARTNERSHIP, "sign_in.source", [source])
    # Tries at one account wait for one another here, only as long as it takes to count.
    work.session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(token[:8], signed=True))))
    is_of_account, is_from_source = SignInAttempt.email_token == token, SignInAttempt.source_token == source_token
    counted = work.session.execute(
        select(func.count().filter(is_of_account), func.count().filter(is_from_source)).where(
            or_(is_of_account, is_from_source),
            SignInAttempt.at > work.now - rules.LIMIT_WINDOW,
            SignInAttempt.succeeded.is_(False),
        )
    ).one()
    attempt_id = uuid.uuid4()
    work.session.execute(
        insert(SignInAttempt).values(
            id=attempt_id, email_token=token, source_token=source_token, at=work.now, succeeded=False
        )
    )
    return Attempt(attempt_id, rules.Tries(account=counted[0], source=counted[1]).is_limited)


def check_password(work: UnitOfWork, *, attempt: Attempt, email: str, password: str) -> uuid.UUID | None:
    """Return the account that an e-mail address and a password belong to, or None.

    Unknown, wrong, not yet set up, suspended and limited are all None after the same work. The refusal is in the trail
    without the address.
    """
    account = work.session.scalar(select(Account).where(Account.email_token == email_token(work, email)))
    fits = password_fits(account.password_hash if account else None, password)
    if account is None or not fits or account.state != rules.AccountState.ACTIVE or attempt.is_limited:
        _refuse(work, account.id if account else None, attempt, "password")
        return None
    if account.password_hash and _HASHER.check_needs_rehash(account.password_hash):
        account.password_hash = password_hash(password)
    _succeeded(work, attempt)
    return account.id


def check_code(work: UnitOfWork, *, attempt: Attempt, account_id: uuid.UUID, code: str) -> bool:
    """Say whether a one-time code or a recovery code of this account is right, and use it up: each works once.

    Wrong, used, suspended and limited are all False. The refusal is in the trail.
    """
    account = work.session.get(Account, account_id)
    if account is None or account.state != rules.AccountState.ACTIVE or attempt.is_limited:
        _refuse(work, account.id if account else None, attempt, "code")
        return False
    if use_code(work, account, code):
        how = None
    elif _use_recovery_code(work, account_id, code):
        how = "recovery_code"
        work.note("account:use_recovery_code", "account", account_id)
    else:
        _refuse(work, account_id, attempt, "code")
        return False
    _succeeded(work, attempt)
    work.note("account:prove", "account", account_id, reason=how)
    return True


def use_code(work: UnitOfWork, account: Account, code: str) -> bool:
    """Say whether a one-time code fits, and use up its step in one statement: two posts of one code cannot both win."""
    kept = account.secret.open(work.keys)
    step = code_step(str(kept["totp"]), code, work.now) if kept else None
    if step is None:
        return False
    won = work.session.scalar(
        update(Account)
        .where(Account.id == account.id, or_(Account.last_code_step.is_(None), Account.last_code_step < step))
        .values(last_code_step=step)
        .returning(Account.id)
    )
    return won is not None


def replace_recovery_codes(work: UnitOfWork, account_id: uuid.UUID) -> list[str]:
    """Make ten new recovery codes of 80 random bits each, void the old ones, and return the new ones to be shown once."""
    void_recovery_codes(work, account_id)
    # Base32 of 10 bytes is 16 characters, in four groups to read out or type.
    texts = [pyotp.random_base32(32)[:16].lower() for _ in range(rules.RECOVERY_CODES)]
    work.session.execute(
        insert(RecoveryCode),
        [{"id": uuid.uuid4(), "account_id": account_id, "code_hash": _hash_of_code(text)} for text in texts],
    )
    return ["-".join(text[start : start + 4] for start in range(0, 16, 4)) for text in texts]


def void_recovery_codes(work: UnitOfWork, account_id: uuid.UUID) -> None:
    """Make every recovery code of an account useless."""
    work.session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
        .values(used_at=work.now)
    )


def forget_attempts(work: UnitOfWork) -> int:
    """Remove tries that are older than a day, and return how many. Scheduled work; raises NotAllowed for anybody else."""
    policy.require_system(work)
    gone = work.session.execute(
        delete(SignInAttempt).where(SignInAttempt.at < work.now - rules.ATTEMPTS_KEPT).returning(SignInAttempt.id)
    )
    return len(gone.all())


def _use_recovery_code(work: UnitOfWork, account_id: uuid.UUID, code: str) -> bool:
    used = work.session.scalar(
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account_id,
            RecoveryCode.code_hash == _hash_of_code(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=work.now)
        .returning(RecoveryCode.id)
    )
    return used is not None


def _hash_of_code(code: str) -> bytes:
    return hashlib.sha256("".join(filter(str.isalnum, code.casefold())).encode()).digest()


def _succeeded(work: UnitOfWork, attempt: Attempt) -> None:
    work.session.execute(update(SignInAttempt).where(SignInAttempt.id == attempt.id).values(succeeded=True))


def _refuse(work: UnitOfWork, account_id: uuid.UUID | None, attempt: Attempt, what: str) -> None:
    code = "too_many_tries" if attempt.is_limited else f"wrong_{what}"
    work.refuse(act="account:sign_in", code=code, subject_kind="account" if account_id else None, subject_id=account_id)
