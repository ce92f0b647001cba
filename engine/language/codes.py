"""The catalogue of problem codes, and the documentation pages made from it.

Owns the gathering: each part of the language keeps its own entries beside its checks. A code that
two parts claim is refused, so that a page never has two meanings.
"""

from __future__ import annotations

import os
from pathlib import Path

from engine.language.checks.codes import CHECK_CODES
from engine.language.checks.group_codes import GROUP_CODES
from engine.language.code import Code
from engine.language.expressions.codes import EXPRESSION_CODES
from engine.language.schema.codes import SCHEMA_CODES
from engine.language.source_codes import SOURCE_CODES
from engine.language.story_codes import STORY_CODES
from engine.language.workspace.codes import WORKSPACE_CODES
from engine.language.workspace.health_codes import HEALTH_CODES

_CATALOGUES: tuple[tuple[Code, ...], ...] = (
    SOURCE_CODES,
    WORKSPACE_CODES,
    HEALTH_CODES,
    EXPRESSION_CODES,
    SCHEMA_CODES,
    CHECK_CODES,
    GROUP_CODES,
    STORY_CODES,
)


def all_codes() -> dict[str, Code]:
    """Return every code by its name, in order; `ValueError` when two entries share one.

    >>> all_codes()["TN120"].title
    'A key appears twice'
    """
    return gather(*_CATALOGUES)


def gather(*catalogues: tuple[Code, ...]) -> dict[str, Code]:
    """Join catalogues into one, sorted by code; `ValueError` when two entries share a code."""
    found: dict[str, Code] = {}
    for entry in sorted((one for part in catalogues for one in part), key=lambda one: one.code):
        if entry.code in found:
            raise ValueError(f"two catalogue entries share the code {entry.code}")
        found[entry.code] = entry
    return found


def docs_page(code: Code) -> str:
    """Return the Markdown page of one code.

    >>> docs_page(Code("TN1", "Bad", "It is bad.", "a: 1", "a: 2")).splitlines()[0]
    '# TN1: Bad'
    """
    parts = [
        f"# {code.code}: {code.title}",
        code.explanation,
        "## Gives this problem",
        _fenced(code.bad),
        "## Does not",
        _fenced(code.good),
    ]
    return "\n\n".join(parts) + "\n"


def write_docs(directory: str | os.PathLike[str]) -> list[str]:
    """Write one page per code and an index; return the names that changed, removed ones too."""
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    pages = {f"{code}.md": docs_page(entry) for code, entry in all_codes().items()}
    pages["index.md"] = _index()
    changed = []
    for name, page in pages.items():
        target = folder / name
        if not target.exists() or target.read_text(encoding="utf-8") != page:
            target.write_text(page, encoding="utf-8")
            changed.append(name)
    for stale in sorted(folder.glob("TN*.md")):
        if stale.name not in pages:
            stale.unlink()
            changed.append(stale.name)
    return changed


def _index() -> str:
    rows = [f"- [{entry.code}]({entry.code}.md): {entry.title}" for entry in all_codes().values()]
    return "# Problems\n\n" + "\n".join(rows) + "\n"


def _fenced(example: str) -> str:
    shown = "".join(
        letter if letter in "\n\t" or letter.isprintable() else "␀" for letter in example
    )
    fence = "~~~" if "```" in shown else "```"
    return f"{fence}\n{shown.rstrip()}\n{fence}"
