"""Writing the email of a survey: one link for each answer. Sends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from engine.effects.entities import Contact, User
from engine.effects.knowing import Known, contact_field
from engine.effects.letters import Letter, Nothing
from engine.effects.links import SurveyLink, make_token
from engine.effects.mailing import mailbox, spec_of, to_each
from engine.effects.own_mails import own_template
from engine.effects.texts import render_text
from engine.plan.events import Do

SURVEYS: Mapping[str, tuple[int, int, str, str]] = {
    "nps": (0, 10, "Not at all likely is", "extremely likely"),
    "csat": (1, 5, "Very unsatisfied is", "very satisfied"),
    "ces": (1, 7, "Very difficult is", "very easy"),
}
"""Each survey's lowest and highest answer, and what they mean (Reichheld 2003 for NPS; ISO 10004
for CSAT; Dixon, Freeman and Toman 2010 for CES)."""


def write_survey(known: Known, do: Do) -> tuple[Letter, ...] | Nothing:
    """Write the survey's email: one link for each answer."""
    spec = spec_of(known, do)
    name = spec.get("template")
    template = known.context.templates[name] if name else own_template("survey")
    question = render_text(known, spec["question"], f"question of {do.node}")
    return to_each(known, do, template, partial(_asked, known, do, question))


def _asked(known: Known, do: Do, question: str, person: Contact | User) -> Mapping[str, Any]:
    low, high, low_means, high_means = SURVEYS[spec_of(known, do)["survey"]]
    assert do.node is not None
    link = SurveyLink(known.enrollment.id, do.node, do.path, person.id)
    token = make_token(known.context.link_key, link)
    return {
        "question": question,
        "person": {"name": contact_field(person, "first_name") or mailbox(person)[0]}
        if isinstance(person, Contact)
        else {"name": person.name},
        "answers": [
            {"label": str(score), "url": f"{known.context.public_url}/survey/{token}/{score}"}
            for score in range(low, high + 1)
        ],
        "low": low_means,
        "high": high_means,
    }
