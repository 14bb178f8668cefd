"""What a youth worker does with a file, from the enquiry to its closing, as the page of each step would; some take their time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from casework.clock import add_working_days, age_on, london_date, working_days_between
from casework.consent import operations as consent
from casework.consent.operations import NewAnswer
from casework.consent.rules import Relation, Status
from casework.youth import operations as youth
from casework.youth import queries as youth_queries
from casework.youth.operations import Adult, Assessment, Enquiry, Outcome, Review
from casework.youth.queries import YouthRecord
from casework.youth.rules import Stage
from rehearsal.youth.office import Office
from rehearsal.youth.people import AT_16, AT_ONCE, Story, YoungPerson

WORDING = "plain-2026"
CONCERNS = (
    "Out late most nights, and school has rung twice.",
    "Two fights at the bus station, and new friends who are older.",
    "Stopped going to school after half-term.",
    "Neighbours complain of noise and of bikes on the path.",
)
NOTHING: Mapping[str, frozenset[str]] = {"*": frozenset({"*"})}
WORKERS = {"school_nursing": "school_worker", "housing": "housing_worker"}


@dataclass(frozen=True, slots=True)
class Files:
    """Works on the files of all young people, one by one in the order in which they were invented."""

    office: Office

    def work_on(self, moment: datetime) -> None:
        """Take each file a step further, where its day has come and somebody gets round to it."""
        for young in self.office.people:
            if young.arrives_on <= london_date(moment):
                self._step(young, moment)

    def _step(self, young: YoungPerson, moment: datetime) -> None:
        if young.case_id is None:
            self._open(young, moment)
        record = self._record(young, moment)
        stage = Stage(record.line.stage)
        steps: Mapping[Stage, Callable[[YoungPerson, YouthRecord, datetime], None]] = {
            Stage.ENQUIRY: self._enquiry,
            Stage.PRE_ASSESSMENT: self._seek,
            Stage.AGREEMENT_PENDING: self._ask,
            Stage.AGREEMENT_REFUSED: self._refused,
            Stage.ASSESSING: self._assess,
            Stage.TEAM_FORMING: self._form_team,
            Stage.PLAN_ACTIVE: self._go_on,
            Stage.ON_HOLD: self._held,
            Stage.STEPPED_UP: self._with_social_care,
            Stage.CLOSING: self._close,
        }
        if stage in steps:
            steps[stage](young, record, moment)

    def _record(self, young: YoungPerson, moment: datetime) -> YouthRecord:
        with self.office.as_(young.holder, moment) as work:
            return youth_queries.youth_record(work, case_id=young.file)

    # From the concern to the agreement

    def _open(self, young: YoungPerson, moment: datetime) -> None:
        young.is_named = young.story in AT_ONCE or self.office.rng.random() < 0.7
        enquiry = Enquiry(
            known_as=young.known_as,
            concern=f"{self.office.rng.choice(CONCERNS)} {young.mark}",
            source=self.office.rng.choice(("agency", "school", "parent", "self")),
            level=self.office.rng.choice((2, 2, 3)),
            locality=young.locality,
            young_person=young.document if young.is_named else {},
        )
        with self.office.as_("youth_worker", moment) as work:
            young.case_id = youth.open_enquiry(work, enquiry=enquiry).case_id
        self.office.note("enquiries")

    def _enquiry(self, young: YoungPerson, record: YouthRecord, moment: datetime) -> None:
        if not young.is_named:
            young.is_named = True
            with self.office.as_(young.holder, moment) as work:
                youth.learn(work, case_id=young.file, young_person=young.document)
        elif young.story in AT_ONCE or self.office.rng.random() < 0.5:
            self._seek(young, record, moment)
        else:
            with self.office.as_(young.holder, moment) as work:
                youth.pre_assessment_done(work, case_id=young.file, words="A whole assessment would help.")
            self.office.note("pre-assessments")

    def _seek(self, young: YoungPerson, record: YouthRecord, moment: datetime) -> None:
        asked = "young_person" if young.relation is Relation.SELF else "parent"
        with self.office.as_(young.holder, moment) as work:
            youth.seek_agreement(work, case_id=young.file, wording=WORDING, asked=asked)
        if young.story in AT_ONCE:
            self._ask(young, record, moment + timedelta(minutes=5))

    def _ask(self, young: YoungPerson, record: YouthRecord, moment: datetime) -> None:
        if young.story not in AT_ONCE and self.office.rng.random() < 0.4:
            return
        if young.story is Story.HARM:  # what was refused at first is agreed once social care has helped
            self.answer(young, moment, says="yes" if "step down" in young.done else "no")
        else:
            self.answer(young, moment, says=young.says)

    def answer(self, young: YoungPerson, moment: datetime, *, says: str) -> None:
        """Take down what a young person, or a parent, answered about sharing."""
        is_own, is_yes = young.relation is Relation.SELF, says == "yes"
        needs_test = is_own and is_yes and age_on(young.born, london_date(moment)) < 16
        with self.office.as_(young.holder, moment) as work:
            consent.record_answer(
                work,
                answer=NewAnswer(
                    case_id=young.file,
                    status=Status.GIVEN if is_yes else Status.REFUSED,
                    relation=young.relation,
                    wording=WORDING,
                    how=self.office.rng.choice(("in_person", "phone")),
                    form=self.office.rng.choice(("signed", "signed", "spoken")),
                    giver=None if is_own else young.giver,
                    giver_name="" if is_own else f"Parent of {young.document['given_names']}",
                    giver_is_abuser=None if is_own else False,
                    purposes=frozenset({"support_plan", "assessment"}) if is_yes else frozenset(),
                    permit=young.permit if is_yes else {},
                    deny=young.deny if is_yes else NOTHING,
                    # Who said no to everything before says now what of it is no more.
                    lifted=NOTHING if is_yes and "said no" in young.done else {},
                    exceptions_explained=True,
                    to_service=Status.GIVEN if is_yes else Status.REFUSED,
                    competent=True if needs_test else None,
                    test="gillick" if needs_test else None,
                    factors="Says back what goes to whom, and what happens after a no." if needs_test else "",
                    own_words="That is all right." if is_yes else "I do not want anybody to know.",
                ),
            )
        if not is_yes:
            young.done.add("said no")
        self.office.note("agreements partly given" if is_yes and young.deny else f"answers {says}")

    def _refused(self, young: YoungPerson, record: YouthRecord, moment: datetime) -> None:
        """What a no is followed by: a disclosure that goes to social care, or, after some days, the end of the work."""
        today = london_date(moment)
        if young.story is Story.HARM:
            if self._is_time(young, "refused", today, working_days=2) and young.once("step up"):
                self._step_up(young, moment)
        elif self._is_time(young, "refused", today, working_days=8):
            with self.office.as_(young.holder, moment) as work:
                youth.begin_closing(work, case_id=young.file, words="Said no, and was told how to come back.")

    # Assessment, team and plan

    def _assess(self, young: YoungPerson, record: YouthRecord, moment: datetime) -> None:
        if young.story not in AT_ONCE and self.office.rng.random() < 0.4:
            return
        assessment = Assessment(
            sections={
                "reason": f"{self.office.rng.choice(CONCERNS)} {young.mark}",
                "strengths": "Mends bicycles and helps younger ones with theirs.",
                "needs": "A place to go in the evening, and help to catch up at school.",
            },
            risk_factors=("friends_at_risk",),
            adults=(Adult(name="Mother", relation="mother", parental_responsibility="yes", how_known="She says so."),),
            young_person_said="I get bored, that is all.",
        )
        with self.office.as_(young.holder, moment) as work:
            youth.write_assessment(work, case_id=young.file, assessment=assessment, is_complete=True)
        self.office.note("assessments")

    def _form_team(self, young: YoungPerson, record: YouthRecord, moment: datetime) -> None:
        accounts, agencies = self.office.world.accounts, self.office.world.agencies
        lead = "school_worker" if young.story is Story.NURSE_LEADS else young.holder
        with self.office.as_(young.holder, moment) as work:
            youth.appoint_lead(
                work, case_id=young.file, account_id=accounts[lead], wishes="Knows them best.", reaches_abuser=False
            )
        young.holder = lead
        places: list[Any] = [youth.FAMILY]
        for agency, worker in WORKERS.items():
            if worker != lead and "basic" in young.permit.get(agency, ()):
                with self.office.as_(lead, moment) as work:
                    places.append(
                        youth.invite(
                            work,
                            case_id=young.file,
                            agency_id=agencies[agency],
                            account_id=accounts[worker],
                            reaches_abuser=False,
                        )
                    )
        today = london_date(moment)
        for place in places:
            with self.office.as_(lead, moment) as work:
                youth.agree_action(
                    work,
                    case_id=young.file,
                    owner=place,
                    what="A place at the lunch club.",
                    outcome="Somewhere to go at midday.",
                    heading=self.office.rng.choice(("education", "housing", "health")),
                    by_when=add_working_days(today, self.office.rng.randint(3, 15)),
                )
        review_on = today + timedelta(days=self.office.rng.randint(12, 40))
        with self.office.as_(lead, moment) as work:
            youth.agree_plan(work, case_id=young.file, review_on=review_on)
        young.done.add("plan")
        self.office.note("plans")

    def _go_on(self, young: YoungPerson, record: YouthRecord, moment: datetime) -> None:
        today = london_date(moment)
        if (
            young.story is Story.ANSWERS_AT_16
            and self._is_time(young, "16", today, working_days=5)
            and young.once("own")
        ):
            young.relation, young.giver = Relation.SELF, None
            self.answer(young, moment, says="yes")
        for action in record.actions:
            if action.state == "agreed" and not action.is_affected and action.due_on <= today:
                outcome = self.office.rng.choice(("met", "met", "partly", "not_met", "not_needed"))
                with self.office.as_(young.holder, moment) as work:
                    youth.report_action(work, action_id=action.id, outcome=outcome, words="Talked through together.")
        if record.line.review_on is not None and record.line.review_on <= today:
            self._review(young, moment)

    def _review(self, young: YoungPerson, moment: datetime) -> None:
        closes = young.story is Story.DRAWN and self.office.rng.random() < 0.4
        with self.office.as_(young.holder, moment) as work:
            youth.begin_review(work, case_id=young.file)
        waiting = [one for one in self._record(young, moment).actions if one.state == "agreed"]
        review = Review(
            young_persons_view="It is better than it was.",
            present="The young person, their mother, the team.",
            outcomes={one.id: Outcome("met", "Done.") for one in waiting},
            is_agreed=True,
            decision="close" if closes else "go_on",
            next_on=None if closes else london_date(moment) + timedelta(weeks=6),
        )
        with self.office.as_(young.holder, moment) as work:
            youth.hold_review(work, case_id=young.file, review=review)
        self.office.note("reviews")

    def _held(self, young: YoungPerson, record: YouthRecord, moment: datetime) -> None:
        """Ask again after some days; whoever withdrew may say yes to less."""
        if young.story in AT_16 or not self._is_time(young, "held", london_date(moment), working_days=4):
            return
        if young.once("asked again") and self.office.rng.random() < 0.6:
            young.permit = {agency: frozenset({"basic"}) for agency in young.permit}
            self._seek(young, record, moment)
            if young.story not in AT_ONCE:
                self.answer(young, moment + timedelta(minutes=5), says="yes")

    def _close(self, young: YoungPerson, record: YouthRecord, moment: datetime) -> None:
        for action in record.actions:
            if action.state == "agreed":
                with self.office.as_(young.holder, moment) as work:
                    youth.report_action(work, action_id=action.id, outcome="not_needed", words="The work ends.")
        reason = "refused" if "refused" in young.since else "needs_met"
        with self.office.as_(young.holder, moment) as work:
            youth.close(work, case_id=young.file, reason=reason, achieved={}, words="Knows where to come back to.")
        young.done.add("closed")
        self.office.note("files closed")

    # Up and down

    def _step_up(self, young: YoungPerson, moment: datetime) -> None:
        with self.office.as_(young.holder, moment) as work:
            youth.step_up(
                work, case_id=young.file, grounds="safeguarding", words=f"Bruises, and afraid to go home. {young.mark}"
            )
        self.office.note("steps up")

    def _with_social_care(self, young: YoungPerson, record: YouthRecord, moment: datetime) -> None:
        today = london_date(moment)
        if self._is_time(young, "stepped up", today, working_days=1) and young.once("social care answered"):
            with self.office.as_(young.holder, moment) as work:
                youth.answer_step_up(
                    work, case_id=young.file, is_accepted=True, level=4, words="They begin an assessment of their own."
                )
        elif self._is_time(young, "stepped up", today, working_days=9) and young.once("step down"):
            with self.office.as_(young.holder, moment) as work:
                youth.step_down(
                    work,
                    case_id=young.file,
                    level=3,
                    lead_account_id=self.office.world.accounts["youth_worker"],
                    words="The plan of social care has ended.",
                )
            self.office.note("steps down")

    @staticmethod
    def _is_time(young: YoungPerson, what: str, today: date, *, working_days: int) -> bool:
        """Say whether so many working days have gone since something was first seen, today the first time."""
        return working_days_between(young.since.setdefault(what, today), today) >= working_days
