"""The forms by which people of the partnership are invited and given roles."""

from __future__ import annotations

from casework.access.permissions import Role
from casework.web.forms.choices import Choices, Select
from casework.web.forms.fields import Day, Text
from casework.web.forms.form import Form

ROLE_WORDS: dict[Role, tuple[str, str]] = {
    Role.COORDINATOR: ("Co-ordinator", "Runs the rounds, triages referrals, manages people and local practice."),
    Role.ADMINISTRATOR: ("Administrator", "Does the co-ordinator’s paperwork; no conflict blocks, no trail."),
    Role.CHAIR: ("Chair", "Chairs the sitting, agrees late additions, approves minutes."),
    Role.REPRESENTATIVE: ("Representative", "Speaks for the agency: answers research, reports actions."),
    Role.REFERRER: ("Referrer", "Refers, and follows their own referrals."),
    Role.IDVA: ("IDVA", "Supports victims and speaks for them at the sitting."),
    Role.OBSERVER: ("Observer", "Sits in; sees the conference and no case."),
    Role.OPERATOR: ("Operator", "Runs the installation and manages people; sees no case."),
    Role.YOUTH_WORKER: ("Youth worker", "Helps young people, takes down agreements, asks to share and answers."),
    Role.YOUTH_MANAGER: ("Youth manager", "One of the two who review a share that was refused."),
    Role.SAFEGUARDING_LEAD: ("Safeguarding lead", "The other of the two; is told when a child may come to harm."),
    Role.INFORMATION_LEAD: ("Information lead", "Answers questions about sharing that no rule decides; sees no case."),
    Role.GROUP_CHAIR: ("Chair of the youth group", "Leads the group’s meetings, where no young person is named."),
}
NEEDS_NO_AGENCY = ("none", "No agency: chair, co-ordinator or operator of the partnership itself")


def role_options(*, operator: bool) -> tuple[tuple[str, str, str], ...]:
    """Return the roles that can be given; only an operator makes operators."""
    return tuple(
        (role.value, words, hint) for role, (words, hint) in ROLE_WORDS.items() if operator or role is not Role.OPERATOR
    )


INVITE = Form(
    Text(name="name", label="Name", required="Enter the person’s name", limit=120),
    Text(
        name="email",
        label="Work e-mail address",
        kind="email",
        required="Enter the person’s work e-mail address",
        limit=200,
    ),
    Text(name="post", label="Post", hint="For example, Detective Sergeant. It may be left empty.", limit=120),
    Select(name="agency_id", label="Agency", options=(), required="Choose the agency for which the person works"),
    Choices(name="roles", label="Roles", options=(), required="Choose at least one role"),
)
GIVE_ROLE = Form(
    Select(name="role", label="Role", options=(), required="Choose the role"),
    Day(
        name="from_date",
        label="From",
        hint="Leave it empty to begin today.",
    ),
    Day(
        name="until_date",
        label="Until before",
        hint="The first day on which the role no longer holds, for a deputy. Leave it empty for a role that goes on.",
    ),
)
