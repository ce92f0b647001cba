"""What `health.<name>` means at a moment: the score that counts, its moves, how long, how sure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engine.effects.entities import Account
from engine.effects.records import Records
from engine.health.recording import is_forced, is_stale
from engine.health.trends import TREND_DAYS, trend


def health_value(records: Records, account: Account, name: str) -> Any:
    """Return the value of a name, without its `health.`; None when it is not known yet."""
    match name:
        case "score":
            return account.score
        case "band":
            return account.band
        case "days_in_band":
            since = account.band_since
            return (records.now - since).total_seconds() / 86400 if since else None
        case "forced":
            return is_forced(account.assessment)
        case "stale":
            return is_stale(account.assessment)
        case "trend":
            change = _change(records, account, TREND_DAYS)
            return None if change is None else trend(change)
    return _change(records, account, int(name.removeprefix("change_").removesuffix("d")))


def _change(records: Records, account: Account, days: int) -> float | None:
    before = records.score_at(account.id, records.now - timedelta(days=days))
    return None if before is None or account.score is None else account.score - before
