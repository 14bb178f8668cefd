"""Signing in by the pages: two steps, one answer for every failure, sessions, forged requests, one's own account."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pyotp
import pytest
from flask import Flask
from structlog.testing import capture_logs

from casework.access.permissions import Role
from casework.accounts import operations, rules
from casework.app import create
from config.logging import describe
from config.settings import Settings
from tests.team import PASSWORD, Person, Team
from tests.web.visitor import Visitor, text_of, without_token

Visitors = Callable[[], Visitor]


@pytest.fixture
def ana(team: Team) -> Person:
    return team.person("Ana Reyes", Role.REPRESENTATIVE)


class TestSigningIn:
    def test_asks_for_password_and_code_and_leads_home(self, visitor: Visitor, ana: Person) -> None:
        assert visitor.open("/").headers["Location"] == "/sign-in"
        answer = visitor.signs_in(ana)
        assert answer.headers["Location"] == "/"
        home = text_of(visitor.follow(answer))
        assert "Ana Reyes" in home
        assert "Vale MARACs" in home

    def test_has_no_way_past_the_code(self, visitor: Visitor, ana: Person) -> None:
        visitor.open("/sign-in")
        assert visitor.send("/sign-in", {"email": ana.email, "password": PASSWORD}).status_code == 303
        assert visitor.token is None
        assert visitor.open("/account").status_code == 401
        assert visitor.send("/sign-in/code", {"code": ""}).status_code == 422
        assert visitor.open("/").headers["Location"] == "/sign-in"

    def test_takes_the_code_only_after_the_password_and_within_five_minutes(
        self, visitor: Visitor, ana: Person, another_visitor: Visitors
    ) -> None:
        stranger = another_visitor()
        stranger.open("/sign-in")
        assert stranger.send("/sign-in/code", {"code": ana.code}).headers["Location"] == "/sign-in"
        visitor.open("/sign-in")
        visitor.send("/sign-in", {"email": ana.email, "password": PASSWORD})
        ana.team.now += rules.SECOND_STEP_LASTS
        assert visitor.send("/sign-in/code", {"code": ana.code}).headers["Location"] == "/sign-in"

    def test_does_not_take_a_first_step_that_somebody_wrote_themselves(self, visitor: Visitor, ana: Person) -> None:
        visitor.open("/sign-in")
        forged = f'["{ana.account_id.hex}","{ana.team.now.isoformat()}"].signature'
        visitor.client.set_cookie("casework-step", forged, path="/sign-in")
        assert visitor.send("/sign-in/code", {"code": ana.code}).headers["Location"] == "/sign-in"

    def test_gives_the_same_answer_to_every_failure(self, team: Team, ana: Person, another_visitor: Visitors) -> None:
        suspended, limited = team.person("Sam Oyelaran", Role.REFERRER), team.person("Lou Kerr", Role.REFERRER)
        with team.work() as work:
            operations.suspend(work, account_id=suspended.account_id)
            invited = operations.invite(
                work,
                name="Ivy Moss",
                email="ivy@mail.example.gov.uk",
                post="",
                agency_id=team.police,
                roles=[Role.CHAIR],
            )
        assert invited.token
        for _ in range(rules.LIMIT_PER_ACCOUNT):
            limited.enters_password("wrong", source="198.51.100.1")

        def answer(email: str, password: str) -> tuple[int, str, list[tuple[str, str]]]:
            one = another_visitor()
            one.open("/sign-in")
            status, body, headers = without_token(one.send("/sign-in", {"email": email, "password": password}))
            return status, body.replace(email, "EMAIL"), [pair for pair in headers if pair[0] != "Content-Length"]

        wrong = answer(ana.email, "not my password")
        assert wrong[0] == 422
        assert answer("nobody@mail.example.gov.uk", PASSWORD) == wrong
        assert answer(suspended.email, PASSWORD) == wrong
        assert answer(limited.email, PASSWORD) == wrong
        assert answer("ivy@mail.example.gov.uk", PASSWORD) == wrong
        assert answer(ana.email, PASSWORD)[0] == 303

    def test_closes_the_second_step_after_ten_wrong_codes(self, visitor: Visitor, ana: Person) -> None:
        visitor.open("/sign-in")
        visitor.follow(visitor.send("/sign-in", {"email": ana.email, "password": PASSWORD}))
        wrong = [text_of(visitor.send("/sign-in/code", {"code": "12345x"})) for _ in range(rules.LIMIT_PER_ACCOUNT)]
        assert "The code is not right" in wrong[0]
        closed = visitor.send("/sign-in/code", {"code": ana.code})
        assert closed.status_code == 422
        assert visitor.token is None

    def test_takes_a_recovery_code(self, visitor: Visitor, ana: Person) -> None:
        me = visitor.becomes(ana)
        assert me.open("/account/recovery-codes").status_code == 200
        page = text_of(me.send("/account/recovery-codes", {"current": PASSWORD}))
        codes = re.findall(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){3}", page)
        assert len(codes) == rules.RECOVERY_CODES
        assert visitor.signs_in(ana, code=codes[3]).headers["Location"] == "/"
        assert visitor.signs_in(ana, code=codes[3]).status_code == 422

    def test_begins_a_new_session_each_time_and_ends_the_one_before(self, visitor: Visitor, ana: Person) -> None:
        visitor.signs_in(ana)
        first = visitor.token
        ana.team.now += timedelta(seconds=31)
        visitor.signs_in(ana)
        assert first
        assert visitor.token not in (None, first)
        assert ana.is_signed_in(first) is None

    def test_never_tells_the_password_or_shows_it_again(self, visitor: Visitor, ana: Person) -> None:
        visitor.open("/sign-in")
        page = text_of(visitor.send("/sign-in", {"email": ana.email, "password": "a wrong guess of mine"}))
        assert "a wrong guess of mine" not in page


class TestTheSessionCookie:
    def test_is_out_of_reach_of_scripts_and_other_sites(self, visitor: Visitor, ana: Person) -> None:
        cookie = next(one for one in visitor.signs_in(ana).headers.getlist("Set-Cookie") if one.startswith("casework="))
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie

    def test_is_bound_to_the_host_and_to_https_there(self, settings: Settings, team: Team, ana: Person) -> None:
        secure = replace(settings, base_url="https://casework.example.gov.uk")
        app = create(secure, clock=lambda: team.now)
        visitor, base = Visitor(app), "https://casework.example.gov.uk"
        referer = {"Referer": f"{base}/sign-in", "Origin": base}
        visitor.open("/sign-in", base_url=base)
        visitor.send("/sign-in", {"email": ana.email, "password": PASSWORD}, base_url=base, headers=referer)
        visitor.open("/sign-in/code", base_url=base)
        answer = visitor.send("/sign-in/code", {"code": ana.code}, base_url=base, headers=referer)
        cookies = answer.headers.getlist("Set-Cookie")
        own = next(one for one in cookies if one.startswith("__Host-casework="))
        assert "Secure" in own
        assert "HttpOnly" in own
        assert all("Secure" in one for one in cookies)
        assert "Strict-Transport-Security" in answer.headers

    def test_of_the_forms_holds_nothing_about_anybody(self, visitor: Visitor, app: Flask, ana: Person) -> None:
        visitor.signs_in(ana)
        visitor.open("/account")
        cookie = visitor.client.get_cookie("casework-form")
        assert cookie
        held = app.session_interface.get_signing_serializer(app).loads(cookie.value)  # type: ignore[attr-defined]
        assert set(held) == {"csrf_token"}

    def test_is_kept_hashed(self, visitor: Visitor, ana: Person, database: object) -> None:
        visitor.signs_in(ana)
        assert visitor.token
        url = database.superuser_url.replace("+psycopg", "")  # type: ignore[attr-defined]
        with psycopg.connect(url) as connection:
            rows = connection.execute("SELECT row_to_json(s)::text FROM sign_in_session s").fetchall()
        assert len(rows) == 1
        assert visitor.token not in str(rows)
        assert visitor.token.encode().hex() not in str(rows)


class TestSigningOut:
    def test_ends_the_session_and_makes_the_browser_forget(self, visitor: Visitor, ana: Person) -> None:
        visitor.becomes(ana)
        token = visitor.token
        answer = visitor.send("/sign-out")
        assert answer.status_code == 200
        assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
        assert visitor.token is None
        assert token
        visitor.client.set_cookie("casework", token)
        assert visitor.open("/account").status_code == 401

    def test_works_when_the_session_is_over_already(self, visitor: Visitor, ana: Person) -> None:
        visitor.becomes(ana)
        ana.team.now += rules.SESSION_IDLE
        answer = visitor.send("/sign-out")
        assert answer.status_code == 200
        assert "Clear-Site-Data" in answer.headers

    def test_needs_the_token_of_a_page_of_ours(self, visitor: Visitor, ana: Person) -> None:
        visitor.becomes(ana)
        assert visitor.client.post("/sign-out").status_code == 403
        assert visitor.open("/account").status_code == 200


class TestAnOldCookie:
    @pytest.mark.parametrize("change", ["suspend", "reset", "end_sessions", "give_role"])
    def test_opens_nothing_at_once_after(self, visitor: Visitor, team: Team, ana: Person, change: str) -> None:
        visitor.becomes(ana)
        assert visitor.open("/").status_code == 200
        with team.work() as work:
            if change == "give_role":
                operations.give_role(work, account_id=ana.account_id, role=Role.CHAIR)
            else:
                getattr(operations, change)(work, account_id=ana.account_id)
        assert visitor.open("/account").status_code == 401

    def test_opens_nothing_after_fifteen_idle_minutes(self, visitor: Visitor, ana: Person) -> None:
        visitor.becomes(ana)
        ana.team.now += rules.SESSION_IDLE - timedelta(seconds=1)
        assert visitor.open("/account").status_code == 200
        ana.team.now += rules.SESSION_IDLE
        assert visitor.open("/account").status_code == 401

    def test_opens_nothing_when_it_is_made_up(self, visitor: Visitor, ana: Person) -> None:
        visitor.client.set_cookie("casework", "A" * 43)
        assert visitor.open("/account").status_code == 401


class TestAForgedRequest:
    def posts(self, visitor: Visitor, headers: dict[str, str], *, with_token: bool = True) -> int:
        data = {"csrf_token": visitor._token} if with_token else {}
        return visitor.client.post("/account/password", data=data, headers=headers).status_code

    def test_is_refused_without_a_token(self, visitor: Visitor, ana: Person) -> None:
        visitor.becomes(ana)
        assert self.posts(visitor, {}, with_token=False) == 403
        assert self.posts(visitor, {}) == 422

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "http://127.0.0.1:8001", "Sec-Fetch-Site": "same-site"},
        ],
    )
    def test_is_refused_from_another_origin_even_with_the_token(
        self, visitor: Visitor, ana: Person, headers: dict[str, str]
    ) -> None:
        visitor.becomes(ana)
        assert self.posts(visitor, headers) == 403

    def test_is_not_what_our_own_pages_send(self, visitor: Visitor, ana: Person) -> None:
        visitor.becomes(ana)
        assert self.posts(visitor, {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}) == 422

    def test_is_refused_for_every_route_that_changes_something(self, visitor: Visitor, app: Flask, ana: Person) -> None:
        visitor.becomes(ana)
        unsafe = [rule for rule in app.url_map.iter_rules() if rule.methods and "POST" in rule.methods]
        assert len(unsafe) > 10
        for rule in unsafe:
            values = dict.fromkeys(rule.arguments, "00000000-0000-4000-8000-000000000000")
            with app.test_request_context():
                address = app.url_for(rule.endpoint, **values)
            assert visitor.client.post(address).status_code == 403, address
            posted = visitor.client.post(
                address, data={"csrf_token": visitor._token}, headers={"Origin": "https://evil.example"}
            )
            assert posted.status_code == 403, address

    def test_with_the_token_of_another_browser_is_refused(
        self, visitor: Visitor, another_visitor: Visitors, ana: Person
    ) -> None:
        other = another_visitor()
        other.open("/sign-in")
        visitor.becomes(ana)
        assert visitor.client.post("/account/password", data={"csrf_token": other._token}).status_code == 403


class TestSettingUpAnAccount:
    @pytest.fixture
    def link(self, team: Team) -> str:
        with team.work() as work:
            invited = operations.invite(
                work,
                name="Ivy Moss",
                email="ivy@mail.example.gov.uk",
                post="",
                agency_id=team.police,
                roles=[Role.CHAIR],
            )
        return f"/invitation/{invited.token}"

    def offered(self, page: str) -> tuple[str, str]:
        letters = re.search(r'app-code-letters">([A-Z2-7 ]+)<', page)
        signed = re.search(r'name="secret" value="([^"]+)"', page)
        assert letters
        assert signed
        return letters.group(1).replace(" ", ""), signed.group(1)

    def test_gives_ten_recovery_codes_once_and_then_signs_in(self, visitor: Visitor, team: Team, link: str) -> None:
        page = text_of(visitor.open(link))
        assert "ivy@mail.example.gov.uk" in page
        assert "<svg" in page
        secret, signed = self.offered(page)
        given = {"password": PASSWORD, "code": pyotp.TOTP(secret).at(team.now), "secret": signed}
        done = text_of(visitor.send(link, given))
        assert len(re.findall(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){3}", done)) == rules.RECOVERY_CODES
        assert visitor.open(link).status_code == 404
        visitor.open("/sign-in")
        visitor.follow(visitor.send("/sign-in", {"email": "Ivy@Mail.example.gov.uk ", "password": PASSWORD}))
        used = visitor.send("/sign-in/code", {"code": pyotp.TOTP(secret).at(team.now)})
        assert used.status_code == 422  # the code that set it up is used
        team.now += timedelta(seconds=30)
        assert visitor.send("/sign-in/code", {"code": pyotp.TOTP(secret).at(team.now)}).status_code == 303

    def test_keeps_the_same_picture_when_something_is_wrong(self, visitor: Visitor, team: Team, link: str) -> None:
        secret, signed = self.offered(text_of(visitor.open(link)))
        given = {"password": "too short", "code": pyotp.TOTP(secret).at(team.now), "secret": signed}
        wrong = visitor.send(link, given)
        assert wrong.status_code == 422
        assert "12 characters or more" in text_of(wrong)
        assert self.offered(text_of(wrong))[0] == secret

    def test_does_not_take_a_secret_that_the_page_did_not_offer(self, visitor: Visitor, team: Team, link: str) -> None:
        visitor.open(link)
        mine = operations.new_secret()
        given = {"password": PASSWORD, "code": pyotp.TOTP(mine).at(team.now), "secret": mine}
        assert visitor.send(link, given).status_code == 422

    def test_answers_every_dead_link_the_same(self, visitor: Visitor, team: Team, link: str) -> None:
        unknown = without_token(visitor.open("/invitation/" + "x" * 43))
        team.now += rules.INVITATION_LASTS
        assert without_token(visitor.open(link)) == unknown
        assert unknown[0] == 404


class TestMyAccount:
    def test_changes_the_password_and_signs_out_everywhere_else(
        self, visitor: Visitor, ana: Person, another_visitor: Visitors
    ) -> None:
        elsewhere = another_visitor().becomes(ana)
        visitor.becomes(ana)
        before = visitor.token
        done = visitor.send("/account/password", {"current": PASSWORD, "new": "kestrel mop harbour"})
        assert "signed out everywhere else" in text_of(visitor.follow(done))
        assert elsewhere.open("/account").status_code == 401
        assert before
        assert ana.is_signed_in(before) is None
        assert ana.enters_password("kestrel mop harbour")
        assert not ana.enters_password()

    def test_does_not_change_it_without_the_present_one(self, visitor: Visitor, ana: Person) -> None:
        visitor.becomes(ana)
        wrong = visitor.send("/account/password", {"current": "not mine at all", "new": "kestrel mop harbour"})
        assert wrong.status_code == 422
        assert "This is not your password" in text_of(wrong)
        assert ana.enters_password()

    def test_takes_codes_from_another_app(self, visitor: Visitor, ana: Person) -> None:
        visitor.becomes(ana)
        page = text_of(visitor.open("/account/authenticator"))
        secret, signed = TestSettingUpAnAccount().offered(page)
        code = pyotp.TOTP(secret).at(ana.team.now)
        wrong = visitor.send("/account/authenticator", {"current": PASSWORD, "code": ana.code, "secret": signed})
        assert wrong.status_code == 422
        done = visitor.send("/account/authenticator", {"current": PASSWORD, "code": code, "secret": signed})
        assert visitor.follow(done).status_code == 200
        assert not ana.enters_code(ana.code)
        ana.team.now += timedelta(seconds=30)
        assert ana.enters_code(pyotp.TOTP(secret).at(ana.team.now))

    def test_signs_out_another_device_and_nobody_elses(
        self, visitor: Visitor, team: Team, ana: Person, another_visitor: Visitors
    ) -> None:
        ben = team.person("Ben Ode", Role.REFERRER)
        elsewhere, bens = another_visitor().becomes(ana), ben.session()
        page = text_of(visitor.becomes(ana).open("/account"))
        address = re.search(r'action="(/account/sessions/[^"]+/end)"', page)
        assert address
        assert visitor.send(address.group(1)).status_code == 303
        assert elsewhere.open("/account").status_code == 401
        found = ben.is_signed_in(bens)
        assert found
        assert visitor.send(f"/account/sessions/{found.session_id}/end").status_code == 404
        assert ben.is_signed_in(bens)


class TestDemonstrationMode:
    @pytest.fixture
    def demonstration(self, settings: Settings, team: Team, tmp_path: Path) -> Flask:
        return create(replace(settings, demonstration=True, state=tmp_path), clock=lambda: team.now)

    def test_has_no_address_outside_it(self, app: Flask, demonstration: Flask) -> None:
        def of_demonstration(one: Flask) -> set[str]:
            return {rule.rule for rule in one.url_map.iter_rules() if rule.rule.startswith("/demo")}

        assert of_demonstration(app) == set()
        assert of_demonstration(demonstration) >= {"/demo/sign-in/<uuid:account_id>", "/demo/mail"}

    def test_lists_people_only_there(self, visitor: Visitor, demonstration: Flask, ana: Person) -> None:
        assert "Ana Reyes" not in text_of(visitor.open("/sign-in"))
        visitor.send(f"/demo/sign-in/{ana.account_id}")
        assert visitor.token is None
        page = text_of(Visitor(demonstration).open("/sign-in"))
        assert "Ana Reyes" in page
        assert "Representative" in page
        assert "Vale Police" in page

    def test_signs_in_with_one_press(self, demonstration: Flask, ana: Person) -> None:
        visitor = Visitor(demonstration)
        visitor.open("/sign-in")
        assert visitor.client.post(f"/demo/sign-in/{ana.account_id}").status_code == 403  # not without the page's token
        assert "Ana Reyes" in text_of(visitor.follow(visitor.send(f"/demo/sign-in/{ana.account_id}")))

    def test_shows_the_mail_that_was_caught_and_no_other_file(self, demonstration: Flask, tmp_path: Path) -> None:
        visitor = Visitor(demonstration)
        assert "No mail yet" in text_of(visitor.open("/demo/mail"))
        (tmp_path / "mail").mkdir()
        (tmp_path / "mail" / "00000001700000000000-0a1b2c3d.eml").write_bytes(
            b"X-Envelope-To: ana@mail.example.gov.uk\r\nSubject: Casework: something to do\r\n"
            b"Content-Type: text/plain; charset=utf-8\r\n\r\nSign in to <see>.\r\n"
        )
        assert "Casework: something to do" in text_of(visitor.open("/demo/mail"))
        assert "Sign in to &lt;see&gt;." in text_of(visitor.open("/demo/mail/00000001700000000000-0a1b2c3d"))
        assert visitor.open("/demo/mail/..%2Fenvironment").status_code == 404
        assert visitor.open("/demo/mail/00000001700000000000-ffffffff").status_code == 404


class TestHealth:
    def test_answers_and_names_the_parts_that_are_not_there(self, app: Flask, database: object) -> None:
        client = app.test_client()
        assert client.get("/healthz").get_json() == {"status": "ok"}
        answer = client.get("/readyz")
        assert (answer.status_code, answer.get_json()["failing"]) == (503, ["worker", "relay", "beat"])
        url = database.superuser_url.replace("+psycopg", "")  # type: ignore[attr-defined]
        with psycopg.connect(url, autocommit=True) as connection:
            for part in ("worker", "relay", "beat"):
                connection.execute(
                    "INSERT INTO heartbeat (id, part, seen_at) VALUES (gen_random_uuid(), %s, now())", (part,)
                )
            assert client.get("/readyz").status_code == 200
            connection.execute("UPDATE heartbeat SET seen_at = now() - interval '1 hour' WHERE part = 'relay'")
        answer = client.get("/readyz")
        assert (answer.status_code, answer.get_json()["failing"]) == (503, ["relay"])

    def test_names_a_broker_that_does_not_answer(self, settings: Settings, team: Team) -> None:
        lost = create(replace(settings, redis_url="redis://127.0.0.1:1/0"), clock=lambda: team.now)
        assert "broker" in lost.test_client().get("/readyz").get_json()["failing"]


class TestAFault:
    def test_is_logged_without_what_it_says(self, own_app: Flask, ana: Person) -> None:
        def broken() -> None:
            raise ValueError("Ana Reyes, 07700 900123")

        own_app.view_functions["look.static_file"] = lambda name: broken()
        with capture_logs() as logged:
            answer = own_app.test_client().get("/look/icon.svg")
        assert answer.status_code == 500
        (line,) = logged
        assert (line["event"], line["endpoint"]) == ("request_failed", "look.static_file")
        assert describe(line.pop("exc_info")[1])["class"] == "ValueError"  # all that config.logging keeps of it
        assert "07700 900123" not in str(line) + text_of(answer)
