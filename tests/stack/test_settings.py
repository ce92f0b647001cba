"""Settings from the environment, and what is said about bad ones."""

from __future__ import annotations

import base64

import pytest

from engine.errors import InputError
from engine.settings import load_settings

GOOD_KEY = base64.b64encode(b"k" * 32).decode()


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "TEMPORAL_ADDRESS", "DATA_DIR", "CLOCK", "ENCRYPTION_KEYS"):
        monkeypatch.delenv(f"TENURE_{name}", raising=False)


def test_defaults_need_no_environment() -> None:
    settings = load_settings()
    assert settings.database_url is None
    assert settings.clock == "real"
    assert settings.keys == ()


def test_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENURE_CLOCK", "lapse:10:20:86400")
    monkeypatch.setenv("TENURE_ENCRYPTION_KEYS", f"new:{GOOD_KEY},old:{GOOD_KEY}")
    settings = load_settings()
    assert settings.clock == "lapse:10:20:86400"
    assert [key.id for key in settings.keys] == ["new", "old"]


def test_links_lead_to_the_pages_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(web_port=8300).links_to == "http://127.0.0.1:8300"
    monkeypatch.setenv("TENURE_PUBLIC_URL", "https://cs.example/said/")
    assert load_settings(web_port=8300).links_to == "https://cs.example/said"


def test_given_values_come_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENURE_CLOCK", "lapse:10:20:86400")
    assert load_settings(clock="real").clock == "real"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://user:hunter2@host/db"),
        ("TEMPORAL_ADDRESS", "localhost"),
        ("TEMPORAL_ADDRESS", "localhost:99999"),
        ("TASK_QUEUE", ""),
        ("CLOCK", "fast"),
        ("CLOCK", "lapse:1:2"),
        ("CLOCK", "lapse:1:2:0"),
        ("CLOCK", "lapse:nan:2:1"),
        ("CLOCK", "lapse:one:2:1"),
        ("ENCRYPTION_KEYS", "id:hunter2"),
        ("ENCRYPTION_KEYS", GOOD_KEY),
        ("ENCRYPTION_KEYS", f"a:{GOOD_KEY},a:{GOOD_KEY}"),
        ("EMAIL_URL", "outbox"),
        ("PUBLIC_URL", "ftp://host"),
        ("WEB_PORT", "99999"),
    ],
)
def test_bad_value_is_named_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"TENURE_{name}", value)
    with pytest.raises(InputError, match=f"TENURE_{name} ") as refusal:
        load_settings()
    assert refusal.value.remedy
    assert "hunter2" not in str(refusal.value)


def test_all_bad_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENURE_CLOCK", "fast")
    monkeypatch.setenv("TENURE_PUBLIC_URL", "host")
    with pytest.raises(InputError, match=r"(?s)TENURE_CLOCK.*TENURE_PUBLIC_URL"):
        load_settings()


def test_secrets_are_not_printed() -> None:
    settings = load_settings(
        database_url="postgresql+psycopg://user:hunter2@host/db",
        email_url="smtp://user:hunter2@host",
        encryption_keys=f"id:{GOOD_KEY}",
    )
    printed = repr(settings) + str(settings) + repr(settings.keys) + settings.model_dump_json()
    assert "hunter2" not in printed
    assert GOOD_KEY not in printed
    assert "kkkk" not in printed
