"""Every blueprint of the service, in one place. A page adds its own line; those of a demonstration are registered only there."""

from __future__ import annotations

from casework.web import (
    account,
    accounts_admin,
    actions,
    agency_contacts,
    cases,
    colleagues,
    conferences,
    contacts,
    demonstration,
    duties,
    groups,
    health,
    home,
    minutes,
    practice,
    referring,
    research,
    share_inbox,
    sharing,
    sign_in,
    sitting,
    trail,
    triage,
    withdrawal,
)

BLUEPRINTS = (
    health.blueprint,
    sign_in.blueprint,
    home.blueprint,
    account.blueprint,
    accounts_admin.blueprint,
    referring.blueprint,
    triage.blueprint,
    cases.blueprint,
    contacts.blueprint,
    trail.blueprint,
    conferences.blueprint,
    research.blueprint,
    colleagues.blueprint,
    sitting.blueprint,
    minutes.blueprint,
    actions.blueprint,
    duties.blueprint,
    groups.blueprint,
    agency_contacts.blueprint,
    sharing.blueprint,
    share_inbox.blueprint,
    withdrawal.blueprint,
    practice.blueprint,
)
# For invented people only. Outside demonstration mode these addresses do not exist (tests/web/test_sign_in.py).
DEMONSTRATION = (demonstration.blueprint,)
