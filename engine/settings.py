"""What the environment says: every `TENURE_*` variable, read once, checked, and typed.

Knows no default that depends on a running stack; commands fill those in. Secrets are `SecretStr`
and appear in no message.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.errors import InputError
from engine.plan.clock import Clock

PREFIX = "TENURE_"
DATABASE_SCHEME = "postgresql+psycopg://"
KEY_SIZES_BYTES = (16, 24, 32)

REMEDIES = {
    "database_url": "Write it as postgresql+psycopg://user:password@host:port/database.",
    "temporal_address": "Write it as host:port, for instance 127.0.0.1:7233.",
    "encryption_keys": "Write id:base64,id:base64 with keys of 16, 24 or 32 bytes;"
    " the first one encrypts.",
    "clock": "Write real, or lapse:REAL_EPOCH_S:WORKSPACE_EPOCH_S:FACTOR with a factor above 0.",
    "sweep_every_s": "Write a number of seconds, 1 to 3600.",
    "web_port": "Write a port number, 0 to 65535; 0 picks a free one.",
    "api_per_second": "Write how many requests a second one token may make, such as 50.",
    "temporal_tls": "Write true to speak TLS to Temporal, else false.",
    "api_behind_proxy": "Write true when a proxy with TLS is in front, else false.",
    "public_url": "Write it as http://host or https://host, with a path if it has one.",
    "email_url": "Write it as a provider URL: eml:DIRECTORY, smtp://…, or the provider's own.",
}


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """An AES key of the payload codec, under the id that encrypted payloads carry."""

    id: str
    key: bytes = field(repr=False)


def parse_keys(text: str) -> tuple[EncryptionKey, ...]:
    """The keys of an encryption setting, the encrypting one first. Raises `ValueError`.

    >>> parse_keys("a:AAAAAAAAAAAAAAAAAAAAAA==")
    (EncryptionKey(id='a'),)
    >>> parse_keys("")
    ()
    """
    keys = tuple(_parse_key(part.strip()) for part in text.split(",") if part.strip())
    if len({key.id for key in keys}) != len(keys):
        raise ValueError("names the same id twice")
    return keys


def _parse_key(text: str) -> EncryptionKey:
    name, _, encoded = text.partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise ValueError("has a key that is not base64") from None
    if not name or len(key) not in KEY_SIZES_BYTES:
        raise ValueError("has a key without id or of a wrong length")
    return EncryptionKey(name, key)


def _database(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith(DATABASE_SCHEME):
        raise ValueError("is not a PostgreSQL URL for psycopg")
    try:
        _ = urlsplit(value.get_secret_value()).port
    except ValueError:
        raise ValueError("is not a URL with a host and a port") from None
    return value


def _address(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError("is not host:port")
    return value


def _provider(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().partition(":")[1]:
        raise ValueError("is not a URL")
    return value


def _web(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("is not a web address")
    return value.rstrip("/")


def _clock(value: str) -> str:
    try:
        Clock.parse(value)
    except InputError:
        raise ValueError("is neither real nor a time-lapse") from None
    return value


def _keys(value: SecretStr) -> SecretStr:
    parse_keys(value.get_secret_value())
    return value


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Settings(BaseSettings):
    """Settings of a Tenure process. None means: find it from the stack on `data_dir`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    database_url: Annotated[SecretStr, AfterValidator(_database)] | None = None
    temporal_address: Annotated[str, AfterValidator(_address)] | None = None
    temporal_namespace: Name = "default"
    temporal_tls: bool = False
    temporal_api_key: SecretStr | None = None
    temporal_tls_ca: Path | None = None
    temporal_tls_cert: Path | None = None
    temporal_tls_key: Path | None = None
    task_queue: Name = "tenure"
    outbound_task_queue: Name = "tenure-outbound"
    workspace: Path = Path()
    data_dir: Path = Path(".tenure")
    email_url: Annotated[SecretStr, AfterValidator(_provider)] = SecretStr("eml:outbox")
    encryption_keys: Annotated[SecretStr, AfterValidator(_keys)] = SecretStr("")
    clock: Annotated[str, AfterValidator(_clock)] = "real"
    sweep_every_s: Annotated[float, Field(ge=1, le=3600)] = 60
    web_host: Name = "127.0.0.1"
    web_port: Annotated[int, Field(ge=0, le=65535)] = 8244
    api_per_second: Annotated[int, Field(ge=1, le=10_000)] = 50
    api_behind_proxy: bool = False
    public_url: Annotated[str, AfterValidator(_web)] | None = None

    @property
    def links_to(self) -> str:
        """Where links in emails lead: `public_url`, else the pages on this machine."""
        return self.public_url or f"http://127.0.0.1:{self.web_port}"

    @property
    def keys(self) -> tuple[EncryptionKey, ...]:
        """The payload keys; the first one encrypts, all decrypt."""
        return parse_keys(self.encryption_keys.get_secret_value())


def load_settings(**given: Any) -> Settings:
    """Read the environment; `given` values, such as command-line options, come first.

    Raises `InputError` naming every variable that cannot be used and what it should look like.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        problems = [(str(one["loc"][0]), one["msg"]) for one in error.errors(include_input=False)]
    described = "; ".join(f"{PREFIX}{name.upper()} {_plain(text)}" for name, text in problems)
    remedies = dict.fromkeys(REMEDIES.get(name, "Give it a value.") for name, _ in problems)
    raise InputError(f"{described}.", remedy="\n  ".join(remedies))


def _plain(message: str) -> str:
    """The words of a validation error, as they follow the variable's name."""
    own = message.removeprefix("Value error, ")
    return own if own != message else f"cannot be used: {message[:1].lower()}{message[1:]}"
