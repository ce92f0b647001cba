"""`tenure why`: what happened in a run, by which rule and values, and what did not."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import click

from engine.cli.options import format_option, to_json
from engine.cli.session import Session, with_session
from engine.effects.entities import EnrollmentId
from engine.effects.story import say, tell
from engine.errors import InputError
from engine.services.why import Explanation, StepStory


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
