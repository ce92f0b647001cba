"""Signed calls of other systems: POST /hooks/<name>, as tenure.yaml lists them under `inbound`.

The same strict JSON, answers and refusals as the API; instead of a token, a signature. Whoever
cannot sign learns nothing: an unknown hook and a wrong signature are answered alike.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine.delivery.signing import HEADER, Unsigned
from engine.effects.context import Context
from engine.errors import InputError, TenureError
from engine.language.workspace.model import Inbound
from engine.services.calls import admit, take_call
from engine.web.api.bodies import check_json, read_json
from engine.web.api.facts import BULK_BYTES, counted, fact_answer
from engine.web.api.house import House
from engine.web.api.refusals import on_error, on_http, refuse
from engine.web.api.shapes.facts import MOST_FACTS
from engine.web.limits import Limiter, read_body
from engine.web.pages import HEADERS

logger = logging.getLogger("web")
Secrets = Callable[[Context], Mapping[str, tuple[str, ...]]]


class Hooks:
    """The one endpoint. `secrets` are asked at each call, by the hook's name."""

    def __init__(
        self, house: House, secrets: Secrets, *, callers: Limiter, strangers: Limiter
    ) -> None:
        self._house = house
        self._secrets = secrets
        self._callers = callers
        self._strangers = strangers

    def app(self) -> Starlette:
        """Return the application to mount."""
        app = Starlette(
            routes=[Route("/{name}", self.call, methods=["POST"])],
            exception_handlers={HTTPException: on_http, TenureError: on_error, Exception: on_error},
        )
        app.router.redirect_slashes = False
        return app

    async def call(self, request: Request) -> Response:
        """Take one call in: a fact, or {"facts": […]}; one answer for each."""
        body = await read_body(request, most_bytes=BULK_BYTES)
        try:
            hook, nonce = await run_in_threadpool(self._admitted, request, body)
        except Unsigned as error:
            return self._turned_away(request, error)
        if (wait_s := self._callers.wait_s(f"hook:{hook.name}")) > 0:
            return refuse(429, headers={"Retry-After": str(math.ceil(wait_s))})
        check_json(request)
        facts = facts_in(read_json(body))
        said = await run_in_threadpool(self._take, hook, nonce, facts)
        return JSONResponse(said, headers=dict(HEADERS))

    def _admitted(self, request: Request, body: bytes) -> tuple[Inbound, str]:
        context = self._house.context()
        name = request.path_params["name"]
        hook = next((one for one in context.workspace.inbound if one.name == name), None)
        secrets = self._secrets(context).get(name, ())
        if hook is not None and not secrets:
            logger.warning("the hook %s has no secret of 16 characters or more", hook.name)
        header = request.headers.get(HEADER, "")
        nonce = admit(self._house.database, name, header, body, secrets)
        if hook is None:  # no secrets, so nothing was admitted
            raise Unsigned("the signature does not fit")
        return hook, nonce

    def _turned_away(self, request: Request, error: Unsigned) -> Response:
        address = request.client.host if request.client else ""
        if (wait_s := self._strangers.wait_s(address)) > 0:
            return refuse(429, headers={"Retry-After": str(math.ceil(wait_s))})
        return refuse(401, code=error.code, message=error.message, remedy=error.remedy)

    def _take(self, hook: Inbound, nonce: str, facts: list[Any]) -> dict[str, Any]:
        house = self._house
        answers = take_call(house.database, house.contexts, hook, nonce, facts)
        return counted([fact_answer(one) for one in answers]).model_dump()


def facts_in(value: Any) -> list[Any]:
    """Return the facts of a call: one, or many under `facts`.

    >>> facts_in({"fact": "order.paid", "account": "acme"})
    [{'fact': 'order.paid', 'account': 'acme'}]
    """
    if not isinstance(value, dict):
        raise InputError("the call is not a JSON object", remedy="Send a fact, or many as facts.")
    if "facts" not in value:
        return [value]
    facts = value["facts"]
    if not isinstance(facts, list) or len(value) > 1:
        raise InputError("`facts` is not a list alone", remedy='Send {"facts": […]}.')
    if len(facts) > MOST_FACTS:
        raise InputError(f"more than {MOST_FACTS} facts", remedy="Send them in several calls.")
    return facts
