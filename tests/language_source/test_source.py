"""Reading files: structure, limits, syntax errors, places."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.language.code import Code
from engine.language.source import MAX_BYTES, Document, load, load_path
from engine.language.source_codes import SOURCE_CODES
from tests.counting import calls_of

PROSE_ONLY = {"TN100", "TN101", "TN149"}
EXAMPLES = [one for one in SOURCE_CODES if one.code not in PROSE_ONLY]

SIGNS = "a b: : - [ ] { } , # | > \" ' & * ! % @ << --- ? ... {{ }} \\ &a *a \ufeff é 0"
PIECES = SIGNS.split()
PIECES += ["\n", "\n  ", "\n    ", " ", "\t", "&a ", "!!str ", "\x85", "\u2028", "- ", "? "]


def read(text: str) -> Document:
    document, problems = load("a.yaml", text)
    assert document is not None
    assert problems == []
    return document


def found(text: str) -> list[tuple[str, int, int, int]]:
    problems = load("a.yaml", text)[1]
    return [(one.code, one.where.line, one.where.column, one.length) for one in problems]


@pytest.mark.parametrize("entry", EXAMPLES, ids=lambda one: one.code)
def test_bad_example_gives_its_code_alone(entry: Code) -> None:
    assert [one.code for one in load("a.yaml", entry.bad)[1]] == [entry.code]


@pytest.mark.parametrize("entry", SOURCE_CODES, ids=lambda one: one.code)
def test_good_example_is_without_problems(entry: Code) -> None:
    read(entry.good)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: 1\n\tb: 2\n", ("TN103", 2, 1, 1)),
        ("a: x\ntitle: Kickoff: first call\n", ("TN104", 2, 8, 19)),
        ("a: 1\ntitle:Foo\nb: 2\n", ("TN105", 2, 1, 6)),
        ("a: {by:15}\n", ("TN105", 1, 5, 5)),
        ('a: 1\nb: "open\nc: 2\n', ("TN106", 2, 4, 5)),
        ("a: [1, 2\nb: 3\n", ("TN107", 1, 4, 1)),
        ("a: `x`", ("TN108", 1, 4, 3)),
        ("a: %x", ("TN108", 1, 4, 2)),
        ("when: >= 5\n", ("TN108", 1, 7, 4)),
        ("a: {{ x }} y\n", ("TN109", 1, 4, 9)),
        ("a: {{ x }}\n", ("TN109", 1, 4, 7)),
        ("- {{ x | default('a') }}\n", ("TN109", 1, 3, 22)),
        ("a:\n   b: 1\n  c: 2\n", ("TN110", 3, 3, 4)),
        ("a: 1\nfoo\nb: 2\n", ("TN113", 2, 1, 3)),
        ("a: 'it's'\n", ("TN114", 1, 8, 2)),
        ('a: "open\nb: x == "y"\n', ("TN114", 1, 4, 5)),
    ],
)
def test_syntax_error_is_one_problem_at_its_cause(
    text: str, place: tuple[str, int, int, int]
) -> None:
    assert found(text) == [place]


def test_problems_above_a_syntax_error_are_kept() -> None:
    assert [code for code, *_ in found("a: 1\na: 2\nb: c: d\n")] == ["TN120", "TN104"]


def test_duplicate_key_names_both_lines_and_keeps_the_first() -> None:
    document, problems = load("a.yaml", "due: 1d\ntask: x\ndue: 2d\n")
    assert document is not None
    assert document.value == {"due": "1d", "task": "x"}
    assert (
        problems[0].message == '"due" appears twice in one mapping: on line 1 and again on line 3.'
    )


def test_unknown_alias_names_the_nearest_anchor() -> None:
    _, problems = load("a.yaml", "a: &owner x\nb: *ownr\n")
    assert problems[0].remedy.startswith("Did you mean *owner?")


@pytest.mark.parametrize(
    ("count", "codes"), [(50, []), (51, ["TN126"])], ids=["at the limit", "above"]
)
def test_alias_limit(count: int, codes: list[str]) -> None:
    text = f"a: &a 1\nb: [{', '.join(['*a'] * count)}]"
    assert [code for code, *_ in found(text)] == codes


@pytest.mark.parametrize(("depth", "codes"), [(40, []), (41, ["TN125"]), (50_000, ["TN125"])])
def test_depth_limit(depth: int, codes: list[str]) -> None:
    assert [code for code, *_ in found("[" * depth + "]" * depth)] == codes


@pytest.mark.parametrize(("count", "codes"), [(19_999, []), (20_000, ["TN127"])])
def test_value_limit(count: int, codes: list[str]) -> None:
    assert [code for code, *_ in found("[" + "1," * count + "]")] == codes


def test_size_limit_counts_bytes() -> None:
    assert found("#" * MAX_BYTES) == []
    assert found("é" * (MAX_BYTES // 2 + 1)) == [("TN101", 1, 1, 1)]


@given(st.text(max_size=300))
@settings(max_examples=300)
def test_load_never_raises(text: str) -> None:
    check_reading(text)


@given(st.lists(st.sampled_from(PIECES), max_size=40))
@settings(max_examples=600)
def test_load_never_raises_on_yaml_like_text(pieces: list[str]) -> None:
    check_reading("".join(pieces))


def check_reading(text: str) -> None:
    document, problems = load("a.yaml", text)
    assert document is not None or any(one.severity == "error" for one in problems)
    lines = text.count("\n") + text.count("\r") + 1
    for one in problems:
        assert 1 <= one.where.line <= lines
        assert one.where.column >= 1
        assert one.length >= 1
        assert one.message
        assert one.remedy


def places(document: Document, path: tuple[str | int, ...]) -> tuple[str, str]:
    return str(document.where(path)), str(document.where(path, key=True))


def test_places_of_values_and_keys() -> None:
    document = read(
        "# top\nsteps:\n  - task: triage\n    ask: {risk: {one_of: [budget, 'value']}}\n"
    )
    assert places(document, ()) == ("a.yaml:2:1", "a.yaml:2:1")
    assert places(document, ("steps",)) == ("a.yaml:3:3", "a.yaml:2:1")
    assert places(document, ("steps", 0)) == ("a.yaml:3:5", "a.yaml:3:5")
    assert places(document, ("steps", 0, "task")) == ("a.yaml:3:11", "a.yaml:3:5")
    inner = ("steps", 0, "ask", "risk", "one_of", 1)
    assert places(document, inner) == ("a.yaml:4:35", "a.yaml:4:35")
    assert (document.length(inner), document.length(inner[:-2], key=True)) == (7, 4)


def test_missing_path_falls_back_to_its_nearest_parent() -> None:
    document = read("steps:\n  - task: triage\n")
    assert places(document, ("steps", 0, "due", "x")) == ("a.yaml:2:5", "a.yaml:2:5")
    assert places(document, ("steps", "x")) == ("a.yaml:2:3", "a.yaml:1:1")


def test_length_ends_with_the_line_and_leaves_comments_out() -> None:
    document = read("a: two words  # why\nb: [1,\n  2]\nc: |\n  x\nd:\n  e: 1\n")
    assert [document.length((key,)) for key in "abcd"] == [9, 3, 1, 1]


def test_alias_stands_where_it_is_written() -> None:
    document = read("a: &x {b: 1}\nc: *x\n")
    assert str(document.where(("c",))) == "a.yaml:2:4"
    assert str(document.where(("c", "b"))) == "a.yaml:1:11"


@pytest.mark.parametrize(
    "written",
    [
        "alpha beta GAMMA delta",
        "'alpha beta GAMMA delta'",
        '"alpha beta GAMMA delta"',
        "'it''s so GAMMA'",
        r'"a\tb \"c\" é GAMMA"',
        "&anchor alpha GAMMA",
        "|\n  alpha\n  beta GAMMA\n",
        "|2-\n    alpha\n  beta GAMMA\n",
        ">-\n  alpha\n  beta\n\n  x GAMMA\n",
        "alpha\n  beta\n  GAMMA",
        '"alpha\n  beta \\\n  GAMMA"',
    ],
)
def test_text_at_finds_the_typed_character(written: str) -> None:
    document = read(f"# first\nkey: {written}\n")
    offset = document.value["key"].index("GAMMA")
    place = document.text_at(("key",), offset)
    assert document.lines.line(place.line)[place.column - 1 :].startswith("GAMMA")


@pytest.mark.parametrize(
    ("written", "line", "column"),
    [('"ab"', 1, 4), ("ab", 1, 4), ("|\n    ab", 2, 5), (">-\n\n  ab", 3, 3)],
)
def test_scalar_start_is_the_first_character_of_the_content(
    written: str, line: int, column: int
) -> None:
    place = read(f"k: {written}\n").scalar_start(("k",))
    assert (place.line, place.column) == (line, column + (written[0] == '"'))


def test_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    document = read("\ufeffa: 1\r\nb: |\r\n  x\r\n  y\r\n")
    assert (document.value, str(document.where(("b",), key=True))) == (
        {"a": 1, "b": "x\ny\n"},
        "a.yaml:2:1",
    )


def test_empty_file_has_no_value_and_no_problem() -> None:
    assert read("# nothing yet\n").value is None
    assert str(read("").where(("a",))) == "a.yaml:1:1"


def test_load_path_names_files_from_the_workspace_root(tmp_path: Path) -> None:
    (tmp_path / "playbooks").mkdir()
    path = tmp_path / "playbooks" / "a.yaml"
    path.write_bytes(b"title: caf\xe9\n")
    _, problems = load_path(path, root=tmp_path)
    assert [(one.code, str(one.where)) for one in problems] == [("TN100", "playbooks/a.yaml:1:1")]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [("a.yaml", None, "TN100"), ("a.yaml", b"#" * (MAX_BYTES + 1), "TN101"), (".", None, "TN100")],
    ids=["missing", "too large", "folder"],
)
def test_load_path_refuses(tmp_path: Path, name: str, content: bytes | None, code: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    document, problems = load_path(tmp_path / name, root=tmp_path)
    assert (document, [one.code for one in problems]) == (None, [code])


def test_a_file_costs_little_to_read() -> None:
    step = "  - task: t{}\n    title: '{{ account.name }}'\n    due: 1d\n    ask: [b, {c: d}]\n"
    text = "steps:\n" + "".join(step.replace("{}", str(number)) for number in range(25))
    assert calls_of(lambda: read(text)) < 10_000
