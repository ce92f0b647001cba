"""Facts over the API: one, or many with one answer each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body

from engine.effects.ingesting import Ingested
from engine.services.facts import Answer, take_in
from engine.web.api.access import Guarded, asks
from engine.web.api.house import Caller, House, InHouse
from engine.web.api.refusals import Refused, unsaid
from engine.web.api.shapes.facts import FactAnswer, FactAnswers, GivenFacts, WrittenFact
from engine.web.api.shapes.kinds import NotStarted

FACT_BYTES = 262_144
BULK_BYTES = 4 * 1024 * 1024
_KEPT = "Correct it and send it again; it is kept in `tenure facts rejects`, to be replayed."
routes = APIRouter(route_class=Guarded, tags=["facts"])


@routes.post("/facts", openapi_extra=asks("facts:write", most_bytes=FACT_BYTES))
def send_fact(house: InHouse, token: Caller, fact: Annotated[WrittenFact, Body()]) -> FactAnswer:
    """Send one fact. One of a known id is a duplicate and changes nothing; one that does not fit
    is rejected (422), and kept for whoever runs Tenure to look at."""
    (answer,) = taken_in(house, [fact], source=f"api:{token.name}")
    if answer.status == "rejected":
        raise Refused(422, answer.why, _KEPT, code="rejected")
    return answer


@routes.post("/facts/bulk", openapi_extra=asks("facts:write", most_bytes=BULK_BYTES))
def send_facts(house: InHouse, token: Caller, given: GivenFacts) -> FactAnswers:
    """Send many facts, oldest first, and get one answer for each: a bad one does not stop the
    others. Give them ids: then sending all again after a failure does no harm."""
    return counted(taken_in(house, given.facts, source=f"api:{token.name}"))


def taken_in(house: House, facts: list[Any], *, source: str) -> list[FactAnswer]:
    """Take facts in; return one answer each."""
    house.context()
    written = [one if isinstance(one, Mapping) else str(one) for one in facts]
    found = take_in(house.database, house.contexts, written, source=source)
    return [fact_answer(one) for one in found]


def fact_answer(answer: Answer) -> FactAnswer:
    """Say what became of a fact."""
    said = consequences(answer.led_to)
    id = answer.id.encode("utf-8", "replace").decode()
    return FactAnswer(
        id=id,
        status=answer.status,
        why=unsaid(answer.why),
        late=answer.led_to is not None and answer.led_to.late,
        reject=answer.reject,
        **said,
    )


def consequences(led_to: Ingested | None) -> dict[str, Any]:
    """Say which runs began or woke, and which did not begin and why."""
    if led_to is None:
        return {}
    return {
        "started": list(led_to.started),
        "woken": list(led_to.woken),
        "not_started": [NotStarted(playbook=name, why=why) for name, why in led_to.refused],
    }


def counted(answers: list[FactAnswer]) -> FactAnswers:
    """Put answers together with how many of each there are."""
    n = Counter(one.status for one in answers)
    return FactAnswers(
        accepted=n["accepted"], duplicate=n["duplicate"], rejected=n["rejected"], answers=answers
    )
