"""One country's holidays are those of `holidays`, though only its own module is loaded."""

from __future__ import annotations

import holidays
import pytest

from engine.calendars.places import check_holidays, holidays_in


@pytest.mark.parametrize(
    ("country", "region"),
    # UK is another code of GB; GU and PR are made from the United States, HK from the calendars.
    [("DE", "BY"), ("GB", "SCT"), ("UK", None), ("GU", None), ("PR", None), ("HK", None)],
)
def test_holidays_are_those_of_the_library(country: str, region: str | None) -> None:
    check_holidays(country, region)
    known = holidays.country_holidays(country, subdiv=region, years=2026, language="en_US")
    assert known
    assert holidays_in(country, region, 2026) == dict(known.items())
