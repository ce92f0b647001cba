"""The score that counts for an instant: one definition, for records, reports and explanations.

Of the scores of up to the instant, the latest, and of one instant the one known last; of those,
only what was known by then when it is asked what people saw (`known_by`), and all when it is asked
what is known of it now. So a score that comes in late, or corrects one, moves `health.change_30d`
and leaves last month's report as it was.

Owns SQL only.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, literal_column, select
from sqlalchemy.dialects.postgresql import distinct_on

from engine.store.tables import account_scores


def counting(*columns: Any, account: Any, at: Any, known_by: Any = None) -> Select[Any]:
    """Select columns of the score of an account that counts for an instant, if there is one.
    `account`, `at` and `known_by` are values, parameters or columns."""
    scores = account_scores.c
    query = select(*columns).where(scores.account == account, scores.at <= at)
    if known_by is not None:
        query = query.where(scores.known_at <= known_by)
    return query.order_by(scores.at.desc(), scores.known_at.desc()).limit(literal_column("1"))


def latest_known(*columns: Any) -> Select[Any]:
    """Select columns of scores, of one account and instant only the one known last; in order, by
    account and instant. The caller says which scores."""
    scores = account_scores.c
    each = (scores.account, scores.at)
    return select(*columns).ext(distinct_on(*each)).order_by(*each, scores.known_at.desc())
