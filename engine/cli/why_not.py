"""`tenure why-not`: what keeps a playbook out for an account, condition by condition."""

from __future__ import annotations

from collections.abc import Iterable

import click

from engine.cli.options import format_option, limit_option, to_json
from engine.cli.session import Session, with_session
from engine.services.why_not import Look, WhyNot

_MARKS = {True: click.style("✓", fg="green"), False: click.style("✗", fg="red"), None: "·"}


@click.command("why-not")
@click.argument("playbook")
@click.argument("account")
@click.option("--contact", help="For a playbook that runs for contacts: only this one.")
@limit_option
@format_option()
@with_session
def why_not_command(
    session: Session, playbook: str, account: str, contact: str | None, limit: int, form: str
) -> None:
    """Say what keeps PLAYBOOK out for ACCOUNT now, with values, and what was decided before."""
    from engine.services.why_not import why_not

    found = why_not(
        session.database, session.context, playbook, account, contact=contact, latest=limit
    )
    if form == "json":
        click.echo(
            to_json([{"kept_out_by": list(one.kept_out_by), **_plain(one)} for one in found])
        )
        return
    if not found:
        click.echo(f"{account} has no contacts, and {playbook} runs for contacts.")
    for one in found:
        _show(session, one)


def _plain(found: WhyNot) -> dict[str, object]:
    return {
        "playbook": found.playbook,
        "subject": found.subject,
        "triggers": list(found.triggers),
        "looks": list(found.looks),
        "decisions": list(found.decisions),
    }


def _show(session: Session, found: WhyNot) -> None:
    click.echo(click.style(f"{found.playbook} for {found.subject}", bold=True))
    click.echo(f"  {_headline(session, found)}")
    click.echo("\nTriggers")
    for trigger in found.triggers:
        last = f"last {session.local(trigger.last)}: {trigger.came_to}" if trigger.last else "never"
        click.echo(f"  · {trigger.said}  ({last})")
        if trigger.stands:
            at = f" {session.local(trigger.at)}" if trigger.at else ""
            click.echo(f"      {trigger.stands}{at}")
    if not found.triggers:
        click.echo("  · by people and other playbooks only")
    click.echo("\nWhat a trigger would meet now")
    _show_looks(found.looks, "  ")
    click.echo("\nDecided")
    for one in found.decisions:
        why = f": {one.why}" if one.why else ""
        click.echo(f"  {session.local(one.at)}  {one.decision}  {one.rule}{why}")
    if not found.decisions:
        click.echo("  nothing yet: no trigger was set off")


def _headline(session: Session, found: WhyNot) -> str:
    if found.kept_out_by:
        return f"Kept out by: {', '.join(found.kept_out_by)}."
    if found.is_over:
        return "No gate is shut, but no trigger lies ahead: see what became of each."
    if (at := found.next_at) is not None:
        return f"No gate is shut: the clock sets it off next {session.local(at)}."
    return "No gate is shut: a run begins when a trigger is set off."


def _show_looks(looks: Iterable[Look], margin: str) -> None:
    for look in looks:
        name = f"{look.name}: " if margin == "  " else ""
        click.echo(f"{margin}{_MARKS[look.open]} {name}{look.why.removeprefix(name)}")
        if len(look.parts) > 1:
            _show_looks(look.parts, f"{margin}    ")
