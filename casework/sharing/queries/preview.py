"""'May we share?' before anything is kept or sent: the answer on the facts as they are, and on facts as they might be."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from casework.access.permissions import Permission
from casework.cases import policy as cases
from casework.cases.models import Case
from casework.consent.rules import Answer, Category
from casework.errors import FieldError, Invalid, NotFound
from casework.programmes.registry import YOUTH_SUPPORT
from casework.sharing import policy
from casework.sharing.models import Share
from casework.sharing.queries.facts import Decided, Declared, decided, mistakes_of_onward_use
from casework.sharing.queries.records import items_of, new_items_of, person_of, source_of
from casework.sharing.rules import Mark, NewItem, mistakes_of
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Preview:
    """What the rules would answer now. `said_no`: somebody refused some of it, which whoever decides must weigh."""

    answer: Answer
    said_no: bool
    wrong_basis: str | None
    needs_necessity: bool


def what_if(
    work: UnitOfWork, *, case_id: uuid.UUID, to_agency_id: uuid.UUID, items: Sequence[NewItem], declared: Declared
) -> Preview:
    """Answer "may we share this?" without keeping or sending anything. Raises NotAllowed, NotFound, Invalid as asking does."""
    work.require(Permission.SHARE_ASK)
    case = cases.reach(work, case_id, act="share:preview", programme=YOUTH_SUPPORT)
    return _preview(work, case.id, to_agency_id, items, declared, source_of(work, case.id))


def what_if_passed_on(
    work: UnitOfWork, *, share_id: uuid.UUID, to_agency_id: uuid.UUID, positions: Sequence[int], declared: Declared
) -> Preview:
    """Answer the same about passing on items that the reader's agency received."""
    work.require(Permission.SHARE_ASK)
    source = policy.reach(work, share_id, policy.is_received(work), act="share:preview")
    work.keys.load([source.key_id])
    rows = [one for one in items_of(work, source) if one.is_delivered and one.position in set(positions)]
    return _preview(work, source.case_id, to_agency_id, new_items_of(work, rows), declared, source)


def beforehand(
    work: UnitOfWork,
    *,
    case: Case,
    from_agency_id: uuid.UUID,
    to_agency_id: uuid.UUID,
    categories: Collection[Category],
    declared: Declared,
) -> Decided:
    """Decide what of these categories may be told to another agency, about a case that the caller has reached; keep nothing.

    What is about the family counts as being about others.
    """
    work.keys.load([case.key_id])
    return decided(
        work,
        case_id=case.id,
        person_id=person_of(work, case.id),
        from_agency_id=from_agency_id,
        to_agency_id=to_agency_id,
        items=[
            NewItem(words="", category=one, mark=Mark.FACT, is_about_others=one is Category.FAMILY)
            for one in categories
        ],
        declared=declared,
    )


def _preview(
    work: UnitOfWork,
    case_id: uuid.UUID,
    to_agency_id: uuid.UUID,
    items: Sequence[NewItem],
    declared: Declared,
    source: Share | None,
) -> Preview:
    sender = work.actor.agency_id
    errors = mistakes_of(items, declared.purpose)
    if sender is None:
        raise NotFound
    if to_agency_id == sender:
        errors.append(FieldError("to_agency", "Choose another agency: this is your own."))
    if errors:
        raise Invalid(errors)
    work.note_view("share:preview", "case", case_id)
    found = decided(
        work,
        case_id=case_id,
        person_id=person_of(work, case_id),
        from_agency_id=sender,
        to_agency_id=to_agency_id,
        items=items,
        declared=declared,
    )
    if source is not None and (errors := mistakes_of_onward_use(source, found)):
        raise Invalid(errors)
    return Preview(found.answer, found.said_no, found.wrong_basis, found.needs_necessity)
