"""How conditions come out, above all when values are missing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from engine.language.expressions import Names, Verdict, check_condition, describe, evaluate
from engine.language.expressions import evaluate_value as evaluate_value
from engine.plan.model import Condition, Source

NAMES = Names(
    {
        "account.name": "text",
        "account.arr": "number",
        "account.tags": "list",
        "account.renewal_date": "date",
        "account.vip": "bool",
        "email.replied": "fact",
        "fix-plan.reason": "text",
    }
)


def condition(text: str) -> Condition:
    found, problems = check_condition(text, NAMES, Source("p.yaml", 1))
    assert found is not None, problems
    return found


def verdict(text: str, **values: object) -> Verdict:
    named = {key.replace("__", "-").replace("_", ".", 1): value for key, value in values.items()}
    return evaluate(condition(text), named)


@pytest.mark.parametrize("arr", [10, 10.0, Decimal("10.0")])
def test_a_number_literal_compares_with_any_number(arr: object) -> None:
    assert verdict("account.arr == 10 && account.arr < 10.5", account_arr=arr).holds


@pytest.mark.parametrize(
    ("text", "holds", "missing"),
    [
        ("account.arr > 1", False, ("account.arr",)),
        ("!(account.arr > 1)", False, ("account.arr",)),
        ("account.arr > 1 || true", True, ()),
        ("account.arr > 1 && false", False, ()),
        ("account.arr > 1 && account.vip", False, ("account.arr", "account.vip")),
        ("has(account.arr)", False, ()),
        ("!has(account.arr) || account.arr > 1", True, ()),
        ("email.replied", False, ()),
        ("!email.replied", True, ()),
    ],
)
def test_a_missing_value_decides_nothing(text: str, holds: bool, missing: tuple[str, ...]) -> None:
    found = verdict(text)
    assert (found.holds, found.missing, found.error) == (holds, missing, None)


def test_none_is_no_value() -> None:
    assert verdict("account.arr > 1", account_arr=None).missing == ("account.arr",)
    assert verdict("!has(account.arr)", account_arr=None).holds


@pytest.mark.parametrize(
    "renewal",
    [date(2027, 3, 1), "2027-03-01", datetime(2027, 3, 1, 15, tzinfo=timezone(timedelta(hours=9)))],
)
def test_dates_are_midnight_utc(renewal: object) -> None:
    now = datetime(2027, 1, 30, tzinfo=UTC)
    values = {"account.renewal_date": renewal, "now": now, "today": date(2027, 3, 1)}
    text = 'account.renewal_date - now == 30d && account.renewal_date == date("2027-03-01")'
    assert evaluate(condition(text + " && account.renewal_date == today"), values).holds


def test_lists_and_texts() -> None:
    text = 'size(account.tags) == 2 && "vip" in account.tags && account.name.contains("cm")'
    assert verdict(text, account_tags=["vip", "eu"], account_name="Acme").holds
    assert verdict('fix-plan.reason == "budget"', fix__plan_reason="budget").holds


def test_a_value_of_the_wrong_kind_is_an_error_without_the_value() -> None:
    found = verdict("account.arr > 1", account_arr="secret")
    assert not found.holds
    assert found.error == "`account.arr` should be a number, but its value is not"


def test_a_date_out_of_range_is_an_error_not_an_exception() -> None:
    values = {"account.renewal_date": date(1, 1, 1), "today": date(9999, 12, 31)}
    found = evaluate(condition("account.renewal_date - 10w < today"), values)
    assert (found.holds, found.error) == (False, "a date lies outside the years 1 to 9999")


def test_a_condition_that_does_not_fit_its_names_is_an_error() -> None:
    found = evaluate(Condition("account.arr > 1", Source("p.yaml", 1)), {})
    assert (found.holds, found.error is None) == (False, False)


def test_verdict_holds_the_values_it_reads_as_json() -> None:
    values = {
        "account.renewal_date": date(2027, 3, 1),
        "account.arr": Decimal("1.5"),
        "account.name": "not read",
    }
    found = evaluate(condition("account.arr > 1 && account.renewal_date > now"), values)
    assert found.values == {
        "account.arr": 1.5,
        "account.renewal_date": "2027-03-01",
        "now": None,
    }


def test_describe_shows_the_values() -> None:
    each = condition('account.arr > 5 &&\n  (email.replied || account.name == "A")')
    said = describe(each, evaluate(each, {"account.arr": 7.0}))
    assert said == (
        'account.arr > 5 && (email.replied || account.name == "A")  '
        "(account.arr = 7, email.replied = false, account.name has no value)"
    )


def test_evaluate_value_gives_plain_values() -> None:
    refs = (("account.arr", "number"), ("today", "date"), ("account.tags", "list"))
    values = {"account.arr": 3, "today": date(2027, 1, 1), "account.tags": ("a", "b")}
    assert evaluate_value("account.arr * 2", refs, values).value == 6.0
    assert evaluate_value("today + 3d", refs, values).value == datetime(2027, 1, 4, tzinfo=UTC)
    assert evaluate_value("account.tags", refs, values).value == ["a", "b"]
    assert evaluate_value("account.arr + 1", refs, {}).missing == ("account.arr",)
