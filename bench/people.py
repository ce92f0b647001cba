"""The accounts the reference playbook runs for: each with a champion, an admin and a CSM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.effects.entities import AccountId, Contact, ContactId, User, UserId

USERS = (
    User(UserId("u-ana"), "Ana Silva", "ana@bench.example", "UTC"),
    User(UserId("u-bo"), "Bo Lindqvist", "bo@bench.example", "UTC"),
)
SEATS = 40
"""How many seats each has paid for."""


def account_fields(account: str, number: int) -> dict[str, Any]:
    """Return the fields of an account; all are large, so all runs take the same way."""
    return {
        "id": account,
        "name": f"Harbor {number}",
        "lifecycle": "onboarding",
        "segment": "mid_market",
        "arr": 24000 + number,
        "renewal_date": "2027-03-01",
        "csm": USERS[number % 2].id,
        "zone": "UTC",
        "seats": SEATS,
    }


def contacts_of(account: str) -> Sequence[Contact]:
    """Return the people at an account."""
    return [
        Contact(
            id=ContactId(f"{account}-{role}"),
            account=AccountId(account),
            role=role,
            email=f"{role}@{account}.example",
            fields={
                "id": f"{account}-{role}",
                "account": account,
                "role": role,
                "email": f"{role}@{account}.example",
                "first_name": first,
                "last_name": last,
                "language": "en",
                "zone": "UTC",
            },
        )
        for role, first, last in (("champion", "Kim", "Okafor"), ("admin", "Jan", "Brandt"))
    ]
