"""One URL chooses the provider; a bad one is explained without being shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.delivery.eml import EmlProvider
from engine.delivery.memory import MemoryProvider
from engine.delivery.settings import from_settings
from engine.errors import InputError


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("smtp://mail.x.example", "SmtpProvider(mail.x.example:587)"),
        ("smtp://ann:hush@mail.x.example:25?tls=starttls", "SmtpProvider(mail.x.example:25)"),
        ("smtps://ann:hush@mail.x.example", "SmtpProvider(mail.x.example:465)"),
        ("sendgrid://hush@default", "SendGridProvider(https://api.sendgrid.com)"),
        (
            "sendgrid://default?key_env=KEY&host=https://api.eu.sendgrid.com",
            "SendGridProvider(https://api.eu.sendgrid.com)",
        ),
    ],
)
def test_url_makes_the_provider_and_hides_the_secret(url, shown):
    assert repr(from_settings(url, {"KEY": "hush"})) == shown


@pytest.mark.parametrize(("url", "path"), [("eml:out/mail", "out/mail"), ("eml:///a/b", "/a/b")])
def test_eml_takes_relative_and_absolute_directories(url, path):
    provider = from_settings(url)
    assert isinstance(provider, EmlProvider)
    assert provider.directory == Path(path)


def test_memory_needs_nothing():
    assert isinstance(from_settings("memory://"), MemoryProvider)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hush",
        "pop3://ann:hush@x.example",
        "smtp://ann:hush@",
        "smtp://ann:hush@x.example:port",
        "smtp://ann:hush@[x.example",
        "smtp://ann:hush@x.example?tls=none",
        "smtp://ann:hush@x.example?tls=maybe",
        "smtps://ann:hush@x.example?tls=none",
        "smtp://:hush@x.example",
        "smtp://ann:hush@x.example?timeout=0",
        "smtp://ann:hush@x.example?colour=red",
        "smtp://ann:hush@x.example?ca=/no/such/file",
        "smtp://ann:hush@x.example?password_env=MISSING",
        "sendgrid://",
        "sendgrid://default?key_env=MISSING",
        "sendgrid://hush@default?host=http://x.example",
        "eml:",
        "eml://dir/hush",
        "memory://?fault=hush",
    ],
)
def test_bad_url_is_an_input_error_without_the_secret(url):
    with pytest.raises(InputError) as caught:
        from_settings(url, {})
    assert caught.value.remedy
    assert "hush" not in str(caught.value)
    assert caught.value.__cause__ is None
