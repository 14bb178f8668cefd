"""Two worlds: one with a case from which somebody is blocked, one without. Whoever is blocked cannot tell which one they live in.

The same fortnights are told twice, day by day, on two copies of one partnership; then everything that the blocked person can read
by any query, and every mail that they got, must be the same. Threats 1 and 2 of the threat model.
"""

from __future__ import annotations

import ast
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

import casework
from casework.access.permissions import Purpose, Role
from casework.actions.models import Action
from casework.cases import operations as cases
from casework.cases.models import Case, CasePerson, Flag
from casework.conferences.models import Conference, Listing
from casework.minutes.models import Minutes
from casework.notifications import operations as notifications
from casework.referrals.models import Referral
from casework.research.models import ColleagueQuestion, ResearchRequest
from casework.work import Stores
from config.settings import Settings
from local import children
from tests.conftest import Database, MailSink, Servers
from tests.factories.partnership import APartnership
from tests.scenarios.fortnight import ASSAULT, Fortnight
from tests.scenarios.reads import NOT_SHOWN, Known, answers, plain, queries, shown

# Who is blocked from the case, as a person or with the whole agency.
BLOCKED = {
    "housing": "a representative",
    "probation": "every representative of the agency",
    "idva": "an IDVA",
    "chair": "the chair of the round",
    "second_coordinator": "a co-ordinator",
}
READERS = (*BLOCKED, "police")
# Whose research is walked: the readers' agencies, and one that stands for all to which no reader belongs.
ASKED = ("police", "housing", "probation", "idva_service", "refuge")
BY_WHEN = date(2026, 12, 14)


@dataclass
class World:
    """One telling: what each reader could read at each step, and the mail that came for them."""

    fortnight: Fortnight
    mail: MailSink
    with_the_case: bool
    cases: dict[str, uuid.UUID] = field(default_factory=dict)
    seen: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    mailed: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    read_before: int = 0

    @property
    def partnership(self) -> APartnership:
        """The world's own copy of the partnership."""
        return self.fortnight.partnership

    def names(self) -> dict[str, dict[str, uuid.UUID]]:
        """Every id of the world by what it is of, under the parameter that takes it."""
        found: dict[str, dict[str, uuid.UUID]] = {"case_id": dict(self.cases)}
        case = {case_id: name for name, case_id in self.cases.items()}
        agency = {agency_id: slug for slug, agency_id in self.partnership.agencies.items()}
        with self.partnership.acting(None) as work:
            maracs = {marac_id: slug for slug, marac_id in self.partnership.maracs.items()}
            rounds = {one.id: f"{maracs[one.marac_id]} {one.sits_on}" for one in work.session.scalars(_all(Conference))}
            listings = {
                one.id: f"{case[one.case_id]} on {rounds[one.conference_id]}"
                for one in work.session.scalars(_all(Listing))
            }
            minutes = {one.id: f"minutes of {rounds[one.conference_id]}" for one in work.session.scalars(_all(Minutes))}
            named: list[tuple[str, dict[uuid.UUID, str]]] = [
                ("listing_id", listings),
                ("minutes_id", minutes),
                (
                    "request_id",
                    {
                        one.id: f"{agency[one.agency_id]} about {listings[one.listing_id]}"
                        for one in work.session.scalars(_all(ResearchRequest))
                        if agency[one.agency_id] in ASKED
                    },
                ),
                (
                    "question_id",
                    {
                        one.id: f"question about {case[one.case_id]}"
                        for one in work.session.scalars(_all(ColleagueQuestion))
                    },
                ),
                (
                    "action_id",
                    {
                        one.id: f"{agency[one.owner_agency_id]} for {listings[one.listing_id]}"
                        for one in work.session.scalars(_all(Action))
                    },
                ),
                (
                    "flag_id",
                    {
                        one.id: f"{agency[one.agency_id]} flags {case[one.case_id]} {one.raised_on}"
                        for one in work.session.scalars(_all(Flag))
                    },
                ),
                (
                    "referral_id",
                    {
                        one.id: f"referral of {case.get(one.case_id, 'nobody')} {one.received_on}"
                        for one in work.session.scalars(_all(Referral))
                    },
                ),
                (
                    "person_id",
                    {
                        one.person_id: f"{one.part} of {case[one.case_id]}"
                        for one in work.session.scalars(_all(CasePerson))
                        if one.part != "child"
                    },
                ),
            ]
            numbers = {one.number: f"number of {case[one.id]}" for one in work.session.scalars(_all(Case))}
        self.numbers = numbers
        for parameter, ids in named:
            found[parameter] = {name: one for one, name in sorted(ids.items(), key=lambda pair: pair[1])}
        found["conference_id"] = {
            rounds[one]: one for planned in self.partnership.conferences.values() for one in planned[:2]
        }
        return found

    def look(self, step: str, like: Mapping[str, Mapping[str, uuid.UUID]] | None = None) -> None:
        """Let everybody read everything. `like` are the names of the other world: what is not here gets an id that nobody has."""
        mine = self.names()
        like = like or mine
        known = Known.labelled(
            self.partnership,
            {
                **{
                    parameter: [(name, mine[parameter].get(name, uuid.uuid4())) for name in names]
                    for parameter, names in like.items()
                },
                "words": [(word, word) for word in ("Bethan", "Amira Begum", "17/02/1976", "WV9 9UZ", "07700 900954")],
            },
        )
        partnership = self.partnership
        called = {str(one): name for names in mine.values() for name, one in names.items()} | self.numbers
        called |= {str(one): slug for slug, one in partnership.agencies.items()}
        called |= {str(person.account_id): key for key, person in partnership.people.items()}
        for reader in READERS:
            with self.partnership.acting(reader, Purpose.CONFERENCE) as work:
                self.seen[reader, step] = {asked: str(plain(answer, called)) for asked, answer in answers(work, known)}
            email = self.partnership.people[reader].email
            self.mailed[reader, step] = sorted(
                (str(message["Date"]), str(message["Subject"]))
                for message in self.mail.messages[self.read_before :]
                if message["To"] == email
            )
        self.read_before = len(self.mail.messages)


def _all(model: Any) -> Any:
    return select(model)


def _refer(world: World, name: str, number: int, **changes: Any) -> None:
    world.cases[name] = world.fortnight.case_for(world.fortnight.couple(number, **changes))
    world.partnership.now += timedelta(days=1)


def _refer_and_block(world: World, name: str, number: int, **changes: Any) -> None:
    """The case that exists in one world alone. Everybody in BLOCKED is blocked at once."""
    if world.with_the_case:
        partnership = world.partnership
        case_id = world.cases[name] = world.fortnight.case_for(world.fortnight.couple(number, **changes))
        for key in BLOCKED:
            whole = {"agency_id": partnership.agencies["probation"]} if key == "probation" else {}
            with partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
                cases.block(work, case_id=case_id, reason="Kin.", **(whole or {"account_id": partnership.account(key)}))
    world.fortnight.settle()
    world.partnership.now += timedelta(days=1)


def referring(world: World) -> None:
    """Cases come in; two of them, one alone on its MARAC's list, are the blocked ones."""
    world.fortnight.settle()
    _refer(world, "Amira", 0, children=1)
    _refer_and_block(world, "Bethan", 1, children=2)
    _refer(world, "Chloe", 2)
    north = {"address": {"lines": ["1 Mill Street"], "postcode": "ST18 0AB"}}
    victim = {**world.fortnight.couple(3)["victim"], **north}
    _refer_and_block(world, "Danuta", 3, victim=victim)


def list_out(world: World) -> None:
    """The lists go out, people are bound, and reminders run until the day before the sitting."""
    fortnight = world.fortnight
    conference = fortnight.list_goes_out()
    fortnight.list_goes_out(marac="north")
    fortnight.accepts_confidentiality(conference, "police", "housing", "probation", "chair")
    fortnight.goes_on_to(conference.sits_on - timedelta(days=1))
    for name in ("Amira", "Bethan"):
        if name in world.cases:
            fortnight.answers("police", conference, world.cases[name], ASSAULT)


def sitting(world: World) -> None:
    """All cases are heard, with actions of the agencies that are blocked, and the minutes go out."""
    fortnight = world.fortnight
    for conference in (fortnight.round(), fortnight.round(marac="north")):
        fortnight.sitting_begins(conference, "police", "housing", "probation")
        for listing in fortnight.listed(conference, states=["listed"]):
            fortnight.hears(
                conference, listing.case.id, ("housing", "Offer a lock change", BY_WHEN), ("police", "Mark", BY_WHEN)
            )
        fortnight.sitting_ends(conference)
        fortnight.partnership.now = conference.sits_at + timedelta(hours=4)
    fortnight.minutes_go_out(fortnight.round())
    fortnight.accepts_confidentiality(fortnight.round(marac="north"), "police")
    fortnight.partnership.now = fortnight.round().sits_at + timedelta(hours=5, minutes=10)
    fortnight.minutes_go_out(fortnight.round(marac="north"))
    fortnight.partnership.now = fortnight.round().sits_at + timedelta(hours=7)
    fortnight.settle()


def next_round(world: World) -> None:
    """The blocked case comes back as a repeat; nobody reports; reminders, lateness and escalation run over Christmas."""
    fortnight = world.fortnight
    fortnight.goes_on_to(fortnight.round(1).cut_off_at.date() - timedelta(days=1))
    if world.with_the_case:
        fortnight.case_for(fortnight.couple(1, children=2), known_case_id=world.cases["Bethan"])
    fortnight.settle()
    fortnight.partnership.now += timedelta(hours=2)
    _refer(world, "Esther", 4)
    fortnight.list_goes_out(1)
    fortnight.goes_on_to(date(2026, 12, 31))


STEPS = (referring, list_out, sitting, next_round)


@pytest.fixture(scope="module")
def mails() -> Iterator[tuple[MailSink, MailSink]]:
    """A mail server for each world."""
    sinks = [MailSink(children.free_port()) for _ in range(2)]
    controllers = [Controller(sink, hostname="127.0.0.1", port=int(sink.url.rsplit(":", 1)[1])) for sink in sinks]
    for controller in controllers:
        controller.start()
    yield sinks[0], sinks[1]
    for controller in controllers:
        controller.stop()


def _name(copy: str) -> str:
    return f"world_{copy}_{os.getpid()}"


@contextmanager
def _copied(servers: Servers, template: str, copy: str) -> Iterator[None]:
    """A copy of the founded partnership's databases for the length of this module."""
    databases = (
        (template, _name(copy), "casework_owner"),
        (f"{template}_keys", f"{_name(copy)}_keys", "casework_keys"),
    )
    with servers.superuser() as connection:
        for original, name, owner in databases:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {original} OWNER {owner}")
        connection.execute(f"GRANT CONNECT ON DATABASE {_name(copy)} TO casework_app")
        yield
        for _, name, _ in databases:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def worlds(
    servers: Servers,
    founded: tuple[Database, APartnership],
    key_files: dict[str, str],
    mails: tuple[MailSink, MailSink],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[World, World]]:
    """The world with the case, and the world without it, both told to the end."""
    with _copied(servers, founded[0].name, "with"), _copied(servers, founded[0].name, "without"):
        told = []
        for copy, mail, with_the_case in (("with", mails[0], True), ("without", mails[1], False)):
            settings = Settings.read(
                {
                    "DATABASE_URL": servers.url("casework_app", _name(copy)),
                    "KEY_STORE_URL": servers.url("casework_keys", f"{_name(copy)}_keys"),
                    "REDIS_URL": servers.redis_url,
                    "SMTP_URL": mail.url,
                    "CASEWORK_MAIL_FROM": "no-reply@casework.example.gov.uk",
                    "CASEWORK_BASE_URL": "http://127.0.0.1:8000",
                    "CASEWORK_STATE": str(tmp_path_factory.mktemp("state")),
                    **key_files,
                }
            )
            stores = Stores.open(settings)
            told.append(World(Fortnight(founded[1].on(stores), settings), mail, with_the_case))
        with_it, without = told
        for step in STEPS:
            step(with_it)
            with_it.look(step.__name__)
            step(without)
            without.look(step.__name__, like=with_it.names())
        yield with_it, without
        for world in told:
            world.partnership.stores.close()


def differences(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    return [
        f"{asked}\n  with: {one.get(asked)}\n  without: {other.get(asked)}"
        for asked in one
        if one.get(asked) != other.get(asked)
    ]


class TestSomebodyWhoIsBlocked:
    @pytest.mark.parametrize("step", [step.__name__ for step in STEPS])
    @pytest.mark.parametrize("reader", BLOCKED)
    def test_reads_the_same_in_both_worlds(self, worlds: tuple[World, World], reader: str, step: str) -> None:
        with_it, without = worlds
        assert differences(with_it.seen[reader, step], without.seen[reader, step]) == []
        assert with_it.seen[reader, step].keys() == without.seen[reader, step].keys()

    # The IDVA's mail at the acceptance of a referral has a test of its own below.
    @pytest.mark.parametrize("reader", sorted(set(BLOCKED) - {"idva"}))
    def test_gets_the_same_mail_in_both_worlds(self, worlds: tuple[World, World], reader: str) -> None:
        with_it, without = worlds
        # Before the block was set nobody could know of it: what came while the cases came in is left out.
        for step in STEPS[1:]:
            assert with_it.mailed[reader, step.__name__] == without.mailed[reader, step.__name__]

    def test_would_read_of_it_otherwise(self, worlds: tuple[World, World]) -> None:
        with_it, without = worlds
        different = {
            step.__name__: len(
                differences(with_it.seen["police", step.__name__], without.seen["police", step.__name__])
            )
            for step in STEPS
        }
        assert all(different[step] > 10 for step in ("list_out", "sitting", "next_round"))
        assert "Bethan" in str(with_it.seen["police", "sitting"])
        assert with_it.mailed["police", "sitting"] != without.mailed["police", "sitting"]


class TestAnIdvaWhoIsBlocked:
    def test_is_not_told_that_the_victim_was_referred_again(self, fortnight: Fortnight, mail: MailSink) -> None:
        partnership = fortnight.partnership
        partnership.people["colleague"] = partnership.person(
            "Joanna Tranter", Role.IDVA, agency=partnership.agencies["idva_service"]
        )
        case_id = fortnight.case_for()
        with partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            cases.block(work, case_id=case_id, account_id=partnership.account("idva"), reason="Her sister.")
        fortnight.settle()
        before = len(mail.messages)
        with partnership.acting(None) as work:
            assert notifications.tell_idva(work, case_id=case_id, about="again") == 1
        fortnight.settle()
        assert [message["To"] for message in mail.messages[before:]] == [partnership.people["colleague"].email]


class TestWhatIsNotWalked:
    def test_exists_and_is_needed(self) -> None:
        assert set(NOT_SHOWN) <= set(queries())
        assert len(shown()) > 60

    def test_is_called_by_no_page_and_no_command(self) -> None:
        """Found by its name behind a dot: `queries.people_of(…)`."""
        reached = {
            "actor_for",
            "own_account",
            "open_invitation",
            "entries_for",
            "attention",
            "returned_steps",
            "agreed_with",
            "who_must_leave",
        }
        hidden = {name.rsplit(".", 1)[1] for name in NOT_SHOWN} - reached
        calling = []
        for folder in ("web", "cli"):
            for path in sorted((Path(casework.__path__[0]) / folder).rglob("*.py")):
                for node in ast.walk(ast.parse(path.read_text())):
                    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in hidden:
                        calling.append(f"{path.name}:{node.lineno} {node.func.attr}")
        assert calling == []
