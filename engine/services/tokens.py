"""Tokens of the API: made, shown once, listed, revoked, and found again by what a caller shows.

A token is 256 bits of chance behind a prefix that secret scanners can look for. Kept is its SHA-256
digest, by which it is looked up: how long that takes tells nothing about the token.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, TypeAlias, get_args

from engine.errors import Conflict, InputError
from engine.store import tokens as store
from engine.store.database import Database
from engine.store.tokens import Token
from engine.wording import nearest

Scope: TypeAlias = Literal[
    "facts:write",
    "accounts:read",
    "accounts:write",
    "enrollments:read",
    "enrollments:write",
    "tasks:read",
    "tasks:write",
]
SCOPES: Mapping[Scope, str] = {
    "facts:write": "send facts",
    "accounts:read": "read accounts, contacts, health",
    "accounts:write": "create and change accounts and contacts",
    "enrollments:read": "read runs and decisions",
    "enrollments:write": "begin, pause, resume and cancel runs",
    "tasks:read": "read tasks",
    "tasks:write": "complete, snooze, reassign, withdraw and comment on tasks",
}
assert set(SCOPES) == set(get_args(Scope))
PREFIX = "tnr_"
SECRET_BYTES = 32
_TOKEN = re.compile(re.escape(PREFIX) + r"[A-Za-z0-9_-]{43}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}")
NOTE_USE_EVERY = timedelta(minutes=1)


def create(
    database: Database, name: str, scopes: Sequence[str], *, by: str, expires_at: datetime | None
) -> tuple[Token, str]:
    """Make a token; the text is returned here and nowhere else. Raises InputError for a scope
    nobody knows, Conflict when a good token has the name."""
    _check(name, scopes)
    now = database.real_time
    if expires_at is not None and expires_at <= now:
        raise InputError("the token would be expired already", remedy="Give a later time.")
    written = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    known = tuple(scope for scope in SCOPES if scope in scopes)
    token = Token(_new_id(), name, known, now, by, expires_at)
    with database.begin() as connection:
        for other in store.list_tokens(connection):
            if other.name == name and other.is_good(now):
                raise Conflict(
                    f"there is a token {name!r} already",
                    remedy=f"Choose another name, or run `tenure tokens revoke {other.id}`.",
                )
        store.put_token(connection, token, digest_of(written))
    return token, written


def find(database: Database, written: str) -> Token | None:
    """Return the good token somebody shows, and note its use; None for one that is unknown, expired
    or revoked."""
    if not _TOKEN.fullmatch(written):
        return None
    now = database.real_time
    with database.begin() as connection:
        token = store.find_token(connection, digest_of(written))
        if token is None or not token.is_good(now):
            return None
        if token.used_at is None or token.used_at < now - NOTE_USE_EVERY:
            store.note_use(connection, token.id, now, now - NOTE_USE_EVERY)
    return token


def list_all(database: Database) -> Sequence[Token]:
    """Return all tokens, the newest first."""
    with database.begin() as connection:
        return store.list_tokens(connection)


def revoke(database: Database, id: str) -> Token:
    """End a token at once. Raises NotFound."""
    with database.begin() as connection:
        return store.revoke_token(connection, id, database.real_time)


def digest_of(written: str) -> str:
    """Return what is kept of a token.

    >>> digest_of("tnr_x")[:12]
    '79a37aeaeff2'
    """
    return hashlib.sha256(written.encode()).hexdigest()


def _check(name: str, scopes: Sequence[str]) -> None:
    if not _NAME.fullmatch(name):
        raise InputError(
            "this is no name for a token",
            remedy="Say what uses it, in up to 63 letters, digits, blanks and . _ -: billing-sync.",
        )
    if not scopes:
        raise InputError("a token needs a scope", remedy=f"Give some of: {', '.join(SCOPES)}.")
    for scope in scopes:
        if scope not in SCOPES:
            near = nearest(scope, SCOPES)
            raise InputError(
                f"there is no scope {scope[:60]!r}" + (f"; {near!r}?" if near else ""),
                remedy=f"Give some of: {', '.join(SCOPES)}.",
            )


def _new_id() -> str:
    return "k-" + base64.b32encode(secrets.token_bytes(5)).decode().lower()
