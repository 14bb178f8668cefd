"""Writes of interventions: recording one, the second signature, breaches, reviews, its end, and the letter that goes with it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from sqlalchemy import select

from casework.access.permissions import Role
from casework.agencies import queries as agencies
from casework.cases import policy as cases
from casework.cases import queries as case_queries
from casework.cases.rules import Part
from casework.clock import add_months, age_on, deadline, london_date, wednesday_9_december
from casework.consent import queries as consent
from casework.duties import operations as duties
from casework.duties.operations import NewDuty
from casework.duties.rules import DutyKind, DutyState
from casework.errors import Conflict, FieldError, Invalid, NotAllowed
from casework.interventions import events, policy, rules
from casework.interventions.models import Intervention
from casework.partnerships import queries as partnerships
from casework.people.queries import PersonRecord
from casework.programmes.youth_support.catalogue import Entry, Kind, catalogue
from casework.work import UnitOfWork

LONGEST = 4000
END_OF_DAY = time(17, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIntervention:
    """What is offered or taken. `destination` is the service of a referral, `parties` those who take part in it, by code.

    `references` are answers to what the entry asks for beside the sources (its evidence_fields), by code.
    """

    code: str
    proposal: rules.Proposal
    parties: tuple[str, ...] = field(default=())
    destination: str | None = None
    references: Mapping[str, str] = field(default_factory=dict)
    notes: str = ""


def record(work: UnitOfWork, *, case_id: uuid.UUID, new: NewIntervention) -> uuid.UUID:
    """Keep what is offered to or taken about a young person. It is live at once, or when a second person has signed.

    One that was declined is kept as well: it shows that support was offered. Returns its id. Raises NotFound, NotAllowed, Invalid
    for whatever of the rules or of the catalogue's entry does not hold.
    """
    case = cases.reach_whole_file(work, case_id, act="intervention:record", lock=True)
    entries = catalogue()
    entry = entries.interventions.get(new.code)
    born = _young_person(work, case_id).date_of_birth
    before = [
        rules.Before(one.rung, entries.interventions[one.code].is_support, one.state == rules.State.DECLINED)
        for one in work.session.scalars(select(Intervention).where(Intervention.case_id == case_id))
        if one.code in entries.interventions
    ]
    wrong = rules.what_is_wrong(entries, entry, new.proposal, born=born, before=before)
    wrong += _what_is_wrong_with_destination(new, entry, born)
    wrong += [
        FieldError(name, f"Use {LONGEST:,} characters or fewer.")
        for name, words in (("notes", new.notes), ("risk_assessment", new.proposal.risk_assessment))
        if len(words) > LONGEST
    ]
    actor = work.actor
    if wrong or entry is None or born is None or actor.account_id is None or actor.agency_id is None:
        raise Invalid(wrong)
    proposal = new.proposal
    row = Intervention(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        case_id=case.id,
        code=entry.code,
        catalogue=entries.name,
        kind=entry.kind.value,
        rung=entry.rung,
        age=age_on(born, proposal.starts_on),
        state=_first_state(entry, proposal).value,
        starts_on=proposal.starts_on,
        ends_on=_ends_on(entry, proposal),
        breaches=0,
        agency_id=actor.agency_id,
        recorded_at=work.now,
        recorded_by_account_id=actor.account_id,
        key_id=case.key_id,
    )
    if proposal.is_declined:
        row.ended_on, row.outcome = proposal.starts_on, rules.Outcome.NOT_ACCEPTED.value
    row.content.seal(work.keys, _content(new))
    work.session.add(row)
    work.session.flush()  # the intervention first: its duty names it
    work.note("intervention:record", "case", case.id, reason=entry.code)
    if row.state == rules.State.LIVE:
        _begin(work, row, entry, new.destination)
    return row.id


def _first_state(entry: Entry, proposal: rules.Proposal) -> rules.State:
    if proposal.is_declined:
        return rules.State.DECLINED
    return rules.State.PROPOSED if entry.needs_sign_off else rules.State.LIVE


def _ends_on(entry: Entry, proposal: rules.Proposal) -> date | None:
    if proposal.ends_on is not None or entry.months is None:
        return proposal.ends_on
    return add_months(proposal.starts_on, entry.months)


def _content(new: NewIntervention) -> dict[str, object]:
    proposal = new.proposal
    return {
        "agreed_by": sorted(proposal.agreed_by),
        "reason_without_support": proposal.reason_without_support.strip(),
        "reason_for_jump": proposal.reason_for_jump.strip(),
        "risk_assessment": proposal.risk_assessment.strip(),
        "youth_justice_said": proposal.youth_justice_said.strip(),
        "evidence": sorted(proposal.evidence),
        "parties": list(new.parties),
        "destination": new.destination,
        "references": {code: words.strip() for code, words in new.references.items() if words.strip()},
        "notes": new.notes.strip(),
        "history": [],
    }


def _what_is_wrong_with_destination(new: NewIntervention, entry: Entry | None, born: date | None) -> list[FieldError]:
    if entry is None or entry.kind is not Kind.REFERRAL or born is None or new.proposal.starts_on < born:
        return []
    if new.destination is None:
        return [] if entry.rung is not None else [FieldError("destination", "Choose the service.")]
    open_to = {one.code: one for one in rules.open_to(catalogue(), born=born, on=new.proposal.starts_on)}
    if new.destination not in open_to:
        return [FieldError("destination", "Choose a service that is for this age.")]
    missing = set(open_to[new.destination].consent) - set(new.proposal.agreed_by)
    if missing and not new.proposal.is_declined:
        who = {"young_person": "the young person", "adult": "each adult concerned"}
        return [
            FieldError(
                "agreed_by", f"This service needs the yes of {' and '.join(who[one] for one in sorted(missing))}."
            )
        ]
    return []


def _begin(work: UnitOfWork, row: Intervention, entry: Entry, destination: str | None) -> None:
    clock = catalogue().destinations.get(destination or "")
    if clock is not None:
        row.review_on = row.starts_on + timedelta(days=clock.answer_in_days)
    elif entry.review_every_months is not None:
        row.review_on = add_months(row.starts_on, entry.review_every_months)
    _owe_review(work, row)
    work.record(
        events.InterventionBegan(
            partnership_id=work.partnership_id,
            intervention_id=row.id,
            case_id=row.case_id,
            code=row.code,
            closes_case=entry.closes_case,
        )
    )


def _owe_review(work: UnitOfWork, row: Intervention) -> None:
    if row.review_on is None:
        return
    duties.raise_duties(
        work,
        duties=[
            NewDuty(
                kind=DutyKind.INTERVENTION_REVIEW,
                subject_kind="intervention",
                subject_id=row.id,
                due_at=deadline(row.review_on, END_OF_DAY),
                rule="youth.intervention_review",
                owed_by_account_id=row.recorded_by_account_id,
                case_id=row.case_id,
            )
        ],
        policy_version_id=None,
        extra_holidays=partnerships.extra_holidays(work),
    )


def sign_off(work: UnitOfWork, *, intervention_id: uuid.UUID) -> None:
    """Sign what a colleague proposed, in the role that the catalogue names. Raises NotFound, NotAllowed, Conflict."""
    row = policy.reach(work, intervention_id, act="intervention:sign_off")
    entry = catalogue().interventions[row.code]
    if row.state != rules.State.PROPOSED:
        raise Conflict("This does not wait for a signature.")
    if not entry.needs_sign_off or Role(entry.needs_sign_off) not in work.actor.roles:
        raise NotAllowed("Another role signs this.", code="sign_off_role")
    if row.recorded_by_account_id == work.actor.account_id:
        raise NotAllowed("Somebody else than who proposed it signs it.", code="two_people")
    row.state = rules.State.LIVE.value
    row.signed_off_at, row.signed_off_by_account_id = work.now, work.actor.account_id
    work.note("intervention:sign_off", "case", row.case_id, reason=row.code)
    _begin(work, row, entry, (row.content.open(work.keys) or {}).get("destination"))


def note_breach(work: UnitOfWork, *, intervention_id: uuid.UUID, handling: str, words: str) -> None:
    """Note that it was not kept to and what follows, step by step. Raises NotFound, NotAllowed, Invalid, Conflict."""
    row = _live(work, intervention_id, act="intervention:breach")
    entry = catalogue().interventions[row.code]
    if handling not in entry.breach:
        raise Invalid.field("handling", "Choose what follows.")
    if not words.strip():
        raise Invalid.field("words", "Write what happened.")
    row.breaches += 1
    _add(work, row, "breach", handling, words)


def review(work: UnitOfWork, *, intervention_id: uuid.UUID, words: str, next_on: date | None) -> None:
    """Keep a review, and when the next one is. Raises NotFound, NotAllowed, Invalid, Conflict."""
    row = _live(work, intervention_id, act="intervention:review")
    if not words.strip():
        raise Invalid.field("words", "Write how it goes, also in the young person’s words.")
    today = london_date(work.now)
    if next_on is not None and not today < next_on <= (row.ends_on or add_months(today, 12)):
        raise Invalid.field("next_on", "Give a day after today and before it ends.")
    duties.meet(work, kind=DutyKind.INTERVENTION_REVIEW, subject_id=row.id)
    row.review_on = next_on
    _add(work, row, "review", None, words)
    _owe_review(work, row)


def end(work: UnitOfWork, *, intervention_id: uuid.UUID, outcome: rules.Outcome | str, words: str) -> None:
    """End it, with how. Raises NotFound, NotAllowed, Invalid, Conflict."""
    row = policy.reach(work, intervention_id, act="intervention:end")
    if row.state not in (rules.State.LIVE, rules.State.PROPOSED):
        raise Conflict("This has ended already.")
    if outcome not in set(rules.Outcome):
        raise Invalid.field("outcome", "Choose how it ended.")
    if not words.strip():
        raise Invalid.field("words", "Write how it ended.")
    row.state = rules.State.ENDED.value
    row.outcome = rules.Outcome(outcome).value
    row.ended_on = london_date(work.now)
    row.review_on = None
    duties.end_duties(work, state=DutyState.LAPSED, subject_ids=[row.id], kind=DutyKind.INTERVENTION_REVIEW)
    _add(work, row, "end", row.outcome, words)


def _live(work: UnitOfWork, intervention_id: uuid.UUID, *, act: str) -> Intervention:
    row = policy.reach(work, intervention_id, act=act)
    if row.state != rules.State.LIVE:
        raise Conflict("This is not live.")
    return row


def _add(work: UnitOfWork, row: Intervention, what: str, code: str | None, words: str) -> None:
    content = row.content.open(work.keys) or {}
    entry = {"what": what, "code": code, "words": words.strip(), "on": london_date(work.now).isoformat()}
    row.content.seal(work.keys, {**content, "history": [*content.get("history", []), entry]})
    work.note(f"intervention:{what}", "case", row.case_id, reason=code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter as printed: which template, to whom, where it goes, and its words."""

    template: str
    addressee: str
    name: str
    address: str
    words: str


def first_words(work: UnitOfWork, *, intervention_id: uuid.UUID, template: str) -> str:
    """Return the words of a letter's template, filled in from the record, to be changed before it is kept. Raises NotFound, Invalid."""
    row = policy.reach(work, intervention_id, act="intervention:letter", lock=False)
    found = catalogue().templates.get(template)
    if found is None or template not in catalogue().interventions[row.code].templates:
        raise Invalid.field("template", "Choose one of the letters.")
    person = _young_person(work, row.case_id)
    place = (person.document.get("address") or {}).get("lines") or ["your area"]
    return found.words.format(
        called=person.given_names or str(person.document.get("known_as") or ""),
        place=place[-1],
        starts_on=wednesday_9_december(row.starts_on, with_year=True),
        ends_on=wednesday_9_december(row.ends_on, with_year=True) if row.ends_on else "a day that we agree",
    ).strip()


def write_letter(work: UnitOfWork, *, intervention_id: uuid.UUID, letter: Letter) -> None:
    """Keep a letter as it is printed. What was served is not written again. Raises NotFound, NotAllowed, Invalid, Conflict."""
    row = policy.reach(work, intervention_id, act="intervention:letter")
    if row.served_on is not None:
        raise Conflict("This letter was served. Record a further intervention for another.")
    if row.state not in (rules.State.LIVE, rules.State.PROPOSED):
        raise Conflict("This has ended already.")
    wrong = []
    if letter.template not in catalogue().interventions[row.code].templates:
        wrong.append(FieldError("template", "Choose one of the letters."))
    if letter.addressee not in (rules.Agreed.YOUNG_PERSON, rules.Agreed.PARENT):
        wrong.append(FieldError("addressee", "Choose the young person or a parent."))
    for name, words in (("name", letter.name), ("address", letter.address), ("words", letter.words)):
        if not words.strip():
            wrong.append(FieldError(name, "Write this before the letter is printed."))
        elif len(words) > LONGEST:
            wrong.append(FieldError(name, f"Use {LONGEST:,} characters or fewer."))
    if not consent.may_be_written_to(work, case_id=row.case_id, name=letter.name):
        wrong.append(FieldError("name", "Contact is not permitted; speak to your safeguarding lead."))
    if wrong:
        raise Invalid(wrong)
    agency = agencies.agency_names(work, [row.agency_id]).get(row.agency_id, "")
    row.letter.seal(
        work.keys,
        {
            "template": letter.template,
            "addressee": letter.addressee,
            "name": letter.name.strip(),
            "address": letter.address.strip(),
            "words": letter.words.strip(),
            "agency": agency,
            "written_on": london_date(work.now).isoformat(),
            "proof": "",
        },
    )
    work.note("intervention:letter", "case", row.case_id, reason=letter.template)


def serve_letter(work: UnitOfWork, *, intervention_id: uuid.UUID, served_on: date, proof: str) -> None:
    """Note when and how the letter reached whom it is for. Raises NotFound, NotAllowed, Invalid, Conflict without a letter."""
    row = policy.reach(work, intervention_id, act="intervention:serve")
    letter = row.letter.open(work.keys)
    if letter is None or row.state == rules.State.PROPOSED:
        raise Conflict("There is no letter that could be served.")
    if row.served_on is not None:
        raise Conflict("This letter was served already.")
    if not consent.may_be_written_to(work, case_id=row.case_id, name=letter["name"]):
        raise Conflict("Contact is not permitted; speak to your safeguarding lead.")
    if not date.fromisoformat(letter["written_on"]) <= served_on <= london_date(work.now):
        raise Invalid.field("served_on", "Give a day from the day of the letter to today.")
    if not proof.strip():
        raise Invalid.field("proof", "Write how it was served: by hand to whom, or by post, and who saw it.")
    row.served_on = served_on
    row.letter.seal(work.keys, {**letter, "proof": proof.strip()})
    work.note("intervention:serve", "case", row.case_id)


def _young_person(work: UnitOfWork, case_id: uuid.UUID) -> PersonRecord:
    members = case_queries.people_of(work, case_ids=[case_id])[case_id]
    return next(one.person for one in members if one.part == Part.YOUNG_PERSON)
