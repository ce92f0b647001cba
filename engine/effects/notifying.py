"""Writing notices to chat channels and people of ours, and signed calls to hooks. Sends nothing."""

from __future__ import annotations

import json

from engine.effects.knowing import Known
from engine.effects.letters import ChatPost, HookCall, Letter, Nothing, send_key
from engine.effects.mailing import spec_of
from engine.effects.own_mails import internal
from engine.effects.texts import render_inside, render_text
from engine.plan.events import Do


def write_notice(known: Known, do: Do) -> tuple[Letter, ...] | Nothing:
    """Write a notice to a chat channel, to people of ours, or to both."""
    spec = spec_of(known, do)
    text = render_inside(known, spec["message"], f"message of {do.node}")
    letters = []
    if spec.get("channel"):
        key = send_key(known.enrollment.id, do, f"channel:{spec['channel']}")
        letters.append(Letter(key, spec["channel"], "chat", ChatPost(spec["channel"], text)))
    found = known.find_each(spec.get("to") or [])
    for one in found:
        if one.person is not None:
            letters.append(internal(known, do, one.person, "notice", {"message": text}))
    if not letters:
        return Nothing(why="; ".join(one.why for one in found) or "nobody to notify")
    return tuple(letters)


def write_call(known: Known, do: Do) -> tuple[Letter, ...]:
    """Write the JSON of a signed call: ids, and the texts the step names."""
    spec = spec_of(known, do)
    body = {name: render_text(known, text, name) for name, text in (spec.get("body") or {}).items()}
    payload = {
        "enrollment": known.enrollment.id,
        "playbook": known.enrollment.playbook,
        "account": known.enrollment.account,
        "step": do.node,
        "body": body,
    }
    key = send_key(known.enrollment.id, do, f"hook:{spec['hook']}")
    encoded = json.dumps(payload, ensure_ascii=False, sort_keys=True).encode()
    return (Letter(key, spec["hook"], "call", HookCall(spec["hook"], encoded)),)
