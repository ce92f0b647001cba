"""Which way an account's health goes. Pure."""

from __future__ import annotations

from typing import Literal

TREND_DAYS = 30
"""What a trend looks back on."""
TREND_POINTS = 5.0
"""What a score has to move in that time to be rising or falling."""

Trend = Literal["rising", "steady", "falling"]


def trend(change: float) -> Trend:
    """Say which way a score goes that changed by so much in the last 30 days.

    >>> trend(5), trend(-4.9), trend(-12)
    ('rising', 'steady', 'falling')
    """
    if change >= TREND_POINTS:
        return "rising"
    return "falling" if change <= -TREND_POINTS else "steady"
