"""Charts of a backtest as SVG that stands alone: no script, no font and no picture from elsewhere.

Owns how charts look; counts nothing itself.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pygal
from pygal.style import Style

from engine.simulation.backtest.result import Day, Entry, Person, Result, monday_of

# It looks for maps in an old way that makes Python warn of every module that is not found.
sys.meta_path[:] = [one for one in sys.meta_path if not isinstance(one, pygal.PluginImportFixer)]

COLORS = ("#0f5c7a", "#d98324", "#7a9e4f", "#a23b5c", "#6c6f93", "#3f8f8b")
_INK, _PALE, _GRID = "#1f2a33", "#66727c", "#dfe5e9"
_STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground=_PALE,
    foreground_strong=_INK,
    foreground_subtle=_GRID,
    opacity=".92",
    opacity_hover="1",
    transition="0s",
    colors=COLORS,
    font_family="system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif",
    label_font_size=13,
    major_label_font_size=13,
    legend_font_size=14,
    value_font_size=12,
    value_label_font_size=12,
    value_colors=(_INK,) * 6,
    guide_stroke_color=_GRID,
    major_guide_stroke_color=_GRID,
    guide_stroke_dasharray="1,0",
    major_guide_stroke_dasharray="1,0",
)
_OPTIONS: Mapping[str, Any] = {
    "style": _STYLE,
    "js": [],
    "width": 960,
    "height": 300,
    "margin": 8,
    "margin_bottom": 26,
    "explicit_size": False,
    "show_x_guides": False,
    "legend_at_bottom": True,
    "legend_box_size": 13,
    "rounded_bars": 1,
    "max_scale": 8,
    "no_data_text": "Nothing",
    "disable_xml_declaration": True,
    "include_x_axis": True,
    "truncate_legend": -1,
    "truncate_label": -1,
    "x_label_rotation": 0,
    "legend_at_bottom_columns": 3,
    "print_values_position": "top",
    "value_formatter": "{:,.0f}".format,
}


def weekly_runs(result: Result) -> str:
    """Draw how many runs begin in each week; with a comparison, the other version's beside."""
    mondays = _mondays(result.by_day)
    chart = pygal.Bar(**_options(mondays, show_legend=result.difference is not None))
    chart.add("This version", _per_week(result.entries, mondays))
    if (change := result.difference) is not None:
        moved = {id(one) for one, _ in change.moved}
        only = {id(one) for one in change.only_here}
        there = [one for one in result.entries if id(one) not in only and id(one) not in moved]
        earlier = [_back(one, days) for one, days in change.moved]
        days = [one.at.date() for one in (*there, *change.only_there)] + earlier
        chart.add("The other version", _weeks_of(days, mondays))
    return _svg(chart, "runs")


def weekly_effects(result: Result) -> str:
    """Draw what each week brings: emails and surveys, tasks, reminders and escalations."""
    mondays = _mondays(result.by_day)
    counts: dict[str, Counter[date]] = {
        name: Counter() for name in ("Tasks", "Emails and surveys", "Reminders and escalations")
    }
    for one in result.by_day:
        monday, effects = monday_of(one.day), one.effects
        counts["Tasks"][monday] += effects.tasks
        counts["Emails and surveys"][monday] += effects.emails + effects.surveys
        counts["Reminders and escalations"][monday] += effects.reminders + effects.escalations
    chart = pygal.StackedBar(**_options(mondays))
    for name, weeks in counts.items():
        chart.add(name, [weeks[monday] for monday in mondays])
    return _svg(chart, "effects")


def mailing(result: Result) -> str:
    """Draw how many contacts get how many emails and surveys."""
    spread = result.mailing.distribution
    counts = range(1, max(spread, default=1) + 1)
    chart = pygal.Bar(**{**_OPTIONS, "show_legend": False, "height": 240, "print_values": True})
    chart.x_labels = [str(count) for count in counts]
    chart.add("Contacts", [spread.get(count, 0) for count in counts])
    return _svg(chart, "mailing")


def outcomes(result: Result) -> str:
    """Draw how the runs end."""
    found = list(result.outcomes.items())[::-1]
    height = 70 + 34 * max(1, len(found))
    chart = pygal.HorizontalBar(**{**_OPTIONS, "show_legend": False, "height": height})
    chart.x_labels = [f"{name}: {count:,}" for name, count in found]
    chart.add("Runs", [count for _, count in found])
    return _svg(chart, "outcomes")


def shade(person: Person, tasks: int) -> str:
    """Return the colour of a week in the table of loads: paler for less, red above the capacity.

    >>> from dataclasses import replace
    >>> ana = Person("u-ana", "Ana", 9, 0, 9, 1.0, 8, 1, ())
    >>> shade(ana, 0), shade(ana, 9)
    ('transparent', '#c0392b')
    """
    if not tasks:
        return "transparent"
    if person.capacity is not None and tasks > person.capacity:
        return "#c0392b"
    part = tasks / (person.capacity or max(1, person.most))
    return f"rgba(15, 92, 122, {0.15 + 0.7 * min(1.0, part):.2f})"


# --- weeks ------------------------------------------------------------------------------------


def _mondays(days: Sequence[Day]) -> list[date]:
    return list(dict.fromkeys(monday_of(one.day) for one in days))


def _per_week(entries: Sequence[Entry], mondays: Sequence[date]) -> list[int]:
    return _weeks_of([one.at.date() for one in entries], mondays)


def _back(entry: Entry, days: float) -> date:
    return (entry.at - timedelta(days=days)).date()


def _weeks_of(days: Sequence[date], mondays: Sequence[date]) -> list[int]:
    counts = Counter(monday_of(day) for day in days)
    return [counts[monday] for monday in mondays]


def _options(mondays: Sequence[date], **more: Any) -> dict[str, Any]:
    """Label the first week of each month, or each of a few weeks."""
    firsts = [at for at, monday in enumerate(mondays) if len(mondays) <= 14 or monday.day <= 7]
    labels = [f"{monday:%-d %b}" if at in firsts else "" for at, monday in enumerate(mondays)]
    return {**_OPTIONS, "x_labels": labels, **more}


_SCRIPTS = re.compile(r"<script.*?</script>|<!--.*?-->|<title>Pygal</title>", re.DOTALL)
_NAME = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _svg(chart: Any, name: str) -> str:
    """Return the drawing without what a browser would run, and with a name of ours for its style:
    the same result gives the same page."""
    drawn: str = chart.render(is_unicode=True)
    return _NAME.sub(name, _SCRIPTS.sub("", drawn))
