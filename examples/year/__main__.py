"""`python -m examples.year --accounts 500 --seed 7 --out DIR`: write a year of a made-up company.

    accounts.csv   as they stand at the end of the year
    contacts.csv, users.csv
    capacity.csv   how many tasks a week each of our people has time for
    facts.jsonl    what happened, one fact a line, in the order it became known

The same files go into `tenure import` with `tenure facts send`, or straight into `tenure backtest`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from examples.year.company import companies, staff
from examples.year.story import Year, tell

_USER_COLUMNS = ("id", "name", "email", "zone", "calendar", "manager")


@click.command()
@click.option("--accounts", default=500, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--seed", default=7, show_default=True, help="The same seed, the same year.")
@click.option("--year", default=2025, show_default=True, type=click.IntRange(1980, 2100))
@click.option("--health-only", is_flag=True, help="Weekly health and lifecycle, nothing else.")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False))
def main(accounts: int, seed: int, year: int, health_only: bool, out: Path) -> None:
    """Write a plausible year: CSV and JSON lines, the same for the same seed."""
    out.mkdir(parents=True, exist_ok=True)
    first_monday = date(year, 1, 1) + timedelta(days=-date(year, 1, 1).weekday() % 7)
    count = write_year(out, accounts, Year.of(first_monday, seed, health_only=health_only))
    click.echo(f"wrote {accounts} accounts and {count} facts to {out}")


def write_year(out: Path, accounts: int, year: Year) -> int:
    """Write the files of a year; return how many facts there are."""
    ends: list[Mapping[str, Any]] = []
    contacts: list[Mapping[str, Any]] = []
    lines: list[tuple[str, str]] = []
    for company in companies(accounts, year.seed, year.first_day):
        facts, fields = tell(company, year)
        lines += [(str(fact["at"]), json.dumps(fact, separators=(",", ":"))) for fact in facts]
        ends.append(fields)
        contacts.extend(company.contacts)
    lines.sort()
    with (out / "facts.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for _, line in lines)
    people = staff(ends)
    _write(out / "accounts.csv", list(ends[0]), ends)
    _write(out / "contacts.csv", list(contacts[0]), contacts)
    _write(out / "users.csv", _USER_COLUMNS, people)
    _write(out / "capacity.csv", ("id", "tasks_per_week"), people)
    return len(lines)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
