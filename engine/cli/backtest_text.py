"""A backtest as a person reads it in a terminal. Words and tables only; counts nothing itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.cli.options import table
from engine.simulation.backtest.result import Change, Entry, Mailing, Person, Result, said
from engine.wording import counted

MOST_PEOPLE = 15


def tell(result: Result, limit: int) -> str:
    """Return the report; `limit` is how many runs are listed."""
    parts = [
        _head(result),
        _runs(result),
        _losses(result),
        _load(result.people),
        _mailing(result),
        _refused(result),
        _held(result),
        _difference(result.difference, result, limit) if result.difference else "",
        _listed("Runs", result.entries, result, limit),
        _bullets("Taken as given", result.assumptions),
        _bullets("Notes", result.notes),
    ]
    return "\n\n".join(part for part in parts if part)


def _head(result: Result) -> str:
    return (
        f"{result.title}: what it would have done from {result.first_day} to {result.last_day}\n"
        f"Version: {result.version}\n"
        f"Past: {result.source}; {counted(result.accounts, 'account')}, {result.played:,} of them "
        f"could have been touched; {counted(result.facts, 'fact')} played"
    )


def _runs(result: Result) -> str:
    whom = counted(result.subjects, "account or contact", "accounts or contacts")
    lines = [f"{counted(len(result.entries), 'run')}, for {whom}"]
    lines += [f"  {count:>6,}  {rule}" for rule, count in result.by_rule.items()]
    ended = ", ".join(f"{outcome} {count:,}" for outcome, count in result.outcomes.items())
    lines.append(f"Outcomes: {ended or 'none'}")
    lines.append(f"They would have brought {said(result.effects)}")
    return "\n".join(lines)


def _losses(result: Result) -> str:
    one = result.losses
    if not one.lost:
        return ""
    days = "1 day" if one.days_before == 1 else f"{one.days_before or 0:g} days"
    before = f", half of them {days} before or more" if one.days_before else ""
    return (
        f"Of {counted(one.lost, 'account')} lost in the period it had begun for "
        f"{one.entered_before:,}{before}; {len(one.missed):,} it never saw, or too late"
    )


def _load(people: Iterable[Person]) -> str:
    everybody = list(people)
    if not everybody:
        return ""
    shown = everybody[:MOST_PEOPLE]
    rows = [
        (
            one.user,
            one.name,
            one.tasks,
            f"{one.mean:g}",
            one.most,
            "-" if one.capacity is None else f"{one.capacity:g}",
            "-" if one.capacity is None else one.weeks_over,
            one.alarms,
        )
        for one in shown
    ]
    heads = ("user", "name", "tasks", "a week", "most", "capacity", "weeks over", "alarms")
    more = f"\n… and {len(everybody) - len(shown)} more" if len(everybody) > len(shown) else ""
    return f"Load: tasks handed out, by week\n{table(rows, heads)}{more}"


def _mailing(result: Result) -> str:
    one = result.mailing
    if not one.contacts:
        return ""
    spread = ", ".join(f"{count}: {people:,}" for count, people in one.distribution.items())
    return (
        f"Emails and surveys per contact: {one.most} at most, {one.most_in_7_days} within 7 days "
        f"at most, over {counted(one.contacts, 'contact')}\n  how many got how many  {spread}"
        f"{_capped(one)}"
    )


def _capped(one: Mailing) -> str:
    if not one.waited and not one.left_out:
        return ""
    left_out = f", {one.left_out:,} were left out" if one.left_out else ""
    return f"\n  {one.waited:,} waited for room below a message cap{left_out}"


def _refused(result: Result) -> str:
    if not result.refused:
        return ""
    rows = [(one.count, one.why, ", ".join(one.accounts)) for one in result.refused]
    return f"Set off, and not started\n{table(rows, ('times', 'why', 'for instance'))}"


def _held(result: Result) -> str:
    if not result.held:
        return ""
    kinds: dict[str, int] = {}
    for one in result.held:
        kinds[one.kind] = kinds.get(one.kind, 0) + 1
    lines = [f"Held: {_counts(kinds)}"]
    days: dict[str, int] = {}
    for one in result.held:
        if one.kind == "brake":
            day = _local(one.at, result)[:10]
            days[day] = days.get(day, 0) + 1
    if days:
        worst = sorted(days.items(), key=lambda pair: (-pair[1], pair[0]))[:5]
        lines.append(f"  the brake's busiest days: {_counts(dict(worst))}")
    return "\n".join(lines)


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _difference(change: Change, result: Result, limit: int) -> str:
    heads = f"Against {change.against}"
    here, there = change.effects_here, change.effects_there
    lines = [
        heads,
        f"  {counted(len(change.only_here), 'run')} only in this one, "
        f"{len(change.only_there):,} only in the other, {len(change.moved):,} at another time, "
        f"{change.same:,} the same",
        f"  this one: {said(here)}",
        f"  the other: {said(there)}",
    ]
    rows = [
        (user, name, ours, theirs, f"{ours - theirs:+d}")
        for user, name, ours, theirs in change.people
        if ours != theirs
    ][:MOST_PEOPLE]
    parts = ["\n".join(lines)]
    if rows:
        parts.append(table(rows, ("user", "name", "tasks here", "there", "change")))
    parts.append(_listed("Only in this one", change.only_here, result, limit))
    parts.append(_listed("Only in the other", change.only_there, result, limit))
    moved = [
        (_local(one.at, result), one.account, one.name, f"{days:+g}")
        for one, days in change.moved[:limit]
    ]
    if moved:
        title = f"At another time{_of(len(moved), len(change.moved))}"
        parts.append(f"{title}\n{table(moved, ('when', 'account', 'name', 'days'))}")
    return "\n\n".join(part for part in parts if part)


def _listed(title: str, entries: tuple[Entry, ...], result: Result, limit: int) -> str:
    shown = entries[:limit]
    if not shown:
        return ""
    rows = [
        (
            _local(one.at, result),
            one.contact or one.account,
            one.name,
            one.rule,
            one.outcome or "under way",
            said(one.effects),
        )
        for one in shown
    ]
    heads = ("when", "for", "name", "because", "outcome", "gets")
    return f"{title}{_of(len(shown), len(entries))}\n{table(rows, heads)}"


def _of(shown: int, all: int) -> str:
    return f" (the first {shown} of {all:,})" if shown < all else ""


def _local(at: datetime, result: Result) -> str:
    return f"{at.astimezone(ZoneInfo(result.zone)):%Y-%m-%d %H:%M}"


def _bullets(title: str, texts: Iterable[str]) -> str:
    found = list(_bulleted(texts))
    return "\n".join([title, *found]) if found else ""


def _bulleted(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield f"  - {text}"
