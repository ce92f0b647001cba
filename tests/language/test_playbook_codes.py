"""Each code: its bad example gives it, shown as in the golden file; its good example does not.

To write the golden files anew: `UPDATE_GOLDEN=1 pytest tests/language`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.language.checks.codes import CHECK_CODES
from engine.language.code import Code
from engine.language.load import check_all
from engine.language.rendering import render_text
from engine.language.schema.codes import SCHEMA_CODES
from tests.language.playbook_files import OTHERS, WORKSPACE, codes, whole

GOLDEN = Path(__file__).parent / "golden"
CODES = {one.code: one for one in (*SCHEMA_CODES, *CHECK_CODES)}

DEEP = "\n".join(f"{'    ' * n}- if: health.score < 5\n{'    ' * n}  then:" for n in range(13))
TOO_MUCH = {
    "TN333": "\n".join("- wait: 1d" for _ in range(501)),
    "TN334": f"- wait: 1d\n{DEEP}\n{'    ' * 13}- wait: 1d",
    "TN335": "- parallel:\n" + "\n".join(f"    b{n}: [{{wait: 1d}}]" for n in range(51)),
}


def bad_example(code: Code) -> str:
    return whole(TOO_MUCH.get(code.code, code.bad))


def rendered(text: str) -> str:
    checked = check_all({**OTHERS, "example.yaml": text}, WORKSPACE)
    templates = {f"templates/{name}.md": page for name, page in WORKSPACE.templates.items()}
    sources = {**OTHERS, **templates, "example.yaml": text}
    return render_text(checked["example.yaml"].problems, sources, color=False)


@pytest.mark.parametrize("code", CODES)
def test_bad_example_is_shown_as_in_the_golden_file(code: str) -> None:
    golden = GOLDEN / f"{code}.txt"
    shown = rendered(bad_example(CODES[code]))
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(shown)
    assert shown == golden.read_text()
    assert code in shown


@pytest.mark.parametrize("code", CODES)
def test_good_example_has_no_problem(code: str) -> None:
    assert codes(CODES[code].good) == []


def test_every_golden_file_has_a_code() -> None:
    assert {file.stem for file in GOLDEN.glob("TN*.txt")} == set(CODES)
