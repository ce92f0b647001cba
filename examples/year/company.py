"""The made-up company at the beginning of its year: accounts, contacts, and the CSMs' books.

Everything hangs on the seed and an account's own number, so that account 7 is the same company
whether there are ten or ten thousand. Knows nothing of what happens in the year.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

SEGMENTS: Mapping[str, tuple[float, float, int]] = {
    "smb": (0.55, 12_000, 60),
    "mid_market": (0.33, 48_000, 35),
    "enterprise": (0.12, 160_000, 14),
}
"""Share of the accounts, median ARR in USD, accounts in one CSM's book."""

_PLACES: tuple[tuple[str, str, str], ...] = (
    ("Germany", "Europe/Berlin", "germany"),
    ("United Kingdom", "Europe/London", "united-kingdom"),
    ("United States", "America/New_York", "united-states"),
    ("United States", "America/Los_Angeles", "united-states"),
    ("Singapore", "Asia/Singapore", "singapore"),
)
_REGIONS = ("europe", "europe", "americas", "americas", "asia")
_CALENDARS = {
    "europe": ("germany", "Europe/Berlin"),
    "americas": ("united-states", "America/New_York"),
    "asia": ("singapore", "Asia/Singapore"),
}
_FIRST = ("North", "Blue", "Silver", "Grand", "Clear", "Oak", "River", "Bright", "Iron", "Amber")
_SECOND = ("field", "harbor", "stone", "peak", "bridge", "light", "wood", "gate", "lake", "mill")
_TRADES = (
    ("Logistics", "Freight"),
    ("Healthcare", "Clinics"),
    ("Retail", "Stores"),
    ("Finance", "Capital"),
    ("Manufacturing", "Works"),
    ("Education", "Schools"),
    ("Energy", "Power"),
    ("Hospitality", "Hotels"),
)
_GIVEN = (
    *(
        "Ada",
        "Ben",
        "Carla",
        "Dev",
        "Elin",
        "Farid",
        "Grace",
        "Hugo",
        "Iris",
        "Jun",
        "Kofi",
        "Lena",
    ),
    *("Marco", "Nadia", "Omar", "Priya", "Quentin", "Rosa", "Sven", "Tara", "Uma", "Victor", "Wen"),
)
_FAMILY = (
    *("Adler", "Brook", "Costa", "Dahl", "Eriksen", "Fox", "Grant", "Haas", "Ito", "Jones", "Kaya"),
    *(
        "Lang",
        "Moreau",
        "Novak",
        "Okafor",
        "Park",
        "Quist",
        "Rao",
        "Silva",
        "Tran",
        "Vogel",
        "Weber",
    ),
)
_ROLES = (
    ("champion", "Head of Operations"),
    ("admin", "IT Lead"),
    ("executive_sponsor", "CFO"),
    ("user", "Analyst"),
)


@dataclass(frozen=True, slots=True)
class Company:
    """One customer as it was signed. `strength` is how well the product suits them: what makes a
    healthy customer, in standard deviations. `signed` may lie within the year."""

    id: str
    number: int
    fields: Mapping[str, Any]
    contacts: tuple[Mapping[str, Any], ...]
    strength: float
    signed: date

    @property
    def seats(self) -> int:
        """How many people may use the product."""
        return int(self.fields["seats"])


def companies(count: int, seed: int, first_day: date) -> Iterator[Company]:
    """Yield the customers, those signed within the year too."""
    for number in range(1, count + 1):
        yield _company(number, random.Random(f"{seed}/company/{number}"), first_day)


def _company(number: int, chance: random.Random, first_day: date) -> Company:
    segment = chance.choices(list(SEGMENTS), [share for share, _, _ in SEGMENTS.values()])[0]
    region = chance.randrange(len(_PLACES))
    country, zone, _ = _PLACES[region]
    trade, word = chance.choice(_TRADES)
    name = f"{chance.choice(_FIRST)}{chance.choice(_SECOND)} {word} {number}"
    new = chance.random() < 0.12
    age = -chance.randrange(14, 330) if new else chance.randrange(30, 1400)
    signed = first_day - timedelta(days=age)
    arr = round(SEGMENTS[segment][1] * math.exp(chance.gauss(0, 0.45)), -2)
    id = f"y-{number:06d}"
    fields = {
        "id": id,
        "name": name,
        "lifecycle": "new" if new else "adopting",
        "segment": segment,
        "arr": arr,
        "renewal_date": _next_renewal(signed, first_day).isoformat(),
        "csm": csm_of(segment, _REGIONS[region], number),
        "zone": zone,
        "country": country,
        "industry": trade,
        "seats": max(5, round(arr / 450)),
    }
    contacts = tuple(_contacts(id, zone, segment, chance))
    return Company(id, number, fields, contacts, chance.gauss(0, 1), signed)


def _next_renewal(signed: date, first_day: date) -> date:
    """Return the first yearly renewal in the year, or a year after a signature within it.

    >>> _next_renewal(date(2023, 5, 10), date(2025, 1, 1)).isoformat()
    '2025-05-10'
    """
    year = max(first_day.year, signed.year + 1)
    return date(year, signed.month, min(signed.day, 28))


def _contacts(
    account: str, zone: str, segment: str, chance: random.Random
) -> Iterator[Mapping[str, Any]]:
    count = {"smb": 2, "mid_market": 3, "enterprise": 4}[segment]
    for at, (role, title) in enumerate(_ROLES[:count], 1):
        first, last = chance.choice(_GIVEN), chance.choice(_FAMILY)
        yield {
            "id": f"{account}-c{at}",
            "account": account,
            "role": role,
            "email": f"{first}.{last}.{at}@{account}.example".lower(),
            "first_name": first,
            "last_name": last,
            "zone": zone,
            "title": title,
        }


# --- our own people ---------------------------------------------------------------------------


def csm_of(segment: str, region: str, number: int) -> str:
    """Return whose book an account is in: books are filled one after the other by number.

    >>> csm_of("enterprise", "asia", 3), csm_of("enterprise", "asia", 900)
    ('u-asia-enterprise-1', 'u-asia-enterprise-4')
    """
    share, _, book = SEGMENTS[segment]
    region_share = _REGIONS.count(region) / len(_REGIONS)
    return f"u-{region}-{segment.replace('_', '-')}-{1 + int(number * share * region_share / book)}"


def staff(accounts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the users: the CSMs the accounts name, their managers by region, the VP, and those
    whom the example workspace's teams name. `tasks_per_week` is what each can do beside all else.
    """
    csms = sorted({str(one["csm"]) for one in accounts})
    regions = sorted({csm.split("-")[1] for csm in csms})
    rows = [_user("u-vera", "Vera Lindqvist", "europe", None, 8)]
    rows += [_user(f"u-head-{region}", _named(region), region, "u-vera", 10) for region in regions]
    for csm in csms:
        region, segment = csm.split("-")[1], "-".join(csm.split("-")[2:-1])
        room = {"smb": 12, "mid-market": 10, "enterprise": 8}[segment]
        rows.append(_user(csm, _named(csm), region, f"u-head-{region}", room))
    others = {"u-noor": "europe", "u-diego": "americas", "u-aiko": "asia"}
    others |= {"u-sam": "europe", "u-ines": "americas"}
    rows += [
        _user(id, id.removeprefix("u-").title(), where, "u-vera", 15)
        for id, where in others.items()
    ]
    return rows


def _named(key: str) -> str:
    chance = random.Random(f"name/{key}")
    return f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY)}"


def _user(id: str, name: str, region: str, manager: str | None, room: int) -> dict[str, Any]:
    calendar, zone = _CALENDARS[region]
    return {
        "id": id,
        "name": name,
        "email": f"{id}@northwind.example",
        "zone": zone,
        "calendar": calendar,
        "manager": manager or "",
        "tasks_per_week": room,
    }
