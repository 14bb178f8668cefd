"""The commands by which an empty installation gets its first people, and an operator helps those who cannot sign in."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from casework.access.actors import SYSTEM
from casework.access.permissions import Role
from casework.accounts import queries
from casework.cli.__main__ import casework
from casework.partnerships import queries as partnerships
from casework.work import Stores, UnitOfWork
from tests.team import MONDAY, PASSWORD, Team

Run = Callable[..., Result]

FOUNDING = [
    "setup", "--partnership", "Vale of Trent MARACs", "--agency", "Vale Council", "--protocol-signed-on", "2026-01-05",
    "--person", "Priya Nair", "--email", "priya@mail.example.gov.uk",
]  # fmt: skip


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    return lambda *arguments, answers="": CliRunner().invoke(
        casework, [str(one) for one in arguments], env=environment, input=answers, catch_exceptions=False
    )


class TestSetup:
    def test_founds_the_partnership_and_prints_the_first_link(self, run: Run, stores: Stores) -> None:
        done = run(*FOUNDING, "--role", "both")
        assert done.exit_code == 0, done.output
        token = re.search(r"http://127\.0\.0\.1:8000/invitation/([\w-]+)", done.output)
        assert token
        with UnitOfWork(stores, actor=SYSTEM, now=datetime.now(UTC), partnership_id=None) as work:
            assert [one.slug for one in partnerships.partnerships(work)] == ["vale-of-trent-maracs"]
            assert queries.open_invitation(work, token=token.group(1)).name == "Priya Nair"

    def test_asks_for_what_was_not_said(self, run: Run, stores: Stores) -> None:
        answers = "Moor MARAC\nMoor Council\n2026-01-05\nLee Poole\nlee@mail.example.gov.uk\noperator\n"
        done = run("setup", answers=answers)
        assert done.exit_code == 0, done.output
        assert "/invitation/" in done.output

    def test_takes_no_protocol_of_the_year_26(self, run: Run, stores: Stores) -> None:
        wrong = run(*["0026-01-05" if one == "2026-01-05" else one for one in FOUNDING], "--role", "both")
        assert wrong.exit_code != 0
        assert "signed_on: Give a day of this century" in wrong.stderr
        with UnitOfWork(stores, actor=SYSTEM, now=MONDAY, partnership_id=None) as work:
            assert partnerships.partnerships(work) == []

    def test_makes_nothing_when_an_answer_is_not_given(self, run: Run, stores: Stores) -> None:
        left = run("setup", answers="Moor MARAC\nMoor Council\n")
        assert left.exit_code == 2
        assert "Nothing was done." in left.stderr
        with UnitOfWork(stores, actor=SYSTEM, now=MONDAY, partnership_id=None) as work:
            assert partnerships.partnerships(work) == []

    def test_makes_nothing_when_something_is_wrong(self, run: Run, stores: Stores) -> None:
        wrong = run(*FOUNDING[:-1], "not an address", "--role", "co-ordinator")
        assert wrong.exit_code == 2
        assert "email: Enter a work e-mail address" in wrong.output
        with UnitOfWork(stores, actor=SYSTEM, now=MONDAY, partnership_id=None) as work:
            assert partnerships.partnerships(work) == []

    def test_is_done_once(self, run: Run) -> None:
        assert run(*FOUNDING, "--role", "both").exit_code == 0
        again = run(*FOUNDING, "--role", "both")
        assert again.exit_code == 2
        assert "has a partnership already" in again.output


class TestAccounts:
    @pytest.fixture
    def team(self, stores: Stores) -> Team:
        return Team.found(stores)

    def test_invites_and_lists(self, run: Run, team: Team) -> None:
        done = run(
            "accounts", "invite", "--partnership", "vale", "--name", "Ivy Moss", "--email", "ivy@mail.example.gov.uk",
            "--agency", "housing", "--role", "representative", "--role", "referrer",
        )  # fmt: skip
        assert "/invitation/" in done.output
        people = run("accounts", "list", "--partnership", "vale").output
        assert "ivy@mail.example.gov.uk  Ivy Moss  Vale Housing  representative, referrer  invited" in people

    def test_resets_with_a_link_for_the_operator_alone(self, run: Run, team: Team) -> None:
        ana = team.person("Ana Reyes", Role.REPRESENTATIVE)
        done = run("accounts", "reset", "--partnership", "vale", ana.email)
        assert "/invitation/" in done.output
        assert not ana.enters_password(PASSWORD)

    def test_ends_sessions_suspends_and_reinstates(self, run: Run, team: Team) -> None:
        ana = team.person("Ana Reyes", Role.REPRESENTATIVE)
        token = ana.session()
        assert "1 sessions ended" in run("accounts", "end-sessions", "--partnership", "vale", ana.email).output
        assert ana.is_signed_in(token) is None
        run("accounts", "suspend", "--partnership", "vale", ana.email)
        assert not ana.enters_password()
        run("accounts", "reinstate", "--partnership", "vale", ana.email)
        assert ana.enters_password()

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["reset", "--partnership", "vale", "nobody@mail.example.gov.uk"], "Nobody of this partnership"),
            (["list", "--partnership", "elsewhere"], "There is no partnership of that short name"),
        ],
    )
    def test_says_in_one_line_what_is_not_there(self, run: Run, team: Team, arguments: list[str], told: str) -> None:
        refused = run("accounts", *arguments)
        assert refused.exit_code == 2
        assert told in refused.output
        assert "Traceback" not in refused.output


class TestPartnerships:
    def test_grow_by_agencies_and_change_their_policy(self, run: Run, stores: Stores, tmp_path: Path) -> None:
        team = Team.found(stores)
        run(
            "partnerships",
            "add-agency",
            "--partnership",
            "vale",
            "--short-name",
            "idva",
            "--name",
            "Vale IDVA",
            "--kind",
            "charity",
        )
        assert "idva  Vale IDVA  no good protocol" in run("partnerships", "list").output
        run(
            "partnerships",
            "sign-protocol",
            "--partnership",
            "vale",
            "--agency",
            "idva",
            "--version",
            "2",
            "--signed-on",
            "2026-01-01",
        )
        assert "idva  Vale IDVA  protocol 2" in run("partnerships", "list").output
        settings = json.loads(run("partnerships", "policy", "--partnership", "vale").output)
        file = tmp_path / "policy.json"
        file.write_text(json.dumps(settings | {"capacity": 20}))
        assert run("partnerships", "set-policy", "--partnership", "vale", "--from", "2026-11-01", file).exit_code == 0
        assert json.loads(run("partnerships", "policy", "--partnership", "vale").output)["capacity"] == 20
        file.write_text(json.dumps({"capacity": 0}))
        wrong = run("partnerships", "set-policy", "--partnership", "vale", "--from", "2026-11-01", file)
        assert wrong.exit_code == 2
        assert "capacity" in wrong.output
        assert team.partnership_id


class TestTheCommand:
    def test_lists_its_groups_and_needs_its_settings(self) -> None:
        command = [sys.executable, "-m", "casework.cli"]
        shown = subprocess.run([*command, "--help"], capture_output=True, text=True, check=True)
        assert {"accounts", "keys", "partnerships", "setup"} <= set(shown.stdout.split())
        wrong = subprocess.run([*command, "partnerships", "list"], capture_output=True, text=True, env={}, check=False)
        assert wrong.returncode == 2
        (told,) = wrong.stderr.splitlines()
        assert "DATABASE_URL is not set" in told
        assert "CASEWORK_STATE is not set" in told

    @pytest.mark.parametrize(
        "arguments",
        [
            ["dance"],
            ["--dance"],
            ["audit", "dance"],
            ["audit", "verify", "--since", "yesterday"],
            ["referrals", "import"],
            ["referrals", "import", "nowhere.jsonl"],
            ["audit", "verify"],
        ],
        ids=" ".join,
    )
    def test_ends_with_two_and_one_line_when_it_cannot_run(self, arguments: list[str]) -> None:
        nowhere = {"DATABASE_URL": "postgresql://casework_app:hush@127.0.0.1:9/casework"}
        told = CliRunner(env=nowhere).invoke(casework, arguments)
        assert told.exit_code == 2
        assert told.stdout == ""
        assert len(told.stderr.splitlines()) == 1
        assert "hush" not in told.stderr

    def test_holds_a_command_in_each_of_its_files(self) -> None:
        context = casework.make_context("casework", ["--help"], resilient_parsing=True)
        for name in casework.list_commands(context):
            assert casework.get_command(context, name) is not None
        assert casework.get_command(context, "opening") is None
