"""The pages of the documentation as tests see them: fenced blocks, their marks, links, anchors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_FENCE = re.compile(r"^(```+|~~~+)(.*)$")
_MARK = re.compile(r"^<!-- (file|edit): (\S+) -->$")


@dataclass(frozen=True)
class Block:
    """A fenced block. `mark` is the comment on the line above it: what to do, to which file."""

    page: Path
    line: int
    language: str
    text: str
    mark: tuple[str, str] | None

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    """Every page of the documentation, README first; not the parts that pages are made of."""
    found = sorted(page for page in DOCS.rglob("*.md") if DOCS / "parts" not in page.parents)
    return [ROOT / "README.md", *found]


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    lines = page.read_text(encoding="utf-8").splitlines()
    number = 0
    while number < len(lines):
        opening = _FENCE.match(lines[number])
        if opening is None:
            number += 1
            continue
        end = lines.index(opening[1], number + 1)
        mark = _MARK.match(lines[number - 1])
        text = "\n".join(lines[number + 1 : end]) + "\n"
        yield Block(
            page, number + 1, opening[2].strip(), text, (mark[1], mark[2]) if mark else None
        )
        number = end + 1


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    text = page.read_text(encoding="utf-8")
    return re.sub(r"^(```+|~~~+).*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)


def links(page: Path) -> list[str]:
    """Where the links and pictures of a page lead."""
    text = re.sub(r"`[^`\n]*`", "", prose(page))
    return re.findall(r"\]\(([^()\s]+)\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as the usual renderers make them."""
    titles = re.findall(r"^#+ (.+)$", prose(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
