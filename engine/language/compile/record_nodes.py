"""Steps that change records, as nodes: set, start, stop, transfer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.language.compile.making import StepMaking
from engine.language.compile.values import why_not
from engine.language.schema.record_steps import SetStep, StartStep, StopStep, TransferStep
from engine.language.workspace.model import Field
from engine.plan.codec import encode
from engine.plan.model import Effect, EffectVerb, Json
from engine.wording import nearest

_FIXED = frozenset({"id"})


def _emit(making: StepMaking, verb: EffectVerb, spec: Mapping[str, Json]) -> None:
    making.making.emit(
        Effect(
            id=making.id,
            source=making.source,
            next=making.next,
            reads=making.reads,
            verb=verb,
            spec=spec,
        )
    )


def make_set(making: StepMaking, form: SetStep) -> None:
    """New values for fields of the account."""
    fields: dict[str, Any] = {}
    for key, value in form.set.items():
        field = _field(making, key)
        if field is not None:
            fields[field.name] = _new_value(making, field, key, value)
    _emit(making, "set_field", {"fields": fields})


def _field(making: StepMaking, key: str) -> Field | None:
    known = making.making.workspace.schema.account
    name = key.removeprefix("account.")
    if key.startswith("account.") and name in known and name not in _FIXED:
        return known[name]
    if name in _FIXED and key.startswith("account."):
        message, remedy = f"{key} never changes.", "Set another field."
    elif name in known:
        message, remedy = f"{key} does not say whose field it is.", f"Write account.{name}."
    else:
        near = nearest(name, known)
        listed = ", ".join(f"account.{one}" for one in sorted(known)[:12])
        remedy = f"Did you mean account.{near}?" if near else f"There are: {listed}."
        message = f"There is no field {key} to set."
    making.making.note("TN330", message, making.at("set", key), remedy, key=True)
    return None


def _new_value(making: StepMaking, field: Field, key: str, value: object) -> Mapping[str, Any]:
    if isinstance(value, str) and value.startswith("="):
        path = ("set", key)
        return {"expression": encode(making.formula(value, *path, kind=field.type))}
    if problem := why_not(value, field.type, field.one_of):
        message = f"{key} cannot become this: {problem[0]}."
        making.making.note("TN331", message, making.at("set", key), problem[1])
    return {"value": value}


def make_start(making: StepMaking, form: StartStep) -> None:
    """Another playbook begins. Whether it exists is checked where all playbooks are known."""
    for name, value in form.values.items():
        if isinstance(value, str) and ("{{" in value or "{%" in value):
            message = f"{name} holds a variable, and inputs are plain values."
            remedy = "Write the value itself, or read the account's field in the other playbook."
            making.making.note("TN331", message, making.at("with", name), remedy)
    _emit(making, "start_playbook", {"playbook": form.start, "with": dict(form.values)})


def make_stop(making: StepMaking, form: StopStep) -> None:
    """Another playbook's run ends."""
    reason = making.text(form.reason, "reason")
    _emit(making, "stop_playbook", {"playbook": form.stop, "reason": reason})


def make_transfer(making: StepMaking, form: TransferStep) -> None:
    """Tasks and runs change hands."""
    spec = {
        "from": making.ref(form.transfer.sender, "transfer", "from"),
        "to": making.ref(form.transfer.to, "transfer", "to"),
        "children": form.transfer.children,
    }
    _emit(making, "transfer", spec)
