"""health.yaml: every code of the catalogue, problems at their place, and what the file becomes."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.health.codec import models_from_json
from engine.health.model import Category, Children, Number, Survey, TimeSince, Window
from engine.language.workspace.health_codes import HEALTH_CODES
from engine.language.workspace.health_forms import MeasureForm
from engine.language.workspace.load import load_workspace
from tests.health.health_files import HEALTH, TENURE, workspace_of


@pytest.mark.parametrize("code", HEALTH_CODES, ids=lambda one: one.code)
def test_bad_example_gives_its_code_and_good_one_none(write: Any, code: Any) -> None:
    root = write({"playbooks/a.yaml": "x", "health.yaml": code.bad})
    assert code.code in {one.code for one in load_workspace(root).problems}
    write({"health.yaml": code.good})
    assert load_workspace(root).problems == ()


SLIPS = [
    ("number: account.ar", "health.yaml:7:21", "there is no `account.ar`"),
    ("number: account.name", "health.yaml:7:21", "a text"),
    ("nmber: account.arr", "health.yaml:7:13", 'There is no key "nmber"'),
    ("weight: heavy", "health.yaml:7:21", "should be a number"),
    ("weight: 0", "health.yaml:7:21", "greater than 0"),
    ("count: meeting.held\n            over: 1 month", "health.yaml:8:19", "not always equally"),
    ("count: meeting.held\n            where: fact.x > 1", "health.yaml:8:20", "no `fact.x`"),
    ("sum: meeting.held\n            of: people", "health.yaml:8:17", "not a number that"),
    ("sentiment: {good: 101}", "health.yaml:7:31", "not from 0 to 100"),
    ("time_since: meeting.held\n            stale_after: 3d", "health.yaml:8:13", "does nothing"),
    ("survey: npss", "health.yaml:7:21", "Did you mean nps?"),
    ("children: weighted", "health.yaml:6:11", "go together"),
    ("number: account.arr\n            curve: [[0, 0], [1]]", "health.yaml:8:29", "a pair"),
    (
        "number: account.arr\n            thresholds: [{at_least: 1, points: 1}, "
        "{at_most: 3, points: 3}]",
        "health.yaml:8:13",
        "cannot be mixed",
    ),
    (
        "number: account.arr\n            thresholds: [{within: 3d, points: 1}]",
        "health.yaml:8:26",
        "says at_least or at_most",
    ),
]


@pytest.mark.parametrize(("measure", "place", "said"), SLIPS)
def test_slip_is_told_where_it_is(write: Any, measure: str, place: str, said: str) -> None:
    text = "models:\n  all:\n    groups:\n      usage:\n        measures:\n          seats:\n"
    root = write({"playbooks/a.yaml": "x", "health.yaml": f"{text}            {measure}\n"})
    found = [
        (str(one.where), f"{one.message} {one.remedy}") for one in load_workspace(root).problems
    ]
    assert any(at == place and said in told for at, told in found), found


def test_points_for_a_word_the_field_never_is_are_told(write: Any) -> None:
    text = (
        "models: {all: {groups: {fit: {measures: {stage: "
        "{category: account.lifecycle, points: {adopting: 90, adoptin: 10}}}}}}}\n"
    )
    schema = "account: {lifecycle: {one_of: [new, adopting]}}\n"
    root = write({"playbooks/a.yaml": "x", "health.yaml": text, "schema.yaml": schema})
    (found,) = [one for one in load_workspace(root).problems if one.code == "TN205"]
    assert (str(found.where), found.message, found.remedy) == (
        "health.yaml:1:102",
        '`account.lifecycle` is never "adoptin"',
        "Did you mean adopting? It is one of: new, adopting.",
    )


def test_file_becomes_models() -> None:
    workspace = workspace_of(
        HEALTH.replace("models:", "bands: {hysteresis: 2, stay: 3d}\nmodels:").replace(
            "    overrides:",
            """\
      more:
        measures:
          plan: {category: usage.reported.plan, points: {pro: 100, basic: 40}, otherwise: 0}
          trouble: {sum: incident.closed, of: minutes, over: 4w, curve: [[0, 100], [600, 0]]}
          trend: {change: meeting.held, over: 7d, curve: [[-50, 0], [50, 100]]}
          nps: {survey: nps, over: 180d}
          branches: {children: weighted, by: arr}
    overrides:""",
        )
    )
    models = models_from_json(workspace.health, [("red", 0), ("green", 50)])
    assert models.bands.before_worse == models.bands.before_better == timedelta(days=3)
    assert models.bands.hysteresis == 2
    model = models.models[0]
    kinds = [type(one.how) for one in model.measures]
    assert kinds == [
        *(Number, TimeSince, Window, Category),
        *(Category, Window, Window, Survey, Children),
    ]
    assert model.measures[0].drop_after == timedelta(days=21)
    assert models.kinds == {
        *("usage.reported", "meeting.held", "ticket.opened", "sentiment.noted"),
        *("incident.closed", "survey.answered"),
    }
    assert models.fields == {"seats"}
    assert models.rolls_up == frozenset({"parent", "arr"})
    assert [rule.band for rule in model.rules] == ["red"]


def test_version_is_of_what_the_model_says_and_not_of_where() -> None:
    def version(health: str) -> str:
        models = models_from_json(workspace_of(health).health, [("red", 0)])
        return models.models[0].version

    assert version(HEALTH) == version(f"# A remark\n\n{HEALTH}")
    assert version(HEALTH) != version(HEALTH.replace("weight: 3", "weight: 4"))


def test_workspace_without_the_file_has_no_models(write: Any) -> None:
    loaded = load_workspace(write({"playbooks/a.yaml": "x"}))
    assert loaded.workspace is not None
    assert loaded.workspace.health == {}


def test_form_that_cannot_be_read_leaves_no_workspace(write: Any) -> None:
    loaded = load_workspace(write({"playbooks/a.yaml": "x", "health.yaml": "models: [a]"}))
    assert loaded.workspace is None
    assert [one.code for one in loaded.problems] == ["TN403"]


_words = st.sampled_from(
    ["account.arr", "meeting.held", "7d", "red", "nps", "mean", "x y", "arr", ""]
)
_junk = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 101) | st.floats(0, 9) | _words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=3),
    max_leaves=6,
)
_measure = st.dictionaries(st.sampled_from([*MeasureForm.model_fields]), _junk, max_size=5)
_rule = st.dictionaries(st.sampled_from(["when", "band", "because"]), _junk, max_size=3)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(measure=_measure | _junk, rule=_rule | _junk, bands=_junk)
def test_nothing_an_author_writes_raises(
    measure: Any, rule: Any, bands: Any, tmp_path: Path
) -> None:
    model = {"groups": {"g": {"measures": {"m": measure}}}, "overrides": [rule]}
    (tmp_path / "tenure.yaml").write_text(TENURE)
    (tmp_path / "health.yaml").write_text(json.dumps({"models": {"a": model}, "bands": bands}))
    loaded = load_workspace(tmp_path)
    assert loaded.workspace is not None or loaded.problems
    for one in loaded.problems:
        assert one.where.file == "health.yaml"
        assert one.where.line == 1
    if loaded.workspace is not None and not loaded.problems:
        models_from_json(loaded.workspace.health, [("red", 0), ("green", 50)])
