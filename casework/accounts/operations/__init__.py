"""Writes of accounts: managing people (managing.py), proving who one is (proving.py), sessions (sessions.py), one's own (own.py)."""

from casework.accounts.operations.managing import (
    Invited,
    activate,
    end_role,
    end_sessions,
    give_role,
    invitation_token,
    invite,
    invite_again,
    reinstate,
    reset,
    suspend,
)
from casework.accounts.operations.own import (
    change_password,
    end_own_session,
    new_recovery_codes,
    replace_code_device,
    set_up,
)
from casework.accounts.operations.proving import (
    Attempt,
    check_code,
    check_password,
    count_attempt,
    forget_attempts,
    new_secret,
)
from casework.accounts.operations.sessions import SignedIn, choose_partnership, resume, sign_out, start_session

__all__ = [
    "Attempt",
    "Invited",
    "SignedIn",
    "activate",
    "change_password",
    "check_code",
    "check_password",
    "choose_partnership",
    "count_attempt",
    "end_own_session",
    "end_role",
    "end_sessions",
    "forget_attempts",
    "give_role",
    "invitation_token",
    "invite",
    "invite_again",
    "new_recovery_codes",
    "new_secret",
    "reinstate",
    "replace_code_device",
    "reset",
    "resume",
    "set_up",
    "sign_out",
    "start_session",
    "suspend",
]
