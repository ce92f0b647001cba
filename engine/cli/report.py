"""`tenure report`: the numbers for the business, and the rows behind each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click

from engine.cli.instants import DAY, period_of
from engine.cli.options import format_option, table, to_json
from engine.cli.session import Session, with_session
from engine.errors import InputError
from engine.reporting.figures import Figure, Period, Report
from engine.wording import nearest

USUAL_DAYS = 365


@click.command("report")
@click.option("--from", "first", type=DAY, help="The first day; without it, a year before.")
@click.option("--to", "last", type=DAY, help="The last day, included; without it, up to now.")
@click.option("--segment", help="Only accounts of this segment.")
@click.option("--csm", help="Only accounts of this CSM.")
@click.option("--list", "key", metavar="FIGURE", help="The rows behind one figure.")
@format_option()
@with_session
def report_command(
    session: Session,
    first: datetime | None,
    last: datetime | None,
    segment: str | None,
    csm: str | None,
    key: str | None,
    form: str,
) -> None:
    """Retention, churn, surveys, health and what each playbook achieved, over a period.

    Every figure has a key in the first column: `tenure report --list nrr` shows the accounts it is
    made of, and its definition with its source.
    """
    from engine.services.reporting import Scope, make_report

    period = _period(session, first, last)
    with session.reading() as connection:
        workspace, now = session.context.workspace, session.database.now
        report = make_report(connection, workspace, period, now, Scope(segment, csm))
    if key is not None:
        figure = _find(report, key)
        click.echo(to_json(figure) if form == "json" else _listed(session, figure))
    elif form == "json":
        click.echo(to_json(report))
    else:
        click.echo(_written(session, report))


def _period(session: Session, first: datetime | None, last: datetime | None) -> Period:
    now = session.database.now
    if first is None:
        here = now.astimezone(ZoneInfo(session.zone)).replace(tzinfo=None)
        first = (last + timedelta(days=1) if last else here) - timedelta(days=USUAL_DAYS)
    return Period(*period_of(first, last, session.zone, now))


def _find(report: Report, key: str) -> Figure:
    if (found := report.figure(key)) is not None:
        return found
    near = nearest(key, [one.key for one in report.figures])
    raise InputError(
        f"there is no figure {key!r} in this period" + (f"; {near!r}?" if near else ""),
        remedy="The first column of `tenure report` has the keys.",
    )


def _written(session: Session, report: Report) -> str:
    period = report.period
    parts = [f"{session.local(period.first)} to {session.local(period.end)}"]
    for section in report.sections:
        rows = [(one.key, one.title, amount(one), _made_of(one)) for one in section.figures]
        parts.append(f"{section.title}\n{table(rows, ('key', 'figure', 'value', 'of'))}")
    parts += report.notes
    return "\n\n".join(parts)


def amount(figure: Figure) -> str:
    """Write a figure's value with its unit and, where it has one, its interval.

    >>> amount(Figure("nrr", "NRR", 1.0423, "share", ""))
    '104.2 %'
    >>> amount(Figure("x.lift", "Lift", 20.0, "points", "", low=5.24, high=33.39))
    '+20.0 points (+5.2 to +33.4)'
    """
    value = figure.value
    if value is None:
        return "-"
    match figure.unit:
        case "share":
            return f"{100 * value:.1f} %"
        case "points":
            between = (
                f" ({figure.low:+.1f} to {figure.high:+.1f})" if figure.low is not None else ""
            )
            return f"{value:+.1f}" + (f" points{between}" if between else "")
        case "days":
            return f"{value:.1f} days"
        case "count":
            return f"{value:.0f}"
        case _:
            return f"{value:.2f}"


def _made_of(figure: Figure) -> str:
    unknown = f"{figure.unknown} unknown" if figure.unknown else ""
    if figure.part is not None and figure.whole is not None:
        made = f"{_number(figure.part)} of {_number(figure.whole)}"
    elif figure.whole is not None:
        made = f"{_number(figure.whole)} answer{'' if figure.whole == 1 else 's'}"
    else:
        made = ""
    return ", ".join(part for part in (made, unknown) if part)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"


def _listed(session: Session, figure: Figure) -> str:
    head = f"{figure.title}: {amount(figure)}  {_made_of(figure)}".rstrip()
    if not figure.rows:
        return f"{head}\n{figure.definition}\n\nno rows"
    headings = list(figure.rows[0])
    rows = [[_cell(session, row.get(name)) for name in headings] for row in figure.rows]
    return f"{head}\n{figure.definition}\n\n{table(rows, headings)}"


def _cell(session: Session, value: Any) -> Any:
    match value:
        case datetime():
            return session.local(value)
        case bool():
            return "yes" if value else "no"
        case float():
            return _number(value)
    return value
