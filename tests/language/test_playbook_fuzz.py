"""Whatever an author writes, checking gives problems or a plan, and never an exception."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.language.load import check_all
from engine.language.source import load
from engine.plan.codec import plan_from_json, plan_to_json
from tests.language.playbook_files import OTHERS, WORKSPACE

PLAYBOOKS = sorted((Path(__file__).parent / "playbooks").glob("*.yaml"))
DOCUMENTS = [load(file.name, file.read_text())[0] for file in PLAYBOOKS]
EXAMPLES = [document.value for document in DOCUMENTS if document is not None]
KEYS = [
    "task",
    "if",
    "then",
    "else",
    "wait",
    "until",
    "steps",
    "parallel",
    "to",
    "every",
    "id",
    "x",
]
VALUES: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "csm", "3d", "1 > 2", "{{ x", "a.done", "{{ account.name }}", "end", "é"]),
    st.text(max_size=8),
    st.just([]),
    st.just({}),
    st.just([{"wait": "1d"}]),
    st.just([{"task": "triage", "assign": "csm", "depends_on": "triage"}]),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    return [path, *(found for key, one in items for found in places(one, (*path, key)))]


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    value = copy.deepcopy(draw(st.sampled_from(EXAMPLES)))
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from(places(value)[1:]))
        holder = value
        for step in path[:-1]:
            holder = holder[step]
        match draw(st.sampled_from(["drop", "replace", "add"])):
            case "drop":
                del holder[path[-1]]
            case "replace":
                holder[path[-1]] = copy.deepcopy(draw(VALUES))
            case _ if isinstance(holder, dict):
                holder[draw(st.sampled_from(KEYS))] = copy.deepcopy(draw(VALUES))
            case _:
                holder.insert(0, copy.deepcopy(draw(VALUES)))
        if len(places(value)) == 1:
            break
    return value


@given(mutated())
@settings(max_examples=150, deadline=None)
def test_checking_never_raises(value: Any) -> None:
    text = yaml.safe_dump(value, allow_unicode=True)
    checked = check_all({**OTHERS, "x.yaml": text}, WORKSPACE)["x.yaml"]
    lines = text.count("\n") + 1
    for problem in checked.problems:
        if problem.where.file == "x.yaml":
            assert 1 <= problem.where.line <= lines
    if checked.plan is not None:
        assert plan_from_json(plan_to_json(checked.plan)) == checked.plan
    else:
        assert any(problem.severity == "error" for problem in checked.problems)
