"""Tokens of the API: what is kept of them, when they end, and the commands."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from engine.errors import Conflict, InputError
from engine.plan.clock import Clock
from engine.services import tokens
from engine.store.database import Database
from tests.promises.company import Company

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class Clockwork:
    """What the tests say it is."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Vault:
    """A database whose real time the test turns."""

    database: Database
    clock: Clockwork = field(default_factory=Clockwork)

    def make(self, *scopes: str, days: float | None = 90, name: str = "sync") -> tuple[str, str]:
        until = None if days is None else self.clock.now + DAY * days
        given = scopes or ("facts:write",)
        token, written = tokens.create(self.database, name, given, by="ann", expires_at=until)
        return token.id, written

    def used_at(self) -> datetime | None:
        return tokens.list_all(self.database)[0].used_at


@pytest.fixture
def vault(databases: object, migrated: str) -> Iterator[Vault]:
    """A vault on a database of its own."""
    url = databases.create(migrated)  # type: ignore[attr-defined]
    clock = Clockwork()
    database = Database(url, Clock(), connections=2, real_now=clock)
    yield Vault(database, clock)
    database.close()
    databases.drop(url)  # type: ignore[attr-defined]


def test_token_has_256_bits_and_only_its_digest_is_kept(vault: Vault) -> None:
    _, written = vault.make("facts:write", "tasks:read")
    assert re.fullmatch(r"tnr_[A-Za-z0-9_-]{43}", written)
    found = tokens.find(vault.database, written)
    assert found is not None
    assert (found.name, found.scopes) == ("sync", ("facts:write", "tasks:read"))
    with vault.database.begin() as connection:
        kept = str(connection.execute(text("SELECT * FROM tokens")).all())
    assert written.removeprefix("tnr_") not in kept
    assert tokens.digest_of(written) in kept


@pytest.mark.parametrize(
    "shown", ["", "tnr_", "tnr_" + "A" * 43, "A" * 47, "tnr_" + "A" * 44, "tnr_\x00" + "A" * 42]
)
def test_what_is_no_token_finds_none(vault: Vault, shown: str) -> None:
    vault.make()
    assert tokens.find(vault.database, shown) is None


def test_token_ends_when_it_expires_and_when_it_is_revoked(vault: Vault) -> None:
    id, written = vault.make(days=1)
    vault.clock.now += DAY - timedelta(seconds=1)
    assert tokens.find(vault.database, written) is not None
    vault.clock.now += timedelta(seconds=1)
    assert tokens.find(vault.database, written) is None
    id, written = vault.make(days=None)
    vault.clock.now += 1000 * DAY
    assert tokens.find(vault.database, written) is not None
    tokens.revoke(vault.database, id)
    assert tokens.find(vault.database, written) is None


def test_use_is_noted_at_most_once_a_minute(vault: Vault) -> None:
    _, written = vault.make()
    seen = []
    for seconds in (0, 30, 60, 61, 200):
        vault.clock.now = START + timedelta(seconds=seconds)
        tokens.find(vault.database, written)
        seen.append(vault.used_at())
    assert [int((at - START).total_seconds()) for at in seen if at] == [0, 0, 0, 61, 200]


def test_unknown_scope_and_name_in_use_are_refused(vault: Vault) -> None:
    with pytest.raises(InputError, match="'facts:write'"):
        vault.make("facts:writ")
    with pytest.raises(InputError, match="needs a scope"):
        tokens.create(vault.database, "none", (), by="ann", expires_at=None)
    id, _ = vault.make()
    with pytest.raises(Conflict, match="already"):
        vault.make()
    tokens.revoke(vault.database, id)
    assert vault.make()[0] != id


def test_commands_make_list_and_revoke(open_company: Callable[..., Company]) -> None:
    company = open_company(welcome="playbook: welcome\nsteps: [{wait: 1d}]\n")
    code, said = company.tenure(
        "tokens", "create", "billing", "--scope", "facts:write", "--format", "json"
    )
    made = json.loads(said)
    assert (code, made["scopes"]) == (0, ["facts:write"])
    assert tokens.find(company.database, made["token"]) is not None
    code, listed = company.tenure("tokens", "list")
    assert (code, "billing" in listed, made["token"] in listed) == (0, True, False)
    assert company.tenure("tokens", "revoke", made["id"])[0] == 0
    assert tokens.find(company.database, made["token"]) is None
    code, said = company.tenure("tokens", "create", "x", "--scope", "everything")
    assert (code, "there is no scope" in said) == (2, True)
    code, said = company.tenure("tokens", "create", "x", "--scope", "tasks:read", "--expires", "?")
    assert (code, "--expires 90d" in said) == (2, True)
