"""The vocabulary of accounts, the limits on signing in, and what makes a password good. Pure: no session, no clock.

Sources: docs/adr/0012-sign-in.md, which follows NIST SP 800-63B and the NCSC's guidance on passwords.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from importlib import resources

PASSWORD_LEAST = 12
PASSWORD_MOST = 200
DISTINCT_LEAST = 5
RECOVERY_CODES = 10
CODE_SECONDS = 30
INVITATION_LASTS = timedelta(hours=72)
SESSION_IDLE = timedelta(minutes=15)
SESSION_LASTS = timedelta(hours=8)
SEEN_EVERY = timedelta(minutes=1)
SECOND_STEP_LASTS = timedelta(minutes=5)
LIMIT_WINDOW = timedelta(minutes=15)
LIMIT_PER_ACCOUNT = 10
LIMIT_PER_SOURCE = 50
ATTEMPTS_KEPT = timedelta(days=1)
# Published, and so good for invented people only: the seed of a demonstration gives it to each of them; nobody may choose it.
DEMONSTRATION_PASSWORD = "heron gravel teapot"  # noqa: S105


class AccountState(StrEnum):
    """Whether somebody may sign in. `invited` also after a reset: password and codes are to be set up anew."""

    INVITED = "invited"
    ACTIVE = "active"
    SUSPENDED = "suspended"


class SessionEnd(StrEnum):
    """Why a session ended."""

    SIGNED_OUT = "signed_out"
    IDLE = "idle"
    EXPIRED = "expired"
    RIGHTS_CHANGED = "rights_changed"
    SUSPENDED = "suspended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  # a code, not a password
    CODES_CHANGED = "codes_changed"
    RESET = "reset"
    ENDED_BY_OWNER = "ended_by_owner"
    ENDED_BY_MANAGER = "ended_by_manager"


@dataclass(frozen=True, slots=True)
class Tries:
    """How many tries failed within LIMIT_WINDOW, at one account and from one network address."""

    account: int
    source: int

    @property
    def is_limited(self) -> bool:
        """Whether a further try is refused, whatever is typed."""
        return self.account >= LIMIT_PER_ACCOUNT or self.source >= LIMIT_PER_SOURCE


def why_over(*, started_at: datetime, seen_at: datetime, now: datetime) -> SessionEnd | None:
    """Return why a session is over at `now`, or None: idle for SESSION_IDLE, or SESSION_LASTS after it began."""
    if now - started_at >= SESSION_LASTS:
        return SessionEnd.EXPIRED
    if now - seen_at >= SESSION_IDLE:
        return SessionEnd.IDLE
    return None


_LOOKALIKES = str.maketrans("@4831!0$5+7", "aaaeiiosstt")
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
)


def _words() -> frozenset[str]:
    text = resources.files("casework.accounts").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


COMMON = _words()


def mistake_of_password(password: str, *, about: tuple[str, ...]) -> str | None:
    """Return what is wrong with a new password in words that say what would be right, or None.

    `about` are the words that must not be what it is made of: the person's name, e-mail address and agency. Length counts,
    not kinds of character; nothing expires.
    """
    if len(password) < PASSWORD_LEAST:
        return f"The password must have {PASSWORD_LEAST} characters or more. Three random words make a good one."
    if len(password) > PASSWORD_MOST:
        return f"The password must have {PASSWORD_MOST} characters or fewer."
    if len(set(password.casefold())) < DISTINCT_LEAST:
        return "The password repeats too few characters. Three random words make a good one."
    plain = password.casefold()
    if any(len(word) >= 4 and word in plain for word in _parts(about)):
        return "The password must not hold your name, your e-mail address or your agency."
    if _is_common(plain):
        return "This password is among the first that somebody would try. Three random words make a good one."
    return None


def _parts(about: tuple[str, ...]) -> set[str]:
    return {part for text in about for part in re.split(r"[\W_]+", text.casefold()) if part}


def _is_common(plain: str) -> bool:
    """Say whether a password is nothing but the commonest words, years, keyboard runs and repeats of them."""
    squeezed = re.sub(r"[\s._\-]+", "", plain)
    forms = {squeezed, squeezed.translate(_LOOKALIKES)}
    return plain == DEMONSTRATION_PASSWORD or any(_is_made_of_common(form) for form in forms)


def _is_made_of_common(form: str) -> bool:
    """Cross out every common word and run, and see whether fewer than four characters are left."""
    left = form
    for word in sorted(COMMON, key=len, reverse=True):
        left = left.replace(word, "")
    for run in _RUNS:
        for row in (run, run[::-1]):
            for length in range(min(len(row), len(left)), 2, -1):
                for start in range(len(row) - length + 1):
                    left = left.replace(row[start : start + length], "")
    left = re.sub(r"(?:19|20)\d\d", "", left)
    left = re.sub(r"\d+$|^\d+|[^\w]", "", left)
    return len(left) < 4 or _repeats(left)


def _repeats(text: str) -> bool:
    """Say whether a text is one piece of at most four characters over and over."""
    return any(len(text) > size and (text[:size] * len(text)).startswith(text) for size in range(1, 5))
