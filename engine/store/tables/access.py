"""Who may come in from outside, and which signed calls have. Instants are real time."""

from __future__ import annotations

from sqlalchemy import ARRAY, Column, Table, Text

from engine.store.tables.columns import AT, id_column, metadata

tokens = Table(
    "tokens",
    metadata,
    id_column("id", primary_key=True),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("created_at", AT, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires_at", AT),
    Column("revoked_at", AT),
    Column("used_at", AT),
)
"""Bearer tokens of the API: digests only. Their instants are real time."""

hook_calls = Table(
    "hook_calls",
    metadata,
    Column("hook", Text, primary_key=True),
    id_column("nonce", primary_key=True),
    Column("at", AT, nullable=False),
)
"""Signed calls that came in within the replay window, so that none comes in twice. Real time."""
