"""One email from a template, today's values and a brand: subject, preheader, HTML, text.

Owns the order of the steps (Jinja, Markdown, layout, inlined CSS) and the plain-text frame. Knows
no recipients, no providers and no consent: a caller that needs an unsubscribe link passes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import css_inline
import jinja2
from markupsafe import Markup

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
    tokens = parse(body)
    page = _LAYOUTS.get_template("email.html").render(
        subject=subject,
        preheader=_one_line(preheader),
        body=Markup(to_html(tokens)),
        brand=brand,
        reason=reason,
        unsubscribe_url=unsubscribe_url,
    )
    return RenderedEmail(
        subject=subject,
        preheader=_one_line(preheader),
        html=_INLINER.inline(page),
        text=_text_part(to_text(tokens), brand, reason, unsubscribe_url),
    )


def _text_part(body: str, brand: Brand, reason: str, unsubscribe_url: str | None) -> str:
    footer = ["\n".join(brand.imprint), brand.footer, reason]
    if unsubscribe_url:
        footer.append(f"Unsubscribe: {unsubscribe_url}")
    return f"{body}\n\n-- \n" + "\n\n".join(part for part in footer if part) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())
