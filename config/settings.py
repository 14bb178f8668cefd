"""The settings of one installation, read from the environment once at start. Every mistake is reported at once.

A default stands only where it is right for production and harmless in public; keys and passwords have none. What may differ
from partnership to partnership (clocks, thresholds, the meaning of a repeat) is not here: it is dated data of the partnership.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_KEY_BYTES = 32

T = TypeVar("T")


class SettingsError(Exception):
    """Some settings are missing or wrong. `mistakes` has one line for each, naming the setting and what would be right."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("The settings cannot be used:\n" + "\n".join(f"- {mistake}" for mistake in mistakes))
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One installation's settings. Fields that hold a secret are left out of the representation.

    `master_keys` and `audit_key` are paths, because each has a format of its own and a reader of its own. `audit_key` may be
    absent where nothing is signed (the web process), and `database_owner_url` everywhere but in migrations.
    """

    database_url: str = field(repr=False)
    database_owner_url: str | None = field(repr=False)
    key_store_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    smtp_url: str = field(repr=False)
    mail_from: str
    master_keys: Path
    index_key: bytes = field(repr=False)
    audit_key: Path | None
    web_secret: str = field(repr=False)
    base_url: str
    state: Path
    demonstration: bool
    proxies: int
    log_level: str

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        """Return the settings that `environment` holds; a secret may also come as NAME_FILE, the path of a file with it.

        Raises SettingsError with every mistake that there is.
        """
        reader = _Reader(environment)
        demonstration = reader.required("CASEWORK_DEMONSTRATION", _switch, default="0")
        base_url = reader.required("CASEWORK_BASE_URL", _base_url)
        mail_from = reader.optional("CASEWORK_MAIL_FROM", _mailbox)
        settings = {
            "database_url": reader.secret("DATABASE_URL", _postgresql),
            "database_owner_url": reader.optional_secret("DATABASE_OWNER_URL", _postgresql),
            "key_store_url": reader.secret("KEY_STORE_URL", _postgresql),
            "redis_url": reader.secret("REDIS_URL", _redis),
            "smtp_url": reader.secret("SMTP_URL", _smtp),
            "mail_from": mail_from or (f"no-reply@{urlsplit(base_url).hostname}" if base_url else None),
            "master_keys": reader.required("CASEWORK_MASTER_KEYS", _file),
            "index_key": reader.required("CASEWORK_INDEX_KEY", _key_in_file),
            "audit_key": reader.optional("CASEWORK_AUDIT_KEY", _file),
            "web_secret": reader.required("CASEWORK_WEB_SECRET", _secret_in_file),
            "base_url": base_url,
            "state": reader.required("CASEWORK_STATE", _folder),
            "demonstration": demonstration,
            "proxies": reader.required("CASEWORK_PROXIES", _proxies, default="0"),
            "log_level": reader.required("CASEWORK_LOG_LEVEL", _log_level, default="INFO"),
        }
        if reader.mistakes:
            raise SettingsError(reader.mistakes)
        return cls(**settings)  # type: ignore[arg-type]  # every value was checked by its parser above


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationSettings:
    """What the process that makes the tables is given: the two databases as their owners, and no key."""

    database_owner_url: str = field(repr=False)
    key_store_url: str = field(repr=False)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> MigrationSettings:
        """Return the settings that `environment` holds. Raises SettingsError with every mistake that there is."""
        reader = _Reader(environment)
        owner = reader.secret("DATABASE_OWNER_URL", _postgresql)
        keys = reader.secret("KEY_STORE_URL", _postgresql)
        if owner is None or keys is None:
            raise SettingsError(reader.mistakes)
        return cls(database_owner_url=owner, key_store_url=keys)


def broker_url(environment: Mapping[str, str]) -> str:
    """Return the broker's address alone, for a process that needs nothing else; empty when it is not set or cannot be read.

    What is wrong with it is said by Settings.read, which every process that works with data calls.
    """
    return _Reader(environment).optional_secret("REDIS_URL", _redis) or ""


def log_level(environment: Mapping[str, str]) -> str:
    """Return the level of the logs alone, INFO when it is not set or wrong; see `broker_url`."""
    return _Reader(environment).optional("CASEWORK_LOG_LEVEL", _log_level) or "INFO"


class _Reader:
    """Reads one name at a time and gathers the mistakes instead of stopping at the first."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.mistakes: list[str] = []

    def required(self, name: str, parse: Callable[[str], T], *, default: str | None = None) -> T | None:
        """Return the parsed value of `name`; note a mistake when it is missing or wrong."""
        text = self.environment.get(name, "").strip() or default
        if text is None:
            self.mistakes.append(f"{name} is not set")
            return None
        return self._parsed(name, text, parse)

    def optional(self, name: str, parse: Callable[[str], T]) -> T | None:
        """Return the parsed value of `name`, or None when it is not set."""
        text = self.environment.get(name, "").strip()
        return self._parsed(name, text, parse) if text else None

    def secret(self, name: str, parse: Callable[[str], T]) -> T | None:
        """Like `required`, from `name` or from the file that NAME_FILE names; both at once is a mistake."""
        before = len(self.mistakes)
        found = self.optional_secret(name, parse)
        if found is None and len(self.mistakes) == before:
            self.mistakes.append(f"{name} is not set (nor {name}_FILE)")
        return found

    def optional_secret(self, name: str, parse: Callable[[str], T]) -> T | None:
        """Like `secret`, but may be left out."""
        text = self.environment.get(name, "").strip()
        path = self.environment.get(f"{name}_FILE", "").strip()
        if text and path:
            self.mistakes.append(f"{name} and {name}_FILE are both set: keep one")
            return None
        if path:
            read = self._parsed(f"{name}_FILE", path, _text_of_file)
            return None if read is None else self._parsed(f"{name}_FILE", read, parse)
        return self._parsed(name, text, parse) if text else None

    def _parsed(self, name: str, text: str, parse: Callable[[str], T]) -> T | None:
        try:
            return parse(text)
        except ValueError as wrong:
            self.mistakes.append(f"{name} {wrong}")
            return None


# The parsers. Each raises ValueError with the end of a sentence that begins with the setting's name. None repeats the value:
# it may be a secret, and mistakes are logged.


def _postgresql(text: str) -> str:
    parts = _address(text, "postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
    if parts.scheme not in ("postgresql", "postgres", "postgresql+psycopg") or not parts.path.strip("/"):
        raise ValueError("must look like postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
    return "postgresql+psycopg" + text[len(parts.scheme) :]


def _redis(text: str) -> str:
    if _address(text, "redis://:PASSWORD@HOST:PORT/0").scheme not in ("redis", "rediss"):
        raise ValueError("must look like redis://:PASSWORD@HOST:PORT/0 (rediss:// for TLS)")
    return text


def _smtp(text: str) -> str:
    if _address(text, "smtp://HOST:PORT").scheme not in ("smtp", "smtps"):
        raise ValueError("must look like smtp://HOST:PORT (smtps:// for TLS from the start)")
    return text


def _base_url(text: str) -> str:
    parts = _address(text, "https://casework.example.gov.uk")
    if parts.scheme not in ("http", "https") or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("must look like https://casework.example.gov.uk, with nothing after the name")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ValueError("must begin with https:// (http:// is for 127.0.0.1 only)")
    return text.rstrip("/")


def _address(text: str, shape: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  # reading it is what checks it
    except ValueError:
        raise ValueError(f"must look like {shape}") from None
    if not parts.hostname:
        raise ValueError(f"must look like {shape}")
    return parts


def _mailbox(text: str) -> str:
    local, at, domain = text.rpartition("@")
    if not at or not local or "." not in domain or any(character.isspace() for character in text):
        raise ValueError("must be an e-mail address, such as no-reply@casework.example.gov.uk")
    return text


def _switch(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError("must be 0 or 1")
    return text == "1"


def _proxies(text: str) -> int:
    if text not in ("0", "1", "2", "3"):
        raise ValueError("must be 0, 1, 2 or 3: how many proxies of yours stand before this process")
    return int(text)


def _log_level(text: str) -> str:
    if text.upper() not in LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}")
    return text.upper()


def _folder(text: str) -> Path:
    path = Path(text)
    if not path.is_absolute() or not path.is_dir():
        raise ValueError("must be the full path of a folder that exists")
    return path


def _file(text: str) -> Path:
    _text_of_file(text)
    return Path(text)


def _text_of_file(text: str) -> str:
    try:
        content = Path(text).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ValueError("must be the path of a text file that this process can read") from None
    if not content:
        raise ValueError("names an empty file")
    return content


def _key_in_file(text: str) -> bytes:
    digits = _text_of_file(text)
    try:
        key = bytes.fromhex(digits)
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise ValueError(f"must name a file with {2 * _KEY_BYTES} hexadecimal digits")
    return key


def _secret_in_file(text: str) -> str:
    secret = _text_of_file(text)
    if len(secret) < 2 * _KEY_BYTES:
        raise ValueError("must name a file with a random secret of at least 64 characters")
    return secret
