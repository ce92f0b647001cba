"""Accounts, contacts and health over the API."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter

from engine.effects.context import Context
from engine.effects.entities import AccountId, ContactId, UserId
from engine.errors import Conflict, InputError, NotFound
from engine.services.upserting import Upserted, upsert_account, upsert_contact
from engine.store.queries import accounts as queries
from engine.web.api.access import Guarded, asks
from engine.web.api.facts import BULK_BYTES, consequences
from engine.web.api.house import Caller, House, InHouse, Limit
from engine.web.api.refusals import unsaid
from engine.web.api.shapes.accounts import (
    AccountInFull,
    AccountList,
    GivenAccounts,
    GivenContacts,
    GivenFields,
    GivenRow,
    Health,
    RowAnswer,
    RowAnswers,
    ScoreAt,
    ShownAccount,
    ShownContact,
    ShownOverride,
)

routes = APIRouter(route_class=Guarded, tags=["accounts"])
_READ = asks("accounts:read")
_WRITE = asks("accounts:write")
_BULK = asks("accounts:write", most_bytes=BULK_BYTES)


@routes.get("/accounts", openapi_extra=_READ)
def list_accounts(
    house: InHouse,
    csm: str | None = None,
    band: str | None = None,
    after: str | None = None,
    limit: Limit = 50,
) -> AccountList:
    """List accounts by id."""
    with house.database.begin() as connection:
        rows = queries.list_accounts(
            connection,
            csm=UserId(csm) if csm else None,
            band=band,
            after=AccountId(after) if after else None,
            limit=limit,
        )
    found = [ShownAccount.model_validate(row.account) for row in rows]
    return AccountList(accounts=found, next=found[-1].id if len(found) == limit else None)


@routes.get("/accounts/{id}", openapi_extra=_READ)
def show_account(house: InHouse, id: str) -> AccountInFull:
    """Show an account with its contacts."""
    with house.database.begin() as connection:
        page = queries.show_account(connection, AccountId(id))
    people = [ShownContact.model_validate(one) for one in page.contacts]
    shown = ShownAccount.model_validate(page.account)
    return AccountInFull(**shown.model_dump(), contacts=people)


@routes.put("/accounts/{id}", openapi_extra=_WRITE)
def put_account(house: InHouse, token: Caller, id: str, given: GivenFields) -> RowAnswer:
    """Create an account, or change the fields that differ. A change becomes a fact
    `account.created` or `account.changed` in the same transaction."""
    by = f"api:{token.name}"
    return row_answer(upsert_account(house.database, house.context(), id, given.fields, by=by))


@routes.post("/accounts/bulk", openapi_extra=_BULK)
def put_accounts(house: InHouse, token: Caller, given: GivenAccounts) -> RowAnswers:
    """Create or change many accounts, parents first; one answer for each."""
    return _each(house, given.accounts, upsert_account, f"api:{token.name}")


@routes.get("/contacts/{id}", openapi_extra=_READ)
def show_contact(house: InHouse, id: str) -> ShownContact:
    """Show a contact."""
    with house.database.transaction() as records:
        return ShownContact.model_validate(records.contact(ContactId(id)))


@routes.put("/contacts/{id}", openapi_extra=_WRITE)
def put_contact(house: InHouse, token: Caller, id: str, given: GivenFields) -> RowAnswer:
    """Create a contact (with `account` and `email`), or change the fields that differ. A change
    becomes a fact `contact.created` or `contact.changed` in the same transaction."""
    by = f"api:{token.name}"
    return row_answer(upsert_contact(house.database, house.context(), id, given.fields, by=by))


@routes.post("/contacts/bulk", openapi_extra=_BULK)
def put_contacts(house: InHouse, token: Caller, given: GivenContacts) -> RowAnswers:
    """Create or change many contacts; one answer for each."""
    return _each(house, given.contacts, upsert_contact, f"api:{token.name}")


@routes.get("/accounts/{id}/health", openapi_extra=_READ)
def show_health(house: InHouse, id: str) -> Health:
    """Show an account's score and band, what each measure came to, and a band somebody forced."""
    with house.database.begin_with_records() as (connection, records):
        page = queries.show_account(connection, AccountId(id))
        forced = records.override(AccountId(id))
    if forced is not None and forced.expires_at is not None and forced.expires_at <= records.now:
        forced = None  # nobody has looked at the account since
    found = page.account
    return Health(
        account=found.id,
        score=found.score,
        band=found.band,
        band_since=found.band_since,
        assessment=found.assessment,
        override=None if forced is None else ShownOverride.model_validate(forced),
        history=[ScoreAt(at=at, score=score, band=band) for at, score, band in page.scores],
    )


def row_answer(done: Upserted) -> RowAnswer:
    """Say what became of an account or contact."""
    said = consequences(done.led_to)
    return RowAnswer(id=done.id, status=done.status, changed=list(done.changed), **said)


def _each(
    house: House, rows: list[GivenRow], upsert: Callable[..., Upserted], by: str
) -> RowAnswers:
    context = house.context()
    return RowAnswers(answers=[_one(house, context, row, upsert, by) for row in rows])


def _one(
    house: House, context: Context, row: GivenRow, upsert: Callable[..., Upserted], by: str
) -> RowAnswer:
    try:
        return row_answer(upsert(house.database, context, row.id, row.fields, by=by))
    except (InputError, NotFound, Conflict) as error:
        return RowAnswer(id=unsaid(row.id), status="rejected", why=unsaid(error.message))
