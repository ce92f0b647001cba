"""`tenure enroll`, `facts`, `runs`, `why`, `sends`: work with runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import groupby
from typing import Any

import click

from engine.cli.options import as_option, format_option, table, to_json
from engine.cli.session import Session, with_session
from engine.effects.entities import AccountId, EnrollmentId
from engine.effects.story import say, tell
from engine.errors import InputError
from engine.services.why import Explanation, StepStory

MAX_LINE_BYTES = 256_000


@click.command("enroll")
@click.argument("playbook")
@click.argument("account")
@click.option("--contact", help="For a playbook that runs for contacts: whom.")
@click.option("--input", "inputs", multiple=True, metavar="NAME=VALUE", help="An input.")
@click.option("--force", is_flag=True, help="Even if the playbook's `when` does not match.")
@as_option
@with_session
def enroll_command(
    session: Session,
    playbook: str,
    account: str,
    contact: str | None,
    inputs: tuple[str, ...],
    force: bool,
    by: str,
) -> int:
    """Begin a run of PLAYBOOK for ACCOUNT by hand."""
    from engine.services.enrolling import enroll_by_hand

    result = enroll_by_hand(
        session.database,
        session.context,
        playbook,
        account,
        by=by,
        contact=contact,
        inputs=dict(_pair(one) for one in inputs),
        force=force,
    )
    if result.enrollment is None:
        click.echo(f"not enrolled: {result.why}")
        return 1
    click.echo(result.enrollment)
    return 0


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise InputError(f"{text!r} is not NAME=VALUE", remedy="Write --input tier=gold.")
    return name.strip(), value.strip()


# --- facts ------------------------------------------------------------------------------------


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
        written: Iterable[Mapping[str, Any]] = [one]
    else:
        written = _lines(file)
    answers = take_in(session.database, session.contexts.current, written)
    if form == "json":
        click.echo(to_json(answers))
    else:
        for number, answer in enumerate(answers, 1):
            why = f": {answer.why}" if answer.why else ""
            click.echo(f"{number:4} {answer.status:9} {answer.id}{why}{_led_to(answer)}")
    return 1 if any(answer.status == "rejected" for answer in answers) else 0


def _led_to(answer: Any) -> str:
    if answer.led_to is None:
        return ""
    parts = [f"started {run}" for run in answer.led_to.started]
    parts += [f"woke {run}" for run in answer.led_to.woken]
    parts += [f"did not start {playbook}: {why}" for playbook, why in answer.led_to.refused]
    return f"  ({'; '.join(parts)})" if parts else ""


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


# --- runs -------------------------------------------------------------------------------------


class ListUnlessSaid(click.Group):
    """A group that lists when no other command is named: `runs --stuck` is `runs list --stuck`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `list` in front of options, and where there is nothing."""
        if not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group("runs", cls=ListUnlessSaid)
def runs_command() -> None:
    """List and steer runs of playbooks; without a command, list them."""


@runs_command.command("list")
@click.option("--playbook", help="Only this playbook's.")
@click.option("--account", help="Only this account's.")
@click.option("--status", type=click.Choice(["active", "paused", "finished"]))
@click.option("--stuck", is_flag=True, help="Only those that failed or cannot go on.")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 500), help="At most so many."
)
@format_option()
@with_session
def list_runs(
    session: Session,
    playbook: str | None,
    account: str | None,
    status: Any,
    stuck: bool,
    limit: int,
    form: str,
) -> int:
    """List runs, newest first."""
    if stuck:
        return _list_stuck(session, limit, form)
    from engine.store.queries import runs as queries

    with session.reading() as connection:
        rows = queries.list_runs(
            connection,
            status=status,
            playbook=playbook,
            account=AccountId(account) if account else None,
            limit=limit,
        )
    if form == "json":
        click.echo(to_json([row.run for row in rows]))
        return 0
    shown = [
        (
            row.run.id,
            row.account_name or row.run.account,
            row.run.status,
            row.run.outcome,
            session.local(row.run.started_at),
            row.run.plan,
        )
        for row in rows
    ]
    click.echo(table(shown, ("run", "account", "status", "outcome", "began", "plan")))
    return 0


def _list_stuck(session: Session, limit: int, form: str) -> int:
    found = session.runner.stuck(limit)
    if form == "json":
        click.echo(to_json(list(found)))
    elif found:
        rows = [(one.enrollment, one.status, one.since, one.why) for one in found]
        click.echo(table(rows, ("run", "status", "since", "why")))
    else:
        click.echo("No run is stuck.")
    return 1 if found else 0


@runs_command.command("show")
@click.argument("run")
@format_option()
@with_session
def show_run(session: Session, run: str, form: str) -> None:
    """Show where a RUN stands and what it waits for."""
    standing = session.runner.state(EnrollmentId(run))
    if form == "json":
        click.echo(to_json(standing))
        return
    click.echo(f"{run}: {standing.status}" + (f", {standing.reason}" if standing.reason else ""))
    for place in standing.places:
        path = f" [{', '.join(place.path)}]" if place.path else ""
        click.echo(f"  {place.node}{path}  {place.phase}  {place.source}")
        for at, why in sorted(place.wakes.items()):
            click.echo(f"    {why} at {session.local(at)}")


@runs_command.command("pause")
@click.argument("run")
@click.option("--reason", required=True, help="Why, for the timeline.")
@with_session
def pause(session: Session, run: str, reason: str) -> None:
    """Hold a RUN: nothing is sent or handed out until it is resumed."""
    session.runner.pause(EnrollmentId(run), reason=reason)
    click.echo(f"paused {run}")


@runs_command.command("resume")
@click.argument("run")
@with_session
def resume(session: Session, run: str) -> None:
    """Let a paused RUN go on, as its playbook's `on_resume` says."""
    session.runner.resume(EnrollmentId(run))
    click.echo(f"resumed {run}")


@runs_command.command("cancel")
@click.argument("run")
@click.option("--reason", required=True, help="Why, for the timeline.")
@with_session
def cancel(session: Session, run: str, reason: str) -> None:
    """End a RUN: open tasks are withdrawn, waits dropped."""
    session.runner.cancel(EnrollmentId(run), reason=reason)
    click.echo(f"cancelled {run}")


@runs_command.command("migrate")
@click.argument("run")
@click.option("--to", "plan", help="A plan's hash; by default the playbook's live one.")
@with_session
def migrate(session: Session, run: str, plan: str | None) -> None:
    """Move a RUN to another version of its playbook."""
    from engine.services.migrating import migrate_run

    click.echo(migrate_run(session.database, session.runner, run, plan))


# --- why --------------------------------------------------------------------------------------


@click.command("why")
@click.argument("run")
@click.option("--step", help="Only this step.")
@format_option()
@with_session
def why_command(session: Session, run: str, step: str | None, form: str) -> None:
    """Explain each step of a RUN: what happened, by which rule and values; and what did not."""
    from engine.services.why import explain
    from engine.store.queries import runs as queries

    with session.reading() as connection:
        page = queries.show_run(connection, EnrollmentId(run))
    with session.database.transaction() as records:
        plan = records.plan(page.run.plan)
    found = explain(page.run, plan, page.lines, page.effects)
    steps = [one for one in found.steps if step in (None, one.node)]
    if step and not steps:
        raise InputError(f"{run} has no step {step!r}", remedy="Leave --step out to see them all.")
    if form == "json":
        click.echo(to_json({"run": found.run, "began": found.began, "steps": steps}))
        return
    show_explanation(session, found, steps, page.account_name)


def show_explanation(
    session: Session, found: Explanation, steps: Iterable[StepStory], account: str | None
) -> None:
    """Print an explanation."""
    run = found.run
    click.echo(click.style(f"{found.plan.title} for {account or run.account}", bold=True))
    click.echo(f"  run    {run.id}")
    click.echo(f"  plan   {run.plan} ({found.plan.source})")
    click.echo(f"  began  {session.local(run.started_at)}, {found.began}")
    for why, unreached in groupby(steps, key=lambda one: one.why_not):
        if why:
            click.echo(f"\nDid not happen: {why}")
            for one in unreached:
                click.echo(f"  {one.node}  {one.kind}  {one.source}")
        else:
            show_steps(session, unreached)
    for line in found.run_lines:
        click.echo(f"\n{session.local(line.at)}  {tell(line, session.zone)}")
    click.echo(f"\n{found.ended}")


def show_steps(session: Session, steps: Iterable[StepStory]) -> None:
    """Print what happened at each step."""
    for one in steps:
        click.echo(f"\n{click.style(one.node, bold=True)}  {one.kind}  {one.source}")
        for line in one.lines:
            path = f"[{', '.join(line.path)}] " if line.path else ""
            click.echo(f"  {session.local(line.at)}  {path}{say(line, session.zone)}")
        shown = {line.data.get("recipient") for line in one.lines if line.what == "sent"}
        for effect in one.effects:
            if effect.recipient and effect.recipient not in shown:
                click.echo(f"  ledger: {effect.verb} to {effect.recipient}: {effect.status}")


# --- sends ------------------------------------------------------------------------------------


@click.group("sends")
def sends_command() -> None:
    """See to sends that need a person: unclear or refused."""


@sends_command.command("list")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 500), help="At most so many."
)
@format_option()
@with_session
def list_sends(session: Session, limit: int, form: str) -> int:
    """List sends that may or may not have arrived, and refused ones."""
    from engine.store.queries import runs as queries

    stale = session.database.now - timedelta(minutes=15)
    with session.reading() as connection:
        found = queries.unclear_sends(connection, stale_before=stale, limit=limit)
    if form == "json":
        click.echo(to_json(list(found)))
        return 0
    rows = [
        (one.key, one.status, one.verb, one.recipient, session.local(one.at), one.reason)
        for one in found
    ]
    click.echo(
        table(rows, ("send", "status", "verb", "to", "at", "why"))
        if rows
        else "No send is unclear."
    )
    return 0


@sends_command.command("settle")
@click.argument("send")
@click.argument("verdict", type=click.Choice(["arrived", "never-arrived"]))
@click.option("--reason", default="", help="How you know.")
@as_option
@with_session
def settle(session: Session, send: str, verdict: Any, reason: str, by: str) -> None:
    """Write down what became of an unclear SEND."""
    from engine.services.sends import settle as settle_send

    found = settle_send(session.database, send, by=by, verdict=verdict, reason=reason)
    click.echo(f"{found.key}: {found.status}")
