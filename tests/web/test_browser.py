"""The pages in a real browser, Chromium, which runs their scripts.

Without it these tests fail, and say so; TENURE_NO_BROWSER=1 leaves them out.
"""

from __future__ import annotations

import pytest

from tests.web.conftest import House, Open

pytestmark = pytest.mark.browser


def test_one_click_answers(house: House, opened: Open) -> None:
    page, complaints = opened(f"{house.url}/9")
    assert "Your answer has arrived" in page
    assert "Content Security Policy" not in complaints
    assert house.said() == [("survey.answered", 9)]


def test_second_click_is_told_kindly(house: House, opened: Open) -> None:
    opened(f"{house.url}/9")
    page, _ = opened(f"{house.url}/2")
    assert "The first one counts" in page
    assert house.said() == [("survey.answered", 9)]
