"""What the API says when it does not do what it was asked: one shape, whatever was wrong.

Owns which error is which status. Says nothing of what was sent but the names of keys, and nothing
about us.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from engine.errors import Conflict, InputError, NotFound, RunError, TenureError, TransientError
from engine.web.pages import HEADERS

logger = logging.getLogger("web")
RETRY_AFTER_S = 5
LONGEST_NAME = 80
_NOT_TO_BE_SAID = re.compile(r"[^\s'\"]+@[^\s'\"]+|\btnr_[^\s'\"]+")
_SAID = {
    400: ("malformed", "The request cannot be read.", "Send one JSON object, in UTF-8."),
    401: (
        "unauthorized",
        "A good token is needed.",
        "Send `Authorization: Bearer tnr_…`; `tenure tokens create` makes one.",
    ),
    403: ("forbidden", "The token may not do this.", "Use one that has the scope."),
    404: ("not_found", "There is nothing here.", "See the OpenAPI document for the addresses."),
    405: ("method", "This address takes another method.", "See the header Allow."),
    408: ("timeout", "The request came too slowly.", "Send it again, in smaller parts."),
    413: ("too_large", "The request is too large.", "Send less at once."),
    415: (
        "content_type",
        "The request is not JSON.",
        "Send it with the header Content-Type: application/json.",
    ),
    429: ("rate", "Too many requests.", "Wait as long as Retry-After says; send facts in bulk."),
    500: ("internal", "Something went wrong on our side.", "Try again; then look into our log."),
    503: ("unavailable", "This cannot be answered right now.", "Try again soon."),
}


class Refusal(BaseModel):
    """Why a request was refused: a stable code, what is wrong, what to do."""

    code: str
    message: str
    remedy: str


def refuse(
    status: int,
    *,
    message: str = "",
    remedy: str = "",
    code: str = "",
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return the answer for a status; what is not given is what the status always says."""
    usual = _SAID.get(status, _SAID[500 if status >= 500 else 400])
    said = Refusal(
        code=code or usual[0],
        message=unsaid(message or usual[1]),
        remedy=unsaid(remedy or usual[2]),
    ).model_dump()
    again = {"Retry-After": str(RETRY_AFTER_S)} if status in (429, 503) else {}
    return JSONResponse(said, status, {**HEADERS, **again, **(headers or {})})


def unsaid(text: str) -> str:
    """Return a text without what looks like an email address or a token: an id that was sent may
    be one.

    >>> unsaid("there is no account ann@acme.example")
    'there is no account …'
    """
    return _NOT_TO_BE_SAID.sub("…", text).encode("utf-8", "replace").decode()


class Refused(HTTPException):
    """A request that is refused, with words of its own."""

    def __init__(self, status: int, message: str, remedy: str, *, code: str = "") -> None:
        super().__init__(status, message)
        self.remedy = remedy
        self.code = code


def on_http(request: Request, error: Exception) -> JSONResponse:
    """Answer what the framework or a gate refused."""
    assert isinstance(error, HTTPException)
    if isinstance(error, Refused):
        return refuse(
            error.status_code,
            message=error.detail,
            remedy=error.remedy,
            code=error.code,
            headers=error.headers,
        )
    return refuse(error.status_code, headers=error.headers)


def on_misfit(request: Request, error: Exception) -> JSONResponse:
    """Answer a request whose keys or values do not fit, with the first that does not."""
    assert isinstance(error, RequestValidationError)
    remedy = "See the OpenAPI document for what it takes."
    return refuse(422, code="input", message=said_of(error.errors()[0]), remedy=remedy)


def said_of(one: ErrorDetails) -> str:
    """Say what does not fit, never the value.

    >>> said_of({"loc": ("body", "facts"), "msg": "Field required", "type": "missing", "input": 1})
    'facts: field required'
    """
    places = [str(part)[:LONGEST_NAME] for part in one["loc"] if part not in ("body", "query")]
    message = one["msg"].removeprefix("Value error, ")
    where = ".".join(places) or "the request"
    return f"{where}: {message[:1].lower()}{message[1:]}"


def on_error(request: Request, error: Exception) -> JSONResponse:
    """Answer what the services raised, or what nobody foresaw."""
    if not isinstance(error, TenureError):
        return refuse(500)
    status = status_of(error)
    if status >= 500:
        logger.warning("a request could not be answered", exc_info=error)
    if status == 500:
        return refuse(500)
    return refuse(status, code=error.code, message=error.message, remedy=error.remedy)


def status_of(error: TenureError) -> int:
    """Return the status of one of our errors.

    >>> status_of(NotFound("there is no account acme"))
    404
    """
    match error:
        case NotFound():
            return 404
        case Conflict() | RunError():
            return 409
        case InputError():
            return 422
        case TransientError():
            return 503
    return 500
