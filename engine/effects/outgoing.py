"""What leaves the house: intents first, then the calls, then what came of them.

    prepare   one transaction: who gets what, and one ledger row in `intent` for each
    send      the call, outside any transaction (`sending`)
    record    one transaction: accepted, refused, unknown or waiting

An intent that a later attempt finds may have been sent: it becomes `unknown`, is never sent again
unasked, and is shown to a person. That is the whole of "at most once", so `prepare` is the only
place that writes an intent and `send` is never called without one written just before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.effects import alarming, mailing, notifying, surveying
from engine.effects.capping import within_caps
from engine.effects.context import Context
from engine.effects.entities import (
    Effect,
    EffectKey,
    Enrollment,
    EnrollmentId,
    Line,
    UserId,
)
from engine.effects.knowing import Known
from engine.effects.letters import (
    Held,
    LeftOut,
    Letter,
    Nothing,
    part_of,
    send_key,
)
from engine.effects.records import Records
from engine.effects.sending import Sent, SentStatus
from engine.plan.events import Do
from engine.plan.model import Json

ABOUT_TASKS = frozenset(["remind", "escalate"])
"""Verbs that look at a task, or listen for it: the account is locked, before the enrollment, so
that nobody does it meanwhile and no fact falls between."""

LEFT_OUT = "left_out"
"""What the ledger's result says of a letter that a cap left out."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is to be sent now. `result` is the answer when there is nothing to send or wait for;
    `before` is what came of letters of this command that earlier attempts sent, and of those left
    out; `later` is when those are to be written whose hours have not begun, or for whom there is no
    room."""

    sends: tuple[Letter, ...]
    result: Mapping[str, Json] | None = None
    before: Mapping[EffectKey, Sent] = field(default_factory=dict)
    later: Held | None = None


def prepare(records: Records, context: Context, enrollment: EnrollmentId, do: Do) -> Prepared:
    """Decide who gets what, and write the intents; repeated, it gives what came of them. Raises
    RunError when what is to be sent cannot be written."""
    if do.verb in ABOUT_TASKS:
        records.account(records.enrollment(enrollment).account, lock=True)
    known = _known(records, context, enrollment, do)
    run = known.enrollment
    if run.status == "finished":
        records.leave_out_waiting(run.id, f"the run is over: {run.reason}")
        return Prepared((), {"run_over": run.outcome})
    letters = _letters(known, do)
    if isinstance(letters, Nothing):
        return Prepared((), _nothing(known, do, letters))
    letters = within_caps(records, context, run, letters)
    held = {one.key: held for one in letters if (held := _held(records, one)) is not None}
    later = min(held.values(), key=lambda one: one.until, default=None)
    written = [letter for letter in letters if letter.key not in held]
    found = {letter.key: _intend(records, run, do, letter) for letter in written}
    before = {key: earlier for key, earlier in found.items() if earlier is not None}
    sends = tuple(letter for letter in written if letter.key not in before)
    return Prepared(sends, None if sends else _answer(do, before, later, known), before, later)


def _held(records: Records, letter: Letter) -> Held | None:
    """Return what holds a letter back; None when it is written, or was in its hours."""
    if not isinstance(letter.content, Held):
        return None
    row = records.effect(letter.key)
    return letter.content if row is None or row.status == "waiting" else None


def _known(records: Records, context: Context, enrollment: EnrollmentId, do: Do) -> Known:
    # Locked: attempts at the same time decide one after the other.
    run = records.enrollment(enrollment, lock=True)
    plan = records.plan(run.plan)

    def had(user: UserId) -> bool:
        return records.effect(send_key(enrollment, do, user, part_of(do))) is not None

    return Known(records, context, run, plan, do.since, do.path, do.results, had=had)


def _letters(known: Known, do: Do) -> tuple[Letter, ...] | Nothing:
    match do.verb:
        case "send_email":
            return mailing.write_email(known, do)
        case "send_survey":
            return surveying.write_survey(known, do)
        case "notify":
            return notifying.write_notice(known, do)
        case "call":
            return notifying.write_call(known, do)
        case "remind":
            return alarming.write_reminder(known, do)
        case "escalate":
            return alarming.write_alarm(known, do)
    raise AssertionError(f"{do.verb} does not leave the house")


def _nothing(known: Known, do: Do, why: Nothing) -> Mapping[str, Json]:
    if why.result is not None:
        return why.result
    if why.later is not None:
        return {"later": why.later.isoformat(), "why": why.why}
    data = {"verb": do.verb, "status": "skipped", "why": why.why, "recipient": why.recipient}
    _line(known.records, known.enrollment.id, do, "not sent", do.id, data)
    return {"status": "skipped", "sent": False, "why": why.why}


def _intend(records: Records, run: Enrollment, do: Do, letter: Letter) -> Sent | None:
    """Write the intent; else what came of an earlier one: then this attempt must not send it."""
    if isinstance(letter.content, LeftOut):
        return _leave_out(records, run, do, letter, letter.content.why)
    if records.put_effect(_row(records, run, do, letter)):
        return None
    found = records.effect(letter.key, lock=True)  # its own attempt may be writing what came of it
    assert found is not None
    if found.status == "waiting":
        records.change_effect(letter.key, status="intent", at=records.now)
        return None
    if found.status != "intent":
        return _came_of(found)
    why = "an earlier attempt ended without an answer; it may have been sent"
    records.change_effect(letter.key, status="unknown", reason=why)
    data = {**_shown(found), "status": "unknown", "why": why}
    _line(records, run.id, do, "sent", f"{letter.key}.unknown", data)
    return Sent("unknown", reason=why)


def _row(records: Records, run: Enrollment, do: Do, letter: Letter) -> Effect:
    return Effect(
        key=letter.key,
        enrollment=run.id,
        node=do.node,
        path=do.path,
        verb=do.verb,
        status="intent",
        at=records.now,
        account=run.account,
        recipient=letter.recipient,
        result={"template": letter.template, "command": do.id},
    )


def _leave_out(records: Records, run: Enrollment, do: Do, letter: Letter, why: str) -> Sent:
    row = _row(records, run, do, letter)
    row = replace(row, status="skipped", reason=why, result={**row.result, LEFT_OUT: True})
    records.put_effect(row)
    data = {**_shown(row), "status": "skipped", "why": why}
    _line(records, run.id, do, "not sent", f"{letter.key}.skipped", data)
    return Sent("skipped", reason=why)


def _came_of(row: Effect) -> Sent:
    """Read a settled row; one that a person said never arrived counts as refused."""
    status: SentStatus = "skipped" if row.result.get(LEFT_OUT) else "refused"
    if row.status in ("accepted", "unknown"):
        status = "accepted" if row.status == "accepted" else "unknown"
    return Sent(status, row.provider or "", row.provider_id or "", row.reason)


# --- recording --------------------------------------------------------------------------------


def record(
    records: Records,
    context: Context,
    enrollment: EnrollmentId,
    do: Do,
    prepared: Prepared,
    sent: Mapping[EffectKey, Sent],
) -> Mapping[str, Json]:
    """Write what came of the calls and return the verb's answer, in which what came of earlier
    attempts counts too, or that the others come later. A status `waiting` in it asks the shell to
    try again: nothing was sent for certain."""
    if waiting := any(one.status == "waiting" for one in sent.values()):
        records.enrollment(enrollment, lock=True)  # attempts decide one after the other
        sent = {key: _or_given_up(records, key, one) for key, one in sent.items()}
        waiting = any(one.status == "waiting" for one in sent.values())
    for letter in prepared.sends:
        _write(records, enrollment, do, letter, sent[letter.key])
    if waiting:
        return {"status": "waiting"}
    come = {**prepared.before, **sent}
    if _is_level(do) and prepared.later is None:
        return _answer(do, come, None, _known(records, context, enrollment, do))
    return _answer(do, come, prepared.later)


def _or_given_up(records: Records, key: EffectKey, one: Sent) -> Sent:
    """When a later attempt has called a send unclear meanwhile, nobody will try it again: then it
    is not waiting."""
    row = records.effect(key)
    assert row is not None
    if one.status != "waiting" or row.status == "intent":
        return one
    return replace(one, status="unknown", reason=f"not sent, given up meanwhile: {one.reason}")


def _write(records: Records, enrollment: EnrollmentId, do: Do, letter: Letter, one: Sent) -> None:
    """Write what came of one call, without a look at the row: `prepare` put it there."""
    records.settle_effect(
        letter.key,
        status=one.status,
        provider=one.provider,
        provider_id=one.provider_id,
        reason=one.reason,
    )
    if one.status != "waiting":
        shown = {"verb": do.verb, "recipient": letter.recipient, "template": letter.template}
        data = {**shown, "status": one.status, "why": one.reason}
        _line(records, enrollment, do, "sent", f"{letter.key}.{one.status}", data)


def _is_level(do: Do) -> bool:
    return do.verb == "escalate" and "level" in do.args


def _answer(
    do: Do, sent: Mapping[EffectKey, Sent], later: Held | None, known: Known | None = None
) -> Mapping[str, Json]:
    """Return the verb's answer; for a level of an escalation it takes what is known."""
    if later is not None:
        return {"later": later.until.isoformat(), "why": later.why}
    if known is not None and _is_level(do):
        return alarming.next_rung(known, do)
    tried = [one.status for one in sent.values() if one.status != "skipped"]
    if sent and not tried:
        return {"status": "skipped", "sent": False, "why": next(iter(sent.values())).reason}
    worst = next((status for status in tried if status != "accepted"), "accepted")
    answer: dict[str, Json] = {"status": worst, "sent": worst == "accepted"}
    if do.verb == "call":
        answer["status"] = next(int(one.provider_id or 0) for one in sent.values())
    return answer


def _shown(row: Effect) -> dict[str, Any]:
    return {"verb": row.verb, "recipient": row.recipient, "template": row.result.get("template")}


def _line(
    records: Records,
    enrollment: EnrollmentId,
    do: Do,
    what: str,
    key: str,
    data: Mapping[str, Any],
) -> None:
    shown = {name: value for name, value in data.items() if value not in (None, "")}
    records.put_line(Line(enrollment, key, records.now, do.node, do.path, what, shown))
