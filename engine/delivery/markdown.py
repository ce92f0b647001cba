"""The Markdown of emails: which syntax is allowed, and its HTML.

Owns the parser (CommonMark and tables, no raw HTML, links only to the web and to mailboxes) and
the `{.button}` mark behind a link. Knows nothing of Jinja, layouts, brands or front matter; the
plain-text part is made from the same tokens by `plaintext.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from engine.errors import RunError

ALLOWED_SCHEMES = ("http", "https", "mailto")
BUTTON_MARK = "{.button}"
MOST_BUTTONS = 4
"""More in one row are a scale: narrow, side by side."""


class EmailMarkdown(MarkdownIt):
    """CommonMark as an email may use it."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False}, renderer_cls=_EmailHTML)
        self.enable(["table", "strikethrough"])
        self.disable(["html_block", "html_inline"])  # they would look at each line in vain
        self.inline.ruler.before("text", "button_mark", _button_mark)
        self.core.ruler.push("button_rows", _button_rows)

    def validateLink(self, url: str) -> bool:
        """Refuse the whole text: a refused link would reach the customer as raw Markdown."""
        scheme, colon, _ = url.partition(":")
        if colon and scheme.lower() in ALLOWED_SCHEMES:
            return True
        raise RunError(
            "An email links to something that is neither http, https nor mailto",
            remedy="Write the whole address, beginning with https:// or mailto:. If it comes "
            "from a variable, look at the account's value.",
        )


def parse(text: str) -> list[Token]:
    """Parse an email body; RunError when it holds a link of another kind.

    >>> [token.type for token in parse("[Go](https://example.com){.button}")]
    ['button_row']
    """
    return _PARSER.parse(text)


def check_links(text: str) -> None:
    """Refuse the links that `parse` refuses. Only a text that may hold one is parsed."""
    if _DOUBTFUL.search(text):
        parse(text)


def to_html(tokens: Sequence[Token]) -> str:
    """Render parsed Markdown; values that look like HTML stay text.

    >>> to_html(parse("Hi <b>*Ann*</b>"))
    '<p>Hi &lt;b&gt;<em>Ann</em>&lt;/b&gt;</p>\\n'
    """
    html: str = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return html


def _button_mark(state: StateInline, silent: bool) -> bool:
    """Swallow `{.button}` right behind a link and mark that link."""
    if not state.src.startswith(BUTTON_MARK, state.pos):
        return False
    if state.pending or not state.tokens or state.tokens[-1].type != "link_close":
        return False
    if not silent:
        opening = max(i for i, token in enumerate(state.tokens) if token.type == "link_open")
        state.tokens[opening].attrSet("class", "button")
    state.pos += len(BUTTON_MARK)
    return True


def _button_rows(state: StateCore) -> None:
    """Turn each paragraph that holds nothing but buttons into one `button_row` token."""
    tokens: list[Token] = []
    for token in state.tokens:
        tokens.append(token)
        if token.type == "paragraph_close" and _only_buttons(tokens[-2].children or []):
            inline = tokens[-2]
            row = Token("button_row", "", 0, children=inline.children, block=True, map=inline.map)
            tokens[-3:] = [row]
    state.tokens = tokens


def _only_buttons(children: Sequence[Token]) -> bool:
    depth, buttons = 0, 0
    for token in children:
        if token.type == "link_open":
            if token.attrGet("class") != "button":
                return False
            buttons += 1
        depth += token.nesting
        outside = depth == 0 and token.type != "link_close"
        if outside and token.type != "softbreak" and token.content.strip():
            return False
    return buttons > 0


class _EmailHTML(RendererHTML):
    """HTML that mail clients keep: buttons are table cells, since Outlook pads nothing else."""

    def button_row(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        cells, cell = [], []
        for token in tokens[idx].children or []:
            cell.append(token)
            if token.type == "link_close":
                start = next(i for i, one in enumerate(cell) if one.type == "link_open")
                cells.append(self.renderInline(cell[start:], options, env))
                cell = []
        if len(cells) > MOST_BUTTONS:
            return _scale(cells)
        gap = '<td class="button-gap">&nbsp;</td>'
        body = gap.join(f'<td class="button-cell">{link}</td>' for link in cells)
        return f'<table role="presentation" class="buttons"><tr>{body}</tr></table>\n'

    def table_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        tokens[idx].attrSet("class", "data")
        return self.renderToken(tokens, idx, options, env)


def _scale(cells: Sequence[str]) -> str:
    """A row of many short answers (a survey's): it fills the width, also on a phone."""
    width = f"{100 / len(cells):.2f}%"
    body = "".join(f'<td class="scale-cell" width="{width}">{link}</td>' for link in cells)
    return f'<table role="presentation" class="scale" width="100%"><tr>{body}</tr></table>\n'


_PARSER = EmailMarkdown()
_DOUBTFUL = re.compile(
    r"\](?:\(\s*<?(?!https?:|mailto:)|:)|<(?!https?:|mailto:)[a-z][\w+.-]*:", re.I
)
"""A link, a link's definition or an address in angle brackets that leads elsewhere, or might."""
