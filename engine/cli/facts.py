"""`tenure facts`: bring in what happened to accounts, and look after what was rejected."""

from __future__ import annotations

import json
import sys
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import click

from engine.cli.options import format_option, to_json
from engine.cli.rejects import rejects_group
from engine.cli.session import Session, with_session
from engine.errors import InputError
from engine.wording import counted as many
from engine.wording import nearest

FILE_FORMS = ("jsonl", "json", "csv")
STATUSES = ("accepted", "duplicate", "rejected")
SMALL = 100
"""Facts of a file so small that each one's consequences are shown."""


@click.group("facts")
def facts_command() -> None:
    """Bring in what happened to accounts, and look after what was rejected."""


facts_command.add_command(rejects_group)


@facts_command.command("send")
@click.argument("kind", required=False)
@click.argument("account", required=False)
@click.option("--data", default="{}", help="The fact's data, as JSON.")
@click.option("--id", "id_", help="Its id: sending the same id again changes nothing.")
@click.option("--at", help="When it happened (ISO); now by default.")
@click.option("--contact", help="The contact it is about.")
@click.option("--file", "-f", type=click.File("rb"), help="A file of facts instead; - reads stdin.")
@click.option(
    "--from",
    "file_form",
    type=click.Choice(FILE_FORMS),
    show_default="what its name or its beginning says",
    help="What the file is: JSON lines, a JSON array, or CSV.",
)
@format_option()
@with_session
def send_facts(
    session: Session,
    kind: str | None,
    account: str | None,
    data: str,
    id_: str | None,
    at: str | None,
    contact: str | None,
    file: Any,
    file_form: Any,
    form: str,
) -> int:
    """Send one fact of KIND about ACCOUNT, or many from a file.

    Bad facts are rejected and kept, the others go on; the exit code is 1 then.
    """
    if file is not None:
        return _send_file(session, file, file_form, form)
    if kind is None or account is None:
        raise InputError(
            "a fact needs a kind and an account",
            remedy="Write `tenure facts send meeting.held acme`, or use --file.",
        )
    one = {"fact": kind, "account": account, "data": _object(data), "id": id_, "at": at}
    return _send_one(session, {**one, "contact": contact}, form)


# --- one --------------------------------------------------------------------------------------


def _send_one(session: Session, written: dict[str, Any], form: str) -> int:
    from engine.services.facts import take_in

    answers = take_in(session.database, session.contexts.current, [written], source="command line")
    (answer,) = answers
    if form == "json":
        click.echo(to_json(answers))
    else:
        why = f": {answer.why}" if answer.why else ""
        click.echo(f"{answer.status} {answer.id}{why}{_led_to(answer)}{_kept(answer)}")
    if answer.status == "rejected":
        return 1
    _name_undeclared(session, {written["fact"]})
    return 0


def _led_to(answer: Any) -> str:
    if answer.led_to is None:
        return ""
    parts = [f"started {run}" for run in answer.led_to.started]
    parts += [f"woke {run}" for run in answer.led_to.woken]
    parts += [f"did not start {playbook}: {why}" for playbook, why in answer.led_to.refused]
    parts += ["late: it starts nothing by itself"] if answer.led_to.late else []
    return f"  ({'; '.join(parts)})" if parts else ""


def _kept(answer: Any) -> str:
    return "" if answer.reject is None else f"  (kept as reject {answer.reject})"


def _name_undeclared(session: Session, kinds: set[str]) -> None:
    known = session.context.workspace.schema.facts
    for kind in sorted(kinds - set(known)):
        near = nearest(kind, known)
        hint = f"; did you mean {near}?" if near else ""
        click.echo(f"note: schema.yaml declares no fact {kind}{hint}", err=True)


def _object(text: str) -> Any:
    example = 'Write {"name": "value"}.'
    try:
        found = json.loads(text)
    except ValueError as error:
        raise InputError(f"--data is not JSON: {error}", remedy=example) from None
    if not isinstance(found, dict):
        raise InputError("--data is not a JSON object", remedy=example)
    return found


# --- a file -----------------------------------------------------------------------------------


def _send_file(session: Session, file: Any, file_form: Any, form: str) -> int:
    from engine.services.fact_files import read_facts

    name = getattr(file, "name", "<stdin>")
    schema = session.context.workspace.schema
    placed = read_facts(file, str(name), file_form, schema)
    shown = "stdin" if name == "<stdin>" else str(name)
    counted: Counter[str] = Counter()
    kinds: set[str] = set()
    writer = _as_json if form == "json" else _as_text
    for lines in writer(_answered(session, placed, shown, counted, kinds), shown):
        click.echo(lines)
    if form != "json":
        click.echo(_summary(counted))
        _name_undeclared(session, kinds)
    return 1 if counted["rejected"] else 0


def _answered(
    session: Session, placed: Iterator[Any], name: str, counted: Counter[str], kinds: set[str]
) -> Iterator[Sequence[tuple[int, Any]]]:
    """Take a file in; yield each batch's answers with their lines."""
    from engine.services.facts import take_in_batches

    lines: deque[int] = deque()
    heard: deque[Any] = deque()

    def noted() -> Iterator[Any]:
        for one in placed:
            lines.append(one.line)
            heard.append(one.written.get("fact") if isinstance(one.written, dict) else None)
            yield one.written

    taken = take_in_batches(session.database, session.contexts.current, noted(), source=name)
    for answers in taken:
        counted.update(answer.status for answer in answers)
        for led_to in (answer.led_to for answer in answers if answer.led_to):
            counted["started"] += len(led_to.started)
            counted["woken"] += len(led_to.woken)
            counted["late"] += led_to.late
        both = [(heard.popleft(), answer) for answer in answers]
        kinds.update(kind for kind, answer in both if kind and answer.status == "accepted")
        yield [(lines.popleft(), answer) for answer in answers]
        _progress(_facts(counted))
    _progress(None)


def _progress(done: int | None) -> None:
    if sys.stderr.isatty():
        click.echo("\r\033[K" if done is None else f"\r{many(done, 'fact')}", nl=False, err=True)


def _as_text(batches: Iterator[Sequence[tuple[int, Any]]], name: str) -> Iterator[str]:
    """Name what was rejected, and what the facts of a small file led to."""
    first = next(batches, ())
    small = len(first) <= SMALL
    for line, answer in chain(first, chain.from_iterable(batches)):
        if answer.status == "rejected":
            yield f"{name}:{line}: rejected: {answer.why}{_kept(answer)}"
        elif small and (led_to := _led_to(answer)):
            yield f"{name}:{line}: {answer.id}{led_to}"


def _as_json(batches: Iterator[Sequence[tuple[int, Any]]], name: str) -> Iterator[str]:
    """Write the answers as one array, as they come."""
    yield "["
    comma = ""
    for _, answer in chain.from_iterable(batches):
        yield comma + to_json(answer)
        comma = ","
    yield "]"


def _summary(counted: Counter[str]) -> str:
    each = ", ".join(f"{counted[one]:,} {one}" for one in STATUSES)
    more = [f"{counted['late']:,} of them late"] if counted["late"] else []
    more += [f"{many(counted[one], 'run')} {one}" for one in ("started", "woken") if counted[one]]
    return f"{many(_facts(counted), 'fact')}: {'; '.join([each, *more])}"


def _facts(counted: Counter[str]) -> int:
    return sum(counted[one] for one in STATUSES)
