"""A workspace, and `story`: a playbook and a scenario in, what happened out, line by line."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from engine.effects.context import Context
from engine.language.source import load
from engine.plan.model import Plan
from engine.simulation.scenario import Scenario, set_up
from engine.simulation.sheet import Sheet
from engine.simulation.writing import read_scenario
from tests.simulation.staging import Stage, Staged, Story
from tests.workspaces import compile_playbook, loaded, write_files

FILES = {
    "tenure.yaml": """\
workspace: Acme CS
zone: Europe/Berlin
sender: {name: Acme Success, address: success@acme.example}
brand: {address: "1 High St, Springfield"}
channels: {cs: TENURE_CHAT_CS}
hooks: {crm: TENURE_HOOK_CRM}
""",
    "schema.yaml": """\
account:
  lifecycle: {one_of: [onboarding, adopting, churned]}
  go_live: date
contact: {certified_until: date}
contact_roles: [champion, sponsor, admin]
facts:
  usage.started: {feature: text}
""",
    "people.yaml": """\
teams: {helpers: [u-hal, u-ida]}
roles:
  csm: {field: csm}
  csm_manager: {manager_of: csm}
  vp_cs: {manager_of: csm_manager}
  helper: {team: helpers}
  renewal_owner:
    by: segment
    who: {enterprise: csm_manager, smb: helper}
    fallback: csm
""",
    "templates/tips.md": "---\nsubject: Tips\npurpose: marketing\n---\nSome tips.\n",
    "templates/welcome.md": "---\nsubject: Hello\npurpose: service\n---\n"
    "Hello {{ contact.first_name }}\n",
}
ACCOUNT = "account: {name: Acme, lifecycle: onboarding, zone: Europe/Berlin}\n"
CONTACTS = "contacts: [{role: champion, first_name: Kim}]\n"


@pytest.fixture(scope="session")
def workspace_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the workspace."""
    return write_files(tmp_path_factory.mktemp("workspace"), FILES)


@pytest.fixture(scope="session")
def context(workspace_root: Path) -> Context:
    """The workspace, ready."""
    return Context.of(loaded(workspace_root))


@pytest.fixture(scope="session")
def compiled(context: Context) -> Callable[[str], Plan]:
    """Compile a playbook whose name may be left out."""
    return partial(compile_playbook, context.workspace)


@pytest.fixture(scope="session")
def written(context: Context) -> Callable[[str, Plan], Scenario]:
    """Read a scenario; the account and its champion may be left out."""

    def read(text: str, plan: Plan) -> Scenario:
        text = text if "account: {" in text.split("facts:")[0] else ACCOUNT + text
        text = text if "contacts:" in text else CONTACTS + text
        document, problems = load("scenario.yaml", text)
        assert document is not None
        sheet = Sheet(document, problems)
        scenario = read_scenario(sheet, document.value, (), context, plan)
        assert [one.message for one in sheet.problems] == []
        return scenario

    return read


@pytest.fixture(scope="session")
def staged(
    context: Context,
    compiled: Callable[[str], Plan],
    written: Callable[[str, Plan], Scenario],
) -> Staged:
    """Set a scenario up over a playbook (and others that are live); nothing has happened yet."""

    def stage(playbook: str, scenario: str = "", *others: str) -> Stage:
        plans = [compiled(text) for text in (playbook, *others)]
        live = {plan.playbook: plan for plan in plans}
        read = written(scenario, plans[0])
        return Stage(set_up(read, plans[0].playbook, live, context), read, plans[0], context)

    return stage


@pytest.fixture(scope="session")
def story(staged: Staged) -> Story:
    """Tell what happened to the first playbook's runs, each with its local day and time."""

    def tell(playbook: str, scenario: str = "", *others: str) -> list[str]:
        stage = staged(playbook, scenario, *others)
        stage.play()
        assert stage.simulator.rejections == []
        return stage.story()

    return tell
