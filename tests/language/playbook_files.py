"""A small workspace, and playbooks made from the fragments that codes and tests show."""

from __future__ import annotations

from dataclasses import replace

from engine.language.load import Checked, check_all
from engine.language.workspace.model import (
    BUILT_IN_ACCOUNT,
    BUILT_IN_CONTACT,
    BUILT_IN_FACTS,
    Band,
    Field,
    Role,
    Schema,
    Workspace,
)

PAGE = (
    "---\nsubject: Hello {{ contact.first_name }}\npurpose: service\n---\nDear {{ contact.name }}"
)
KICKOFF = (
    "---\nsubject: Kickoff\npurpose: service\ninputs: [kickoff_url]\n---\n{{ inputs.kickoff_url }}"
)

SCHEMA = Schema(
    account={
        **{one.name: one for one in BUILT_IN_ACCOUNT},
        "lifecycle": Field("lifecycle", "text", ("onboarding", "adopting", "churned")),
        "tags": Field("tags", "list"),
    },
    contact={one.name: one for one in BUILT_IN_CONTACT},
    contact_roles=("champion", "executive_sponsor", "admin", "user"),
    facts={kind: {one.name: one for one in fields} for kind, fields in BUILT_IN_FACTS.items()},
)

WORKSPACE = Workspace(
    name="Acme",
    zone="UTC",
    schema=SCHEMA,
    roles={
        "csm": Role("csm", "field", "csm"),
        "csm_manager": Role("csm_manager", "manager_of", "csm"),
        "vp_cs": Role("vp_cs", "user", "u-vp"),
        "cro": Role("cro", "user", "u-cro"),
        "solutions_architect": Role("solutions_architect", "team", "solutions"),
        "chased": Role("chased", "manager_of", "chaser"),
        "chaser": Role("chaser", "manager_of", "chased"),
    },
    teams={"solutions": ("u-1", "u-2"), "nobody": ()},
    calendars={"default": {}},
    brand={},
    sender=("Acme", "success@acme.example"),
    bands=(Band("red", 0), Band("yellow", 40), Band("green", 70)),
    templates={
        "churn/sponsor-outreach": PAGE,
        "we-noticed": PAGE,
        "kickoff": KICKOFF,
        "no-subject": "---\npurpose: service\n---\nHello",
        "typo": PAGE.replace("contact.name", "contact.nmae"),
    },
    channels={"alerts": "TENURE_CHAT_ALERTS"},
    hooks={"ticketing": "TENURE_HOOK_TICKETING"},
)

STRICT = replace(WORKSPACE, schema=replace(SCHEMA, undeclared_facts="refuse"))

OTHERS = {
    "knowledge-enablement.yaml": "playbook: knowledge-enablement\nsteps:\n  - wait: 1d\n",
    "training.yaml": "playbook: training\ninputs:\n  tier: {one_of: [gold, silver]}\n"
    "steps:\n  - wait: 1d\n",
}


def whole(fragment: str) -> str:
    """Make a playbook of a fragment: steps, or some of the keys at the top.

    >>> whole("- wait: 1d").splitlines()
    ['playbook: example', 'steps:', '  - wait: 1d']
    """
    if fragment.startswith("- "):
        inner = "\n".join(f"  {line}" for line in fragment.split("\n"))
        return f"playbook: example\nsteps:\n{inner}\n"
    if fragment.startswith(("playbook", "[")):
        return f"{fragment}\n"
    steps = "" if "steps:" in fragment else "\nsteps:\n  - wait: 1d"
    return f"playbook: example\n{fragment}{steps}\n"


def check(fragment: str, workspace: Workspace = WORKSPACE) -> Checked:
    """Check a fragment as a playbook among others."""
    return check_all({**OTHERS, "example.yaml": whole(fragment)}, workspace)["example.yaml"]


def codes(fragment: str, workspace: Workspace = WORKSPACE) -> list[str]:
    """Return the codes of what is wrong with a fragment."""
    return [problem.code for problem in check(fragment, workspace).problems]
