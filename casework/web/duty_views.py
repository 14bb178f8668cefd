"""How duties are said on pages: whose they are, what they are about, and where each is done or seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from casework.access.permissions import Permission, Role
from casework.accounts import queries as accounts
from casework.agencies import queries as agencies
from casework.cases import queries as cases
from casework.conferences import queries as rounds
from casework.duties.queries import DutyRecord
from casework.duties.rules import TERMS, DutyKind, when_words
from casework.referrals import queries as referrals
from casework.web.components import DutyLine
from casework.web.wording import date_words, moment_words, plural
from casework.work import UnitOfWork

ROLES = {
    Role.COORDINATOR: "Co-ordinator",
    Role.ADMINISTRATOR: "Administrator",
    Role.CHAIR: "Chair",
    Role.REPRESENTATIVE: "Representatives",
    Role.REFERRER: "Referrers",
    Role.IDVA: "IDVA",
    Role.OBSERVER: "Observers",
    Role.OPERATOR: "Operator",
    Role.YOUTH_WORKER: "Youth workers",
    Role.YOUTH_MANAGER: "Youth manager",
    Role.SAFEGUARDING_LEAD: "Safeguarding lead",
    Role.INFORMATION_LEAD: "Information lead",
    Role.GROUP_CHAIR: "Chair of the youth group",
}
_NOBODY: Mapping[UUID, str] = {}
# What many cases of a round have in common is one line: an agency does it on one page.
COUNTED = {
    DutyKind.RESEARCH_ANSWER: "case",
    DutyKind.ACTION_REPORT: "action",
    DutyKind.FLAG_RAISE: "case",
    DutyKind.FLAG_LIFT: "case",
}
# Of others, who is chased agency by agency, so is whom to tell.
COUNTED_OF_OTHERS = {**COUNTED, DutyKind.TELL_VICTIM: "case"}


@dataclass(frozen=True, slots=True)
class Debtor:
    """Somebody with duties that are late: an agency, a person or a role. `code` names them in the form that chases."""

    code: str
    name: str
    late: int
    lines: tuple[DutyLine, ...]


def code_of(duty: DutyRecord) -> str:
    """Name who owes a duty, as the form that chases gives it back."""
    if duty.owed_by_agency_id is not None:
        return f"agency:{duty.owed_by_agency_id}"
    if duty.owed_by_account_id is not None:
        return f"account:{duty.owed_by_account_id}"
    return f"role:{duty.owed_by_role}"


def names_of(work: UnitOfWork, late: Collection[DutyRecord]) -> Mapping[str, str]:
    """Say who owes these duties, by code."""
    agency_ids = {one.owed_by_agency_id for one in late if one.owed_by_agency_id is not None}
    account_ids = {one.owed_by_account_id for one in late if one.owed_by_account_id is not None}
    agency_names = agencies.agency_names(work, agency_ids) if agency_ids else {}
    people = accounts.account_names(work, account_ids) if account_ids else {}
    return {
        **{f"agency:{one}": name for one, name in agency_names.items()},
        **{f"account:{one}": person.name for one, person in people.items()},
        **{f"role:{role.value}": words for role, words in ROLES.items()},
    }


def called(work: UnitOfWork, duties: Collection[DutyRecord]) -> dict[UUID, str]:
    """Say about what each duty of a MARAC is that has a line of its own, as far as the reader may know: by case its number, by
    referral who sent it and when. So no two of them are called the same, and nothing is opened for it."""
    telling = {one.case_id for one in duties if one.subject_kind == "listing" and one.case_id is not None}
    referred = {one.subject_id for one in duties if one.subject_kind == "referral"}
    sent = referrals.sent(work, referral_ids=referred)
    return cases.case_numbers(work, case_ids=telling) | {one: _sent_words(found) for one, found in sent.items()}


def _sent_words(sent: referrals.Sent) -> str:
    score = "" if sent.score is None else f", {sent.score} of 24 yes"
    return f"from {sent.agency_name}, {moment_words(sent.at)}{score}"


def sittings(work: UnitOfWork) -> dict[UUID, str]:
    """Say the rounds of the partnership in words, the latest ones; empty for who may see none."""
    if not work.actor.has(Permission.CONFERENCE_VIEW):
        return {}
    found = rounds.conferences(work, latest_first=True, limit=200)
    return {one.id: f"{one.marac.name}, {date_words(one.sits_at)}" for one in found}


def debtors(
    late: Iterable[DutyRecord],
    names: Mapping[str, str],
    sittings: Mapping[UUID, str],
    holidays: Collection[date],
    *,
    now: datetime,
    called: Mapping[UUID, str],
) -> list[Debtor]:
    """Put what is late together by who owes it, who owes most first. `now` is a UTC instant; `called` as in `lines`."""
    by_code: dict[str, list[DutyRecord]] = defaultdict(list)
    for one in late:
        by_code[code_of(one)].append(one)
    return sorted(
        (
            Debtor(
                code,
                names.get(code, "Somebody who has left"),
                len(theirs),
                lines(theirs, sittings, holidays, now=now, of_others=True, called=called),
            )
            for code, theirs in by_code.items()
        ),
        key=lambda one: (-one.late, one.name),
    )


def lines(
    duties: Iterable[DutyRecord],
    sittings: Mapping[UUID, str],
    holidays: Collection[date],
    *,
    now: datetime,
    of_others: bool = False,
    called: Mapping[UUID, str] = _NOBODY,
) -> tuple[DutyLine, ...]:
    """Make a line of each duty; those of one kind, round and time are one line with their number.

    `called` says, by case or referral, about whom a duty is: of what the reader may open. A contact's says nothing, because whom
    it is about is told by an answer alone (rule B3).
    """
    together: dict[object, list[DutyRecord]] = defaultdict(list)
    counted = COUNTED_OF_OTHERS if of_others else COUNTED
    for one in duties:
        together[(one.kind, one.conference_id, one.due_at) if DutyKind(one.kind) in counted else one.id].append(one)
    return tuple(_line(group, sittings, holidays, now, of_others, called) for group in together.values())


def _line(
    group: list[DutyRecord],
    sittings: Mapping[UUID, str],
    holidays: Collection[date],
    now: datetime,
    of_others: bool,
    called: Mapping[UUID, str],
) -> DutyLine:
    one, kind = group[0], DutyKind(group[0].kind)
    counted = COUNTED_OF_OTHERS if of_others else COUNTED
    about = [plural(len(group), counted[kind])] if kind in counted else []
    sitting = sittings.get(one.conference_id) if one.conference_id else None
    if one.subject_kind != "contact" and kind not in counted:
        about += filter(None, [called.get(one.subject_id) or (called.get(one.case_id) if one.case_id else None)])
    return DutyLine(
        what=TERMS[kind].late_words if of_others else TERMS[kind].words,
        due_at=one.due_at,
        late=one.is_late,
        href=_where_it_is_seen(one) if of_others else _where_it_is_done(one),
        about=", ".join([*about, sitting] if sitting else about),
        away=when_words(one.due_at, now, holidays),
        chased_at=max((found.chased_at for found in group if found.chased_at), default=None),
    )


def _where_it_is_done(duty: DutyRecord) -> str:
    """Give the address at which a duty is done by who owes it."""
    if duty.kind == DutyKind.IDVA_CONTACT:
        return f"/first-contacts/{duty.subject_id}"
    return {
        "research_request": f"/rounds/{duty.conference_id}/research",
        "colleague_question": f"/research/asked/{duty.subject_id}",
        "conference": f"/rounds/{duty.conference_id}",
        "minutes": f"/minutes/{duty.conference_id}",
        "referral": f"/triage/{duty.subject_id}",
        "action": "/actions",
        "flag": "/actions#marks",
        "listing": "/actions#victims",
        "youth_case": f"/young-people/{duty.case_id}",
        "agreement": f"/young-people/{duty.case_id}",
        "plan_action": f"/young-people/actions/{duty.subject_id}",
        "disagreement": f"/young-people/{duty.case_id}/disagreements/{duty.subject_id}",
        "intervention": f"/young-people/interventions/{duty.subject_id}",
        "contact": f"/contacts/{duty.subject_id}",
        "share": f"/sharing/{duty.subject_id}",
        "withdrawal_notice": f"/withdrawal/notices/{duty.subject_id}",
    }[duty.subject_kind]


def _where_it_is_seen(duty: DutyRecord) -> str:
    """Give the address at which who chases sees more of somebody else's duty, or "": an agency's files are its own."""
    if duty.subject_kind == "research_request":
        return f"/rounds/{duty.conference_id}"
    if duty.kind == DutyKind.IDVA_CONTACT:
        return f"/triage/{duty.subject_id}"
    return "" if duty.subject_kind in ("flag", "listing") else _where_it_is_done(duty)
