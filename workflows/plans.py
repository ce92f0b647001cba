"""Plans this process has read, so that a thousand runs of one plan decode it once.

A plan is content-addressed, so what is remembered never goes stale. Safe to share between threads:
the worst that can happen is that a plan is decoded twice.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from engine.plan.codec import plan_from_json
from engine.plan.model import Plan, PlanHash

MOST_PLANS = 512
_plans: OrderedDict[PlanHash, Plan] = OrderedDict()


def remembered(plan_hash: PlanHash, written: Mapping[str, Any]) -> Plan:
    """Return the plan of that hash, decoding `written` when it is not known yet."""
    if (known := _plans.get(plan_hash)) is not None:
        return known
    plan = plan_from_json(written)
    _plans[plan_hash] = plan
    while len(_plans) > MOST_PLANS:
        _plans.popitem(last=False)
    return plan
