"""A playbook that another one starts is about somebody."""

from __future__ import annotations

from collections.abc import Callable

from engine.effects.carrying import carry_out
from engine.plan.events import CommandId, Do, Path
from engine.plan.model import NodeId
from tests.promises.company import Company

PERSONAL = "playbook: personal\nsubject: contact\nsteps: [{email: hello, to: contact}]\n"
OUTER = """\
playbook: outer
enroll: {on: [{fact: order.placed}]}
steps:
  - start: personal
    id: all
  - for_each: {contacts: all}
    id: each
    steps:
      - start: personal
        id: one
"""


def started(open_company: Callable[..., Company], node: str, path: Path) -> list[str]:
    """Whom the runs are for that a `start` step begins."""
    company = open_company(personal=PERSONAL, outer=OUTER)
    run = company.begin()
    start = company.run_of(run).started_at
    with company.database.transaction() as records:
        do = Do(CommandId("1"), "start_playbook", NodeId(node), path, start)
        carry_out(records, company.context, run, do)
    return sorted(str(one.contact) for one in company.runs() if one.playbook == "personal")


def test_start_begins_one_run_for_each_contact(open_company: Callable[..., Company]) -> None:
    assert started(open_company, "all", ()) == ["c-acme-0-champion", "c-acme-0-sponsor"]


def test_start_inside_a_for_each_is_for_the_one_at_hand(
    open_company: Callable[..., Company],
) -> None:
    assert started(open_company, "one", ("each=c-acme-0-sponsor",)) == ["c-acme-0-sponsor"]
