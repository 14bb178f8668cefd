"""Who may bring in a file of referrals, and sees it: a co-ordinator whose agency signed the protocol, each their own files.

What became of somebody else's rows would tell a co-ordinator who is shut out of a case that there is one.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, true

from casework.access.actors import ActorKind
from casework.access.permissions import Permission
from casework.errors import NotAllowed
from casework.referral_imports.models import ReferralImport
from casework.work import UnitOfWork


def require(work: UnitOfWork) -> None:
    """Raise NotAllowed for anybody who may not bring in a file: as for a referral that is typed, the protocol must be signed."""
    work.require(Permission.REFERRAL_IMPORT)
    if work.actor.kind is ActorKind.PERSON and not work.actor.protocol_signed:
        work.refuse(act="referral_import:use", code="protocol")
        raise NotAllowed(
            "Your agency has not signed the sharing protocol, so nothing can be brought in from here.", code="protocol"
        )


def is_own(work: UnitOfWork) -> ColumnElement[bool]:
    """Return the SQL condition that the actor brought in a ReferralImport. The installation itself sees all."""
    if work.actor.kind is not ActorKind.PERSON:
        return true()
    return ReferralImport.uploaded_by_account_id == work.actor.account_id
