"""One email from a template, today's values and a brand: subject, preheader, HTML, text.

Owns the order of the steps (Jinja, Markdown, layout, inlined CSS) and the plain-text frame. Knows
no recipients, no providers and no consent: a caller that needs an unsubscribe link passes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import css_inline
import jinja2
from markdown_it.token import Token
from markupsafe import Markup

from engine.delivery import gaps
from engine.delivery.brand import Brand
from engine.delivery.markdown import check_links, parse, to_html
from engine.delivery.plaintext import to_text
from engine.delivery.templates import Template
from engine.errors import RunError
from engine.language import texts

_LAYOUTS = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "layouts"),
    autoescape=True,
    auto_reload=False,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_INLINER = css_inline.CSSInliner(
    keep_style_tags=False,
    load_remote_stylesheets=False,
    apply_width_attributes=False,
)


@dataclass(frozen=True, slots=True)
class RenderedEmail:
    """What a customer's mail program gets. Holds personal data: never log it."""

    subject: str
    preheader: str
    html: str
    text: str


def render_email(
    template: Template,
    variables: Mapping[str, object],
    brand: Brand,
    *,
    unsubscribe_url: str | None = None,
    reason: str = "",
    words_only: bool = False,
) -> RenderedEmail:
    """Render a template; deterministic.

    `variables` are the names templates read (`account`, `contact`, `inputs`, …); `brand` (name,
    address) is added. `reason` is the footer's "why you get this", plain text. RunError when a
    value leaves the subject empty or makes a link that is neither http, https nor mailto. With
    `words_only` there is no HTML and no text part, where nobody will read them; what can go wrong
    goes wrong all the same.
    """
    values = {"brand": {"name": brand.name, "address": brand.address}, **variables}
    subject = _one_line(texts.render(template.subject, values, name=f"{template.name} (subject)"))
    if not subject:
        raise RunError(
            f"Template {template.name}: the subject is empty with this account's values",
            remedy="Write words around the variable, or give it a default.",
        )
    preheader = texts.render(template.preheader, values, name=f"{template.name} (preheader)")
    body = texts.render(template.body, values, markdown=True, name=template.name)
    if words_only:
        check_links(body)
        return RenderedEmail(subject, _one_line(preheader), "", "")
    head = Head(subject, _one_line(preheader), reason, brand, unsubscribe_url)
    html, written = from_mould(head, body, variables) or laid_out(head, parse(body))
    text = _text_part(written, brand, reason, unsubscribe_url)
    return RenderedEmail(subject, head.preheader, html, text)


class Head(NamedTuple):
    """What an email's page shows besides its body."""

    subject: str
    preheader: str
    reason: str
    brand: Brand
    unsubscribe_url: str | None


_GAPS = ("QxsubjectxQ", "QxpreheaderxQ", "QxreasonxQ")


def from_mould(head: Head, body: str, variables: Mapping[str, object]) -> tuple[str, str] | None:
    """Return the page and the plain text by way of those of an email that differs in plain words
    only; None where it cannot be so."""
    own = (head.subject, head.preheader, head.reason)
    if head.unsubscribe_url or gaps.is_odd(body) or not all(map(_is_plain, own)):
        return None
    pressed, words = gaps.taken_out(body, variables)
    subject, preheader, reason = (gap if text else "" for gap, text in zip(_GAPS, own, strict=True))
    try:
        mould = _mould(Head(subject, preheader, reason, head.brand, None), pressed)
    except RunError:
        return None  # laid out as it is, it says what is wrong
    if mould is None:
        return None
    page = gaps.put_back(mould[0], words)
    for gap, text in zip(_GAPS, own, strict=True):
        page = page.replace(gap, _as_text(text), 1)
    return page, gaps.put_back(mould[1], words)


@lru_cache(maxsize=256)
def _mould(head: Head, body: str) -> tuple[str, str] | None:
    """Lay out an email with gaps; None when a gap would mean more than the word in it."""
    tokens = parse(body)
    measured = any(token.type in ("heading_open", "table_open") for token in tokens)
    return None if measured or gaps.in_a_tag(to_html(tokens)) else laid_out(head, tokens)


def laid_out(head: Head, body: Sequence[Token]) -> tuple[str, str]:
    """Return the page and the plain text of a parsed body."""
    page = _LAYOUTS.get_template("email.html").render(
        subject=head.subject,
        preheader=head.preheader,
        body=Markup(to_html(body)),
        brand=head.brand,
        reason=head.reason,
        unsubscribe_url=head.unsubscribe_url,
    )
    return _INLINER.inline(page), to_text(body)


def _is_plain(text: str) -> bool:
    return text.isprintable() and not gaps.is_odd(text)


def _as_text(text: str) -> str:
    """Write a text as the inliner writes it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _text_part(body: str, brand: Brand, reason: str, unsubscribe_url: str | None) -> str:
    footer = ["\n".join(brand.imprint), brand.footer, reason]
    if unsubscribe_url:
        footer.append(f"Unsubscribe: {unsubscribe_url}")
    return f"{body}\n\n-- \n" + "\n\n".join(part for part in footer if part) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())
