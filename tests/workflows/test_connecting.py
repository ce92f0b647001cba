"""How a client is opened: plainly on one machine, with TLS and a key where the settings say so."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr
from temporalio.service import TLSConfig

from engine.errors import InputError, TransientError
from engine.settings import Settings
from worker import run
from workflows.connecting import _tls, connect
from workflows.workers import Bounds


def test_plain_by_default() -> None:
    assert _tls(Settings()) is False


def test_an_api_key_implies_tls() -> None:
    assert _tls(Settings(temporal_api_key=SecretStr("k"))) is True


def test_certificates_are_read(tmp_path: Path) -> None:
    for name in ("ca", "cert", "key"):
        (tmp_path / name).write_text(name)
    settings = Settings(
        temporal_tls_ca=tmp_path / "ca",
        temporal_tls_cert=tmp_path / "cert",
        temporal_tls_key=tmp_path / "key",
    )
    wanted = TLSConfig(server_root_ca_cert=b"ca", client_cert=b"cert", client_private_key=b"key")
    assert _tls(settings) == wanted


def test_a_certificate_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        _tls(Settings(temporal_tls_cert=tmp_path / "nowhere"))


async def test_no_address_says_what_to_do() -> None:
    with pytest.raises(InputError, match="no Temporal server is configured"):
        await connect(Settings())


async def test_a_server_that_speaks_no_tls_does_not_answer(temporal_server: str) -> None:
    with pytest.raises(TransientError, match="does not answer"):
        await connect(Settings(temporal_address=temporal_server, temporal_tls=True))


async def test_files_that_hold_no_certificate_are_said(tmp_path: Path) -> None:
    (tmp_path / "cert").write_text("none")
    settings = Settings(temporal_address="127.0.0.1:1", temporal_tls_cert=tmp_path / "cert")
    with pytest.raises(InputError, match="TLS settings of Temporal cannot be used"):
        await connect(settings)


def test_worker_says_at_once_that_emails_could_not_leave() -> None:
    settings = Settings(
        database_url=SecretStr("postgresql+psycopg://127.0.0.1:1/none"),
        temporal_address="127.0.0.1:1",
        email_url=SecretStr("smtp://mail.example.com?password_env=TENURE_NOT_SET"),
    )
    with pytest.raises(InputError, match="TENURE_NOT_SET"):
        asyncio.run(run(settings, Bounds(), asyncio.Event()))
