"""Withdrawal: new sharing ends at once, queued shares stop in the same transaction, past recipients are told and owe an answer."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select

from casework.access.permissions import Permission, Role
from casework.accounts import queries as accounts
from casework.agencies import queries as agencies
from casework.cases.models import Case, Standing
from casework.consent import operations as consent
from casework.consent.models import Agreement
from casework.consent.rules.standing import ANY, Kind, Scope
from casework.disclosures.models import Disclosure
from casework.disclosures.rules import Consent, words_from
from casework.duties import operations as duties
from casework.duties.operations import NewDuty
from casework.duties.rules import DutyKind
from casework.errors import Conflict, Invalid
from casework.partnerships import queries as partnerships
from casework.sharing import events, policy, rules
from casework.sharing.models import Share, WithdrawalNotice
from casework.sharing.operations import record
from casework.sharing.operations.delivering import why_stopped
from casework.sharing.queries.facts import decided, declared_from
from casework.sharing.queries.records import items_of, new_items_of, reviews_of
from casework.sharing.queries.withdrawals import reach_in_scope
from casework.sharing.rules import ShareState, WithdrawalAnswer
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a withdrawal did at once: the shares that it stopped, and the past recipients that were told."""

    stopped: tuple[uuid.UUID, ...]
    told_agency_ids: tuple[uuid.UUID, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What one agency was told: the latest act, and what kinds of information for which purposes in all."""

    latest: Disclosure
    categories: frozenset[str]
    purposes: frozenset[str]


class TakenBack(Protocol):
    """What is taken back, of what agencies were told; `is_part` says whether something else still stands."""

    @property
    def is_part(self) -> bool:
        """Whether a part was taken back, or the whole."""

    def of(self, agency_id: uuid.UUID | None, purpose: str | None, categories: frozenset[str]) -> frozenset[str]:
        """Return those of the kinds that an agency was told for a purpose which are taken back."""


@dataclass(frozen=True, slots=True)
class Everything:
    """The whole of an agreement: all that anybody was told by agreement."""

    is_part: bool = False

    def of(self, agency_id: uuid.UUID | None, purpose: str | None, categories: frozenset[str]) -> frozenset[str]:
        """Return all of it."""
        return categories


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an agreement that is taken back: kinds of information by agency's short name, or purposes."""

    slugs: Mapping[uuid.UUID, str]
    taken: Scope
    purposes: frozenset[str]

    is_part: bool = True

    def of(self, agency_id: uuid.UUID | None, purpose: str | None, categories: frozenset[str]) -> frozenset[str]:
        """Return those of the kinds that an agency was told for a purpose which this part takes back."""
        if agency_id is None:
            return frozenset()
        if purpose in self.purposes:
            return categories
        taken = self.taken.get(self.slugs.get(agency_id, ""), frozenset()) | self.taken.get(ANY, frozenset())
        return categories if ANY in taken else categories & taken


def withdraw(work: UnitOfWork, *, case_id: uuid.UUID, agreement_id: uuid.UUID, words: str) -> Withdrawn:
    """Record that an agreement about a young person is withdrawn, for a worker of any agency in scope.

    From this commit on nothing goes on the strength of it: what is queued is decided again here and stopped, and delivery waits
    for the same lock. What went before stays lawful and nothing is promised back; each past recipient is told, without any new
    detail, and owes an answer in five working days: deleted, or kept on a named basis (docs/how-withdrawal-works.md). Raises
    NotAllowed, NotFound, Invalid, and Conflict when it was withdrawn already.
    """
    work.require(Permission.AGREEMENT_RECORD)
    case, person_id = reach_in_scope(work, case_id, act="agreement:withdraw")
    reach_agreement(work, case_id, agreement_id)
    consent.withdraw(work, agreement_id=agreement_id, words=words)
    done = stop_and_tell(work, case, person_id, agreement_id, Everything())
    work.note("agreement:withdraw", "case", case.id)
    work.record(
        events.SharingWithdrawn(
            partnership_id=work.partnership_id, case_id=case.id, person_id=person_id, agreement_id=agreement_id
        )
    )
    return done


def withdraw_part(
    work: UnitOfWork,
    *,
    case_id: uuid.UUID,
    agreement_id: uuid.UUID,
    taken: Scope,
    purposes: frozenset[str] = frozenset(),
    words: str,
) -> Withdrawn:
    """Record that part of an agreement is taken back: agencies, kinds of information ("*" for all), or purposes.

    As a whole withdrawal does: what is queued is decided again, and each agency that received any of it is told and owes an answer.
    For whoever sees the whole file, because nobody else may see the scope. Raises NotAllowed, NotFound, Invalid, Conflict.
    """
    case, person_id = reach_in_scope(work, case_id, act="agreement:narrow")
    reach_agreement(work, case_id, agreement_id)
    consent.narrow(work, agreement_id=agreement_id, taken=taken, purposes=purposes, words=words)
    slugs = {one.id: one.slug for one in agencies.agencies(work)}
    return stop_and_tell(work, case, person_id, agreement_id, Part(slugs, taken, purposes))


def stop_and_tell(
    work: UnitOfWork, case: Case, person_id: uuid.UUID, agreement_id: uuid.UUID, taken_back: TakenBack
) -> Withdrawn:
    """Decide again about what is queued, and tell each agency that was told what is taken back. The caller holds the answers' lock."""
    work.session.flush()  # the answer first: what is queued is decided again on it
    work.keys.load([case.key_id])
    stopped = _stop_what_no_longer_may(work, person_id)
    told = _tell_recipients(work, case.id, person_id, agreement_id, case.key_id, taken_back)
    return Withdrawn(tuple(stopped), tuple(told))


def answer_withdrawal(
    work: UnitOfWork, *, notice_id: uuid.UUID, answer: WithdrawalAnswer, basis: str | None = None, words: str = ""
) -> None:
    """Say for one's agency what it did with what it had: deleted, or kept on a basis of its own and why.

    Each agency keeps what the law lets it keep; consent is no such basis, because it is gone. Raises NotAllowed, NotFound, Invalid,
    Conflict when it was answered.
    """
    work.require(Permission.SHARE_ANSWER)
    notice = work.session.scalar(
        select(WithdrawalNotice).where(WithdrawalNotice.id == notice_id, policy.is_told(work)).with_for_update()
    )
    if notice is None:
        policy.refuse_missing(work, "withdrawal:answer", "withdrawal_notice", notice_id)
    if notice.answered_at is not None:
        raise Conflict("Your agency has answered this already.")
    kept_on = rules.kept_on(basis)
    if answer is WithdrawalAnswer.KEPT:
        if kept_on is None:
            raise Invalid.field("basis", "Choose the basis on which your agency keeps it. Agreement is gone.")
        errors = rules.mistakes_of_reason("words", words, "Say what is kept, and why.")
        if errors:
            raise Invalid(errors)
    work.keys.load([notice.key_id])
    notice.answer = answer.value
    notice.basis = kept_on.value if answer is WithdrawalAnswer.KEPT and kept_on else None
    notice.answered_at = work.now
    notice.answered_by_account_id = work.actor.account_id
    notice.words.seal(work.keys, {"words": words.strip()})
    duties.meet(work, kind=DutyKind.WITHDRAWAL_ANSWER, subject_id=notice.id)
    work.note("withdrawal:answer", "withdrawal_notice", notice.id, reason=answer.value)
    work.record(
        events.WithdrawalAnswered(
            partnership_id=work.partnership_id, case_id=notice.case_id, notice_id=notice.id, answer=answer.value
        )
    )


def reach_agreement(work: UnitOfWork, case_id: uuid.UUID, agreement_id: uuid.UUID) -> Agreement:
    """Return an answer about sharing of this file. Raises NotFound for any other, also for the answer to being helped.

    That one ends help and not sharing. Consent leaves it to its caller to have found the right one.
    """
    query = select(Agreement).where(
        Agreement.id == agreement_id, Agreement.case_id == case_id, Agreement.kind == Kind.SHARING.value
    )
    found = work.session.scalar(query)
    if found is None:
        policy.refuse_missing(work, "agreement:withdraw", "agreement", agreement_id)
    return found


def _stop_what_no_longer_may(work: UnitOfWork, person_id: uuid.UUID) -> list[uuid.UUID]:
    """Decide again about every queued share about this person, and stop those that may not go any more."""
    stopped = []
    for share in work.session.scalars(
        select(Share)
        .where(Share.person_id == person_id, Share.state == ShareState.QUEUED.value)
        .order_by(Share.id)
        .with_for_update()
    ):
        work.keys.load([share.key_id])
        declared = declared_from(share.declared.open(work.keys) or {})
        found = decided(
            work,
            case_id=share.case_id,
            person_id=share.person_id,
            from_agency_id=share.from_agency_id,
            to_agency_id=share.to_agency_id,
            items=new_items_of(work, items_of(work, share)),
            declared=declared,
            reviews=reviews_of(work, share.id),
        )
        if found.answer.result in rules.PERMITS:
            continue  # it rests on something else, or a part of it may still go: delivery decides
        share.decision_id = record.keep(work, share, found, "reviewed")
        record.stop(work, share, why_stopped(found))
        share.disclosure_id = record.act(work, share, found, declared, went=())
        stopped.append(share.id)
    return stopped


def _tell_recipients(
    work: UnitOfWork,
    case_id: uuid.UUID,
    person_id: uuid.UUID,
    agreement_id: uuid.UUID,
    key_id: uuid.UUID,
    taken_back: TakenBack,
) -> list[uuid.UUID]:
    """Write down, for each agency that was told anything on the strength of an agreement, that it is told and owes an answer.

    Told is who received a share, and who joined the team; of what is taken back, only those that were told any of it.
    """
    told = _told(work, person_id, taken_back)
    handled = _who_handled(work, [one.latest for one in told.values()])
    holidays = partnerships.extra_holidays(work)
    due_at = rules.withdrawal_due_at(work.now, holidays)
    owed: list[NewDuty] = []
    for agency_id, one in sorted(told.items()):
        notice = WithdrawalNotice(
            id=uuid.uuid4(),
            partnership_id=work.partnership_id,
            case_id=case_id,
            person_id=person_id,
            agreement_id=agreement_id,
            agency_id=agency_id,
            disclosure_id=one.latest.id,
            is_part=taken_back.is_part,
            categories=sorted(one.categories),
            purposes=sorted(one.purposes),
            told_at=work.now,
            due_at=due_at,
            key_id=key_id,
        )
        work.session.add(notice)
        owed += [
            NewDuty(
                kind=DutyKind.WITHDRAWAL_ANSWER,
                subject_kind="withdrawal_notice",
                subject_id=notice.id,
                due_at=due_at,
                rule="five_working_days",
                owed_by_account_id=account_id,
                owed_by_agency_id=None if account_id else agency_id,
                case_id=case_id,
            )
            for account_id in _who_answers(work, agency_id, handled.get(one.latest.subject_id, ()))
        ]
    work.session.flush()  # the notices first: duties are about them
    duties.raise_duties(work, duties=owed, policy_version_id=None, extra_holidays=holidays)
    return sorted(told)


def _told(work: UnitOfWork, person_id: uuid.UUID, taken_back: TakenBack) -> dict[uuid.UUID, Told]:
    """Return, by agency, what was told about a young person on the strength of an agreement, as far as it is taken back."""
    acts = work.session.scalars(
        select(Disclosure)
        .where(
            Disclosure.person_id == person_id,
            Disclosure.was_shared.is_(True),
            Disclosure.corrects_id.is_(None),
            Disclosure.to_agency_id.is_not(None),
            Disclosure.consent.in_([Consent.AGREED.value, Consent.PARTLY.value]),
        )
        .order_by(Disclosure.disclosed_at, Disclosure.id)
    ).all()
    work.keys.load({act.key_id for act in acts if act.key_id})
    told: dict[uuid.UUID, Told] = {}
    for act in acts:
        agency_id, categories = act.to_agency_id, frozenset(words_from(act.record.open(work.keys) or {}).allowed)
        concerned = taken_back.of(agency_id, act.purpose, categories)
        if agency_id is None or not concerned:
            continue
        before = told.get(agency_id)
        told[agency_id] = Told(
            act,
            concerned | (before.categories if before else frozenset()),
            frozenset({act.purpose} if act.purpose else ()) | (before.purposes if before else frozenset()),
        )
    return told


def _who_handled(work: UnitOfWork, acts: Collection[Disclosure]) -> dict[uuid.UUID, list[uuid.UUID]]:
    """Return, by what was told (a share, a place on the team), who dealt with it in the agency that was told."""
    subjects = [act.subject_id for act in acts]
    found: dict[uuid.UUID, list[uuid.UUID]] = {}
    for share in work.session.execute(
        select(Share.id, Share.answered_by_account_id, Share.acknowledged_by_account_id).where(Share.id.in_(subjects))
    ):
        found[share.id] = [one for one in (share[1], share[2]) if one is not None]
    for place in work.session.execute(
        select(Standing.source_id, Standing.account_id).where(Standing.source_id.in_(subjects))
    ):
        found.setdefault(place.source_id, []).append(place.account_id)
    return found


def _who_answers(
    work: UnitOfWork, agency_id: uuid.UUID, handled: Collection[uuid.UUID]
) -> list[uuid.UUID] | list[None]:
    """Return who owes the answer of an agency: whoever handled the share, else everybody who answers there, else the agency."""
    there = accounts.accounts_with_role(work, roles=[Role.YOUTH_WORKER], agency_id=agency_id)
    return [one for one in dict.fromkeys(handled) if one in there][:1] or there or [None]
