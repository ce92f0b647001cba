"""Imports: good rows kept, bad ones reported with line, column and reason; repeats are harmless."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from engine.effects.deliveries import Start
from engine.effects.entities import AccountId, ContactId, EnrollmentId, UserId
from engine.errors import InputError
from engine.language.workspace.model import BUILT_IN_ACCOUNT, BUILT_IN_CONTACT, Field, Schema
from engine.store.database import Database
from engine.store.directory import put_accounts, put_users
from engine.store.importing import Kind, Rejected, Report, Things, import_csv
from engine.store.outbox import take
from engine.store.records import PostgresRecords
from tests.records.samples import ACCOUNTS, ACME, USERS, fact

FIELDS = (
    Field("tier", "text", one_of=("gold", "silver")),
    Field("live", "bool"),
    Field("tags", "list"),
    Field("signed_at", "datetime"),
)
SCHEMA = Schema(
    account={field.name: field for field in (*BUILT_IN_ACCOUNT, *FIELDS)},
    contact={field.name: field for field in BUILT_IN_CONTACT},
    contact_roles=("champion", "sponsor"),
    facts={},
)
Import = Callable[..., Report]


@pytest.fixture
def run(store: Database, tmp_path: Path) -> Import:
    """Import a text as a CSV file."""

    def run(
        kind: Kind, text: str | bytes, mapping: Mapping[str, str | None] | None = None
    ) -> Report:
        path = tmp_path / f"{kind}.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return import_csv(store, kind, path, mapping, SCHEMA)

    return run


def fields(store: Database, account: str = "a-1") -> Mapping[str, object]:
    with store.transaction() as records:
        return records.account(AccountId(account)).fields


def test_account_is_imported_with_typed_fields(store: Database, run: Import) -> None:
    report = run(
        "accounts",
        "id,name,arr,renewal_date,zone,tier,live,tags,signed_at\n"
        "a-1,Zürich AG,12000.50,2026-09-30,Europe/Zurich,gold,TRUE,b; a,2026-01-01T01:00:00+01:00\n"
        "a-2,Two,,,,,,,\n",
    )
    assert report == Report("accounts.csv", created=("a-1", "a-2"))
    assert fields(store) == {
        "id": "a-1",
        "name": "Zürich AG",
        "arr": 12000.5,
        "renewal_date": "2026-09-30",
        "zone": "Europe/Zurich",
        "tier": "gold",
        "live": True,
        "tags": ["b", "a"],
        "signed_at": "2026-01-01T00:00:00+00:00",
    }
    assert fields(store, "a-2") == {"id": "a-2", "name": "Two"}


def test_same_file_again_changes_nothing(run: Import) -> None:
    text = "id,name,arr\na-1,One,5\na-2,Two,\n"
    run("accounts", text)
    assert run("accounts", text) == Report("accounts.csv", unchanged=2)


def test_changed_fields_are_updated_and_named(store: Database, run: Import) -> None:
    run("accounts", "id,name,arr,lifecycle\na-1,One,5,trial\na-2,Two,6,trial\n")
    report = run("accounts", "id,arr,lifecycle\na-1,5.0,adopting\na-2,,trial\n")
    assert report.changed == {"a-1": ("lifecycle",), "a-2": ("arr",)}
    assert (report.created, report.unchanged, report.imported) == ((), 0, 2)
    assert fields(store) == {"id": "a-1", "name": "One", "arr": 5, "lifecycle": "adopting"}
    assert fields(store, "a-2")["arr"] is None


def test_fields_without_a_column_stay(store: Database, run: Import) -> None:
    run("accounts", "id,name\na-1,One\n")
    with store.transaction() as records:
        records.change_account(AccountId("a-1"), {"risk": "budget"})
        records.put_score(AccountId("a-1"), 50, "yellow", records.now, records.now)
    run("accounts", "id,name\na-1,Uno\n")
    assert fields(store) == {"id": "a-1", "name": "Uno", "risk": "budget"}
    with store.transaction() as records:
        assert records.account(AccountId("a-1")).score == 50


def test_facts_of_a_change_are_kept_or_dropped_with_it(store: Database, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,name\na-1,One\n")
    import_csv(store, "accounts", path, None, SCHEMA)
    path.write_text("id,name\na-1,Uno\n")

    def tell(records: PostgresRecords, report: Report, kept: Things) -> Report:
        (id,) = report.changed
        assert records.account(AccountId(id)).fields["name"] == "Uno"
        records.put_fact(fact(account=AccountId(id)))
        records.owe(Start(EnrollmentId("e-1")))
        return report

    def fail(records: PostgresRecords, report: Report, kept: Things) -> Report:
        tell(records, report, kept)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        import_csv(store, "accounts", path, None, SCHEMA, fail)
    assert fields(store)["name"] == "One"
    assert import_csv(store, "accounts", path, None, SCHEMA, tell).imported == 1
    with store.begin() as connection:
        assert [delivery for _, delivery in take(connection, 9)] == [Start(EnrollmentId("e-1"))]
    with store.transaction() as records:
        assert not records.put_fact(fact(account=AccountId("a-1")))


def test_bad_rows_are_reported_and_good_ones_kept(store: Database, run: Import) -> None:
    report = run(
        "accounts",
        "id,name,arr,renewal_date,zone,tier,live,signed_at\n"
        'a-1,"One\nand a line",1,,,,,\n'
        'a-2,Two,"1,000",30.09.2026,Europe/Zürich,golden,maybe,2026-01-01\n'
        "a-3,Three,12€,2026-02-30,,,,\n"
        'a-4,,"12,5",,,,,\n'
        "a-1,Again,,,,,,\n"
        "a 5,Five,,,,,,\n"
        "a-6,Six\n",
    )
    assert report.created == ("a-1",)
    assert report.lines() == [
        "accounts.csv:4: arr is a number with thousands separators; write plain digits: 12000.50:"
        " '1,000'",
        "accounts.csv:4: live is neither true nor false: 'maybe'",
        "accounts.csv:4: renewal_date is not a date like 2026-09-30 (year, month, day):"
        " '30.09.2026'",
        "accounts.csv:4: signed_at has no offset; write it like 2026-09-30T08:00:00Z: '2026-01-01'",
        "accounts.csv:4: tier is not one of gold, silver; did you mean gold?: 'golden'",
        "accounts.csv:4: zone is not a time zone like Europe/Berlin; did you mean Europe/Zurich?:"
        " 'Europe/Zürich'",
        "accounts.csv:5: arr is not a number in plain digits, such as 12000.50: '12€'",
        "accounts.csv:5: renewal_date is a day that does not exist: '2026-02-30'",
        "accounts.csv:6: arr is a number with a decimal comma; write a point: 12000.50: '12,5'",
        "accounts.csv:6: name is empty, and required",
        "accounts.csv:7: id is the id of line 2 too",
        "accounts.csv:8: id is not an id: up to 100 letters, digits, and . _ + - inside: 'a 5'",
        "accounts.csv:9: has 2 cells, the header 8: is there a separator in a cell without quotes"
        " around it?",
    ]
    assert fields(store)["name"] == "One\nand a line"


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbfid,name\r\na-1,One\r\n",
        b"id;name\na-1;One\n\n;\n",
        b"id\tname\na-1\tOne",
        b'\xef\xbb\xbf"id";"name"\r"a-1";"One"\r',
        b" id , name\n a-1 , One \n",
    ],
)
def test_every_export_of_a_file_is_the_same(store: Database, run: Import, text: bytes) -> None:
    assert run("accounts", text) == Report("accounts.csv", created=("a-1",))
    assert fields(store) == {"id": "a-1", "name": "One"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "accounts.csv is empty"),
        (b"\n\n", "accounts.csv is empty"),
        (b"name\nOne\n", "there is no column id"),
        (b"id,name,name\n", "two columns are called name"),
        (b"id,,name\n", "column 2 has no name"),
        (b"id,name\na-1,Z\xfcrich\n", r"accounts.csv:2 is not UTF-8 text"),
        (b"\xff\xfei\x00d\x00", "accounts.csv:1 is not UTF-8 text"),
        (b"id,name\na-1,O\x00ne\n", "accounts.csv:2 holds a NUL character"),
        (b'"id"x,name\n', "the header has text after a closing quote"),
    ],
)
def test_file_that_cannot_be_used_is_refused(run: Import, text: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        run("accounts", text)


def test_missing_file_is_refused(store: Database, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none.csv cannot be read: No such file"):
        import_csv(store, "accounts", tmp_path / "none.csv", None, SCHEMA)


def test_broken_quotes_cost_their_row_only(run: Import) -> None:
    report = run("accounts", 'id,name\na-1,"One" x\na-2,Two\na-3,"Three\na-4,Four\n')
    assert report.created == ("a-2",)
    assert [(row.line, row.reason[:30]) for row in report.rejected] == [
        (2, "has text after a closing quote"),
        (4, "has a quote that is never clos"),
    ]


def test_row_with_several_reasons_counts_once(run: Import) -> None:
    report = run("accounts", "id,name,arr,renewal_date\na-1,One,x,y\na-2,Two,1,2027-01-01\n")
    assert (len(report.rejected), report.rejected_rows) == (2, 1)


def test_all_columns_the_file_lacks_are_named_at_once(run: Import) -> None:
    mapping = {"Key": "id", "Name": "name", "id": "id"}
    with pytest.raises(InputError, match="has no columns Key, Name, which the mapping names"):
        run("accounts", "id,name\na-1,One\n", mapping)


def test_unknown_column_is_a_warning_with_the_nearest(run: Import) -> None:
    report = run("accounts", "id,name,Renewal Date,zzz\na-1,One,2026-01-01,1\n")
    assert report.created == ("a-1",)
    assert report.warnings == (
        "column Renewal Date is not a field and was left out. Did you mean renewal_date?",
        "column zzz is not a field and was left out",
    )


def test_mapping_names_the_columns(store: Database, run: Import) -> None:
    mapping = {"Account ID": "id", "Account Name": "name", "Notes": None}
    report = run("accounts", "Account ID,Account Name,Notes\na-1,One,x\na-2,,x\n", mapping)
    assert report == Report(
        "accounts.csv",
        created=("a-1",),
        rejected=(Rejected(3, "Account Name", "is empty, and required"),),
    )
    assert fields(store) == {"id": "a-1", "name": "One"}


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"Nam": "name"}, r"no column Nam, (.|\n)*Did you mean name\?"),
        ({"name": "nam"}, r"nam, which is not a field\n  Did you mean name\?"),
        ({"other": "name"}, "the columns name and other are both name"),
    ],
)
def test_mapping_that_does_not_fit_is_refused(
    run: Import, mapping: Mapping[str, str | None], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        run("accounts", "id,name,other\na-1,One,x\n", mapping)


def test_parents_come_with_the_file_or_are_there(run: Import) -> None:
    run("accounts", "id,name\na-0,Zero\n")
    report = run(
        "accounts",
        "id,name,parent\na-3,Three,a-2\na-2,Two,a-1\na-1,One,a-0\n"
        "b-3,x,b-2\nb-2,x,b-1\nb-1,x,b-0\nc-1,x,c-1\n",
    )
    assert report.created == ("a-3", "a-2", "a-1")
    assert report.rejected == (
        Rejected(5, "parent", "names b-2, which is not there"),
        Rejected(6, "parent", "names b-1, which is not there"),
        Rejected(7, "parent", "names b-0, which is not there"),
        Rejected(8, "parent", "names the row itself"),
    )


def test_new_row_needs_all_that_is_required(run: Import) -> None:
    run("accounts", "id,name\na-1,One\n")
    report = run("accounts", "id,arr\na-1,1\na-2,2\n")
    assert report.changed == {"a-1": ("arr",)}
    assert report.rejected == (Rejected(3, "id", "is new, and the file has no column for name"),)


def test_what_may_be_an_address_is_not_repeated(run: Import) -> None:
    report = run("accounts", "id,name,tier\na-1,One,anna@acme.example\n")
    assert report.lines() == ["accounts.csv:2: tier is not one of gold, silver"]


def test_contacts_are_imported_without_echo_of_personal_data(store: Database, run: Import) -> None:
    with store.begin() as connection:
        put_accounts(connection, {account.id: account.fields for account in ACCOUNTS})
    report = run(
        "contacts",
        "id,account,role,email,first_name,zone\n"
        "acme,acme,champion,anna@acme.example,Anna,Europe/Zurich\n"
        "c-2,acme,,bob@acme.example,Bob,\n"
        "c-3,acme,champ,carl.acme.example,Carl,Mars\n"
        "c-4,nowhere,,dora@acme.example,Dora,\n"
        "eve@acme.example,acme,,eve@acme.example,Eve,\n",
    )
    assert report.created == ("acme", "c-2")
    assert report.lines() == [
        "contacts.csv:4: email is not an email address",
        "contacts.csv:4: role is not one of champion, sponsor; did you mean champion?: 'champ'",
        "contacts.csv:4: zone is not a time zone like Europe/Berlin: 'Mars'",
        "contacts.csv:5: account names nowhere, which is not there",
        "contacts.csv:6: id looks like an email address; an id must not be personal data",
    ]
    with store.transaction() as records:
        anna = records.contact(ContactId("acme"))
        assert (anna.account, anna.role, anna.email) == (ACME, "champion", "anna@acme.example")
        assert anna.fields["first_name"] == "Anna"
        assert records.contact(ContactId("c-2")).role is None
    again = run("contacts", "id,email\nc-2,bo@acme.example\nacme,anna@acme.example\n")
    assert (again.changed, again.unchanged) == ({"c-2": ("email",)}, 1)


def test_users_are_imported_with_leave_and_managers(store: Database, run: Import) -> None:
    with store.begin() as connection:
        put_users(connection, USERS)
    text = (
        "id,name,email,zone,calendar,manager,leave\n"
        "u-1,One,one@us.example,Europe/Zurich,swiss,u-2,2026-07-01..2026-07-14; 2026-04-01\n"
        "u-2,Two,two@us.example,,,u-vp,\n"
        "u-3,Three,three@us.example,,,u-9,2026-07-14..2026-07-01\n"
    )
    report = run("users", text)
    assert report.created == ("u-1", "u-2")
    assert report.lines() == ["users.csv:4: leave ends before it begins: '2026-07-14..2026-07-01'"]
    with store.transaction() as records:
        one, two = records.user(UserId("u-1")), records.user(UserId("u-2"))
    assert one is not None
    assert two is not None
    assert one.leave == (
        (date(2026, 4, 1), date(2026, 4, 1)),
        (date(2026, 7, 1), date(2026, 7, 14)),
    )
    assert (one.manager, one.calendar, two.zone, two.calendar) == ("u-2", "swiss", None, "default")
    assert (run("users", text).unchanged, run("users", text).imported) == (2, 0)
    changed = run("users", "id,leave\nu-1,2026-04-01\n")
    assert changed.changed == {"u-1": ("leave",)}


def test_ten_thousand_rows_are_imported_in_bulk(store: Database, run: Import) -> None:
    rows = [f"a-{n},Name {n},{n}.5,2026-01-01,Europe/Zurich" for n in range(10_000)]
    text = "\n".join(["id,name,arr,renewal_date,zone", *rows])
    assert run("accounts", text).imported == 10_000
    assert run("accounts", text.replace("Name 7", "Other 7")).imported == 1111
