"""Signatures: two people review a refused share, a health safeguarding lead signs for the public interest, the information lead advises."""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy import func, select

from casework.access.permissions import Permission
from casework.clock import london_date
from casework.duties import operations as duties
from casework.duties.rules import DutyKind
from casework.errors import Conflict, Invalid, NotAllowed
from casework.partnerships.models import Partnership, PolicyVersion
from casework.programmes.registry import YOUTH_SUPPORT
from casework.sharing import policy, rules
from casework.sharing.models import Share, ShareReview
from casework.sharing.operations.asking import Asked, decide_again
from casework.sharing.queries.records import reviews_of
from casework.sharing.rules import Conclusion, Part, ShareState
from casework.work import UnitOfWork


def review(work: UnitOfWork, *, share_id: uuid.UUID, part: Part, conclusion: Conclusion, words: str) -> Asked | None:
    """Conclude about a share that waits for review: significant harm, the duty to share, the public interest, or not to share.

    Source: the table's rows 15 and 16. A manager and a safeguarding lead sign, two different people; when both have, or when the
    public interest is signed, the rules decide anew and the answer is returned. Raises NotAllowed, NotFound, Invalid, Conflict.
    """
    work.require(Permission.SHARE_REVIEW)
    if part not in policy.parts_of(work) or part is Part.INFORMATION_LEAD:
        raise NotAllowed("You do not sign in that part.", code="part")
    share = policy.reach(work, share_id, policy.is_to_review(work), act="share:review", lock=True)
    if conclusion not in rules.CONCLUSIONS[part]:
        raise Invalid.field("conclusion", "Choose what you conclude.")
    errors = rules.mistakes_of_reason("words", words, "Say why.")
    if errors:
        raise Invalid(errors)
    if share.asked_by_account_id == work.actor.account_id:
        raise Conflict("You asked for this share, so somebody else reviews it.")
    _sign(work, share, part, conclusion, words)
    signed = reviews_of(work, share.id)
    both = Part.MANAGER in signed and Part.SAFEGUARDING_LEAD in signed
    if conclusion is Conclusion.PUBLIC_INTEREST or (both and part is not Part.HEALTH_SAFEGUARDING_LEAD):
        return decide_again(work, share)
    return None


def advise(work: UnitOfWork, *, share_id: uuid.UUID, words: str) -> None:
    """Answer a question that no row of the table covers. The sender reads the advice and asks again, or does not.

    Raises NotAllowed, NotFound, Invalid, Conflict when it is no open question.
    """
    work.require(Permission.SHARE_OVERSEE)
    share = policy.reach(work, share_id, policy.is_overseen(work), act="share:advise", lock=True)
    if share.state != ShareState.WITH_INFORMATION_LEAD:
        raise Conflict("Nothing is asked about this share.")
    errors = rules.mistakes_of_reason("words", words, "Write what you advise.")
    if errors:
        raise Invalid(errors)
    _sign(work, share, Part.INFORMATION_LEAD, Conclusion.ADVISED, words)
    share.state = rules.move(share.state, ShareState.REFUSED).value
    duties.meet(work, kind=DutyKind.SHARE_ADVICE, subject_id=share.id)


def switch_duty_to_share(work: UnitOfWork, *, is_on: bool, from_date: date) -> uuid.UUID:
    """Switch the duty to share about children (Children Act 2004 s16LA) on or off for this partnership from a London day.

    It is off until somebody has confirmed that the law has begun. The latest version that has begun counts, and is kept with each
    decision. Raises NotAllowed without share:oversee, Invalid for a day that has gone: what was decided then stays as it was.
    """
    work.require(Permission.SHARE_OVERSEE)
    if from_date < london_date(work.now):
        raise Invalid.field("from_date", "Give today or a day to come.")
    # Two who record a version at once wait for one another here.
    work.session.scalar(select(Partnership.id).where(Partnership.id == work.partnership_id).with_for_update())
    highest = work.session.scalar(
        select(func.max(PolicyVersion.version)).where(
            PolicyVersion.partnership_id == work.partnership_id, PolicyVersion.programme == YOUTH_SUPPORT.code
        )
    )
    row = PolicyVersion(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        programme=YOUTH_SUPPORT.code,
        version=(highest or 0) + 1,
        from_date=from_date,
        settings={"s16LA": is_on},
        decided_by_account_id=work.actor.account_id,
    )
    work.session.add(row)
    work.note("policy:set", "policy_version", row.id)
    return row.id


def _sign(work: UnitOfWork, share: Share, part: Part, conclusion: Conclusion, words: str) -> None:
    if work.actor.account_id is None or work.actor.agency_id is None:
        raise NotAllowed(code="role")
    before = work.session.execute(
        select(ShareReview.part, ShareReview.account_id).where(ShareReview.share_id == share.id)
    ).all()
    if any(row.part == part for row in before):
        raise Conflict("Somebody has signed in this part already.")
    if any(row.account_id == work.actor.account_id for row in before):
        raise Conflict("You have signed already. Two different people are needed.")
    row = ShareReview(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        share_id=share.id,
        part=part.value,
        conclusion=conclusion.value,
        account_id=work.actor.account_id,
        agency_id=work.actor.agency_id,
        at=work.now,
        key_id=share.key_id,
    )
    row.words.seal(work.keys, {"words": words.strip()})
    work.session.add(row)
    work.session.flush()  # counted next
    work.note("share:review", "share", share.id, reason=conclusion.value)
