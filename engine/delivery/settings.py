"""From one setting, a URL, to the provider it means.

Owns the URL forms and their mistakes; an error never shows the URL, since it may hold a password.

    smtp://user:password@host:587?tls=starttls   tls: starttls (default), none, implicit
    smtps://user:password@host:465               the same as tls=implicit
    sendgrid://KEY@default                       or ?key_env=NAME; ?host=https://api.eu.sendgrid.com
    eml:emails   eml:///var/mail/out             a directory
    memory://                                    keeps them, sends nothing

Both kinds of SMTP also take password_env=NAME, timeout=SECONDS and ca=FILE (a private authority).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import cast
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from engine.delivery.eml import EmlProvider
from engine.delivery.memory import MemoryProvider
from engine.delivery.provider import Provider
from engine.delivery.sendgrid import DEFAULT_HOST, SendGridProvider, SendGridSettings
from engine.delivery.smtp import SmtpProvider, SmtpSettings, Tls
from engine.errors import InputError

_FORMS = (
    "smtp://host:587?tls=starttls, smtps://host, sendgrid://KEY@default, eml:DIRECTORY, memory://"
)
_TLS = ("starttls", "none", "implicit")


def from_settings(url: str, environ: Mapping[str, str] = os.environ) -> Provider:
    """Make the provider an email URL names; InputError says what is wrong, without the URL.

    >>> from_settings("smtp://ann:s3cret@mail.example.com")
    SmtpProvider(mail.example.com:587)
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise _wrong("is not a URL") from None
    match parts.scheme:
        case "smtp" | "smtps":
            return _smtp(parts, environ)
        case "sendgrid":
            return _sendgrid(parts, environ)
        case "eml":
            return _eml(parts)
        case "memory":
            _options(parts)
            return MemoryProvider()
        case _:
            raise _wrong("names no way to send that there is")


def _smtp(parts: SplitResult, environ: Mapping[str, str]) -> SmtpProvider:
    options = _options(parts, "tls", "password_env", "timeout", "ca")
    implicit = parts.scheme == "smtps"
    tls = options.get("tls", "implicit" if implicit else "starttls")
    if tls not in _TLS or (implicit and tls != "implicit"):
        raise _wrong("has an unknown tls=", f"Use one of {', '.join(_TLS)}; smtps is implicit.")
    if not parts.hostname:
        raise _wrong("has no host")
    password = _secret(options.get("password_env"), environ) or unquote(parts.password or "")
    user = unquote(parts.username) if parts.username else None
    if user and tls == "none" and not _is_loopback(parts.hostname):
        raise _wrong("would send its password in the clear", "Use tls=starttls or smtps://.")
    if not user and password:
        raise _wrong("has a password but no user")
    settings = SmtpSettings(
        host=parts.hostname,
        port=parts.port or (465 if tls == "implicit" else 587),
        tls=cast(Tls, tls),
        user=user,
        password=password if user else None,
        timeout_s=_seconds(options),
        ca_file=options.get("ca"),
    )
    if settings.ca_file and not Path(settings.ca_file).is_file():
        raise _wrong("names a ca= file that does not exist")
    return SmtpProvider(settings)


def _sendgrid(parts: SplitResult, environ: Mapping[str, str]) -> SendGridProvider:
    options = _options(parts, "host", "key_env", "timeout")
    key = _secret(options.get("key_env"), environ) or unquote(parts.username or "")
    if not key.isascii() or not key.isprintable() or not key.strip():
        raise _wrong("has no SendGrid key", "Write sendgrid://KEY@default or ?key_env=NAME.")
    host = options.get("host", DEFAULT_HOST).rstrip("/")
    target = urlsplit(host)
    if target.scheme != "https" and not (
        target.scheme == "http" and _is_loopback(target.hostname or "")
    ):
        raise _wrong("has a host= that is not https", f"Write host={DEFAULT_HOST} or leave it out.")
    return SendGridProvider(SendGridSettings(key, host, _seconds(options)))


def _eml(parts: SplitResult) -> EmlProvider:
    _options(parts)
    directory = unquote(parts.path)
    if parts.netloc or not directory:
        raise _wrong("names no directory", "Write eml:emails or eml:///var/mail/out.")
    return EmlProvider(Path(directory))


def _options(parts: SplitResult, *known: str) -> dict[str, str]:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    for name in options:
        if name not in known:
            raise _wrong(
                f"has an unknown option {name[:20]!r}", f"Known: {', '.join(known) or 'none'}."
            )
    return options


def _seconds(options: Mapping[str, str]) -> float:
    given = options.get("timeout", "20")
    if not given.isdecimal() or not 1 <= int(given) <= 600:
        raise _wrong("has a timeout= that is not 1 to 600 seconds")
    return float(given)


def _secret(name: str | None, environ: Mapping[str, str]) -> str:
    if name is None:
        return ""
    if not environ.get(name):
        raise InputError(
            f"The environment variable {name}, named by the email setting, is not set",
            remedy=f"Set {name}, or name another.",
        )
    return environ[name]


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _wrong(what: str, remedy: str = f"The forms are {_FORMS}.") -> InputError:
    return InputError(f"The email setting {what}", remedy=remedy)
