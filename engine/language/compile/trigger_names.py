"""The names a playbook may read of the fact that begins its runs: `trigger.fact`, `trigger.score`.

Owns which there are and their types; `engine/effects/trigger_names.py` says what they come to in a
run.
"""

from __future__ import annotations

from collections import defaultdict

from engine.language.expressions import Names
from engine.language.schema.tree import Playbook
from engine.language.schema.triggers import FactTrigger, SurveyTrigger
from engine.language.workspace.model import Field, Workspace

KIND = "fact"
"""The name of the kind itself, which no value of a fact can take."""


def trigger_names(workspace: Workspace, playbook: Playbook) -> Names:
    """Return the names: none where no fact begins a run. What two facts tell under one name in
    different types cannot be read."""
    if not (kinds := _kinds(playbook)):
        return Names({})
    told: dict[str, list[Field]] = defaultdict(list)
    for kind in kinds:
        for name, field in workspace.schema.facts.get(kind, {}).items():
            told[name].append(field)
    told.pop(KIND, None)
    types = {
        f"trigger.{name}": fields[0].type
        for name, fields in told.items()
        if len({one.type for one in fields}) == 1
    }
    choices = {
        f"trigger.{name}": tuple(dict.fromkeys(one for each in fields for one in each.one_of))
        for name, fields in told.items()
        if all(one.one_of for one in fields)
    }
    return Names({f"trigger.{KIND}": "text", **types}, {f"trigger.{KIND}": kinds, **choices})


def _kinds(playbook: Playbook) -> tuple[str, ...]:
    forms = [one.form for one in playbook.triggers]
    named = [form.fact for form in forms if isinstance(form, FactTrigger)]
    answered = ["survey.answered" for form in forms if isinstance(form, SurveyTrigger)]
    return tuple(dict.fromkeys([*named, *answered]))
