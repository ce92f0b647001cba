"""The catalogue entries of what can be wrong in health.yaml: TN430 to TN449.

Owns their pages. `bad` and `good` are whole files.
"""

from __future__ import annotations

from engine.language.code import Code


def _file(measure: str, *, more: str = "", top: str = "") -> str:
    return (
        f"{top}models:\n  all:\n    groups:\n      usage:\n        measures:\n"
        f"          seats:\n            {measure}\n{more}"
    )


_SEATS = "number: account.arr\n            curve: [[0, 0], [1000, 100]]"
_RULE = "    overrides:\n      - when: {when}\n        band: {band}\n"

HEALTH_CODES: tuple[Code, ...] = (
    Code(
        "TN430",
        "A measure of no kind, or of two",
        "A measure has exactly one key that says what it measures: number, category, sentiment, "
        "time_since, count, sum, change, survey or children.",
        _file("title: Seats in use"),
        _file(_SEATS),
    ),
    Code(
        "TN431",
        "A key that does not belong to this kind of measure, or is missing from it",
        "Windows (count, sum, change) and surveys need `over`, `sum` needs `of`, a category needs "
        "`points`. Keys that would do nothing are refused.",
        _file("count: meeting.held"),
        _file("count: meeting.held\n            over: 30d\n            curve: [[0, 0], [2, 100]]"),
    ),
    Code(
        "TN432",
        "A scale that cannot be used",
        "A curve has rising values. Thresholds all say the same of at_least, at_most and (for "
        "time_since) within. A measure has one of both, and a count or a sum needs one.",
        _file("number: account.arr\n            curve: [[1000, 100], [0, 0]]"),
        _file(_SEATS),
    ),
    Code(
        "TN433",
        "Points outside 0 to 100",
        "Points are from 0 to 100, like the score they add up to.",
        _file("number: account.arr\n            curve: [[0, 0], [1000, 120]]"),
        _file(_SEATS),
    ),
    Code(
        "TN434",
        "A length of time that cannot be used in a measure",
        "Health knows exact lengths: hours, days and weeks. Months and business days differ from "
        "one another. A measure is dropped after it is stale, never before.",
        _file(_SEATS + "\n            drop_after: 1 month"),
        _file(_SEATS + "\n            drop_after: 30d"),
    ),
    Code(
        "TN435",
        "An unknown kind of fact",
        "A measure reads facts every workspace knows, and those schema.yaml declares.",
        _file("time_since: meeting.hold\n            curve: [[7d, 100], [60d, 0]]"),
        _file("time_since: meeting.held\n            curve: [[7d, 100], [60d, 0]]"),
    ),
    Code(
        "TN436",
        "A field that is not a number",
        "`of` names a number the fact tells, `by` a number of the child accounts.",
        _file("children: weighted\n            by: segment"),
        _file("children: weighted\n            by: arr"),
    ),
    Code(
        "TN437",
        "An unknown band",
        "An override forces one of the bands of tenure.yaml.",
        _file(_SEATS, more=_RULE.format(when="measures.seats < 10", band="rot")),
        _file(_SEATS, more=_RULE.format(when="measures.seats < 10", band="red")),
    ),
    Code(
        "TN438",
        "A health model that reads the clock by itself",
        "Which model an account has, what a measure's value is and whether an override holds may "
        "not depend on `now` or `today`. What time does to health is said with time_since, "
        "stale_after and drop_after; then Tenure knows when to look again.",
        _file(_SEATS, more=_RULE.format(when="account.renewal_date < today", band="red")),
        _file(_SEATS, more=_RULE.format(when="account.arr < 10", band="red")),
    ),
    Code(
        "TN439",
        "Two measures of one name",
        "The names of measures are unique within a model, so that overrides can use them.",
        _file(
            _SEATS,
            more="      money:\n        measures:\n          seats:\n            "
            "number: account.arr\n",
        ),
        _file(
            _SEATS,
            more="      money:\n        measures:\n          revenue:\n            "
            "number: account.arr\n",
        ),
    ),
    Code(
        "TN440",
        "A model no account can have",
        "An account has the first model whose `when` holds. One without `when` takes them all, so "
        "it stands last.",
        _file(_SEATS, more=_file(_SEATS).replace("models:\n  all", "  more")),
        _file(_SEATS).replace("all:\n", 'all:\n    when: account.segment == "smb"\n')
        + _file(_SEATS).replace("models:\n  all", "  more"),
    ),
    Code(
        "TN441",
        "A band that is never left",
        "A boundary is crossed when the score is `hysteresis` points beyond it. With a band that "
        "begins at 5 and a hysteresis of 10, no score is low enough to leave it downwards.",
        _file(_SEATS, top="bands: {hysteresis: 40}\n"),
        _file(_SEATS, top="bands: {hysteresis: 3}\n"),
    ),
)
