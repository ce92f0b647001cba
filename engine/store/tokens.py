"""Bearer tokens and signed calls that came in: who may come in, and what came in already.

Knows digests only. Instants are real time, handed in by the caller. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.errors import NotFound
from engine.store.tables import hook_calls, tokens


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token: everything but the token."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None

    def is_good(self, at: datetime) -> bool:
        """Tell whether it is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


_NAMES = tuple(Token.__dataclass_fields__)
_COLUMNS = [tokens.c[name] for name in _NAMES]


def put_token(connection: Connection, token: Token, digest: str) -> None:
    """Insert a token under its digest."""
    values = {name: getattr(token, name) for name in _NAMES} | {"scopes": list(token.scopes)}
    connection.execute(insert(tokens).values(digest=digest, **values))


def find_token(connection: Connection, digest: str) -> Token | None:
    """Return the token of a digest, whether it is good or not."""
    row = connection.execute(select(*_COLUMNS).where(tokens.c.digest == digest)).first()
    return None if row is None else _read(row)


def list_tokens(connection: Connection) -> Sequence[Token]:
    """Return all tokens, the newest first."""
    rows = connection.execute(
        select(*_COLUMNS).order_by(tokens.c.created_at.desc(), tokens.c.id).limit(1000)
    )
    return [_read(row) for row in rows]


def revoke_token(connection: Connection, id: str, at: datetime) -> Token:
    """End a token; one that has ended stays as it is. Raises NotFound."""
    mine = tokens.c.id == id
    connection.execute(
        update(tokens).where(mine, tokens.c.revoked_at.is_(None)).values(revoked_at=at)
    )
    row = connection.execute(select(*_COLUMNS).where(mine)).first()
    if row is None:
        raise NotFound(f"there is no token {id}", remedy="`tenure tokens list` shows the ids.")
    return _read(row)


def note_use(connection: Connection, id: str, at: datetime, unless_since: datetime) -> None:
    """Write down that a token was used, unless that was written since an instant."""
    is_old = or_(tokens.c.used_at.is_(None), tokens.c.used_at < unless_since)
    connection.execute(update(tokens).where(tokens.c.id == id, is_old).values(used_at=at))


def put_call(connection: Connection, hook: str, nonce: str, at: datetime) -> None:
    """Write down that a call has come in."""
    put = upsert(hook_calls).values(hook=hook, nonce=nonce, at=at)
    connection.execute(put.on_conflict_do_nothing())


def knows_call(connection: Connection, hook: str, nonce: str) -> bool:
    """Tell whether a call has come in."""
    mine = (hook_calls.c.hook == hook, hook_calls.c.nonce == nonce)
    return connection.execute(select(hook_calls.c.nonce).where(*mine)).first() is not None


def drop_calls(connection: Connection, before: datetime) -> None:
    """Forget calls that are too old to come in again."""
    connection.execute(delete(hook_calls).where(hook_calls.c.at < before))


def _read(row: Any) -> Token:
    given = dict(zip(_NAMES, row, strict=True))
    return Token(**{**given, "scopes": tuple(given["scopes"])})
