"""Files of facts: what is read from each form, where it stands, and what cannot be read."""

from __future__ import annotations

import io
from typing import Any

import pytest

from engine.errors import InputError
from engine.language.workspace.model import BUILT_IN_ACCOUNT, BUILT_IN_CONTACT, Field, Schema
from engine.services.fact_files import MAX_FACT_BYTES, read_facts

SCHEMA = Schema(
    account={one.name: one for one in BUILT_IN_ACCOUNT},
    contact={one.name: one for one in BUILT_IN_CONTACT},
    contact_roles=(),
    facts={"order.placed": {"amount": Field("amount", "number"), "code": Field("code", "text")}},
)


def read(content: str | bytes, name: str = "-") -> list[tuple[int, Any]]:
    source = io.BytesIO(content if isinstance(content, bytes) else content.encode())
    return [(one.line, one.written) for one in read_facts(source, name, None, SCHEMA)]


ONE, TWO = {"fact": "a.b", "account": "x"}, {"fact": "a.c", "account": "y"}
LINES = '{"fact": "a.b", "account": "x"}\n\n{"fact": "a.c", "account": "y"}\n'
ARRAY = '[{"fact": "a.b", "account": "x"},\n\n {"fact": "a.c", "account": "y"}]\n'


@pytest.mark.parametrize("name", ["-", "facts.jsonl"])
def test_json_lines_are_read_with_their_numbers(name: str) -> None:
    assert read(LINES, name) == [(1, ONE), (3, TWO)]


@pytest.mark.parametrize("name", ["-", "facts.json"])
def test_json_array_is_read_with_its_lines(name: str) -> None:
    assert read(ARRAY, name) == [(1, ONE), (3, TWO)]


def test_array_larger_than_what_is_read_at_once_is_read_whole() -> None:
    facts = ",".join(f'{{"fact": "a.b", "account": "x", "id": "{n}"}}' for n in range(9_000))
    assert [one["id"] for _, one in read(f"[{facts}]")] == [str(n) for n in range(9_000)]


CSV = """\
fact,account,id,at,data.amount,data.code,data.note
order.placed,x,1,2026-03-01,12.5,007,"so, yes"
account.changed,y,2,,,,
"""


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_is_read_by_its_columns(separator: str) -> None:
    text = CSV.replace(",", separator).replace(f"so{separator} yes", "so, yes")
    assert read(b"\xef\xbb\xbf" + text.encode(), "facts.csv") == [
        (
            2,
            {
                "fact": "order.placed",
                "account": "x",
                "id": "1",
                "at": "2026-03-01",
                "data": {"amount": 12.5, "code": "007", "note": "so, yes"},
            },
        ),
        (3, {"fact": "account.changed", "account": "y", "id": "2", "data": {}}),
    ]


def test_csv_fields_of_an_account_have_their_types() -> None:
    text = "fact,account,data.fields.arr,data.fields.name\naccount.changed,x,12000,12\n"
    ((_, found),) = read(text)
    assert found["data"] == {"fields": {"arr": 12000, "name": "12"}}


def test_csv_without_needed_columns_is_refused() -> None:
    with pytest.raises(InputError, match="no column account"):
        read("fact,data.x\na.b,1\n", "facts.csv")


def test_csv_column_without_data_is_refused_with_its_name() -> None:
    with pytest.raises(InputError, match=r"data\.amount"):
        read("fact,account,amount\na.b,x,1\n", "facts.csv")


@pytest.mark.parametrize(
    ("columns", "why"),
    [("data.a,data.a.b", "what is inside it"), ("data.,data.b", "has no name")],
)
def test_csv_columns_that_contradict_each_other_are_refused(columns: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        read(f"fact,account,{columns}\nx.y,acme,1,2\n", "facts.csv")


def test_what_cannot_be_read_is_passed_on_as_it_is() -> None:
    assert read('nonsense\n[1]\n{"fact": "a.b", "account": "x"}\n', "facts.jsonl") == [
        (1, "nonsense"),
        (2, "[1]"),
        (3, ONE),
    ]


def test_line_without_end_takes_no_memory_and_spoils_no_other() -> None:
    long = b'{"x": "' + b"y" * (3 * MAX_FACT_BYTES)
    first, second = read(long + b'"}\n{"fact": "a.b", "account": "x"}\n', "facts.jsonl")
    assert len(first[1]) < 300
    assert second == (2, ONE)


def test_bytes_that_are_no_text_are_passed_on() -> None:
    ((_, found),) = read(b'{"fact": "a.b\xff}\n', "facts.jsonl")
    assert isinstance(found, str)


@pytest.mark.parametrize("text", ["[", '[{"a": 1}', '[{"a": 1} nonsense]', "[{]"])
def test_array_that_breaks_off_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(InputError, match="line 1"):
        read(text, "facts.json")


def test_empty_file_holds_no_facts() -> None:
    assert read("") == []
    assert read("[]") == []
