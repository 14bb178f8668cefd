"""Contacts between agencies for tests: the youth service asks school nursing about Jamie Stone."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from casework.access.permissions import Purpose
from casework.consent.rules import Category
from casework.contacts import operations, queries
from casework.contacts.operations import NewContact, Wanted
from casework.sharing import operations as sharing
from casework.sharing.operations import Asked
from casework.sharing.rules import NewItem
from tests.factories.partnership import APartnership
from tests.factories.sharing import BASIC, EDUCATION, OFFERED

ASKED = "school_nursing"
QUESTION = "What would your service offer a 15-year-old who has been out of school since September?"


def opens(
    partnership: APartnership, *case_ids: uuid.UUID, by: str = "youth_worker", to: str = ASKED, **changes: Any
) -> uuid.UUID:
    """Open a contact about one young person, or about siblings when several cases are given."""
    given: dict[str, Any] = {
        "to_agency_id": partnership.agencies[to],
        "about": "siblings" if len(case_ids) > 1 else "young_person",
        "topic": "education",
        "purpose": "support_plan",
        "words": "A key worker at school who Jamie trusts.",
        "locality": "L1",
        "case_ids": case_ids,
        "wanted": Wanted(categories=(Category.BASIC, Category.EDUCATION), declared=OFFERED) if case_ids else None,
    }
    with partnership.acting(by, Purpose.SUPPORT) as work:
        return operations.open_contact(work, new=NewContact(**given | changes))


def tells(
    partnership: APartnership, contact_id: uuid.UUID, case_id: uuid.UUID, *items: NewItem, by: str = "youth_worker"
) -> Asked:
    """Ask to share items in a contact: basic details and education unless others are given."""
    with partnership.acting(by, Purpose.SUPPORT) as work:
        return operations.share(
            work, contact_id=contact_id, case_id=case_id, items=items or (BASIC, EDUCATION), declared=OFFERED
        )


def arrives(partnership: APartnership, asked: Asked) -> None:
    """Deliver as the schedule does, with what follows from it in the contact."""
    with partnership.acting(None) as work:
        sharing.deliver(work, share_id=asked.share_id)
    with partnership.acting(None) as work:
        operations.share_delivered(work, share_id=asked.share_id)


def asks(
    partnership: APartnership, question: str = QUESTION, *confirmed: str, by: str = "youth_worker", to: str = ASKED
) -> uuid.UUID:
    """Ask a question about nobody."""
    return opens(partnership, by=by, to=to, about="question", words="", question=question, confirmed=confirmed)


def seen(partnership: APartnership, key: str, contact_id: uuid.UUID) -> queries.ContactRecord:
    """Read a contact as one of the partnership's people."""
    with partnership.acting(key, Purpose.SUPPORT) as work:
        return queries.contact_record(work, contact_id=contact_id)


def does(partnership: APartnership, key: str, verb: str, contact_id: uuid.UUID, **given: Any) -> Any:
    """Do something to a contact: one of the operations by name."""
    with partnership.acting(key, Purpose.SUPPORT) as work:
        return getattr(operations, verb)(work, contact_id=contact_id, **given)


def waiting(partnership: APartnership, key: str) -> Sequence[queries.ContactRecord]:
    """Give what somebody owes an answer to."""
    with partnership.acting(key, Purpose.SUPPORT) as work:
        return tuple(one for one in queries.contacts(work) if one.waits_for_reader)
