"""Settings: what is accepted, and that every mistake of an installation is told at once without repeating a secret."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from config.settings import MigrationSettings, Settings, SettingsError, broker_url, log_level

EXAMPLE = Path(__file__).parents[2] / "config" / "env.example"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    files = {"master": '{"current": "k1"}', "index": "0f" * 32, "audit": "-----BEGIN PRIVATE KEY-----", "web": "x" * 64}
    for name, content in files.items():
        (tmp_path / name).write_text(content + "\n")
    return {
        "DATABASE_URL": "postgresql://casework_app:hush@db:5432/casework",
        "KEY_STORE_URL": "postgres://casework_keys:hush@db/casework_keys",
        "REDIS_URL": "redis://:hush@valkey:6379/0",
        "SMTP_URL": "smtp://mail:25",
        "CASEWORK_MASTER_KEYS": str(tmp_path / "master"),
        "CASEWORK_INDEX_KEY": str(tmp_path / "index"),
        "CASEWORK_WEB_SECRET": str(tmp_path / "web"),
        "CASEWORK_BASE_URL": "https://casework.example.gov.uk/",
        "CASEWORK_STATE": str(tmp_path),
    }


def mistakes_of(environment: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as raised:
        Settings.read(environment)
    return raised.value.mistakes


class TestRead:
    def test_takes_a_whole_installation(self, environment: dict[str, str]) -> None:
        settings = Settings.read(environment)
        assert settings.database_url == "postgresql+psycopg://casework_app:hush@db:5432/casework"
        assert settings.key_store_url == "postgresql+psycopg://casework_keys:hush@db/casework_keys"
        assert settings.index_key == b"\x0f" * 32
        assert settings.web_secret == "x" * 64
        assert settings.base_url == "https://casework.example.gov.uk"
        assert settings.mail_from == "no-reply@casework.example.gov.uk"
        assert settings.log_level == "INFO"

    def test_never_demonstrates_unless_told_to(self, environment: dict[str, str]) -> None:
        assert Settings.read(environment).demonstration is False
        assert Settings.read(environment | {"CASEWORK_DEMONSTRATION": "1"}).demonstration is True

    def test_does_without_what_only_one_process_needs(self, environment: dict[str, str], tmp_path: Path) -> None:
        assert Settings.read(environment).audit_key is None
        assert Settings.read(environment).database_owner_url is None
        settings = Settings.read(environment | {"CASEWORK_AUDIT_KEY": str(tmp_path / "audit")})
        assert settings.audit_key == tmp_path / "audit"

    def test_takes_a_secret_from_a_file(self, environment: dict[str, str], tmp_path: Path) -> None:
        (tmp_path / "url").write_text(environment.pop("DATABASE_URL") + "\n")
        settings = Settings.read(environment | {"DATABASE_URL_FILE": str(tmp_path / "url")})
        assert settings.database_url == "postgresql+psycopg://casework_app:hush@db:5432/casework"

    def test_shows_no_secret(self, environment: dict[str, str]) -> None:
        shown = repr(Settings.read(environment))
        assert "hush" not in shown
        assert "x" * 64 not in shown
        assert "0f" * 32 not in shown


class TestMistakes:
    def test_are_told_all_at_once_when_nothing_is_set(self) -> None:
        assert mistakes_of({}) == (
            "CASEWORK_BASE_URL is not set",
            "DATABASE_URL is not set (nor DATABASE_URL_FILE)",
            "KEY_STORE_URL is not set (nor KEY_STORE_URL_FILE)",
            "REDIS_URL is not set (nor REDIS_URL_FILE)",
            "SMTP_URL is not set (nor SMTP_URL_FILE)",
            "CASEWORK_MASTER_KEYS is not set",
            "CASEWORK_INDEX_KEY is not set",
            "CASEWORK_WEB_SECRET is not set",
            "CASEWORK_STATE is not set",
        )

    def test_are_told_together_and_name_what_would_be_right(self, environment: dict[str, str]) -> None:
        told = mistakes_of(environment | {"REDIS_URL": "valkey", "CASEWORK_DEMONSTRATION": "yes"})
        assert told == (
            "CASEWORK_DEMONSTRATION must be 0 or 1",
            "REDIS_URL must look like redis://:PASSWORD@HOST:PORT/0",
        )

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("DATABASE_URL", "mysql://casework_app:hush@db/casework"),
            ("DATABASE_URL", "postgresql://casework_app:hush@db"),
            ("DATABASE_URL", "postgresql://casework_app:hush@db:port/casework"),
            ("KEY_STORE_URL", "sqlite:///hush.db"),
            ("REDIS_URL", "http://hush"),
            ("SMTP_URL", "hush:25"),
            ("CASEWORK_BASE_URL", "http://casework.example.gov.uk"),
            ("CASEWORK_BASE_URL", "https://casework.example.gov.uk/hush"),
            ("CASEWORK_MAIL_FROM", "hush"),
            ("CASEWORK_MASTER_KEYS", "/nowhere/hush"),
            ("CASEWORK_STATE", "hush"),
            ("CASEWORK_LOG_LEVEL", "hush"),
        ],
    )
    def test_name_the_setting_and_do_not_repeat_its_value(
        self, environment: dict[str, str], name: str, value: str
    ) -> None:
        (told,) = mistakes_of(environment | {name: value})
        assert told.startswith(f"{name} must ")
        assert "hush" not in told

    @pytest.mark.parametrize("content", ["", "0f" * 31, "not a key at all", "0f" * 33])
    def test_include_an_index_key_of_the_wrong_size(
        self, environment: dict[str, str], tmp_path: Path, content: str
    ) -> None:
        (tmp_path / "index").write_text(content)
        (told,) = mistakes_of(environment)
        assert told.startswith("CASEWORK_INDEX_KEY ")

    def test_include_a_short_web_secret(self, environment: dict[str, str], tmp_path: Path) -> None:
        (tmp_path / "web").write_text("secret")
        assert mistakes_of(environment) == (
            "CASEWORK_WEB_SECRET must name a file with a random secret of at least 64 characters",
        )

    def test_include_a_secret_given_twice(self, environment: dict[str, str], tmp_path: Path) -> None:
        (tmp_path / "url").write_text(environment["REDIS_URL"])
        assert mistakes_of(environment | {"REDIS_URL_FILE": str(tmp_path / "url")}) == (
            "REDIS_URL and REDIS_URL_FILE are both set: keep one",
        )

    def test_include_a_secret_file_that_is_not_there(self, environment: dict[str, str]) -> None:
        del environment["REDIS_URL"]
        assert mistakes_of(environment | {"REDIS_URL_FILE": "/nowhere"}) == (
            "REDIS_URL_FILE must be the path of a text file that this process can read",
        )


class TestExample:
    """config/env.example is where operators look: it names every setting, and none that does not exist."""

    def test_names_exactly_the_settings_that_are_read(self) -> None:
        documented = set(re.findall(r"^#?([A-Z][A-Z_]+)=", EXAMPLE.read_text(), flags=re.MULTILINE))
        asked: set[str] = set()

        class Asking(dict[str, str]):
            def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
                asked.add(name)
                return default

        with pytest.raises(SettingsError):
            Settings.read(Asking())
        assert documented == {name for name in asked if not name.endswith("_FILE")}

    def test_says_which_ones_may_come_from_a_file(self) -> None:
        lines = EXAMPLE.read_text().splitlines()
        marked = {
            re.match(r"#?([A-Z_]+)=", following)[1]  # type: ignore[index]
            for line, following in pairwise(lines)
            if line.endswith("(secret)")
        }
        assert marked == {"DATABASE_URL", "DATABASE_OWNER_URL", "KEY_STORE_URL", "REDIS_URL", "SMTP_URL"}


class TestOfOneProcess:
    def test_migrations_need_two_addresses_and_no_key(self) -> None:
        given = {"DATABASE_OWNER_URL": "postgresql://o:p@db/casework", "KEY_STORE_URL": "postgresql://k:p@db/keys"}
        assert MigrationSettings.read(given).database_owner_url == "postgresql+psycopg://o:p@db/casework"
        with pytest.raises(SettingsError) as raised:
            MigrationSettings.read({})
        assert len(raised.value.mistakes) == 2

    def test_beat_needs_the_broker_only_also_from_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "redis").write_text("redis://:hush@valkey:6379/0\n")
        assert broker_url({"REDIS_URL_FILE": str(tmp_path / "redis")}) == "redis://:hush@valkey:6379/0"
        assert broker_url({"REDIS_URL": "http://valkey"}) == ""
        assert [log_level({"CASEWORK_LOG_LEVEL": text}) for text in ("debug", "loud", "")] == ["DEBUG", "INFO", "INFO"]

    def test_the_number_of_proxies_is_small_and_none_unless_said(self, environment: dict[str, str]) -> None:
        assert Settings.read(environment).proxies == 0
        assert Settings.read(environment | {"CASEWORK_PROXIES": "1"}).proxies == 1
        assert any(
            one.startswith("CASEWORK_PROXIES must be") for one in mistakes_of(environment | {"CASEWORK_PROXIES": "-1"})
        )
