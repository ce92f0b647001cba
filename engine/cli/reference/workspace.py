"""What the keys of the workspace's files mean, for the reference.

Owns the words only; which keys there are, and what they take, is in the forms. A key without words
is a `KeyError`.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from engine.language.workspace.forms import PeopleForm, SchemaForm, TenureForm
from engine.language.workspace.health_forms import HealthForm

WORKSPACE_FILES: Mapping[str, type[BaseModel]] = {
    "tenure.yaml": TenureForm,
    "schema.yaml": SchemaForm,
    "people.yaml": PeopleForm,
    "health.yaml": HealthForm,
}

_MEANINGS: Mapping[str, Mapping[str, str]] = {
    "TenureForm": {
        "workspace": "The name of your company or team.",
        "sender": "Who emails come from when a step does not say `from`.",
        "brand": "What emails look like.",
        "zone": "The time zone of everything that belongs to no account and no person.",
        "bands": "Where each band of the health score begins, lowest first; the first at 0.",
        "send_window": "When customers may be written to, by the clock where they are.",
        "playbooks": "Where playbooks lie. A path counts from this file and may lead out of it.",
        "templates": "Where email templates lie.",
        "channels": "Chat channels for `notify`: each with the environment variable that holds "
        "its address. The address itself is a secret and stays out of the file.",
        "hooks": "Webhooks for `call`, in the same way.",
        "groups": "Playbooks of which an account has one run at a time.",
        "message_caps": "How many messages one contact gets, of all playbooks together.",
        "inbound": "Signed webhooks that bring facts in: the path is `/hooks/<name>`.",
        "fiscal_year": "Your own fiscal year; conditions read `fiscal.quarter` and the like.",
        "capacity": "How many tasks a week one person has time for: `tenure backtest` shows the "
        "load against it.",
        "keep": "How long records are kept that nothing under way needs.",
    },
    "KeepForm": {
        "decisions": "What triggers came to. The latest of each playbook and account stays.",
        "rejects": "Rejected facts that were taken in after all, or dropped.",
    },
    "FiscalYearForm": {
        "begins": "The month it begins with.",
        "named_after": "Which calendar year it is called after: the one it ends in or begins in.",
    },
    "GroupForm": {
        "playbooks": "The playbooks, the most important first.",
        "pre_empt": "Whether a run pauses those of later playbooks until it ends; otherwise it "
        "begins only when none is under way.",
        "otherwise": "What becomes of a trigger that may not begin a run: it waits, or is refused.",
    },
    "CapForm": {
        "at_most": "How many messages.",
        "per": "In what time.",
        "otherwise": "What becomes of those above: they wait for their turn, or are left out.",
    },
    "InboundForm": {
        "secret": "The environment variable that holds the key the calls are signed with.",
        "kinds": "The kinds of facts it may bring; without it, all.",
    },
    "SenderForm": {"name": "The name readers see.", "address": "The address emails come from."},
    "BrandForm": {
        "address": "Your postal address, at the foot of each email; the law asks for it.",
        "color": "The colour of buttons and headings, in quotes.",
        "name": "The name in the head of emails; without it, that of the workspace.",
        "logo_url": "A picture for the head of emails.",
        "footer": "A line above the postal address.",
        "language": "The language emails are in, for mail programs and screen readers.",
        "reply_to": "Where answers go when a step says nothing else.",
    },
    "WindowForm": {
        "from": "The first hour.",
        "to": "The hour it closes.",
        "weekdays_only": "Whether Saturdays and Sundays are left out.",
    },
    "SchemaForm": {
        "account": "Your fields of accounts, beside those that are always there.",
        "contact": "Your fields of contacts, beside those that are always there.",
        "contact_roles": "The roles a contact can have; playbooks write to `contacts.<role>`.",
        "facts": "Things that happen, beside those every workspace knows; each with what it tells.",
        "undeclared_facts": "What becomes of other facts: kept, or sent back.",
        "late_after": "How long after it happened a fact may come in and still start playbooks by "
        "itself; later ones are history. Hours, days or weeks.",
    },
    "FieldForm": {
        "type": "`text`, `number`, `bool`, `date`, `datetime` or `list`.",
        "one_of": "The only values allowed; then it is a text.",
        "required": "Whether imports refuse a row without it.",
        "label": "What people see; without it, the name.",
    },
    "PeopleForm": {
        "teams": "User ids by team.",
        "roles": "Who a role is. Playbooks assign to roles, never to names.",
    },
    "RoleForm": {
        "field": "The field of the account that holds the user's id.",
        "user": "One user, by id.",
        "manager_of": "The manager of the user in another role.",
        "team": "One of a team.",
        "by": "An account field that decides which role it is: `segment`.",
        "who": "With `by`: the role for each value. `{enterprise: account_manager, smb: support}`",
        "pick": "For a team: each in turn, or whoever has the fewest open tasks.",
        "fallback": "The role asked when this one has nobody.",
    },
    "HealthForm": {
        "models": "The models by name. An account has the first whose `when` holds; where none "
        "does, its score comes from outside.",
        "bands": "What keeps accounts from flapping between two bands.",
    },
    "SteadyForm": {
        "hysteresis": "How many points beyond a boundary a score has to be for the band to change.",
        "stay": "How long an account stays in a band at least: one length of time, or one for "
        "each direction.",
    },
    "StayForm": {
        "before_better": "Before a better band.",
        "before_worse": "Before a worse one.",
    },
    "ModelForm": {
        "groups": "The groups of measures, by name.",
        "title": "What people see; without it, the name.",
        "when": "Which accounts it is for: a condition over `account.*`. Without it, for all.",
        "overrides": "What forces a band; the first that holds does.",
    },
    "MeasureGroupForm": {
        "measures": "The measures, by name. Names are unique within a model.",
        "weight": "What the group weighs beside the others.",
        "title": "What people see; without it, the name.",
    },
    "MeasureForm": {
        "number": "A number of the account or of the latest fact, or worked out from several: "
        "`usage.reported.active / account.seats * 100`.",
        "category": "A word of the account or of the latest fact, with `points` for each.",
        "sentiment": "What people feel, from the latest fact `sentiment.noted`: points by word.",
        "time_since": "How long ago a kind of fact happened last.",
        "count": "How many facts of a kind there were in the last `over`.",
        "sum": "The sum of a number (`of`) these facts tell.",
        "change": "By how many percent the count, or the sum of `of`, differs from the time of "
        "the same length before. `over: 7d` is week on week.",
        "survey": "The answers of the last `over`, each contact's latest: NPS from -100 to 100, "
        "CSAT and CES the percentage of good answers.",
        "children": "The scores of the child accounts: their mean, weighted by a field (`by`), or "
        "the worst.",
        "title": "What people see; without it, the name.",
        "weight": "What it weighs beside the others of its group.",
        "stale_after": "How long after the last news it is flagged as stale.",
        "drop_after": "How long after the last news it is taken as missing.",
        "curve": "Pairs of a value and its points, straight lines between them.",
        "thresholds": "Points from a bound on.",
        "otherwise": "The points of values no threshold (or no `points`) is for; without it, 0 "
        "(a category is then missing).",
        "points": "For a category: the points of each word.",
        "over": "How far a window reaches back.",
        "of": "The number of the facts to add up.",
        "where": "Which of the facts count: a condition over `fact.*`.",
        "never": "For time_since: the points where it never happened; without it, it is missing.",
        "by": "For children: the number to weigh them by.",
    },
    "ThresholdForm": {
        "points": "The points, 0 to 100.",
        "at_least": "For values from here on.",
        "at_most": "For values up to here.",
        "within": "For time_since: for less time than this.",
    },
    "RuleForm": {
        "when": "A condition over `measures.*`, `groups.*` and `account.*`.",
        "band": "The band it forces.",
        "because": "What people read; without it, the condition.",
    },
}


def meaning_in_workspace(form: str, key: str) -> str:
    """Say what a key means.

    >>> meaning_in_workspace("SenderForm", "name")
    'The name readers see.'
    """
    return _MEANINGS[form][key]
