"""Why a playbook has no run for an account: condition by condition, and what people can do."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from engine.errors import Conflict, InputError, NotFound
from engine.services.enrolling import enroll_by_hand
from engine.services.holding import drop, held_ids, release
from engine.services.why_not import WhyNot, why_not
from tests.promises.company import Company

Open = Callable[..., Company]
PICKY = """\
playbook: simple
enroll:
  on: [{fact: order.placed}, {health.enters: red}]
  when: account.lifecycle == "adopting" && account.arr >= 1000
  again_after: 30d
  brake: {at_most: 1, per: month}
steps: [{wait: {until: order.paid}}]
"""


def look(company: Company, account: str = "acme-0", playbook: str = "simple") -> WhyNot:
    (found,) = why_not(company.database, company.context, playbook, account)
    return found


def shown(found: WhyNot) -> list[tuple[str, bool | None, str]]:
    return [(one.name, one.open, one.why) for one in found.looks]


def test_each_gate_is_shown_with_its_values(open_company: Open) -> None:
    company = open_company(simple=PICKY)
    company.send("order.placed")
    found = look(company)
    assert found.kept_out_by == ("when",)
    values = '(account.lifecycle = "new", account.arr has no value)'
    assert shown(found)[1:] == [
        ("mode", True, "live"),
        (
            "when",
            False,
            f'does not match: account.lifecycle == "adopting" && account.arr >= 1000  {values}',
        ),
        ("under way", True, "no run is under way"),
        ("again_after", True, "it is the first run"),
        ("brake", True, "brake: at most 1 per month, and 0 have begun"),
        ("held", True, "nothing is held"),
    ]
    (when,) = [one for one in found.looks if one.name == "when"]
    assert [(one.name, one.open, one.values) for one in when.parts] == [
        ('account.lifecycle == "adopting"', False, {"account.lifecycle": "new"}),
        ("account.arr >= 1000", False, {"account.arr": None}),
    ]


def test_triggers_say_when_they_were_last_set_off(open_company: Open) -> None:
    company = open_company(simple=PICKY)
    company.send("order.placed")
    first, second = look(company).triggers
    assert (first.said, first.came_to, first.last is None) == (
        "fact order.placed",
        "refused",
        False,
    )
    assert (second.said, second.last) == ("health enters red", None)
    (decision,) = look(company).decisions
    assert decision.why.startswith("does not match: account.lifecycle")


def test_what_is_held_and_what_is_under_way_keep_out(open_company: Open) -> None:
    company = open_company(simple=PICKY, n=2)
    for account in ("acme-0", "acme-1"):
        fields = {"lifecycle": "adopting", "arr": 5000}
        company.send("account.changed", account, data={"fields": fields})
        company.send("order.placed", account)
    assert look(company).kept_out_by == ("under way", "brake")
    found = look(company, "acme-1")
    assert found.kept_out_by == ("brake", "held")
    assert "tenure enroll release simple.acme-1." in found.looks[-1].why


def test_held_runs_are_released_and_dropped(open_company: Open) -> None:
    company = open_company(simple=PICKY, n=3)
    for account in ("acme-0", "acme-1", "acme-2"):
        fields = {"lifecycle": "adopting", "arr": 5000}
        company.send("account.changed", account, data={"fields": fields})
        company.send("order.placed", account)
    first, second = held_ids(company.database, "simple", "brake")
    assert list(held_ids(company.database, "simple", "brake", 1)) == [first]
    released = release(company.database, company.context, first, by="ann")
    assert (released.decision, released.enrollment) == ("started", first)
    drop(company.database, second, by="ann", reason="a test import")
    assert list(held_ids(company.database, "simple", "brake")) == []
    with pytest.raises(Conflict, match="it was released by ann"):
        release(company.database, company.context, first, by="max")
    with pytest.raises(NotFound):
        drop(company.database, "nothing", by="ann", reason="why not")


def test_contacts_are_looked_at_one_by_one(open_company: Open) -> None:
    vip = 'subject: contact\nenroll: {on: [{fact: order.placed}], when: contact.role == "sponsor"}'
    company = open_company(simple=f"playbook: simple\n{vip}\nsteps: [{{wait: 1d}}]\n")
    found = why_not(company.database, company.context, "simple", "acme-0")
    assert [(one.subject, one.kept_out_by) for one in found] == [
        ("c-acme-0-champion", ("when",)),
        ("c-acme-0-sponsor", ()),
    ]
    with pytest.raises(InputError, match="not a contact of"):
        why_not(company.database, company.context, "simple", "acme-0", contact="c-9")


def test_nothing_is_written_by_looking(open_company: Open) -> None:
    company = open_company(simple=PICKY)
    look(company)
    with company.database.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM decisions").scalar_one() == 0


def test_commands_list_release_and_explain(open_company: Open) -> None:
    draft = (
        "playbook: shadow\nmode: draft\nenroll: {on: [{fact: order.placed}]}\nsteps: [wait: 1d]\n"
    )
    braked = PICKY.replace("  when: account.lifecycle", "  # when: account.lifecycle")
    company = open_company(simple=braked, shadow=draft, n=3)
    for account in ("acme-0", "acme-1", "acme-2"):
        company.send("order.placed", account)
    code, said = company.tenure("enroll", "held", "--playbook", "simple", "--format", "json")
    assert (code, [one["account"] for one in json.loads(said)]) == (0, ["acme-1", "acme-2"])
    code, said = company.tenure("enroll", "held")
    assert "brake: at most 1 per month, and 1 has begun" in said
    code, said = company.tenure("enroll", "release", "--playbook", "simple", "--at-most", "1")
    assert (code, said.split()[1]) == (0, "began")
    code, said = company.tenure(
        *("enroll", "drop", "--playbook", "simple", "--all", "--reason", "enough")
    )
    assert (code, said.startswith("dropped simple.acme-2.")) == (0, True)
    code, said = company.tenure("enroll", "held", "--closed", "--format", "json")
    closed = [(one["account"], one["status"], one["why"]) for one in json.loads(said)]
    assert closed[0] == ("acme-2", "dropped", "enough")
    assert [one[1] for one in closed] == ["dropped", "released"]
    code, said = company.tenure("enroll", "held", "--closed")
    assert (code, "enough" in said.splitlines()[1]) == (0, True)
    code, said = company.tenure("enroll", "drop", "--all", "--reason", "enough")
    assert (code, "it is not said which are meant" in said) == (2, True)
    code, said = company.tenure("enroll", "release", "--playbook", "simple", "--all")
    assert (code, said) == (0, "The brake holds none.\n")
    code, said = company.tenure("enroll", "release", "nothing")
    assert (code, "See the ids with `tenure enroll held`." in said) == (2, True)
    code, said = company.tenure("playbooks", "list")
    assert [line.split()[2] for line in said.splitlines()[1:]] == ["draft", "live"]
    code, said = company.tenure("enroll", "decisions", "--only", "draft", "--playbook", "shadow")
    assert said.count("the playbook is a draft: it would begin now") == 3
    code, said = company.tenure("enroll", "shadow", "acme-0")
    assert (code, said.startswith("not enrolled: the playbook is a draft")) == (1, True)
    code, said = company.tenure("why-not", "shadow", "acme-0")
    assert (code, "✗ mode: it is a draft" in said) == (0, True)
    assert "fact order.placed" in said
    code, said = company.tenure("why-not", "simpel", "acme-0")
    assert (code, "'simple'?" in said) == (2, True)
    assert "Live are: shadow, simple. `tenure apply` puts those of a workspace to work." in said


def test_by_hand_there_is_no_brake(open_company: Open) -> None:
    company = open_company(simple=PICKY, n=2)
    for account in ("acme-0", "acme-1"):
        found = enroll_by_hand(
            company.database, company.context, "simple", account, by="ann", force=True
        )
        assert found.decision == "started"


def test_why_says_what_held_a_run_and_who_released_it(open_company: Open) -> None:
    company = open_company(simple=PICKY.replace("  when:", "  # when:"), n=2)
    for account in ("acme-0", "acme-1"):
        company.send("order.placed", account)
    (held,) = held_ids(company.database, "simple", "brake")
    release(company.database, company.context, held, by="ann")
    code, said = company.tenure("why", held)
    assert (code, "held by the brake from" in said, "released by ann" in said) == (0, True, True)


@pytest.mark.parametrize(
    ("on", "fields", "headline"),
    [
        ("fact: order.placed", {}, "No gate is shut: a run begins when a trigger is set off."),
        (
            "date: account.renewal_date",
            {"renewal_date": "2020-01-01"},
            "No gate is shut, but no trigger lies ahead: see what became of each.",
        ),
        (
            "date: account.renewal_date",
            {"renewal_date": "2090-01-02"},
            "No gate is shut: the clock sets it off next Mon 2090-01-02 00:00.",
        ),
    ],
)
def test_where_no_gate_is_shut_it_says_what_is_to_come(
    open_company: Open, on: str, fields: dict[str, str], headline: str
) -> None:
    company = open_company(
        simple=f"playbook: simple\nenroll: {{on: [{{{on}}}]}}\nsteps: [{{wait: 1d}}]\n"
    )
    company.send("account.changed", data={"fields": fields})
    code, said = company.tenure("why-not", "simple", "acme-0")
    assert (code, said.splitlines()[1].strip()) == (0, headline)
