"""Reads of accounts: who is acting, names of staff for pages, the people of a partnership, and addresses for the mailer.

Tables of accounts lie outside row-level security, so every read here names the partnership itself.
"""

from casework.accounts.queries.managed import (
    DemonstrationPerson,
    Member,
    RoleHeld,
    demonstration_people,
    member,
    members,
)
from casework.accounts.queries.own import (
    OpenInvitation,
    OwnAccount,
    SessionRecord,
    Workplace,
    open_invitation,
    own_account,
    workplaces,
)
from casework.accounts.queries.staff import (
    Address,
    PersonName,
    account_names,
    accounts_with_role,
    actor_for,
    addresses_for,
    is_held,
    representatives_of,
    speakers_of,
)

__all__ = [
    "Address",
    "DemonstrationPerson",
    "Member",
    "OpenInvitation",
    "OwnAccount",
    "PersonName",
    "RoleHeld",
    "SessionRecord",
    "Workplace",
    "account_names",
    "accounts_with_role",
    "actor_for",
    "addresses_for",
    "demonstration_people",
    "is_held",
    "member",
    "members",
    "open_invitation",
    "own_account",
    "representatives_of",
    "speakers_of",
    "workplaces",
]
