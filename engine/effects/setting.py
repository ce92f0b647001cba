"""What a step sets of the account: worked out, fitted, and told as a fact that wakes and starts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.effects.entities import Fact, FactId
from engine.effects.fitting import misfit
from engine.effects.ingesting import ingest
from engine.effects.knowing import Known
from engine.effects.watching import spec_of, write
from engine.errors import RunError
from engine.language.expressions import evaluate_value
from engine.plan.events import Do
from engine.plan.model import Json


def set_field(known: Known, do: Do) -> Mapping[str, Json]:
    """Set fields. Raises RunError when one cannot take what the step makes of it."""
    changed = {
        name: _new_value(known, name, written)
        for field, written in spec_of(known, do)["fields"].items()
        for name in [field.removeprefix("account.")]
    }
    fact = Fact(
        id=FactId(f"{known.enrollment.id}:{do.id}"),
        kind="account.changed",
        account=known.enrollment.account,
        occurred_at=known.records.now,
        data={"fields": changed, "by": known.enrollment.id},
    )
    ingest(known.records, known.context, fact)
    write(known, do, "set", fields=changed)
    return {"status": "done"}


def _new_value(known: Known, name: str, written: Mapping[str, Json]) -> Any:
    """Work out what a field becomes; RunError when the field cannot take it."""
    field = known.context.workspace.schema.account.get(name)
    value = written["value"] if "value" in written else _worked_out(known, written["expression"])
    if isinstance(value, datetime):
        of_day = field is not None and field.type == "date"
        value = value.date().isoformat() if of_day else value.isoformat()
    if field is None or misfit(field, value) is not None or value in (math.inf, -math.inf):
        raise RunError(
            f"account.{name} cannot become what the step makes of it",
            remedy="See that schema.yaml has the field, and what the formula reads has values.",
        )
    return value


def _worked_out(known: Known, expression: Mapping[str, Json]) -> Any:
    refs = tuple((name, kind) for name, kind in expression.get("refs", ()))
    return evaluate_value(expression["text"], refs, known.values(refs)).value
