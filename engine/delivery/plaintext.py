"""The plain-text part of an email, written from its Markdown for people who read it as text.

Owns how headings, lists, tables, quotes and links look without markup. Knows only parsed Markdown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

_UNDERLINES = {"h1": "=", "h2": "-"}


def to_text(tokens: Sequence[Token]) -> str:
    """Write parsed Markdown as text, blocks divided by an empty line.

    A link that ends its line reads `text: url`; inside a sentence it reads `text <url>`, so that
    no punctuation sticks to the address.

    >>> from engine.delivery.markdown import parse
    >>> print(to_text(parse("# Hi\\n\\nRead [this](https://e.com/a), now.\\n\\n1. One\\n2. *Two*")))
    Hi
    ==
    <BLANKLINE>
    Read this <https://e.com/a>, now.
    <BLANKLINE>
    1. One
    2. Two
    """
    return _blocks(SyntaxTreeNode(tokens).children)


def _blocks(nodes: Sequence[SyntaxTreeNode], *, between: str = "\n\n") -> str:
    return between.join(block for node in nodes if (block := _block(node)))


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "heading":
            return _heading(node)
        case "bullet_list" | "ordered_list":
            return _list(node)
        case "blockquote":
            return _indent(_blocks(node.children), first="> ", rest="> ")
        case "fence" | "code_block":
            return _indent(node.content.rstrip("\n"), first="    ", rest="    ")
        case "hr":
            return "* * *"
        case "table":
            return _table(node)
        case "button_row":
            links = [child for child in node.children if child.type == "link"]
            return "\n".join(_link(link, last=True) for link in links)
        case _:
            return _inline(node.children)


def _heading(node: SyntaxTreeNode) -> str:
    text = _inline(node.children)
    line = _UNDERLINES.get(node.tag)
    return f"{text}\n{line * min(len(text), 72)}" if line else text


def _list(node: SyntaxTreeNode) -> str:
    start = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
    items = []
    loose = False
    for offset, item in enumerate(node.children):
        mark = "- " if start is None else f"{start + offset}. "
        paragraphs = [child for child in item.children if child.type == "paragraph"]
        loose = loose or any(not paragraph.hidden for paragraph in paragraphs)
        body = _blocks(item.children, between="\n\n" if loose else "\n")
        items.append(_indent(body, first=mark, rest=" " * len(mark)))
    return ("\n\n" if loose else "\n").join(items)


def _table(node: SyntaxTreeNode) -> str:
    rows = [
        [_inline(cell.children) for cell in row.children]
        for section in node.children
        for row in section.children
    ]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    rule = ["-" * width for width in widths]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [rows[0], rule, *rows[1:]]
    )


def _inline(nodes: Sequence[SyntaxTreeNode]) -> str:
    return "".join(_pieces(nodes)).strip()


def _pieces(nodes: Sequence[SyntaxTreeNode]) -> Iterator[str]:
    for position, node in enumerate(nodes):
        following = nodes[position + 1].type if position + 1 < len(nodes) else "end"
        match node.type:
            case "softbreak" | "hardbreak":
                yield "\n"
            case "link":
                yield _link(node, last=following in ("end", "softbreak", "hardbreak"))
            case "image":
                yield str(node.content)
            case "code_inline" | "text":
                yield node.content
            case _:
                yield "".join(_pieces(node.children))


def _link(node: SyntaxTreeNode, *, last: bool) -> str:
    url = str(node.attrs["href"])
    address = url.removeprefix("mailto:")
    text = _inline(node.children)
    if not text or text in (url, address):
        return address
    return f"{text}: {address}" if last else f"{text} <{address}>"


def _indent(text: str, *, first: str, rest: str) -> str:
    lines = text.split("\n")
    marks = [first] + [rest] * (len(lines) - 1)
    return "\n".join((mark + line).rstrip() for mark, line in zip(marks, lines, strict=True))
