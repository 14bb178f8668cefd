"""A young person with a file, what they agreed to, and shares about them: for tests of sharing, made through the operations."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from casework.access.permissions import Purpose as Why
from casework.cases.models import CasePerson
from casework.consent import operations as consent
from casework.consent.operations import NewAnswer
from casework.consent.rules import Category, Purpose, Relation, Risk, Status
from casework.disclosures.models import Disclosure
from casework.sharing import operations as sharing
from casework.sharing import queries
from casework.sharing.models import Share
from casework.sharing.operations import Asked
from casework.sharing.queries import Declared
from casework.sharing.queries.facts import Why as Reasons
from casework.sharing.rules import Mark, NewItem, ShareState
from casework.youth import operations as youth
from casework.youth.operations import Enquiry
from tests.factories.partnership import APartnership

JAMIE = {"given_names": "Jamie", "family_name": "Stone", "date_of_birth": "2010-05-01"}
OFFERED = Declared(
    purpose=Purpose.SUPPORT_PLAN,
    reaches_abuser=False,
    why=Reasons(to_whom="The school nurse", need_to_know="Runs the drop-in that Jamie goes to."),
)
HARM = replace(OFFERED, purpose=Purpose.SAFEGUARDING, risk=Risk(child_significant_harm=True))


def item(category: Category, words: str = "Attends four days in five.", **marks: Any) -> NewItem:
    """One item of a category: a fact about nobody else, unless said otherwise."""
    return NewItem(words=words, category=category, **{"mark": Mark.FACT, "is_about_others": False, **marks})


BASIC, EDUCATION = item(Category.BASIC, "Jamie Stone, 16, Codsall."), item(Category.EDUCATION)
MENTAL_HEALTH = item(Category.MENTAL_HEALTH, "Waits for an appointment with the clinic.")


@dataclass
class YoungPerson:
    """Jamie, whose file the youth service keeps."""

    partnership: APartnership
    case_id: uuid.UUID
    person_id: uuid.UUID
    agreements: list[uuid.UUID] = field(default_factory=list)

    @classmethod
    def of(cls, partnership: APartnership, **known: Any) -> YoungPerson:
        """Open the file."""
        enquiry = Enquiry(
            known_as="J.S.", concern="Out late most nights.", source="school", young_person={**JAMIE, **known}
        )
        with partnership.acting("youth_worker", Why.SUPPORT) as work:
            case_id = youth.open_enquiry(work, enquiry=enquiry).case_id
        with partnership.acting(None) as work:
            person_id = work.session.scalars(select(CasePerson.person_id).where(CasePerson.case_id == case_id)).one()
        return cls(partnership, case_id, person_id)

    def asks(
        self,
        to: str,
        *items: NewItem,
        declared: Declared = OFFERED,
        by: str = "youth_worker",
    ) -> Asked:
        """Ask to share items with an agency."""
        with self.partnership.acting(by, Why.SUPPORT) as work:
            return sharing.ask(
                work,
                case_id=self.case_id,
                to_agency_id=self.partnership.agencies[to],
                items=items or (BASIC, EDUCATION),
                declared=declared,
            )

    def delivers(self, share_id: uuid.UUID) -> ShareState | None:
        """Deliver as the schedule does, now."""
        with self.partnership.acting(None) as work:
            return sharing.deliver(work, share_id=share_id)

    def shares(self, to: str, *items: NewItem, declared: Declared = OFFERED) -> uuid.UUID:
        """Ask and deliver."""
        asked = self.asks(to, *items, declared=declared)
        assert self.delivers(asked.share_id) is ShareState.DELIVERED
        return asked.share_id

    def withdraws(self, agreement_id: uuid.UUID | None = None, *, by: str = "youth_worker") -> sharing.Withdrawn:
        """Withdraw an agreement, the latest unless another is named."""
        with self.partnership.acting(by, Why.SUPPORT) as work:
            return sharing.withdraw(
                work,
                case_id=self.case_id,
                agreement_id=agreement_id or self.agreements[-1],
                words="Said so to me at the drop-in.",
            )

    def share(self, share_id: uuid.UUID) -> Share:
        """The row of a share, read past every rule."""
        with self.partnership.acting(None) as work:
            return work.session.get_one(Share, share_id)

    def agrees(
        self,
        permit: dict[str, list[str]],
        *,
        deny: dict[str, list[str]] | None = None,
        purposes: tuple[str, ...] = ("support_plan",),
        expires_on: date | None = None,
        status: str = "given",
        relation: str = "self",
        **giver: Any,
    ) -> uuid.UUID:
        """Take down an answer of today. The same giver's answer before is replaced by it."""
        answer = NewAnswer(
            case_id=self.case_id,
            status=Status(status),
            relation=Relation(relation),
            wording="young-people-2026",
            how="in_person",
            form="signed",
            exceptions_explained=True,
            purposes=frozenset(purposes),
            permit={agency: frozenset(categories) for agency, categories in permit.items()},
            deny={agency: frozenset(categories) for agency, categories in (deny or {}).items()},
            expires_on=expires_on,
            **{"competent": True, "test": "gillick", "factors": "Said back what goes where, and what if not.", **giver},
        )
        with self.partnership.acting("youth_worker", Why.SUPPORT) as work:
            self.agreements.append(consent.record_answer(work, answer=answer))
        return self.agreements[-1]

    def seen_by(self, key: str, share_id: uuid.UUID) -> queries.ShareRecord:
        """A share as one of the partnership's people may see it."""
        with self.partnership.acting(key, Why.SUPPORT) as work:
            return queries.share_record(work, share_id=share_id)

    def acts(self) -> list[Disclosure]:
        """Every act of sharing, and of not sharing, in order, read past every rule."""
        with self.partnership.acting(None) as work:
            return list(work.session.scalars(select(Disclosure).order_by(Disclosure.disclosed_at, Disclosure.id)))
