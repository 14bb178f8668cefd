"""Who may manage accounts. Nobody manages their own; only an operator makes operators; nobody chooses another's password."""

from __future__ import annotations

import uuid

from casework.access.actors import ActorKind
from casework.access.permissions import Permission, Role
from casework.errors import NotAllowed
from casework.work import UnitOfWork

SPEAK_FOR_AGENCY = (Role.REPRESENTATIVE, Role.IDVA)


def require_manage(work: UnitOfWork) -> None:
    """Raise NotAllowed unless the actor may manage accounts."""
    work.require(Permission.ACCOUNT_MANAGE)


def require_manage_of(work: UnitOfWork, account_id: uuid.UUID) -> None:
    """Raise NotAllowed unless the actor may manage this account: never one's own, so that no one person widens their own view."""
    require_manage(work)
    if work.actor.account_id == account_id:
        raise NotAllowed("Ask somebody else who manages accounts to change your own.", code="own_account")


def require_grant(work: UnitOfWork, role: Role) -> None:
    """Raise NotAllowed unless the actor may give or end this role."""
    if role is Role.OPERATOR and not is_operator(work):
        raise NotAllowed("Only an operator can make somebody an operator.", code="operator_role")


def require_system(work: UnitOfWork) -> None:
    """Raise NotAllowed unless it is the installation itself that acts (scheduled work, a seed, a demonstration)."""
    if work.actor.kind is not ActorKind.SYSTEM:
        raise NotAllowed(code="system_only")


def is_operator(work: UnitOfWork) -> bool:
    """Say whether the actor runs the installation, by command or by role."""
    return work.actor.kind in (ActorKind.SYSTEM, ActorKind.OPERATOR) or Role.OPERATOR in work.actor.roles
