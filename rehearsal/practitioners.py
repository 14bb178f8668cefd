"""What simulated practitioners do: refer, triage, accept confidentiality, research, sit, report. Some are late or forget, by the seed.

Each act is the operation that a page calls, as the person who would press the button.
"""

from __future__ import annotations

import contextlib
import random
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from casework.access.permissions import Purpose
from casework.actions import operations as actions
from casework.actions import queries as action_queries
from casework.cases import operations as cases
from casework.cases import queries as case_queries
from casework.clock import add_working_days, london_date
from casework.conferences import operations as conferences
from casework.conferences import queries as rounds
from casework.conferences.operations import Hearing
from casework.conferences.queries import ConferenceRecord, ListingRecord
from casework.conferences.rules import AttendanceState, LeftBecause, RoundState
from casework.duties import queries as duties
from casework.errors import CaseworkError, Conflict, Invalid, NotFound
from casework.minutes import operations as minutes
from casework.referral_format import content_fingerprint, parse
from casework.referrals import operations as referrals
from casework.referrals import queries as referral_queries
from casework.referrals.operations import Submission
from casework.referrals.rules import ContactOutcome, ReferralState, ReturnReason
from casework.research import operations as research
from casework.research import queries as research_queries
from casework.research import rules as answers
from casework.work import Stores
from rehearsal.partnership import World

RELATIVE = "probation_colleague"
FACTS = (
    "Two call-outs to the address, the last with injuries.",
    "Seen in the department with bruising to both arms.",
    "Rent arrears since the tenancy changed; a lock change was asked for.",
    "School notes late arrivals and a child who does not want to go home.",
    "On licence; a condition forbids contact with an earlier partner.",
    "Missed three appointments after he began to come along.",
)
OPINIONS = ("We think the risk is rising since the separation.", "Our worker feels that he controls the money.")
WHAT = (
    "Mark the address for an urgent response",
    "Offer a lock change and a safe room",
    "Meet her at the health centre and review the safety plan",
    "Ask the children's school about pick-up arrangements",
    "Check the licence conditions and add a no-contact condition",
    "Refer to the drug and alcohol service",
)
HAPPENED = {
    "done": ("Done as agreed.", "She took up the offer.", "Done on the second visit."),
    "overtaken": ("The family has moved, so it no longer applies.", "He was sent to prison before it was needed."),
    "not_done": ("Not reached yet.", "Our worker was ill; it is planned for next week."),
}


@dataclass
class Ledger:
    """What the practitioners believe that they did, to be held against what the database says."""

    counts: Counter[str] = field(default_factory=Counter)
    waiting: list[tuple[date, Mapping[str, Any]]] = field(default_factory=list)
    corrections: dict[uuid.UUID, Mapping[str, Any]] = field(default_factory=dict)
    never_answer: set[uuid.UUID] = field(default_factory=set)
    never_report: set[uuid.UUID] = field(default_factory=set)


class Practitioners:
    """The people of the demonstration partnership at work."""

    def __init__(self, stores: Stores, world: World, rng: random.Random) -> None:
        self.stores = stores
        self.world = world
        self.rng = rng
        self.ledger = Ledger()
        self._speakers = world.speakers()

    # Referring and triage

    def refer(self, moment: datetime) -> int:
        """Send in the referrals whose day has come. Returns how many."""
        today = london_date(moment)
        due = [document for day, document in self.ledger.waiting if day <= today]
        self.ledger.waiting = [one for one in self.ledger.waiting if one[0] > today]
        for document in due:
            self._submit(document, moment)
        return len(due)

    def _submit(self, raw: Mapping[str, Any], moment: datetime) -> None:
        document = parse(raw, received_today=None, known_agencies=set(self.world.agencies))
        agency = document.referrer.agency
        with self.world.work(self.stores, self._speakers.get(agency), moment, Purpose.REFERRING) as work:
            referrals.submit(
                work,
                submission=Submission(
                    document=document.to_document(),
                    fingerprint=content_fingerprint(document),
                    referrer_agency_id=self.world.agencies[agency],
                    reference=document.reference,
                    received_on=document.received_on,
                ),
            )
        self.ledger.counts["received"] += 1

    def correct(self, moment: datetime) -> None:
        """Referrers answer what was returned to them, with a judgement written down."""
        for referral_id, raw in list(self.ledger.corrections.items()):
            document = dict(raw)
            document["routes"] = [*document["routes"], "professional_judgement"]
            document["reasons"] = (
                f"{document['reasons']} I judge the risk of serious harm to be high: she fears for her life."
            )
            with self.world.work(self.stores, None, moment, Purpose.REFERRING) as work:
                referrals.resubmit(
                    work, referral_id=referral_id, document=document, fingerprint=content_fingerprint(document)
                )
            del self.ledger.corrections[referral_id]

    def triage(self, moment: datetime) -> None:
        """The co-ordinator goes through the inbox: the same couple comes back to its case, thin referrals go back."""
        with self.world.work(self.stores, "coordinator", moment, Purpose.TRIAGE) as work:
            waiting = referral_queries.inbox(work, states=[ReferralState.SUBMITTED])
        for line in waiting:
            self._decide(line.id, moment)

    def _decide(self, referral_id: uuid.UUID, moment: datetime) -> None:
        with self.world.work(self.stores, "coordinator", moment, Purpose.TRIAGE) as work:
            record = referral_queries.referral_record(work, referral_id=referral_id)
        pairs = [one for one in record.candidates if one.kind == "same_pair" and not one.is_dismissed]
        try:
            with self.world.work(self.stores, "coordinator", moment, Purpose.TRIAGE) as work:
                referrals.accept(work, referral_id=referral_id, known_case_id=pairs[0].case.id if pairs else None)
            self.ledger.counts["accepted"] += 1
        except Invalid:
            with self.world.work(self.stores, "coordinator", moment, Purpose.TRIAGE) as work:
                referrals.return_to_referrer(
                    work,
                    referral_id=referral_id,
                    reason=ReturnReason.NO_JUDGEMENT,
                    words="The score is below every route. If you judge the risk to be high, please write why.",
                )
            self.ledger.corrections[referral_id] = record.document
            self.ledger.counts["returned"] += 1

    def first_contacts(self, moment: datetime) -> None:
        """The IDVA tries to reach each victim, at safe times only."""
        with self.world.work(self.stores, "idva", moment, Purpose.SUPPORT) as work:
            owed = [duty for duty in duties.my_duties(work) if duty.kind == "idva_contact"]
        for duty in owed:
            outcome = self.rng.choices(tuple(ContactOutcome), (0.6, 0.3, 0.1))[0]
            with self.world.work(self.stores, "idva", moment, Purpose.SUPPORT) as work:
                referrals.record_contact(
                    work, referral_id=duty.subject_id, outcome=outcome, words="Rang at the agreed time."
                )

    # Research

    def declare_conflict(self, moment: datetime) -> None:
        """Once, a probation officer turns out to be related to somebody: she is shut out, looks all the same, and finds nothing."""
        if self.ledger.counts["conflicts"]:
            return
        with self.world.work(self.stores, "coordinator", moment) as work:
            for conference in rounds.conferences(work, states=[RoundState.LIST_OUT]):
                listed = rounds.listings(work, conference_id=conference.id, states=["listed"])
                if listed:
                    cases.block(
                        work,
                        case_id=listed[0].case.id,
                        account_id=self.world.accounts[RELATIVE],
                        reason="She is the sister of somebody in the case. Declared by her manager.",
                    )
                    break
            else:
                return
        self.ledger.counts["conflicts"] += 1
        with self.world.work(self.stores, RELATIVE, moment) as work:
            conferences.accept_confidentiality(work, conference_id=conference.id)
        with contextlib.suppress(NotFound), self.world.work(self.stores, RELATIVE, moment, Purpose.RESEARCH) as work:
            case_queries.case_record(work, case_id=listed[0].case.id)
            raise RuntimeError("a blocked person could open the case")

    def accept_confidentiality(self, moment: datetime) -> None:
        """Everybody who owes it accepts the statement; one in twenty puts it off another day."""
        for key in self._speakers.values():
            with self.world.work(self.stores, key, moment) as work:
                owed = [duty for duty in duties.my_duties(work) if duty.kind == "confidentiality"]
            for duty in owed:
                if self.rng.random() < 0.95:
                    with self.world.work(self.stores, key, moment) as work:
                        conferences.accept_confidentiality(work, conference_id=duty.subject_id)

    def research(self, moment: datetime, *, share_today: float) -> None:
        """Agencies answer a share of what they are asked; a few answers never come."""
        with self.world.work(self.stores, "coordinator", moment) as work:
            open_rounds = rounds.conferences(work, states=[RoundState.LIST_OUT, RoundState.INPUTS_CLOSED])
        for conference in open_rounds:
            for key in self._speakers.values():
                self._answer(key, conference.id, moment, share_today)

    def _answer(self, key: str, conference_id: uuid.UUID, moment: datetime, share_today: float) -> None:
        with self.world.work(self.stores, key, moment, Purpose.RESEARCH) as work:
            asked = [
                one
                for one in research_queries.own_requests(work, conference_id=conference_id)
                if one.state == "asked" and one.id not in self.ledger.never_answer
            ]
        for request in asked:
            if self.rng.random() < 0.03:
                self.ledger.never_answer.add(request.id)
            elif self.rng.random() < share_today:
                try:
                    with self.world.work(self.stores, key, moment, Purpose.RESEARCH) as work:
                        research.answer(work, request_id=request.id, answer=self._an_answer(moment))
                except Conflict:
                    continue

    def _an_answer(self, moment: datetime) -> answers.Answer:
        kind = self.rng.choices(("nothing_known", "shared", "kept_back"), (0.6, 0.36, 0.04))[0]
        if kind == "nothing_known":
            return answers.Answer(kind=kind)
        kept = answers.KeptBack(
            what="A note about a third person.",
            reason=answers.KeptBackReason.THIRD_PARTY.value,
            why="It is about somebody who is not spoken of here.",
        )
        if kind == "kept_back":
            return answers.Answer(kind=kind, kept_back=(kept,), private_notes="Looked in the old system too.")
        on = london_date(moment) - timedelta(days=self.rng.randint(3, 200))
        return answers.Answer(
            kind=kind,
            facts=(answers.Fact(self.rng.choice(FACTS), on),),
            opinions=(self.rng.choice(OPINIONS),) if self.rng.random() < 0.4 else (),
            kept_back=(kept,) if self.rng.random() < 0.1 else (),
        )

    # The sitting

    def sit(self, conference_id: uuid.UUID, moment: datetime) -> None:
        """Hold a sitting from the first case to the last."""
        self._attend(conference_id, moment)
        with self.world.work(self.stores, "coordinator", moment) as work:
            conferences.start_sitting(work, conference_id=conference_id)
        with self.world.work(self.stores, "coordinator", moment) as work:
            conference = rounds.conference_record(work, conference_id=conference_id)
            listed = rounds.listings(work, conference_id=conference_id, states=["listed"])
        for number, listing in enumerate(listed):
            at = moment + timedelta(minutes=conference.marac.minutes_a_case * number)
            if self.rng.random() < 0.04:
                self._defer(listing, at)
            else:
                self._hear(conference, listing, at)
        with self.world.work(self.stores, "coordinator", moment + timedelta(hours=4)) as work:
            conferences.end_sitting(work, conference_id=conference_id)

    def _attend(self, conference_id: uuid.UUID, moment: datetime) -> None:
        for agency, key in self._speakers.items():
            absent = self.rng.random() < 0.08
            with self.world.work(self.stores, "coordinator", moment) as work:
                conferences.record_attendance(
                    work,
                    conference_id=conference_id,
                    account_id=self.world.accounts[key],
                    agency_id=self.world.agencies[agency],
                    state=AttendanceState.APOLOGIES if absent else AttendanceState.PRESENT,
                )
            deputy = f"{agency}_deputy"
            if absent and deputy in self.world.accounts:
                with self.world.work(self.stores, deputy, moment) as work:
                    conferences.accept_confidentiality(work, conference_id=conference_id)
                    conferences.record_attendance(
                        work,
                        conference_id=conference_id,
                        account_id=self.world.accounts[deputy],
                        agency_id=self.world.agencies[agency],
                        state=AttendanceState.PRESENT,
                        deputises_for_account_id=self.world.accounts[key],
                    )
        with self.world.work(self.stores, "chair", moment) as work:
            conferences.accept_confidentiality(work, conference_id=conference_id)

    def _hear(self, conference: ConferenceRecord, listing: ListingRecord, moment: datetime) -> None:
        with self.world.work(self.stores, "coordinator", moment) as work:
            conferences.start_case(work, listing_id=listing.id)
            conferences.record_hearing(
                work, listing_id=listing.id, version=listing.version, hearing=self._recorded(listing)
            )
        agreed: set[tuple[str, str]] = set()
        for _ in range(self.rng.randint(3, 8)):
            agency = self.rng.choice(list(self._speakers))
            by_when = add_working_days(conference.sits_on, self.rng.randint(1, 15))
            what = self.rng.choice([one for one in WHAT if (agency, one) not in agreed] or WHAT)
            agreed.add((agency, what))
            with self.world.work(self.stores, "coordinator", moment) as work:
                actions.agree(
                    work,
                    listing_id=listing.id,
                    owner_agency_id=self.world.agencies[agency],
                    what=what,
                    by_when=by_when,
                )
        with self.world.work(self.stores, "coordinator", moment + timedelta(minutes=10)) as work:
            conferences.finish_case(work, listing_id=listing.id)

    def _recorded(self, listing: ListingRecord) -> Hearing:
        risks = {"victim": "Serious assault when contact is refused."}
        if listing.case.children:
            risks["children"] = "They see the violence."
        crimes = [{"kind": "assault", "words": "", "wish": "not_asked"}] if self.rng.random() < 0.3 else []
        safe = listing.case.has_safe_contact
        return Hearing(
            voice="She wants him to stay away and to stay in her home.",
            risks=risks,
            crimes=crimes,
            teller=str(self.world.agencies["idva_service"]) if safe else "",
            tell_how="By phone at the agreed times." if safe else "",
            nobody_tells_because="" if safe else "No safe contact is known yet; the IDVA is finding one.",
        )

    def _defer(self, listing: ListingRecord, moment: datetime) -> None:
        try:
            with self.world.work(self.stores, "coordinator", moment) as work:
                conferences.defer_case(
                    work,
                    listing_id=listing.id,
                    because=LeftBecause.REFERRER_ABSENT,
                    words="The referrer is ill and nobody could speak for the case.",
                )
        except Conflict:
            with self.world.work(self.stores, "coordinator", moment) as work:
                conferences.withdraw_listing(work, listing_id=listing.id, because=LeftBecause.MOVED_AWAY)

    # After the sitting

    def approve(self, moment: datetime) -> None:
        """The chair approves the drafts that wait."""
        with self.world.work(self.stores, "chair", moment) as work:
            waiting = rounds.conferences(work, states=[RoundState.MINUTES_DRAFT])
        for conference in waiting:
            try:
                with self.world.work(self.stores, "chair", moment) as work:
                    minutes.approve(work, conference_id=conference.id)
            except CaseworkError:
                continue

    def report(self, moment: datetime, *, share_today: float) -> None:
        """Agencies report on their actions, mark their files and tell the victims. A few never do."""
        for key in self._speakers.values():
            with self.world.work(self.stores, key, moment, Purpose.ACTIONS) as work:
                mine = [one for one in action_queries.my_actions(work) if one.state == "agreed"]
                owed = duties.my_duties(work)
            for action in mine:
                if action.id in self.ledger.never_report:
                    continue
                if self.rng.random() < 0.05:
                    self.ledger.never_report.add(action.id)
                elif self.rng.random() < share_today:
                    self._report_on(key, action.id, moment)
            for duty in owed:
                self._meet(key, duty.kind, duty.subject_id, moment)

    def _report_on(self, key: str, action_id: uuid.UUID, moment: datetime) -> None:
        outcome = self.rng.choices(("done", "overtaken", "not_done"), (0.82, 0.08, 0.1))[0]
        with self.world.work(self.stores, key, moment, Purpose.ACTIONS) as work:
            actions.report(work, action_id=action_id, outcome=outcome, what_happened=self.rng.choice(HAPPENED[outcome]))

    def _meet(self, key: str, kind: str, subject_id: uuid.UUID, moment: datetime) -> None:
        verbs = {
            "flag_raise": lambda work: actions.confirm_flag(work, flag_id=subject_id),
            "flag_lift": lambda work: actions.mark_taken_off(work, flag_id=subject_id),
            "tell_victim": lambda work: actions.victim_told(work, listing_id=subject_id),
        }
        if kind in verbs and self.rng.random() < 0.7:
            with self.world.work(self.stores, key, moment, Purpose.ACTIONS) as work:
                verbs[kind](work)
