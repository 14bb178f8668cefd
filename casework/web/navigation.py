"""The entries of the service navigation, in order. An entry is shown to whoever has one of its permissions; a page adds a line here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from flask import request

from casework.access.actors import Actor, ActorKind
from casework.access.permissions import Permission, Role
from casework.web.addresses import address
from casework.web.pages import NavigationLink


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its words, the endpoint it leads to, and who sees it (everybody in the partnership, when no permission is named)."""

    label: str
    endpoint: str
    permissions: tuple[Permission, ...] = ()
    also: tuple[str, ...] = ()  # blueprints of further pages that belong to it

    @property
    def blueprints(self) -> tuple[str, ...]:
        """The blueprints of its pages."""
        return self.endpoint.partition(".")[0], *self.also

    def is_for(self, actor: Actor) -> bool:
        """Say whether the actor may go there."""
        return not self.permissions or any(actor.has(permission) for permission in self.permissions)


ENTRIES: tuple[Entry, ...] = (
    Entry("Home", "home.home"),
    Entry("Refer", "referring.mine", (Permission.REFERRAL_SUBMIT,)),
    Entry("Triage", "triage.inbox", (Permission.REFERRAL_VIEW,), also=("referral_import",)),
    Entry("Cases", "cases.all_cases", (Permission.CASE_VIEW,), also=("trail", "contacts")),
    Entry("Rounds", "rounds.calendar", (Permission.CONFERENCE_VIEW,), also=("sitting",)),
    Entry("Research", "research.rounds_to_answer", (Permission.RESEARCH_ANSWER,), also=("colleagues",)),
    Entry("Actions", "actions.every_action", (Permission.ACTION_REPORT, Permission.DUTY_VIEW_ALL)),
    Entry("Minutes", "minutes.every_round", (Permission.MINUTES_READ,)),
    Entry("Group", "groups.every_group", (Permission.GROUP_TAKE_PART,), also=("named_cases",)),
    Entry("Contacts", "agency_contacts.every_contact", (Permission.CONTACT_OPEN,)),
    Entry("Shares", "share_inbox.inbox", (Permission.SHARE_ANSWER,), also=("sharing", "withdrawal")),
    Entry("Signatures", "share_inbox.reviews", (Permission.SHARE_REVIEW,), also=("sharing",)),
    Entry("Sharing", "share_inbox.oversight", (Permission.SHARE_OVERSEE,), also=("sharing",)),
    Entry("Young people", "young_people.mine", (Permission.YOUTH_CASE_VIEW,), also=("interventions", "shut_out")),
    Entry("Duties", "duties.mine"),
    Entry("People", "people.all_people", (Permission.ACCOUNT_MANAGE,)),
    Entry("Partnership", "practice.every_agency", (Permission.PARTNERSHIP_MANAGE,)),
)


def links_for(actor: Actor) -> tuple[NavigationLink, ...]:
    """Return the navigation of this request. The part that the open page belongs to is marked as current."""
    return _links(actor.kind, actor.roles, request.blueprint, request.root_path)


@lru_cache(maxsize=1_024)
def _links(
    kind: ActorKind, roles: frozenset[Role], blueprint: str | None, _root_path: str
) -> tuple[NavigationLink, ...]:
    """Return the links for whoever has these roles: nothing else decides what somebody may do at all."""
    actor = Actor(kind, roles=roles)
    return tuple(
        NavigationLink(entry.label, address(entry.endpoint), current=blueprint in entry.blueprints)
        for entry in ENTRIES
        if entry.is_for(actor)
    )
