"""What the clock alone sets off in a simulation: dates, schedules, conditions."""

from __future__ import annotations

import pytest

from tests.simulation.staging import Story

STEPS = "steps:\n  - {task: plan, assign: csm, due: 2 business days}\n"
BEFORE = "{date: 90d before account.renewal_date}"


def playbook(on: str, more: str = "") -> str:
    """A playbook that hands out a task."""
    return f"playbook: renewing\nenroll:\n  on: {on}\n{more}{STEPS}"


def waiting(account: str = "", *facts: str, more: str = "") -> str:
    """An account for which nothing happens by hand, from Monday 2 March 2026, 09:00 on."""
    happens = "".join(f"  - {{{one}}}\n" for one in facts)
    lines = f"trigger: clock\nstart: 2026-03-02T09:00\nuntil: 100d\n{more}"
    lines += f"account: {{name: Acme, zone: Europe/Berlin, {account}}}\n"
    return lines + (f"facts:\n{happens}" if facts else "")


def begun(told: list[str]) -> list[str]:
    """The day and time of each task."""
    return [one.split(" task:")[0] for one in told if " task:" in one]


def test_date_trigger_fires_when_the_working_day_begins(story: Story) -> None:
    assert begun(story(playbook(BEFORE), waiting("renewal_date: 2026-06-15"))) == ["17 Tue 09:00"]


def test_date_trigger_goes_by_calendar_months(story: Story) -> None:
    on = "{date: 1 month before account.renewal_date}"
    assert begun(story(playbook(on), waiting("renewal_date: 2026-04-30"))) == ["30 Mon 09:00"]


def test_date_trigger_goes_by_business_days(story: Story) -> None:
    on = "{date: 3 business days before account.renewal_date}"
    assert begun(story(playbook(on), waiting("renewal_date: 2026-03-16"))) == ["11 Wed 09:00"]


def test_date_trigger_fires_on_the_day_itself_and_after_it(story: Story) -> None:
    on = "[{date: account.go_live}, {date: 2w after account.go_live}]"
    told = story(
        playbook(on, "  while_active: ignore\n").replace("due: 2", "within: 3d, due: 2"),
        waiting("go_live: 2026-03-10"),
    )
    assert begun(told) == ["10 Tue 09:00", "24 Tue 09:00"]


def test_date_trigger_follows_the_zone_of_the_account(story: Story) -> None:
    at = waiting("renewal_date: 2026-06-15").replace("Europe/Berlin", "America/New_York")
    assert begun(story(playbook(BEFORE), at)) == ["17 Tue 09:00"]


def test_date_that_moves_fires_at_its_new_moment_only(story: Story) -> None:
    at = waiting("renewal_date: 2026-06-15", "at: 10d, account: {renewal_date: 2026-06-25}")
    assert begun(story(playbook(BEFORE), at)) == ["27 Fri 09:00"]


def test_date_that_comes_later_fires(story: Story) -> None:
    at = waiting("lifecycle: onboarding", "at: 10d, account: {renewal_date: 2026-06-25}")
    assert begun(story(playbook(BEFORE), at)) == ["27 Fri 09:00"]


def test_date_that_moves_back_and_forth_fires_once(story: Story) -> None:
    at = waiting(
        "renewal_date: 2026-06-15",
        "at: 20d, account: {renewal_date: 2026-12-15}",
        "at: 21d, account: {renewal_date: 2026-06-15}",
    )
    made = playbook(BEFORE).replace("due: 2", "within: 1d, due: 2")
    assert begun(story(made, at)) == ["17 Tue 09:00"]


@pytest.mark.parametrize(
    ("if_late", "moved_to", "fires"),
    [
        ("", "2026-06-05", True),  # its moment was 5 days ago
        ("", "2026-06-01", False),  # 9 days ago, and a week is what is usual
        ("{run: 10d}", "2026-06-01", True),
        ("{run: 4d}", "2026-06-05", False),
        ("skip", "2026-06-10", False),  # some hours ago
        ("run", "2026-03-20", True),
        ("run", "2026-03-10", False),  # the date itself is over: nothing comes before it
    ],
)
def test_missed_moment_fires_as_if_late_says(
    story: Story, if_late: str, moved_to: str, fires: bool
) -> None:
    on = "{date: 90d before account.renewal_date" + (f", if_late: {if_late}" if if_late else "")
    at = waiting("renewal_date: 2027-06-15", f"at: 10d, account: {{renewal_date: {moved_to}}}")
    told = begun(story(playbook(on + "}"), at.replace("at: 10d", "at: 2026-03-12T15:00")))
    assert told == (["12 Thu 15:00"] if fires else [])


def test_date_trigger_regards_when(story: Story) -> None:
    made = playbook(BEFORE, '  when: account.lifecycle == "adopting"\n')
    kept_out = story(made, waiting("renewal_date: 2026-06-15, lifecycle: onboarding"))
    assert [one.split("(")[0] for one in kept_out] == [
        '17 Tue 09:00 refused: does not match: account.lifecycle == "adopting"  '
    ]
    assert begun(story(made, waiting("renewal_date: 2026-06-15, lifecycle: adopting")))


def test_schedule_comes_round_for_accounts_that_match(story: Story) -> None:
    made = playbook("{schedule: 30 8 1 * *}", '  when: account.lifecycle == "adopting"\n')
    made = made.replace("due: 2", "within: 3d, due: 2")
    joins = "at: 2026-04-10T10:00, account: {lifecycle: adopting}"
    told = story(made, waiting("lifecycle: onboarding", joins))
    assert begun(told) == ["1 Fri 08:30", "1 Mon 08:30"]


def test_schedule_goes_by_its_own_zone(story: Story) -> None:
    made = playbook("{schedule: 0 9 4 3 *, zone: Asia/Tokyo}")
    assert begun(story(made, waiting())) == ["4 Wed 01:00"]


def test_condition_that_comes_true_starts_and_again_after_it_was_not(story: Story) -> None:
    made = playbook("{matches: account.arr >= 100}").replace("due: 2", "within: 1d, due: 2")
    told = story(
        made,
        waiting(
            "arr: 50",
            "at: 1d, account: {arr: 120}",
            "at: 3d, account: {arr: 130}",
            "at: 7d, account: {arr: 90}",
            "at: 8d, account: {arr: 100}",
        ),
    )
    assert begun(told) == ["3 Tue 09:00", "10 Tue 09:00"]


def test_condition_that_was_true_from_the_beginning_starts_nothing(story: Story) -> None:
    made = playbook("{matches: account.arr >= 100}")
    assert story(made, waiting("arr: 150", "at: 1d, account: {arr: 120}")) == []


def test_condition_that_stops_starts(story: Story) -> None:
    made = playbook("{stops_matching: 'health.score >= 50'}")
    at = waiting("", "at: 3d, health: 20", more="health: 70\n")
    assert begun(story(made, at)) == ["5 Thu 09:00"]


def test_condition_over_the_date_of_today_comes_true_at_midnight(story: Story) -> None:
    made = playbook("{matches: account.renewal_date - today <= 10d}")
    assert begun(story(made, waiting("renewal_date: 2026-03-20"))) == ["10 Tue 00:00"]


def test_condition_over_the_time_in_a_band_comes_true_to_the_hour(story: Story) -> None:
    made = playbook("{matches: 'health.band == \"red\" && health.days_in_band >= 10'}")
    at = waiting("", "at: 1d, health: 20", more="health: 70\n")
    assert begun(story(made, at)) == ["13 Fri 09:00"]


def test_condition_over_an_old_score_comes_true_when_it_ages(story: Story) -> None:
    made = playbook("{stops_matching: 'health.change_7d <= -20'}")
    at = waiting("", "at: 1d, health: 40", more="health: 70\n")
    assert begun(story(made, at)) == ["10 Tue 09:00"]


def test_fact_in_a_condition_holds_from_then_on(story: Story) -> None:
    made = playbook("{matches: 'champion.left && account.arr >= 100'}")
    at = waiting("arr: 50", "at: 1d, fact: champion.left", "at: 9d, account: {arr: 150}")
    assert begun(story(made, at)) == ["11 Wed 09:00"]


def test_each_contact_matches_by_itself(story: Story) -> None:
    made = playbook("{matches: 'account.arr >= 10 && has(contact.role)'}")
    made = made.replace("enroll:", "subject: contact\nenroll:")
    contacts = "contacts: [{id: kim, role: champion}, {id: lee}, {id: max, role: admin}]\n"
    at = waiting("arr: 5", "at: 1d, account: {arr: 20}", more=contacts + "contact: kim\n")
    assert begun(story(made, at)) == ["3 Tue 09:00", "3 Tue 09:00"]


THREE = (
    "contacts:\n"
    "  - {id: kim, role: champion, certified_until: 2026-04-10}\n"
    "  - {id: lee, certified_until: 2026-03-20}\n"
    "  - {id: max, role: admin}\n"
    "contact: kim\n"
)


def for_contacts(on: str, more: str = "") -> str:
    """The playbook, for each contact."""
    return playbook(on, more).replace("enroll:", "subject: contact\nenroll:")


def test_each_contact_has_its_own_date(story: Story) -> None:
    made = for_contacts("{date: 1w before contact.certified_until}")
    assert begun(story(made, waiting(more=THREE))) == ["13 Fri 09:00", "3 Fri 09:00"]


def test_a_date_of_the_account_fires_for_each_contact(story: Story) -> None:
    at = waiting("renewal_date: 2026-06-15", more=THREE)
    assert begun(story(for_contacts(BEFORE), at)) == ["17 Tue 09:00"] * 3


def test_a_date_of_a_contact_by_role_fires_for_the_account(story: Story) -> None:
    made = playbook("{date: contacts.champion.certified_until}")
    assert begun(story(made, waiting(more=THREE))) == ["10 Fri 09:00"]


def test_a_schedule_comes_round_for_each_contact_that_matches(story: Story) -> None:
    made = for_contacts("{schedule: 0 8 5 3 *}", '  when: contact.role in ["champion", "admin"]\n')
    assert begun(story(made, waiting(more=THREE))) == ["5 Thu 08:00"] * 2


def test_two_triggers_at_one_instant_start_one_run(story: Story) -> None:
    on = "[{date: 90d before account.renewal_date}, {schedule: 0 9 17 3 *}]"
    told = story(playbook(on), waiting("renewal_date: 2026-06-15"))
    assert begun(told) == ["17 Tue 09:00"]
    assert sum("already under way" in one for one in told) == 1
