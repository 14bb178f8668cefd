"""What is asked before something is shared: with whom, what for, the items with their marks, what is at risk, and the reasons in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from casework.consent.rules import Article6, Category, Duty, PoliceRequest, Purpose, Risk
from casework.disclosures.rules import Cause
from casework.sharing.queries import Declared, ShareRecord, Why
from casework.sharing.rules import CONCLUSIONS as CONCLUSIONS_OF
from casework.sharing.rules import LONGEST_ITEM, LONGEST_REASON, Conclusion, Mark, NewItem, Part
from casework.web.forms.choices import Choice, Choices, Select
from casework.web.forms.fields import LongText
from casework.web.forms.form import Form, Rows

CATEGORIES: Final = (
    (Category.BASIC.value, "Basic details"),
    (Category.ASSESSMENT_SUMMARY.value, "Summary of the assessment"),
    (Category.FULL_ASSESSMENT.value, "The full assessment"),
    (Category.EDUCATION.value, "Education"),
    (Category.HEALTH.value, "Health"),
    (Category.MENTAL_HEALTH.value, "Mental health"),
    (Category.COUNSELLING.value, "Counselling"),
    (Category.SUBSTANCE_USE.value, "Drugs and alcohol"),
    (Category.SEXUAL_HEALTH.value, "Sexual health"),
    (Category.OFFENDING.value, "Offending"),
    (Category.ASB_INCIDENTS.value, "Anti-social behaviour"),
    (Category.FAMILY.value, "Family"),
    (Category.HOUSING.value, "Housing"),
    (Category.MONEY.value, "Money"),
    (Category.SAFEGUARDING_CHRONOLOGY.value, "Safeguarding chronology"),
)
PURPOSES: Final = (
    (Purpose.SUPPORT_PLAN.value, "Support plan"),
    (Purpose.ASSESSMENT.value, "Assessment"),
    (Purpose.REFERRAL_TO_SERVICE.value, "Referral to a service"),
    (Purpose.SCHOOL_SUPPORT.value, "Support at school"),
    (Purpose.HOUSING.value, "Housing"),
    (Purpose.HEALTH.value, "Health"),
    (Purpose.EVALUATION.value, "Evaluation of the service"),
    (Purpose.ASB_SUPPORT.value, "Support to stop anti-social behaviour"),
    (Purpose.ASB_ENFORCEMENT.value, "Action against anti-social behaviour"),
    (Purpose.SAFEGUARDING.value, "Safeguarding"),
    (Purpose.EMERGENCY.value, "Emergency"),
    (Purpose.LEGAL.value, "A legal duty"),
    (Purpose.POLICE_REQUEST.value, "A request of the police"),
)
BASES: Final = (
    (Article6.PUBLIC_TASK.value, "Public task"),
    (Article6.RECOGNISED_LEGITIMATE_INTEREST.value, "Recognised legitimate interest"),
    (Article6.LEGAL_OBLIGATION.value, "Legal obligation"),
    (Article6.VITAL_INTERESTS.value, "Vital interests"),
    (Article6.CONSENT.value, "Consent"),
)
KEPT_ON: Final = BASES[:-1]
YES_NO_UNSURE: Final = (("yes", "Yes"), ("no", "No"), ("unsure", "Don’t know"))
_RISKS: Final = (
    ("immediate_danger", "Somebody is in immediate danger"),
    (
        "child_significant_harm",
        "There is reason to think that a child suffers, or is likely to suffer, significant harm",
    ),
    ("adult_at_risk", "An adult is at risk"),
    ("welfare_concern", "I am worried about the young person’s welfare"),
)
_POLICE: Final = (
    ("written", "The request is in writing"),
    ("reasonable_line", "It follows a reasonable line of enquiry"),
    ("necessary", "It is necessary and proportionate"),
    ("substantial_value_stated", "It states the substantial value of counselling notes"),
    ("victim_notified", "The victim has been told of it in writing"),
)
_ITEMS: Final = Rows(
    name="items",
    one="Item",
    add="Add another item",
    path="items",
    least=1,
    most=40,
    questions=(
        LongText(name="words", label="What you want to share", path="words", rows=3, limit=LONGEST_ITEM),
        Select(
            name="category",
            label="What kind of information it is",
            path="category",
            options=CATEGORIES,
            required="Choose what kind of information it is",
        ),
        Choice(
            name="mark",
            label="Is it a fact or an opinion?",
            path="mark",
            options=((Mark.FACT.value, "Fact"), (Mark.OPINION.value, "Opinion")),
            required="Say whether it is a fact or an opinion",
            inline=True,
        ),
        Choices(
            name="about",
            label="Does any of this hold?",
            path="about",
            options=(
                ("others", "It is about other people too"),
                ("barred", "A law or a court restricts who may know it"),
            ),
        ),
    ),
)


def _reason(name: str, label: str, hint: str = "") -> LongText:
    return LongText(name=name, label=label, hint=hint, path=name, rows=2, limit=LONGEST_REASON)


_DECLARED: Final = (
    Select(name="to_agency", label="With which agency?", path="to_agency", options=(), required="Choose an agency"),
    Select(name="purpose", label="What for?", path="purpose", options=PURPOSES, required="Say what it is for"),
    _reason("to_whom", "Who there is to have it?", "Name and role, if you know them."),
    _reason("need_to_know", "Why does that agency need to know?", "Without a reason nothing goes."),
    Choice(
        name="reaches_abuser",
        label="Could it reach somebody who may have hurt the young person?",
        hint="Through somebody who works there, a shared address, phone or inbox.",
        options=YES_NO_UNSURE,
        required="Say whether it could reach somebody who may have hurt the young person",
        inline=True,
    ),
    Choices(name="risk", label="Is anybody at risk?", hint="Tick what you know. Leave the rest.", options=_RISKS),
    _reason("risk_and_harm", "What harm do you expect, and whom does this protect?"),
    Choice(
        name="cause",
        label="Whose idea is it?",
        options=(
            (Cause.OFFERED.value, "We offer it"),
            (Cause.ASKED_FOR.value, "They asked for it"),
            (Cause.DUTY.value, "A duty asks it of us"),
        ),
        inline=True,
    ),
    _reason("request", "What did they ask for, and on which power?"),
    Choice(
        name="relevant_to_welfare",
        label="Is it relevant to the child’s safety or welfare?",
        options=YES_NO_UNSURE,
        inline=True,
    ),
    Choice(name="helps_recipient", label="Would it help that agency do its work?", options=YES_NO_UNSURE, inline=True),
    Choice(
        name="more_harmful", label="Would sharing do the child more harm than not?", options=YES_NO_UNSURE, inline=True
    ),
    _reason("more_harmful_because", "If it would do more harm: why?"),
    Choices(name="police_request", label="If it is a request of the police", options=_POLICE),
    Select(
        name="chosen_basis",
        label="Lawful basis",
        hint="Leave it empty: Casework offers the one that fits your agency.",
        path="chosen_basis",
        options=BASES,
        prompt="The one that fits",
    ),
    _reason("necessity", "Why is it necessary, and would less do?", "Needed where somebody has said no."),
    _reason("consent", "If the young person was not asked: why not?"),
    _reason("view_of_the_person", "What does the young person think of it?"),
    _reason("why_not_told", "If they are not to be told: why not?"),
    _reason("confidentiality", "Is a duty of confidence set aside, and on what ground?"),
    _reason("risk_from_sharing", "What could go wrong for somebody if it is shared?"),
    _reason("onward_use", "How may it be used there?", "When left empty: for this purpose only."),
    _reason("advice", "Whose advice did you take?"),
)

SAID: Final = {one.name: one.label for one in _DECLARED if one.name in Why.__dataclass_fields__}
"""The sender's reasons in words, as they were asked for."""
NOTHING_SAID: Final = Why()
SHARE: Final = Form(_ITEMS, *_DECLARED)
AGAIN: Final = Form(*(one for one in _DECLARED if one.name != "to_agency"))
ANSWER: Final = Form(
    Choice(
        name="accepts",
        label="Does your agency take this on?",
        options=(("yes", "Yes, we accept it"), ("no", "No, we decline it")),
        required="Choose whether your agency accepts it",
    ),
    LongText(
        name="words",
        label="Anything the sender should know",
        hint="Needed when you decline.",
        path="words",
        rows=3,
        limit=LONGEST_REASON,
    ),
)
PASS_ON: Final = Form(
    Choices(
        name="positions",
        label="What do you want to pass on?",
        path="items",
        options=(),
        required="Choose at least one item",
    ),
    *_DECLARED,
)
CONCLUSIONS: Final = {
    Conclusion.SIGNIFICANT_HARM.value: "A child suffers, or is likely to suffer, significant harm: share with police and social care",
    Conclusion.DUTY_TO_SHARE.value: "The duty to share about children applies",
    Conclusion.PUBLIC_INTEREST.value: "The public interest outweighs the confidence owed: share",
    Conclusion.REFUSE.value: "Do not share",
    Conclusion.ADVISED.value: "Advice",
}
PARTS: Final = {
    Part.MANAGER.value: "Manager",
    Part.SAFEGUARDING_LEAD.value: "Safeguarding lead",
    Part.HEALTH_SAFEGUARDING_LEAD.value: "Health safeguarding lead",
    Part.INFORMATION_LEAD.value: "Information lead",
}
STATES: Final = {
    "needs_agreement": ("Ask first", "amber"),
    "needs_review": ("Two people look at it", "amber"),
    "with_information_lead": ("Information lead is asked", "amber"),
    "refused": ("Not shared", "grey"),
    "queued": ("On its way", "blue"),
    "stopped": ("Stopped before it went", "purple"),
    "delivered": ("Arrived", "green"),
    "acknowledged": ("Read there", "green"),
    "accepted": ("Accepted", "green"),
    "declined": ("Declined", "purple"),
    "lapsed": ("Ended without an answer", "grey"),
}
STOPPED: Final = {
    "withdrawn": "The agreement was withdrawn, or somebody said no, before it went.",
    "not_agreed_now": "No live agreement covered it any more when it was to go.",
    "not_allowed_now": "It was no longer allowed when it was to go.",
    "blocked": "A conflict of interest shut the other agency out before it went.",
    "taken_back": "Taken back by whoever asked.",
}
CONSENT: Final = {
    "agreed": "Agreed",
    "partly": "Partly agreed",
    "refused": "Somebody said no",
    "not_asked": "Nobody was asked, or nothing was agreed",
    "not_needed": "Not what it rests on",
}
OUTCOMES: Final = {"shared": ("Shared", "green"), "part": ("Part shared", "blue"), "not_shared": ("Not shared", "grey")}
TELL: Final = {
    "already_told": "The young person knows already.",
    "when_safe": "Tell the young person when it is safe.",
    "after": "Tell the young person afterwards, when it is safe.",
    "never_the_abuser": "Tell the young person if safe; never the person who may have hurt them.",
    "unless_barred": "Tell the young person unless the court bars it.",
    "no": "Nothing to tell.",
}
CATEGORY_WORDS: Final = dict(CATEGORIES)
PURPOSE_WORDS: Final = dict(PURPOSES) | {Purpose.MARAC.value: "MARAC"}
BASIS_WORDS: Final = dict(BASES)
REVIEWABLE: Final = CONCLUSIONS_OF
REVIEW: Final = Form(
    Choice(
        name="conclusion",
        label="What do you conclude?",
        path="conclusion",
        options=(),
        required="Choose what you conclude",
    ),
    LongText(name="words", label="Why?", path="words", rows=4, limit=LONGEST_REASON, required="Say why"),
)
ADVICE: Final = Form(
    LongText(
        name="words",
        label="What do you advise?",
        path="words",
        rows=4,
        limit=LONGEST_REASON,
        required="Write what you advise",
    )
)
SIGNATURE: Final = Form(
    LongText(
        name="confidentiality",
        label="Why does the public interest outweigh the confidence?",
        hint="A health safeguarding lead reads this, what kinds of information it is and what for. No name, and none of its words.",
        path="confidentiality",
        rows=3,
        limit=LONGEST_REASON,
        required="Say why the public interest outweighs the confidence",
    )
)
WITHDRAW: Final = Form(
    Choice(
        name="agreement", label="Which agreement ends?", path="agreement", options=(), required="Choose the agreement"
    ),
    LongText(
        name="words",
        label="How did you hear of it, and what was said?",
        hint="For example: told me at the drop-in today. No reason is needed.",
        path="words",
        rows=3,
        limit=LONGEST_REASON,
        required="Say how you heard of it",
    ),
)
WITHDRAWAL_ANSWER: Final = Form(
    Choice(
        name="answer",
        label="What has your agency done with what it had?",
        options=(
            ("deleted", "Deleted it"),
            ("kept", "Kept it, or some of it", "On a basis of your own: agreement is gone"),
        ),
        required="Choose deleted or kept",
    ),
    Select(name="basis", label="On which basis do you keep it?", path="basis", options=KEPT_ON, prompt="Not kept"),
    LongText(name="words", label="What is kept, and why?", path="words", rows=3, limit=LONGEST_REASON),
)


def items_from(values: Mapping[str, Any]) -> list[NewItem]:
    """Return the items as chosen."""
    return [
        NewItem(
            words=str(row["words"] or ""),
            category=Category(row["category"]),
            mark=Mark(row["mark"]),
            is_about_others="others" in (row["about"] or ()),
            is_barred="barred" in (row["about"] or ()),
        )
        for row in values["items"]
    ]


def declared_from(values: Mapping[str, Any]) -> Declared:
    """Return what was declared. What was not ticked as a risk is not known, so that it helps nothing."""
    risks, police = values.get("risk") or (), values.get("police_request") or ()
    return Declared(
        purpose=Purpose(values["purpose"]),
        cause=Cause(values.get("cause") or Cause.OFFERED),
        reaches_abuser=_flag(values.get("reaches_abuser")),
        risk=Risk(
            immediate_danger=_ticked("immediate_danger", risks),
            child_significant_harm=_ticked("child_significant_harm", risks),
            adult_at_risk=_ticked("adult_at_risk", risks),
            welfare_concern=_ticked("welfare_concern", risks),
        ),
        duty=Duty(
            relevant_to_welfare=_flag(values.get("relevant_to_welfare")),
            helps_recipient=_flag(values.get("helps_recipient")),
            more_harmful=_flag(values.get("more_harmful")),
        ),
        police_request=PoliceRequest(**{name: True for name, _ in _POLICE if name in police}),
        chosen_basis=Article6(values["chosen_basis"]) if values.get("chosen_basis") else None,
        why=Why(**{name: str(values.get(name) or "") for name in Why.__dataclass_fields__}),
    )


def values_of(declared: Declared) -> dict[str, Any]:
    """Return what was declared as the form shows it."""
    duty = declared.duty
    return {
        "purpose": declared.purpose.value if declared.purpose else None,
        "cause": declared.cause.value,
        "reaches_abuser": _shown(declared.reaches_abuser),
        "risk": tuple(name for name, _ in _RISKS if getattr(declared.risk, name) is True),
        "relevant_to_welfare": _shown(duty.relevant_to_welfare),
        "helps_recipient": _shown(duty.helps_recipient),
        "more_harmful": _shown(duty.more_harmful),
        "police_request": tuple(name for name, _ in _POLICE if getattr(declared.police_request, name) is True),
        "chosen_basis": declared.chosen_basis.value if declared.chosen_basis else None,
        **{name: getattr(declared.why, name) for name in Why.__dataclass_fields__},
    }


def risks_of(declared: Declared) -> list[str]:
    """Return in words what the sender ticked as a risk."""
    return [words for name, words in _RISKS if getattr(declared.risk, name) is True]


def positions_of(record: ShareRecord) -> Sequence[tuple[str, str]]:
    """Return the items of a received share to choose from."""
    words = dict(CATEGORIES)
    return [(str(one.position), f"{words[one.category]}: {one.words[:80]}") for one in record.items]


def _ticked(name: str, ticked: Sequence[str]) -> bool | None:
    """A box that is not ticked is not known, which helps nothing."""
    return True if name in ticked else None


def _flag(answer: str | None) -> bool | None:
    return {"yes": True, "no": False}.get(answer or "")


def _shown(flag: bool | None) -> str | None:
    return {True: "yes", False: "no"}.get(flag) if flag is not None else None
