"""A backtest as one HTML page that stands alone and can be mailed around. Words are in `page.html`.

Everything from the data is escaped; the page loads nothing and runs nothing.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import jinja2
from markupsafe import Markup

from engine.simulation.backtest import charts
from engine.simulation.backtest.result import Result, said

MOST_RUNS = 500
MOST_PEOPLE = 40
_PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    auto_reload=False,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(result: Result) -> str:
    """Return the page."""
    zone = ZoneInfo(result.zone)

    def local(at: datetime) -> str:
        return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"

    template = _PAGES.get_template("page.html")
    return template.render(
        result=result,
        change=result.difference,
        runs=result.entries[:MOST_RUNS],
        people=result.people[:MOST_PEOPLE],
        mondays=[week.monday for week in result.people[0].weeks] if result.people else [],
        said=said,
        local=local,
        shade=charts.shade,
        drawings={
            "runs": Markup(charts.weekly_runs(result)),
            "effects": Markup(charts.weekly_effects(result)),
            "mailing": Markup(charts.mailing(result)),
            "outcomes": Markup(charts.outcomes(result)),
        },
    )
