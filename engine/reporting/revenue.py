"""Retention and churn of revenue and of customers over a period. Pure.

The definitions are those of the SaaS Metrics Standards Board (NRR, gross revenue retention) and of
common use (logo churn): a cohort of the customers at the beginning, looked at again at the end.
New customers do not count; money is annual recurring revenue, in one currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from engine.reporting.figures import Figure, Row, share

_COHORT = (
    "The cohort are the customers at the beginning of the period (ARR above zero, not churned)."
)
NRR = (
    f"ARR of the cohort at the end, divided by its ARR at the beginning. {_COHORT} Expansion, "
    "contraction and churn count; new customers do not (SaaS Metrics Standards Board, NRR)."
)
GRR = (
    f"As NRR, but no account counts for more at the end than at the beginning. {_COHORT} "
    "(SaaS Metrics Standards Board, gross revenue retention.)"
)
LOGO_CHURN = f"Customers of the cohort that are none at the end, divided by the cohort. {_COHORT}"
REVENUE_CHURN = (
    "ARR that customers of the cohort who are none at the end had at the beginning, divided by the "
    f"cohort's ARR at the beginning. {_COHORT} Contraction is not churn; see gross retention."
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account paid at the beginning and at the end: its ARR while a customer, else 0; None
    where that is not known."""

    account: str
    name: str
    start: float | None
    end: float | None

    @property
    def change(self) -> str:
        """What happened to it, in a word."""
        if self.start is None or self.end is None:
            return "unknown"
        if self.end == 0:
            return "churned"
        return {True: "kept", False: "expanded" if self.end > self.start else "contracted"}[
            self.end == self.start
        ]


def revenue(standings: Iterable[Standing]) -> tuple[Figure, ...]:
    """Return NRR, gross retention, and churn by customers and by revenue.

    >>> acme, beta = Standing("acme", "Acme", 100, 130), Standing("beta", "Beta", 100, 0)
    >>> [(figure.key, figure.value) for figure in revenue([acme, beta])]
    [('nrr', 0.65), ('gross_retention', 0.5), ('logo_churn', 0.5), ('revenue_churn', 0.5)]
    """
    there = [one for one in standings if one.start is None or one.start > 0]
    unknown = [one for one in there if one.start is None or one.end is None]
    cohort = [one for one in there if one not in unknown]
    whole = sum(one.start or 0 for one in cohort)
    gone = [one for one in cohort if one.end == 0]
    rows = _rows([*cohort, *unknown])
    lost = _rows(gone)
    end = sum(one.end or 0 for one in cohort)
    kept = sum(min(one.start or 0, one.end or 0) for one in cohort)
    churned = sum(one.start or 0 for one in gone)
    of = partial(share, unknown=len(unknown))
    customers = len(gone), len(cohort)
    return (
        of("nrr", "Net revenue retention", end, whole, NRR, rows),
        of("gross_retention", "Gross retention", kept, whole, GRR, rows),
        of("logo_churn", "Churn rate, customers", *customers, LOGO_CHURN, lost),
        of("revenue_churn", "Churn rate, revenue", churned, whole, REVENUE_CHURN, lost),
    )


def _rows(standings: Sequence[Standing]) -> tuple[Row, ...]:
    return tuple(
        {
            "account": one.account,
            "name": one.name,
            "arr_start": one.start,
            "arr_end": one.end,
            "change": one.change,
        }
        for one in standings
    )
