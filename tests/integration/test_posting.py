"""Notices on their way to a real mail server that is there, away, slow, rude or forgetful: none is lost, none goes to the wrong reader."""

from __future__ import annotations

import contextlib
import socket
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import psycopg
import pytest
from aiosmtpd.controller import Controller

from casework.access.permissions import Role
from casework.accounts import operations as accounts
from casework.accounts import queries as account_queries
from casework.documents.mails import MailTemplate, build_mail, matches_template
from casework.notifications import operations as notifications
from casework.notifications import rules
from config.settings import Settings
from local import children
from tests.conftest import Database, MailSink
from tests.factories.partnership import APartnership
from workers import posting
from workers.letters import Letters

REMINDER = MailTemplate.REMINDER


class Server(MailSink):
    """A mail server that can be made to misbehave: `loses` answers so many times, `refuses` an address, stops after `breaks_after`."""

    def __init__(self) -> None:
        super().__init__(children.free_port())
        self.loses = 0
        self.refuses: dict[str, str] = {}
        self.breaks_after: int | None = None
        self.connections = 0
        self._controller: Controller | None = None

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=int(self.url.rpartition(":")[2]))
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: Any) -> Any:  # noqa: N802
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.breaks_after is not None and len(self.messages) >= self.breaks_after:
            self.breaks_after = None
            server.transport.abort()
            return "451 gone"
        said = await super().handle_DATA(server, session, envelope)
        if self.loses:
            self.loses -= 1
            server.transport.abort()
        return said


@pytest.fixture
def server() -> Iterator[Server]:
    """The mail server, running."""
    made = Server()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def sql(database: Database) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database.superuser_url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


class Post:
    """The post of one partnership: put something in, send what is due, look at what became of it."""

    def __init__(self, partnership: APartnership, settings: Settings, sql: psycopg.Connection[Any]) -> None:
        self.partnership = partnership
        self.settings = settings
        self.sql = sql

    def put(self, *keys: str, template: MailTemplate = REMINDER, about: str = "it", **more: Any) -> int:
        with self.partnership.acting(None) as work:
            ids = [self.partnership.account(key) for key in keys]
            return notifications.notify(work, template=template, account_ids=ids, about=about, **more)

    def send(self) -> int:
        partnership = self.partnership
        return posting.send_due(partnership.stores, self.settings, partnership.partnership_id, partnership.now)

    def states(self) -> dict[str, int]:
        return dict(self.sql.execute("SELECT state, count(*) FROM notice GROUP BY state").fetchall())

    def of(self, key: str) -> dict[str, Any]:
        columns = ("state", "attempt", "failure", "is_ambiguous", "message_id")
        found = self.sql.execute(
            f"SELECT {', '.join(columns)} FROM notice WHERE recipient_account_id = %s", (self.partnership.account(key),)
        ).fetchone()
        return dict(zip(columns, found or (), strict=True))

    def email(self, key: str) -> str:
        return self.partnership.people[key].email

    def let_time_pass(self) -> None:
        """Bring what waits for its next try past that moment of the database's clock."""
        self.sql.execute("UPDATE notice SET next_at = now() WHERE state = 'waiting'")


@pytest.fixture
def post(partnership: APartnership, settings: Settings, server: Server, sql: psycopg.Connection[Any]) -> Post:
    return Post(partnership, replace(settings, smtp_url=server.url), sql)


def parsed(message: Any) -> EmailMessage:
    found = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


class TestANotice:
    def test_reaches_its_reader_and_nobody_else_and_says_nothing(self, post: Post, server: Server) -> None:
        post.put("police", "idva")
        assert post.send() == 2
        assert sorted(server.recipients) == sorted([post.email("police"), post.email("idva")])
        for message in server.messages:
            found = matches_template(parsed(message), service_name=posting.SERVICE, base_url=post.settings.base_url)
            assert found is REMINDER
        assert {message["Message-ID"] for message in server.messages} == {
            post.of("police")["message_id"],
            post.of("idva")["message_id"],
        }
        assert post.states() == {"sent": 2}

    def test_is_recorded_and_sent_once_however_often_its_cause_is_handled(self, post: Post, server: Server) -> None:
        assert post.put("police") == 1
        assert post.put("police") == 0
        assert post.send() == 1
        assert (post.put("police"), post.send()) == (0, 0)
        assert len(server.messages) == 1
        assert post.put("police", about="something else") == 1

    def test_waits_for_its_time(self, post: Post, server: Server) -> None:
        post.put("police", send_at=post.partnership.now + timedelta(hours=2))
        assert post.send() == 0
        post.partnership.now += timedelta(hours=2)
        assert post.send() == 1

    def test_is_withdrawn_when_its_reader_was_suspended_meanwhile(self, post: Post, server: Server) -> None:
        post.put("police", "housing")
        with post.partnership.acting("coordinator") as work:
            accounts.suspend(work, account_id=post.partnership.account("police"))
        assert post.send() == 1
        assert server.recipients == [post.email("housing")]
        assert post.of("police")["state"] == "withdrawn"

    def test_is_withdrawn_even_when_the_first_try_was_made_before_the_suspension(
        self, post: Post, server: Server
    ) -> None:
        server.refusals = ["451 later"]
        post.put("police")
        assert post.send() == 0
        with post.partnership.acting("coordinator") as work:
            accounts.suspend(work, account_id=post.partnership.account("police"))
        post.let_time_pass()
        assert post.send() == 0
        assert (server.messages, post.of("police")["state"]) == ([], "withdrawn")

    def test_that_cannot_be_written_holds_no_other_up(self, post: Post, server: Server) -> None:
        post.put("police", "housing", "idva")
        post.sql.execute(
            "UPDATE account SET profile_sealed = '\\x00' WHERE id = %s", (post.partnership.account("housing"),)
        )
        assert post.send() == 2
        assert sorted(server.recipients) == sorted([post.email("police"), post.email("idva")])
        assert (post.of("housing")["state"], post.of("housing")["failure"]) == ("waiting", "SealBroken")

    def test_about_a_sitting_brings_a_calendar_entry_of_time_and_place(self, post: Post, server: Server) -> None:
        conference_id = post.partnership.conferences["south"][0]
        post.put("police", template=MailTemplate.SITTING_PLANNED, conference_id=conference_id)
        assert post.send() == 1
        message = parsed(server.messages[0])
        found = matches_template(message, service_name=posting.SERVICE, base_url=post.settings.base_url)
        assert found is MailTemplate.SITTING_PLANNED
        calendar = next(part for part in message.walk() if part.get_content_type() == "text/calendar").get_content()
        assert "20261209T093000" in calendar
        assert "Civic Centre" in calendar

    def test_that_invites_somebody_carries_a_link_that_is_kept_nowhere(self, post: Post, server: Server) -> None:
        partnership = post.partnership
        with partnership.acting("coordinator") as work:
            invited = accounts.invite(
                work,
                name="Sam Reed",
                email="sam.reed@housing.example.gov.uk",
                post="Officer",
                agency_id=partnership.agencies["housing"],
                roles=[Role.REPRESENTATIVE],
            )
        with partnership.acting(None) as work:
            notifications.notify(
                work, template=MailTemplate.ACCOUNT_INVITED, account_ids=[invited.account_id], about="invited"
            )
        server.refusals = ["451 later"]
        assert post.send() == 0
        post.let_time_pass()
        assert post.send() == 1
        text = parsed(server.messages[0]).get_content()
        token = text.partition("/invitation/")[2].split()[0]
        with partnership.acting(None) as work:
            assert account_queries.open_invitation(work, token=token).name == "Sam Reed"
        rows = str(post.sql.execute("SELECT * FROM notice").fetchall()) + str(
            post.sql.execute("SELECT * FROM outbox_message").fetchall()
        )
        assert token not in rows


class TestAMailServerThatIsAway:
    def test_for_a_while_loses_nothing(self, post: Post, server: Server) -> None:
        server.stop()
        readers = ["police", "housing", "idva", "probation", "chair"]
        post.put(*readers)
        for attempt in range(1, 6):
            assert post.send() == 0
            assert post.states() == {"waiting": 5}
            assert post.of("police")["attempt"] == attempt
            assert post.send() == 0, "nothing is tried again before its time"
            assert post.of("police")["attempt"] == attempt
            post.let_time_pass()
        server.start()
        assert post.send() == 5
        assert sorted(server.recipients) == sorted(post.email(key) for key in readers)
        assert post.states() == {"sent": 5}

    def test_is_asked_less_and_less_often(self, post: Post, server: Server) -> None:
        server.stop()
        post.put("police")
        waits = []
        for _ in range(10):
            post.let_time_pass()
            post.send()
            found = post.sql.execute("SELECT extract(epoch FROM next_at - now()) FROM notice").fetchone()
            assert found is not None
            waits.append(round(float(found[0]) / 5) * 5)
        assert waits == [rules.next_wait(attempt).total_seconds() for attempt in range(1, 11)]
        assert waits == sorted(waits)
        assert (waits[0], waits[-1]) == (5, 900)

    def test_for_days_makes_no_notice_dead(self, post: Post, server: Server) -> None:
        server.stop()
        post.put("police")
        post.sql.execute("UPDATE notice SET attempt = %s", (rules.MOST_ATTEMPTS + 20,))
        post.let_time_pass()
        assert post.send() == 0
        assert post.states() == {"waiting": 1}
        server.start()
        post.let_time_pass()
        assert post.send() == 1

    def test_is_not_asked_again_for_each_notice(self, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
        """A server that accepts and then says nothing costs two waits, not one for each notice."""
        monkeypatch.setattr(posting, "TIMEOUT_SECONDS", 0.2)
        with socket.create_server(("127.0.0.1", 0), backlog=16) as mute:
            mute.setblocking(False)
            post.settings = replace(post.settings, smtp_url=f"smtp://127.0.0.1:{mute.getsockname()[1]}")
            post.put("police", "housing", "idva", "probation", "chair")
            assert post.send() == 0
            asked = 0
            while True:
                try:
                    mute.accept()[0].close()
                    asked += 1
                except BlockingIOError:
                    break
        assert asked == posting.BREAKS
        assert post.states() == {"waiting": 5}

    def test_and_says_so_in_its_greeting_is_not_asked_for_each_notice_either(self, post: Post) -> None:
        asked = []
        with socket.create_server(("127.0.0.1", 0)) as busy:

            def greet() -> None:
                with contextlib.suppress(OSError):  # the test is over
                    while True:
                        connection, _ = busy.accept()
                        asked.append(connection.getpeername())
                        with connection:
                            connection.sendall(b"421 too busy\r\n")

            greeter = threading.Thread(target=greet)
            greeter.start()
            post.settings = replace(post.settings, smtp_url=f"smtp://127.0.0.1:{busy.getsockname()[1]}")
            post.put("police", "housing", "idva", "probation", "chair")
            assert post.send() == 0
            busy.shutdown(socket.SHUT_RDWR)
            greeter.join()
        assert len(asked) == posting.BREAKS
        assert post.states() == {"waiting": 5}
        assert post.of("police")["is_ambiguous"] is False

    def test_in_the_middle_of_the_post_gets_the_rest_over_a_new_connection(self, post: Post, server: Server) -> None:
        server.breaks_after = 2
        post.put("police", "housing", "idva", "probation", "chair")
        assert post.send() == 4
        post.let_time_pass()
        assert post.send() == 1
        assert sorted(server.recipients) == sorted(
            post.email(key) for key in ("police", "housing", "idva", "probation", "chair")
        )


class TestAnAnswerThatIsLost:
    def test_leads_to_a_second_copy_under_the_same_message_id(self, post: Post, server: Server) -> None:
        server.loses = 1
        post.put("police")
        assert post.send() == 0
        assert post.of("police")["is_ambiguous"] is True
        post.let_time_pass()
        assert post.send() == 1
        assert len(server.messages) == 2
        assert {message["Message-ID"] for message in server.messages} == {post.of("police")["message_id"]}
        assert post.of("police")["state"] == "sent"


class TestARefusal:
    def test_for_the_moment_is_tried_again(self, post: Post, server: Server) -> None:
        server.refusals = ["451 busy", "452 full"]
        post.put("police")
        for failure in ("SMTPDataError 451", "SMTPDataError 452"):
            assert post.send() == 0
            assert (post.of("police")["state"], post.of("police")["failure"]) == ("waiting", failure)
            post.let_time_pass()
        assert post.send() == 1

    def test_of_one_address_hurts_only_its_notice_which_ends_dead_and_can_be_put_back(
        self, post: Post, server: Server
    ) -> None:
        server.refuses = {post.email("police"): "550 no such user"}
        post.put("police", "housing")
        assert post.send() == 1
        for _ in range(posting.REFUSALS - 1):
            assert post.of("police")["state"] == "waiting"
            post.let_time_pass()
            assert post.send() == 0
        assert (post.of("police")["state"], post.of("police")["attempt"]) == ("dead", posting.REFUSALS)
        assert server.recipients == [post.email("housing")]
        server.refuses = {}
        found = post.sql.execute("SELECT id FROM notice WHERE state = 'dead'").fetchone()
        assert found is not None
        with post.partnership.acting("coordinator") as work:
            notifications.send_again(work, notice_id=found[0])
        assert post.send() == 1

    def test_that_never_ends_makes_it_dead_after_fifty_tries(self, post: Post, server: Server) -> None:
        server.refusals = ["451 no"]
        post.put("police")
        post.sql.execute("UPDATE notice SET attempt = %s", (rules.MOST_ATTEMPTS - 1,))
        post.let_time_pass()
        assert post.send() == 0
        assert post.states() == {"dead": 1}


class TestTwoSenders:
    def test_at_once_send_each_notice_once(self, post: Post, server: Server) -> None:
        people = [key for key in post.partnership.people if key != "operator"]
        for about in range(20):
            post.put(*people, about=str(about))
        results: list[int] = []
        senders = [threading.Thread(target=lambda: results.append(post.send())) for _ in range(3)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        assert sum(results) == len(server.messages) == 20 * len(people)
        assert len({message["Message-ID"] for message in server.messages}) == len(server.messages)


class TestAMailThatManyGet:
    @pytest.mark.parametrize(
        "recipient",
        [
            "ruth.hadley@police.example.gov.uk",
            "o_brien+marac@a-very-long-agency-name.example.gov.uk",
            f"{'x' * 60}@a-very-long-agency-name-indeed.example.gov.uk",
            '"quoted name"@police.example.gov.uk',
            "Zoë.Ng@police.example.gov.uk",
        ],
    )
    def test_is_what_would_have_been_written_for_one(self, recipient: str, post: Post) -> None:
        message_id = f"<{uuid.uuid4().hex}@notices.casework>"
        letters = Letters(
            service_name="Casework",
            base_url="http://127.0.0.1:8000",
            sender="no-reply@casework.example.gov.uk",
            sent_at=post.partnership.now,
        )
        alone = build_mail(
            template=REMINDER,
            service_name="Casework",
            base_url="http://127.0.0.1:8000",
            path="duties",
            sender="no-reply@casework.example.gov.uk",
            recipient=recipient,
            message_id=message_id,
            sent_at=post.partnership.now,
        )
        policy_used = policy.SMTP if recipient.isascii() else policy.SMTPUTF8
        letters.write(template=REMINDER, path="duties", recipient="first@police.example.gov.uk", message_id=message_id)
        written = letters.write(template=REMINDER, path="duties", recipient=recipient, message_id=message_id)
        assert written == alone.as_bytes(policy=policy_used)
