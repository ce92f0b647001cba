"""Spans as authors write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendars import format_span, parse_span
from engine.errors import InputError
from engine.plan.model import Span


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("5 business days", Span(5, "business_day")),
        ("1 business-day", Span(1, "business_day")),
        ("4 Business  Hours", Span(4, "business_hour")),
        ("0.5 business hours", Span(0.5, "business_hour")),
        ("3d", Span(3, "d")),
        ("14d", Span(14, "d")),
        ("2 weeks", Span(2, "w")),
        ("1w", Span(1, "w")),
        ("1 month", Span(1, "month")),
        ("90 min", Span(90, "min")),
        ("1.5h", Span(1.5, "h")),
        (" 30 sec ", Span(30, "s")),
        ("0d", Span(0, "d")),
        ("2.0 days", Span(2, "d")),
    ],
)
def test_a_span_is_read(text: str, span: Span) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("3", "3 what? A unit is missing"),
        (3, "3 what? A unit is missing"),
        ("-3d", "less than nothing"),
        ("3 dasy", 'Did you mean "day"?'),
        ("3 busines days", 'Did you mean "business days"?'),
        ("3 working days", 'Did you mean "business days"?'),
        ("3m", 'Did you mean "min" or "month"?'),
        ("1 year", 'Did you mean "12 months" for a year?'),
        ("3 bananas", '"bananas" is not a unit of time'),
        ("1d 12h", "Write an amount and a unit: 30s, 90 min"),
        ("1,5h", "is not a length of time"),
        ("three days", "is not a length of time"),
        ("", "is not a length of time"),
        ("٣d", "is not a length of time"),
        ("nan d", "is not a length of time"),
        ("1.5d", "Use hours for a part of a day"),
        ("0.5 business days", "Use business hours for a part of a business day"),
        ("11000d", "Use at most 3653d"),
        ("121 months", "Use at most 120 months"),
        ("9" * 5000 + "d", "is not between 0 and ten years"),
    ],
)
def test_what_is_no_span_is_refused_with_a_remedy(text: str, says: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_span(text)
    assert says in str(refused.value)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (Span(1, "business_day"), "1 business day"),
        (Span(0, "business_hour"), "0 business hours"),
        (Span(90, "min"), "90 min"),
        (Span(0.00001, "h"), "0.00001h"),
        (Span(100, "d"), "100d"),
        (Span(2.0, "month"), "2 months"),
    ],
)
def test_a_span_is_said_as_an_author_would(span: Span, text: str) -> None:
    assert format_span(span) == text


@given(
    st.builds(Span, st.integers(0, 120), st.sampled_from(["d", "w", "month", "business_day"]))
    | st.builds(Span, st.floats(0, 20_000), st.sampled_from(["s", "min", "h", "business_hour"]))
)
def test_what_is_said_can_be_read(span: Span) -> None:
    assert parse_span(format_span(span)) == span


@given(st.text(max_size=20))
def test_any_text_is_a_span_or_an_input_error(text: str) -> None:
    try:
        span = parse_span(text)
    except InputError:
        return
    assert span.amount >= 0
