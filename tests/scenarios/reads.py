"""Everything that somebody can read: a walk over every public query of every concept, given every id that there is.

What is not walked stands in NOT_SHOWN with the reason, and no page and no command may call it (test_outsiders_learn_nothing.py).
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import itertools
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

import casework
from casework.access.permissions import Purpose, Role
from casework.actions.models import Action
from casework.cases.models import Case, CasePerson, Flag
from casework.cases.rules import SearchReason
from casework.clock import london_date
from casework.conferences.models import Listing
from casework.consent.rules import Category
from casework.contacts.models import Contact
from casework.disclosures.models import Disclosure
from casework.errors import CaseworkError
from casework.groups.models import GroupMeeting, YouthGroup
from casework.interventions.models import Intervention
from casework.minutes.models import Minutes
from casework.partnerships.models import PolicyVersion
from casework.referral_imports.models import ReferralImport
from casework.referrals.models import Referral
from casework.research.models import ColleagueQuestion, ResearchRequest
from casework.sharing.models import Share, WithdrawalNotice
from casework.work import UnitOfWork
from tests.factories.partnership import APartnership
from tests.factories.sharing import BASIC, OFFERED

Query = Callable[..., Any]
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

NOT_SHOWN = {
    "accounts.actor_for": "signs somebody in",
    "accounts.open_invitation": "is reached by a secret link, before anybody is signed in",
    "accounts.own_account": "is about oneself alone",
    "accounts.speakers_of": "says whom mail and duties go to",
    "audit.entries_for": "reads the trail of a case that the page has reached, with audit:view",
    "cases.keepers_of_file": "decides who may be told",
    "cases.attention": "reads the trail of a visible case, which tells what every reader of this story did; of a hidden one, nothing",
    "cases.blocked_accounts": "decides who may be told, and needs the truth whoever acts",
    "cases.known_cases": "matches a referral against all couples; what it finds is shown by referral_record",
    "cases.line_of": "makes a line of what has been reached",
    "conferences.as_listed_cases": "prepares the rule on room",
    "conferences.numbering": "numbers an agenda for its reader",
    "conferences.people_on_the_list": "says whom mail and duties go to",
    "conferences.people_told_of": "says whom mail and duties go to",
    "consent.agreements_for_decision": "decides what may be shared",
    "consent.agreed_with": "reads agreements that have been reached",
    "consent.answers_to_service": "decides whether a young person is helped",
    "consent.as_entry": "reads a row as the rules do",
    "consent.fault_today": "says what is wrong with an agreement that has been reached",
    "consent.is_replaced": "is a condition",
    "consent.may_be_written_to": "decides whether a letter may be written",
    "consent.standings": "says where agreements stand that have been reached",
    "contacts.answerers": "says whom mail goes to",
    "contacts.askers": "says whom mail goes to",
    "contacts.who_may_answer": "says whom mail goes to, of a contact that has been reached",
    "groups.entry_record": "makes a record of what has been reached",
    "groups.look_through": "decides whether a text may be kept, for its writer",
    "groups.who_must_leave": "says whom the chair asks to leave, and needs the truth whoever acts",
    "groups.mode_on": "is a condition of a group that has been reached",
    "people.documents": "opens people of cases that have been reached",
    "youth.standing_of": "is of a file that has been reached",
    "disclosures.may_correct": "is a condition of an act that has been reached",
    "disclosures.listed_to": "decides who gets research requests and minutes",
    "minutes.copy_record": "makes a record of what has been reached",
    "minutes.people_with_copy": "says whom mail goes to",
    "minutes.people_without_successor": "says whom mail goes to",
    "partnerships.is_member": "is a condition",
    "accounts.is_held": "is a condition",
    "people.facts_of": "prepares the rule on matching",
    "people.known_by": "matches a referral against all people",
    "people.opened": "opens people of cases that have been reached",
    "people.records": "opens people of cases that have been reached",
    "referrals.returned_steps": "reads steps of referrals that the page has reached",
}


def queries() -> dict[str, Query]:
    """Return every public query by concept and name, as its concept's package offers it."""
    found = {}
    for place in sorted(Path(casework.__path__[0]).glob("*/queries*")):
        if place.name not in ("queries", "queries.py") or place.parent.name == "events":
            continue
        module = importlib.import_module(f"casework.{place.parent.name}.queries")
        for name, query in vars(module).items():
            if inspect.isfunction(query) and not name.startswith("_") and query.__module__.startswith(module.__name__):
                found[f"{place.parent.name}.{name}"] = query
    return found


def shown() -> dict[str, Query]:
    """Return the queries that pages, commands and mail may show the answers of."""
    return {name: query for name, query in queries().items() if name not in NOT_SHOWN and _reads(query)}


def _reads(query: Query) -> bool:
    """Say whether a query is given a unit of work: what is given none reads nothing."""
    return next(iter(inspect.signature(query).parameters), "") == "work"


@dataclass(frozen=True)
class Known:
    """What may be handed to a query, by the name of the parameter: each with a label that says what it is."""

    values: Mapping[str, Sequence[tuple[str, Any]]] = field(default_factory=dict)

    @classmethod
    def of(cls, partnership: APartnership) -> Known:
        """Every id of the partnership, read past every rule."""
        with partnership.acting(None) as work:
            ids = {
                "case_id": work.session.scalars(select(Case.id).order_by(Case.opened_on, Case.id)).all(),
                "listing_id": work.session.scalars(select(Listing.id).order_by(Listing.listed_at, Listing.id)).all(),
                "conference_id": work.session.scalars(select(Listing.conference_id).distinct()).all(),
                "referral_id": work.session.scalars(select(Referral.id).order_by(Referral.submitted_at)).all(),
                "request_id": work.session.scalars(select(ResearchRequest.id)).all(),
                "question_id": work.session.scalars(select(ColleagueQuestion.id)).all(),
                "action_id": work.session.scalars(select(Action.id)).all(),
                "person_id": work.session.scalars(select(CasePerson.person_id).distinct()).all(),
                "flag_id": work.session.scalars(select(Flag.id)).all(),
                "minutes_id": work.session.scalars(select(Minutes.id)).all(),
            }
        return cls.labelled(partnership, {name: [(str(one), one) for one in found] for name, found in ids.items()})

    @classmethod
    def labelled(cls, partnership: APartnership, ids: Mapping[str, Sequence[tuple[str, Any]]]) -> Known:
        """These ids, also all together where a query takes several, and what else a query may ask for."""
        today = london_date(partnership.now)
        with partnership.acting(None) as work:
            policies = work.session.scalars(select(PolicyVersion.id)).all()
            shares = work.session.scalars(select(Share.id).limit(3)).all()
            notices = work.session.scalars(select(WithdrawalNotice.id).limit(3)).all()
            questions = work.session.scalars(select(ColleagueQuestion.id).limit(3)).all()
            contacts = work.session.scalars(select(Contact.id).limit(3)).all()
            groups = work.session.scalars(select(YouthGroup.id).limit(3)).all()
            meetings = work.session.scalars(select(GroupMeeting.id).limit(3)).all()
            interventions = work.session.scalars(select(Intervention.id).limit(3)).all()
            imports = work.session.scalars(select(ReferralImport.id).limit(3)).all()
            acts = work.session.execute(select(Disclosure.id, Disclosure.decision_id).limit(3)).all()
        people = [(key, person.account_id) for key, person in sorted(partnership.people.items())]
        agencies = sorted(partnership.agencies.items())
        together = {f"{name}s": [("all", [one for _, one in found])] for name, found in ids.items()}
        return cls(
            {
                **ids,
                **together,
                "subject_ids": [("all", [one for found in ids.values() for _, one in found])],
                "marac_id": sorted(partnership.maracs.items()),
                "account_id": people,
                "account_ids": [("all", [one for _, one in people])],
                "agency_id": agencies,
                "agency_ids": [("all", [one for _, one in agencies])],
                "import_id": [("import", one) for one in imports],
                "version_id": [("policy", one) for one in policies],
                "contact_id": [("contact", one) for one in contacts],
                "group_id": [("group", one) for one in groups],
                "meeting_id": [("meeting", one) for one in meetings],
                "intervention_id": [("intervention", one) for one in interventions],
                "to_agency_id": agencies[:2],
                "items": [("items", (BASIC,))],
                "categories": [("education", (Category.EDUCATION,))],
                "declared": [("declared", OFFERED)],
                "request": [],
                "question_id": [("question", one) for one in questions],
                "positions": [("positions", (1,))],
                "text": [("text", "Leanne Whitehouse came by.")],
                "disclosure_id": [("disclosure", one) for one, _ in acts],
                "decision_id": [("decision", one) for _, one in acts],
                "share_id": [("share", one) for one in shares],
                "share_ids": [("all", list(shares))],
                "notice_id": [("withdrawal", one) for one in notices],
                "roles": [("all", list(Role))],
                "on": [("today", today)],
                "at": [("now", partnership.now)],
                "slug": [("vale", "vale"), ("police", "police")],
                "reason": [("reason", SearchReason.ENQUIRY)],
                "words": [("name", "Leanne")],
                "reference": [("reference", "V-00001")],
                "fingerprint": [("fingerprint", "0" * 64)],
            }
            | dict(cls._words(ids))
        )

    @staticmethod
    def _words(ids: Mapping[str, Sequence[tuple[str, Any]]]) -> Iterator[tuple[str, Sequence[tuple[str, Any]]]]:
        if "words" in ids:
            yield "words", ids["words"]


def answers(work: UnitOfWork, known: Known) -> Iterator[tuple[str, Any]]:
    """Ask every query with everything that is known; yield what was asked and the answer, or what it was refused with."""
    for name, query in shown().items():
        parameters = list(inspect.signature(query).parameters.values())[1:]
        needed = [one for one in parameters if one.default is one.empty]
        missing = [one.name for one in needed if one.name not in known.values]
        assert not missing, f"tests.scenarios.reads.Known does not know what to give {name}: {missing}"
        for given in itertools.product(*(known.values[one.name] for one in needed)):
            labels = ", ".join(label for label, _ in given)
            named = {
                one.name: value for one, (_, value) in zip(needed, given, strict=True) if one.kind is one.KEYWORD_ONLY
            }
            plain = [value for one, (_, value) in zip(needed, given, strict=True) if one.kind is not one.KEYWORD_ONLY]
            try:
                yield f"{name}({labels})", query(work, *plain, **named)
            except CaseworkError as refused:
                yield f"{name}({labels})", f"{type(refused).__name__}: {refused.message}"


def everything_read_by(partnership: APartnership, who: str, known: Known) -> str:
    """Return, as one text, everything that somebody gets from any query."""
    with partnership.acting(who, Purpose.CONFERENCE) as work:
        return "\n".join(f"{asked}: {plain(answer)}" for asked, answer in answers(work, known))


def plain(answer: Any, names: Mapping[str, str] | None = None) -> Any:
    """Take an answer apart into mappings, lists and simple values, in an order that random ids do not decide.

    `names` gives a name for each id and case number that is known, so that two tellings of one story can be compared; an id
    without a name is "?". Lists are sorted, because where nothing else decides the product goes by random ids; what place a
    case has on an agenda is in its record.
    """
    names = names or {}
    if dataclasses.is_dataclass(answer) and not isinstance(answer, type):
        return {one.name: plain(getattr(answer, one.name), names) for one in dataclasses.fields(answer)}
    if isinstance(answer, Mapping):
        told = ((str(plain(key, names)), plain(value, names)) for key, value in answer.items())
        return dict(sorted(told, key=repr))
    if isinstance(answer, set | frozenset | list | tuple):
        return sorted((plain(one, names) for one in answer), key=repr)
    if isinstance(answer, uuid.UUID | str):
        return names.get(str(answer), _ID.sub("?", str(answer)))
    return answer
