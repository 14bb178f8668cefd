"""What is written down agrees with the code: references made from it, the compose file, the reasons for dependencies, links."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from casework.cli.__main__ import Commands
from config.settings import Settings, SettingsError
from local import postgres, references

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *DOCS.rglob("*.md"))
    if ".venv" not in path.parts and "node_modules" not in path.parts
)
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
_NAMED = re.compile(
    r"`((?:casework|workers|config|local|migrations|docs|tests|rehearsal|benchmarks)/[\w./-]+\.(?:py|md|sql|html))`"
)


class TestReferences:
    @pytest.mark.parametrize("name", sorted(references.REFERENCES))
    def test_made_from_the_code_have_not_drifted(self, name: str) -> None:
        assert (DOCS / name).read_text(encoding="utf-8") == references.REFERENCES[name](), (
            "run: python -m local.references"
        )


class TestPages:
    @pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
    def test_link_to_what_is_there(self, page: Path) -> None:
        text = page.read_text(encoding="utf-8")
        broken = [link for link in _LINK.findall(text) if not (page.parent / link).exists()]
        assert broken == []
        assert [name for name in _NAMED.findall(text) if not (ROOT / name).exists()] == []

    def test_number_each_decision_once_and_give_its_status(self) -> None:
        records = sorted((DOCS / "adr").glob("*.md"))
        numbers = [path.name[:4] for path in records]
        assert len(set(numbers)) == len(numbers)
        for path in records:
            text = path.read_text(encoding="utf-8")
            assert re.match(rf"# {int(path.name[:4])}\. \S", text), path.name
            assert re.search(r"^Status: (accepted|replaced by)", text, re.MULTILINE), path.name

    def test_say_of_every_direct_dependency_why_it_is_there(self) -> None:
        told = (DOCS / "adr/0011-dependencies.md").read_text(encoding="utf-8")
        wanted = {
            re.split(r"[\[=<>~ ]", line, maxsplit=1)[0]
            for file in (ROOT / "requirements").glob("*.in")
            for line in file.read_text().splitlines()
            if line and not line.startswith(("#", "-"))
        }
        explained = set(re.findall(r"^\| `([\w-]+)` \|", told, re.MULTILINE))
        assert explained == wanted

    def test_name_every_command_of_the_operator(self) -> None:
        told = (DOCS / "operating.md").read_text(encoding="utf-8")
        commands = Commands().list_commands(None)  # type: ignore[arg-type]
        assert [name for name in commands if f"casework {name}" not in told] == []


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The compose file, its shared parts put in place."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


class TestCompose:
    def test_runs_every_process_of_the_product(self, compose: dict[str, Any]) -> None:
        assert set(compose["services"]) == {"postgres", "valkey", "migrate", "web", "worker", "relay", "beat", "mail"}

    def test_hardens_every_container(self, compose: dict[str, Any]) -> None:
        for name, service in compose["services"].items():
            assert service["read_only"] is True, name
            assert service["cap_drop"] == ["ALL"], name
            assert service["security_opt"] == ["no-new-privileges:true"], name
            assert not service["user"].startswith("0"), name
            assert "privileged" not in service, name

    def test_publishes_the_pages_to_this_machine_and_nothing_else(self, compose: dict[str, Any]) -> None:
        published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
        assert published == {"web": ["127.0.0.1:${CASEWORK_PORT:-8000}:8000"]}
        assert compose["networks"]["back"] == {"internal": True}
        assert compose["services"]["postgres"]["networks"] == ["back"]
        assert compose["services"]["valkey"]["networks"] == ["back"]

    def test_waits_for_what_each_needs(self, compose: dict[str, Any]) -> None:
        services = compose["services"]
        assert services["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
        for name in ("web", "worker", "relay", "beat"):
            assert services[name]["depends_on"] == {
                "migrate": {"condition": "service_completed_successfully"},
                "valkey": {"condition": "service_healthy"},
            }
        for name in ("postgres", "valkey", "web", "worker", "relay", "mail"):
            assert services[name]["healthcheck"]["test"], name

    def test_hands_out_secrets_by_file_and_to_those_who_need_them(self, compose: dict[str, Any]) -> None:
        holders: dict[str, set[str]] = {}
        for name, service in compose["services"].items():
            for secret in service.get("secrets", []):
                holders.setdefault(secret, set()).add(name)
        assert set(holders) == set(compose["secrets"])
        assert holders["database_owner_url"] == {"migrate"}
        assert holders["audit_key"] == {"relay"}
        assert "migrate" not in holders["master_keys"]
        assert set(compose["services"]["beat"]["secrets"]) == {"redis_url"}

    def test_gives_every_setting_that_the_processes_ask_for(self, compose: dict[str, Any]) -> None:
        for name in ("web", "worker", "relay"):
            given = compose["services"][name]["environment"]
            with pytest.raises(SettingsError) as raised:
                Settings.read({})
            asked = {mistake.split()[0] for mistake in raised.value.mistakes} - {"CASEWORK_STATE"}  # in the image
            assert asked <= {setting.removesuffix("_FILE") for setting in given}, name

    def test_sets_the_database_up_like_the_one_that_tests_run_on(self, compose: dict[str, Any]) -> None:
        service = compose["services"]["postgres"]
        given = dict(argument.removeprefix("--").split("=") for argument in service["command"][1:])
        own_place = {"listen_addresses", "unix_socket_directories"}
        assert given.items() >= {(name, value) for name, value in postgres.SETTINGS.items() if name not in own_place}
        assert service["environment"]["POSTGRES_INITDB_ARGS"].startswith(" ".join(postgres.INITDB))

    def test_makes_secrets_that_belong_to_their_reader_and_stay(self, tmp_path: Path) -> None:
        maker = [
            sys.executable,
            str(ROOT / "config/compose/make-secrets"),
            "--mail",
            "smtp://mail:2525",
            str(tmp_path / "s"),
        ]
        done = subprocess.run(maker, capture_output=True, text=True, check=False)
        if "has to run as root" in done.stderr:
            assert done.returncode == 2
            return
        assert done.returncode == 0, done.stderr
        made = {path: path.read_bytes() for path in (tmp_path / "s").rglob("*") if path.is_file()}
        assert {oct(path.stat().st_mode & 0o777) for path in made} == {"0o400"}
        assert {path.stat().st_uid for path in made if path.parent.name == "app"} == {10001}
        wanted = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["secrets"].values()
        assert {str(path.relative_to(tmp_path / "s")) for path in made} == {
            one["file"].removeprefix("./secrets/") for one in wanted
        }
        subprocess.run(maker, capture_output=True, check=True)
        assert {path: path.read_bytes() for path in made} == made


class TestTheImage:
    def test_takes_nothing_of_development_along(self) -> None:
        lines = (ROOT / "Dockerfile").read_text().splitlines()
        stages = [index for index, line in enumerate(lines) if line.startswith("FROM ")]
        product = "\n".join(
            "\n".join(lines[start:end])
            for start, end in zip(stages, [*stages[1:], len(lines)], strict=True)
            if lines[start].endswith((" AS program", " AS casework"))
        )
        assert "USER 10001:10001" in product
        assert not re.search(r"(?<!usr/)local/|tests|rehearsal|benchmarks|requirements|pip|COPY \. ", product)
        assert lines[stages[-1]].endswith(" AS casework"), "a plain build makes the product"

    def test_lets_nothing_into_the_build_that_is_not_named(self) -> None:
        rules = [
            line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")
        ]
        assert rules[0] == "*"
        assert not any("secrets" in rule or ".git" in rule for rule in rules[1:])
