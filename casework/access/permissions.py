"""The permissions (`thing:verb`), the roles, and which role grants what. docs/permissions.md is made from this table.

A permission is never enough for a case: a block, the protocol, standing and the programme's sharing model come with it
(docs/adr/0004-access-order.md).
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody is in one partnership. A person may hold several."""

    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"
    CHAIR = "chair"
    REPRESENTATIVE = "representative"
    REFERRER = "referrer"
    IDVA = "idva"
    OBSERVER = "observer"
    OPERATOR = "operator"
    YOUTH_WORKER = "youth_worker"
    YOUTH_MANAGER = "youth_manager"
    SAFEGUARDING_LEAD = "safeguarding_lead"
    INFORMATION_LEAD = "information_lead"
    GROUP_CHAIR = "group_chair"


class Permission(StrEnum):
    """What can be permitted, named thing:verb."""

    REFERRAL_SUBMIT = "referral:submit"
    REFERRAL_TRIAGE = "referral:triage"
    REFERRAL_VIEW = "referral:view"
    REFERRAL_IMPORT = "referral:import"
    CASE_VIEW = "case:view"
    CASE_VIEW_ALL = "case:view_all"
    CASE_BLOCK = "case:block"
    CONFERENCE_PLAN = "conference:plan"
    CONFERENCE_VIEW = "conference:view"
    CONFERENCE_RUN = "conference:run"
    CONFERENCE_AGREE_LATE = "conference:agree_late"
    CONFIDENTIALITY_ACCEPT = "confidentiality:accept"
    HEARING_RECORD = "hearing:record"
    MINUTES_DRAFT = "minutes:draft"
    MINUTES_APPROVE = "minutes:approve"
    MINUTES_READ = "minutes:read"
    RESEARCH_ANSWER = "research:answer"
    RESEARCH_HELP = "research:help"
    ACTION_AGREE = "action:agree"
    ACTION_REPORT = "action:report"
    DUTY_VIEW_ALL = "duty:view_all"
    DUTY_CHASE = "duty:chase"
    ACCOUNT_MANAGE = "account:manage"
    PARTNERSHIP_MANAGE = "partnership:manage"
    AUDIT_VIEW = "audit:view"
    SYSTEM_OPERATE = "system:operate"
    YOUTH_CASE_OPEN = "youth_case:open"
    YOUTH_CASE_VIEW = "youth_case:view"
    YOUTH_CASE_BLOCK = "youth_case:block"
    AGREEMENT_RECORD = "agreement:record"
    SHARE_ASK = "share:ask"
    SHARE_ANSWER = "share:answer"
    SHARE_REVIEW = "share:review"
    SHARE_OVERSEE = "share:oversee"
    GROUP_TAKE_PART = "group:take_part"
    GROUP_LEAD = "group:lead"
    CONTACT_OPEN = "contact:open"


_P = Permission
_ROUND = frozenset({_P.CONFERENCE_VIEW, _P.CONFIDENTIALITY_ACCEPT, _P.CASE_VIEW})

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.COORDINATOR: _ROUND
    | {
        _P.REFERRAL_SUBMIT,
        _P.REFERRAL_TRIAGE,
        _P.REFERRAL_VIEW,
        _P.REFERRAL_IMPORT,
        _P.CASE_VIEW_ALL,
        _P.CASE_BLOCK,
        _P.CONFERENCE_PLAN,
        _P.CONFERENCE_RUN,
        _P.HEARING_RECORD,
        _P.MINUTES_DRAFT,
        _P.MINUTES_READ,
        _P.ACTION_AGREE,
        _P.DUTY_VIEW_ALL,
        _P.DUTY_CHASE,
        _P.AUDIT_VIEW,
        _P.ACCOUNT_MANAGE,
        _P.PARTNERSHIP_MANAGE,
    },
    # An administrator does the co-ordinator's paperwork with less governance: no blocks, no trail.
    Role.ADMINISTRATOR: _ROUND
    | {
        _P.REFERRAL_SUBMIT,
        _P.REFERRAL_VIEW,
        _P.CASE_VIEW_ALL,
        _P.CONFERENCE_RUN,
        _P.HEARING_RECORD,
        _P.MINUTES_DRAFT,
        _P.MINUTES_READ,
        _P.ACTION_AGREE,
        _P.DUTY_VIEW_ALL,
        _P.DUTY_CHASE,
    },
    Role.CHAIR: _ROUND
    | {
        _P.CONFERENCE_AGREE_LATE,
        _P.CONFERENCE_RUN,
        _P.CASE_BLOCK,
        _P.MINUTES_APPROVE,
        _P.MINUTES_READ,
        _P.ACTION_AGREE,
        _P.DUTY_VIEW_ALL,
    },
    Role.REPRESENTATIVE: _ROUND | {_P.REFERRAL_SUBMIT, _P.RESEARCH_ANSWER, _P.ACTION_REPORT, _P.MINUTES_READ},
    # A frontline worker may be asked about one case by those who speak for their agency, and sees that one question.
    Role.REFERRER: frozenset({_P.REFERRAL_SUBMIT, _P.CASE_VIEW, _P.RESEARCH_HELP}),
    Role.IDVA: _ROUND | {_P.REFERRAL_SUBMIT, _P.RESEARCH_ANSWER, _P.ACTION_REPORT, _P.MINUTES_READ},
    # An observer hears at the table and gets no papers: the conference page only, never a case.
    Role.OBSERVER: frozenset({_P.CONFERENCE_VIEW, _P.CONFIDENTIALITY_ACCEPT}),
    # An operator runs the machine and manages accounts, and sees no case.
    Role.OPERATOR: frozenset({_P.SYSTEM_OPERATE, _P.ACCOUNT_MANAGE, _P.PARTNERSHIP_MANAGE}),
    # Youth support: none of these roles opens a case of a MARAC, nor any young person's without standing.
    Role.YOUTH_WORKER: frozenset(
        {
            _P.YOUTH_CASE_OPEN,
            _P.YOUTH_CASE_VIEW,
            _P.AGREEMENT_RECORD,
            _P.SHARE_ASK,
            _P.SHARE_ANSWER,
            _P.GROUP_TAKE_PART,
            _P.CONTACT_OPEN,
        }
    ),
    # Two people sign where the sharing table asks for a review: a manager and a safeguarding lead.
    # The same two shut out whoever has a conflict of interest: those who do the work with the young person do not.
    Role.YOUTH_MANAGER: frozenset(
        {_P.YOUTH_CASE_VIEW, _P.YOUTH_CASE_BLOCK, _P.AGREEMENT_RECORD, _P.SHARE_REVIEW, _P.GROUP_TAKE_PART}
    ),
    Role.SAFEGUARDING_LEAD: frozenset({_P.YOUTH_CASE_VIEW, _P.YOUTH_CASE_BLOCK, _P.SHARE_REVIEW}),
    # The information lead sees what was decided and on which grounds, and is asked when no row of the table fits.
    Role.INFORMATION_LEAD: frozenset({_P.SHARE_OVERSEE}),
    Role.GROUP_CHAIR: frozenset({_P.GROUP_TAKE_PART, _P.GROUP_LEAD}),
}


class Purpose(StrEnum):
    """Why personal data are opened in this unit of work. Written to the trail with every view."""

    TRIAGE = "triage"
    RESEARCH = "research"
    CONFERENCE = "conference"
    ACTIONS = "actions"
    REFERRING = "referring"
    SUPPORT = "support"
    OVERSIGHT = "oversight"
    SCHEDULED = "scheduled"
    IMPORT = "import"
