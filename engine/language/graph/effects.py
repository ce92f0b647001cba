"""What a drawing says of an effect, from what its spec holds for its verb.

Must not know how effects are carried out.
"""

from __future__ import annotations

from typing import assert_never

from engine.language.graph.values import said
from engine.plan.model import Effect

VERBS = {
    "send_email": ("email", "Email"),
    "send_survey": ("survey", "Survey"),
    "notify": ("notify", "Notify"),
    "call": ("call", "Call"),
    "set_field": ("set", "Set"),
    "start_playbook": ("start", "Start playbook"),
    "stop_playbook": ("stop", "Stop playbook"),
    "transfer": ("transfer", "Transfer"),
}


def effect_title(node: Effect) -> str:
    """Return what the step is about: the template, the question, the playbook."""
    spec = node.spec
    match node.verb:
        case "send_email":
            return str(spec.get("template") or node.id).rpartition("/")[2]
        case "send_survey":
            return str(spec.get("question") or node.id)
        case "notify":
            return said(spec.get("message") or node.id)
        case "call":
            return str(spec.get("hook") or node.id)
        case "set_field":
            fields = spec.get("set") or spec.get("fields") or {}
            pairs = [f"{name} = {said(value)}" for name, value in fields.items()]
            return ", ".join(pairs) or str(node.id)
        case "start_playbook" | "stop_playbook":
            return str(spec.get("playbook") or node.id)
        case "transfer":
            return f"{said(spec.get('from') or '?')} → {said(spec.get('to') or '?')}"
        case _:
            assert_never(node.verb)


def effect_details(node: Effect) -> list[str]:
    """Return the lines below the title: to whom, from whom, where."""
    spec = node.spec
    if node.verb == "transfer":
        return ["child accounts too"] if spec.get("children") else []
    lines = [str(spec["survey"]).upper()] if spec.get("survey") else []
    people = [f"{word} {said(spec[word])}" for word in ("to", "cc", "from") if spec.get(word)]
    lines += [", ".join(people)] if people else []
    lines += [f"in {spec['channel']}"] if spec.get("channel") else []
    lines += [said(spec["reason"])] if spec.get("reason") else []
    if given := spec.get("with") if node.verb == "start_playbook" else None:
        lines.append(f"with {', '.join(f'{name} = {said(one)}' for name, one in given.items())}")
    return lines
