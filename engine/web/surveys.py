"""The pages behind a survey's links: look, answer, comment.

Opening a link answers nothing: the page posts the answer, by itself or by its button. Knows no
records: `engine.services.surveys` takes in what is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from engine.effects.context import Context
from engine.effects.links import SurveyLink, read_token
from engine.services import surveys
from engine.store.database import Database
from engine.web.limits import read_body
from engine.web.pages import page

MAX_COMMENT_CHARACTERS = 2000
_UNWRITTEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class SurveyPages:
    """The three endpoints, over one database and the workspace in force."""

    def __init__(self, database: Database, contexts: Callable[[], Context]) -> None:
        self._database = database
        self._contexts = contexts

    async def answer(self, request: Request) -> Response:
        """GET shows the answer and sends nothing; POST takes it in and says thank you."""
        if request.method != "POST":
            return await run_in_threadpool(self._show, request)
        await read_body(request)
        return await run_in_threadpool(self._take_answer, request)

    async def comment(self, request: Request) -> Response:
        """POST takes a comment in."""
        text = comment_in(await read_body(request))
        return await run_in_threadpool(self._take_comment, request, text)

    def _show(self, request: Request) -> Response:
        context, link = self._opened(request)
        asked = surveys.find(self._database, link)
        score = score_in(request, asked)
        return page(
            "answer",
            title="Your answer",
            brand=context.brand,
            score=score,
            low=asked.low,
            high=asked.high,
        )

    def _take_answer(self, request: Request) -> Response:
        context, link = self._opened(request)
        score = score_in(request, surveys.find(self._database, link))
        taken = surveys.answer(self._database, context, link, score)
        return page(
            "thanks",
            title="Thank you!",
            brand=context.brand,
            score=taken.score,
            first=taken.first,
            max_characters=MAX_COMMENT_CHARACTERS,
        )

    def _take_comment(self, request: Request, text: str) -> Response:
        context, link = self._opened(request)
        first = not text or surveys.comment(self._database, context, link, text)
        return page(
            "message",
            title="Thank you!",
            brand=context.brand,
            text="Your comment has arrived. You can close this page."
            if text and first
            else "We have what you told us. You can close this page.",
        )

    def _opened(self, request: Request) -> tuple[Context, SurveyLink]:
        context = self._contexts()
        token = request.path_params["token"]
        link = read_token(token, context.link_key, *context.old_link_keys)
        if link is None:
            raise HTTPException(404)
        return context, link


def score_in(request: Request, asked: surveys.Asked) -> int:
    """Return the score of the address; HTTPException 400 when the survey has no such answer."""
    written = request.path_params["score"]
    if not re.fullmatch(r"0|[1-9][0-9]?", written) or not asked.low <= int(written) <= asked.high:
        raise HTTPException(400)
    return int(written)


def comment_in(body: bytes) -> str:
    """Return the comment of a form, without what no keyboard writes; cut where it is too long.

    >>> comment_in(b"comment=+Good%00%0D%0Awork+")
    'Good\\nwork'
    """
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=8)
    except ValueError:
        raise HTTPException(400) from None
    text = fields.get("comment", [""])[0].replace("\r\n", "\n")
    return _UNWRITTEN.sub("", text).strip()[:MAX_COMMENT_CHARACTERS]
