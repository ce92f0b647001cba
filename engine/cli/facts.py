"""`tenure facts`: bring in what happened to accounts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click

from engine.cli.options import format_option, to_json
from engine.cli.session import Session, with_session
from engine.errors import InputError
from engine.wording import nearest

MAX_LINE_BYTES = 256_000


@click.group("facts")
def facts_command() -> None:
    """Bring in what happened to accounts."""


@facts_command.command("send")
@click.argument("kind", required=False)
@click.argument("account", required=False)
@click.option("--data", default="{}", help="The fact's data, as JSON.")
@click.option("--id", "id_", help="Its id: sending the same id again changes nothing.")
@click.option("--at", help="When it happened (ISO); now by default.")
@click.option("--file", "-f", type=click.File("rb"), help="JSON lines instead; - reads stdin.")
@format_option()
@with_session
def send_fact(
    session: Session,
    kind: str | None,
    account: str | None,
    data: str,
    id_: str | None,
    at: str | None,
    file: Any,
    form: str,
) -> int:
    """Send one fact of KIND about ACCOUNT, or many from a file of JSON lines."""
    from engine.services.facts import take_in

    if file is None:
        if kind is None or account is None:
            raise InputError(
                "a fact needs a kind and an account",
                remedy="Write `tenure facts send meeting.held acme`, or use --file.",
            )
        one = {"fact": kind, "account": account, "data": _json(data, "--data"), "id": id_, "at": at}
        written: list[Mapping[str, Any]] = [one]
    else:
        written = list(_lines(file))  # all of it is read before the first is taken in
    answers = take_in(session.database, session.contexts.current, written)
    if form == "json":
        click.echo(to_json(answers))
    else:
        for number, answer in enumerate(answers, 1):
            why = f": {answer.why}" if answer.why else ""
            click.echo(f"{number:4} {answer.status:9} {answer.id}{why}{_led_to(answer)}")
        taken = zip(written, answers, strict=True)
        _name_undeclared(session, {one["fact"] for one, to in taken if to.status == "accepted"})
    return 1 if any(answer.status == "rejected" for answer in answers) else 0


def _led_to(answer: Any) -> str:
    if answer.led_to is None:
        return ""
    parts = [f"started {run}" for run in answer.led_to.started]
    parts += [f"woke {run}" for run in answer.led_to.woken]
    parts += [f"did not start {playbook}: {why}" for playbook, why in answer.led_to.refused]
    return f"  ({'; '.join(parts)})" if parts else ""


def _name_undeclared(session: Session, kinds: set[str]) -> None:
    known = session.context.workspace.schema.facts
    for kind in sorted(kinds - set(known)):
        near = nearest(kind, known)
        hint = f"; did you mean {near}?" if near else ""
        click.echo(f"note: schema.yaml declares no fact {kind}{hint}", err=True)


def _json(text: str, what: str) -> Any:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise InputError(
            f"{what} is not JSON: {error}", remedy='Write {"name": "value"}.'
        ) from None
    if not isinstance(found, dict):
        raise InputError(f"{what} is not a JSON object", remedy='Write {"name": "value"}.')
    return found


def _lines(file: Any) -> Iterator[Mapping[str, Any]]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        if len(line) > MAX_LINE_BYTES:
            raise InputError(
                f"line {number} is longer than {MAX_LINE_BYTES} bytes", remedy="Split its data."
            )
        yield _json(line.decode("utf-8", "replace"), f"line {number}")
