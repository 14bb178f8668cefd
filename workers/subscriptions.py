"""Which handlers follow which event. A handler makes one call into the domain; an event that is not here is done at once."""

from __future__ import annotations

from workers.handling import Subscriptions
from workers.tasks import contacts, follow_up, notices, sharing, youth

SUBSCRIPTIONS: Subscriptions = {
    "account.invited": (notices.invite_account,),
    "agreement.answered": (youth.after_agreement,),
    "agreement.withdrawn": (youth.after_agreement,),
    "case.conflict_blocked": (follow_up.look_for_another,),
    "conference.list_published": (follow_up.ask_agencies, follow_up.owe_confidentiality, notices.tell_list_is_out),
    "conference.case_listed": (follow_up.ask_about_late_case,),
    "conference.sitting_ended": (follow_up.after_sitting, follow_up.draft_minutes),
    "intervention.began": (youth.after_intervention,),
    "minutes.correction_begun": (notices.tell_of_correction,),
    "minutes.issued": (notices.tell_minutes_are_out,),
    "referral_import.file_deleted": (follow_up.shred_file,),
    "referral_import.rows_waiting": (follow_up.take_next_rows,),
    "referral.submitted": (notices.tell_of_referral,),
    "referral.returned": (notices.tell_referrer,),
    "referral.accepted": (notices.tell_idva,),
    "share.asked": (sharing.tell_reviewers,),
    "share.delivered": (sharing.tell_receiver, contacts.share_delivered),
    "share.signature_sought": (sharing.tell_health_leads,),
    "share.stopped": (sharing.tell_sender,),
    "share.answered": (sharing.tell_sender, contacts.share_answered),
    "research.colleague_replied": (notices.tell_representative,),
    "contact.answered": (contacts.tell_asker,),
    "contact.closed": (contacts.tell_asker,),
    "contact.risk_told": (contacts.tell_both_sides,),
    "group.minutes_issued": (contacts.tell_members,),
}
