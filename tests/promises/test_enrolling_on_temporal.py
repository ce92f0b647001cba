"""What the virtual clock's tests say of groups, restarts and endings holds on Temporal too."""

from __future__ import annotations

from collections.abc import Callable

from tests.promises.company import Company
from tests.waiting import until

Open = Callable[..., Company]
RESCUE = """\
playbook: rescue
enroll: {on: [{fact: champion.left}], while_active: restart}
steps: [{task: triage, assign: csm}]
"""
NEWS = """\
playbook: news
enroll: {on: [{fact: order.placed}], while_active: queue}
exit: [{when: account.lifecycle == "churned", outcome: lost}]
steps:
  - parallel:
      deep:
        - repeat: {every: 1d, at_most: 3, steps: [{task: call, assign: csm, due: 5 business days}]}
      mail:
        - {email: hello, to: contacts.champion, approve: {by: csm}}
      late:
        - wait: {until: order.paid}
"""
BRAKED = """\
playbook: simple
owner: csm
enroll: {on: [{fact: order.placed}], brake: {at_most: 1, per: month}}
steps: [{wait: 1d}]
"""
GROUP = "groups: {care: {playbooks: [rescue, news]}}\n"


def grouped(on_temporal: Open) -> Company:
    company = on_temporal(rescue=RESCUE, news=NEWS)
    tenure = company.root / "tenure.yaml"
    tenure.write_text(tenure.read_text() + GROUP)
    company.apply()
    company.start_worker()
    return company


def shown(company: Company) -> list[str]:
    """What the runs are at, the oldest first."""
    return [f"{run.playbook} {run.outcome or run.status}" for run in reversed(company.runs())]


def until_shown(company: Company, *wanted: str) -> None:
    until(lambda: shown(company) == list(wanted) or None, f"{wanted}, not {shown(company)}")


def until_tasks(company: Company, run: int, count: int) -> None:
    id = company.runs()[run].id
    until(lambda: len(company.tasks_of(id)) == count or None, f"{count} tasks of {id}")


def test_the_group_pauses_a_run_and_lets_it_go_on(on_temporal: Open) -> None:
    company = grouped(on_temporal)
    news = company.begin("order.placed")
    until_tasks(company, 0, 2)
    company.send("champion.left")
    until_shown(company, "news paused", "rescue active")
    until_tasks(company, 0, 1)
    company.complete(company.tasks_of(company.runs()[0].id)[0])
    until_shown(company, "news active", "rescue completed")
    assert [line for line in company.story(news) if "- " in line] == ["- paused", "- resumed"]


def test_a_person_who_pauses_after_the_group_keeps_the_run(on_temporal: Open) -> None:
    company = grouped(on_temporal)
    news = company.begin("order.placed")
    until_tasks(company, 0, 2)
    company.send("champion.left")
    until_shown(company, "news paused", "rescue active")
    code, said = company.tenure("runs", "pause", news, "--reason", "contract talks")
    assert code == 0, said
    until_tasks(company, 0, 1)
    company.complete(company.tasks_of(company.runs()[0].id)[0])
    until_shown(company, "news paused", "rescue completed")
    until(lambda: company.backlog() == 0 or None, "all is delivered")
    assert shown(company) == ["news paused", "rescue completed"]
    code, said = company.tenure("runs", "resume", news)
    assert code == 0, said
    until_shown(company, "news active", "rescue completed")


def test_a_trigger_ends_the_run_and_begins_anew(on_temporal: Open) -> None:
    company = grouped(on_temporal)
    first = company.begin("champion.left")
    until_tasks(company, 0, 1)
    company.send("champion.left")
    until_shown(company, "rescue restarted", "rescue active")
    until_tasks(company, 0, 1)
    assert [task.status for task in company.tasks_of(first)] == ["withdrawn"]


def test_leaving_closes_what_is_open_and_what_waited_begins(on_temporal: Open) -> None:
    company = grouped(on_temporal)
    news = company.begin("order.placed")
    company.send("order.placed")  # queues
    until_tasks(company, 0, 2)
    company.send("account.changed", data={"fields": {"lifecycle": "churned"}})
    until_shown(company, "news lost", "news lost")
    tasks = company.tasks_of(news)
    assert {task.status for task in tasks} == {"withdrawn"}
    assert {task.reason for task in tasks} == {'exit: account.lifecycle == "churned"'}
    with company.database.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM waits").scalar_one() == 0
    assert company.sends_of(news) == []
    assert company.story(news)[-1] == "- outcome"


def test_the_owner_of_a_playbook_is_told_that_its_brake_holds(on_temporal: Open) -> None:
    company = on_temporal(simple=BRAKED, n=2)
    for account in ("acme-0", "acme-1"):
        company.send("order.placed", account)
    company.start_worker()

    def told() -> list[tuple[str, str]] | None:
        with company.database.begin() as connection:
            rows = connection.exec_driver_sql("SELECT recipient, status FROM notices").all()
        return [(row[0], row[1]) for row in rows if row[1] != "owed"] or None

    until(lambda: told() == [("u-ann", "sent")] or None, "the owner is told")
