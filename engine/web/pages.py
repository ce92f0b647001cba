"""Pages as responses: HTML from `html/`, and the headers that keep browsers to what a page needs.

Everything a page loads is in the page: nothing is fetched from elsewhere, no cookie is set, and
scripts and styles run only with the response's own nonce. Knows no routes and no records.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

import jinja2
from starlette.responses import HTMLResponse

from engine.delivery.brand import Brand

_PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "html"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
"""Sent with every answer; pages add a content security policy."""


def page(
    name: str,
    *,
    title: str,
    brand: Brand | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> HTMLResponse:
    """Make a page from a template of `html/`; without a brand it wears none."""
    nonce = secrets.token_urlsafe(16)
    template = _PAGES.get_template(f"{name}.html")
    content = template.render(title=title, brand=brand, nonce=nonce, **values)
    policy = {"Content-Security-Policy": content_policy(nonce)}
    return HTMLResponse(content, status, {**HEADERS, **policy, **(headers or {})})


def content_policy(nonce: str) -> str:
    """Return what a page may do: its own style and script, and forms that come back here.

    >>> "frame-ancestors 'none'" in content_policy("x")
    True
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'nonce-{nonce}'",
            f"script-src 'nonce-{nonce}'",
            "img-src data:",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )
