"""A company, its API over real HTTP, and callers with tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from engine.effects.entities import EnrollmentId
from engine.errors import NotFound
from engine.services import tokens
from engine.services.runner import Runner, Standing
from engine.services.tokens import SCOPES
from engine.web.app import make_app
from engine.web.limits import Limiter
from tests.promises.company import Company
from tests.web.conftest import served


@dataclass
class Asked:
    """A runner that writes down what it was asked, as the shell is not under test here."""

    calls: list[tuple[str, str, str]] = field(default_factory=list)
    knows: bool = True

    def pause(self, enrollment: EnrollmentId, *, reason: str) -> Standing:
        return self._ask("pause", enrollment, reason)

    def resume(self, enrollment: EnrollmentId) -> Standing:
        return self._ask("resume", enrollment)

    def cancel(self, enrollment: EnrollmentId, *, reason: str, outcome: str = "") -> Standing:
        return self._ask("cancel", enrollment, reason)

    def _ask(self, what: str, enrollment: str, reason: str = "") -> Any:
        if not self.knows:
            raise NotFound(f"no run {enrollment}")
        self.calls.append((what, enrollment, reason))


@dataclass
class Api:
    """The API, and a caller of it."""

    company: Company
    client: httpx.Client
    runner: Asked
    tokens: dict[tuple[str, ...], str] = field(default_factory=dict)

    def token(self, *scopes: str) -> str:
        """A good token with these scopes; all by default."""
        given = scopes or tuple(SCOPES)
        if given not in self.tokens:
            name = f"t{len(self.tokens)}"
            _, written = tokens.create(
                self.company.database, name, given, by="ann", expires_at=None
            )
            self.tokens[given] = written
        return self.tokens[given]

    def call(
        self, method: str, path: str, json: Any = None, *, token: str | None = None, **more: Any
    ) -> httpx.Response:
        """Call with a token of all scopes, or the one given."""
        shown = self.token() if token is None else token
        headers = {"Authorization": f"Bearer {shown}"} if shown else {}
        headers |= more.pop("headers", {})
        return self.client.request(method, f"/api/v1{path}", json=json, headers=headers, **more)

    def get(self, path: str, **more: Any) -> Any:
        """Call with GET; it goes well."""
        answer = self.call("GET", path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, json: Any, **more: Any) -> Any:
        """Call with POST; it goes well."""
        answer = self.call("POST", path, json, **more)
        assert answer.is_success, answer.text
        return answer.json()

    def put(self, path: str, **fields: Any) -> Any:
        """Upsert; it goes well."""
        answer = self.call("PUT", path, {"fields": fields})
        assert answer.is_success, answer.text
        return answer.json()


@contextmanager
def open_api(company: Company, **given: Any) -> Iterator[Api]:
    """Serve the API of a company. Nobody is too fast, unless a test gives its own limiters."""
    runner = Asked()
    free = {"limiter": Limiter(burst=10_000), "callers": Limiter(burst=10_000)}
    known: Callable[[], Runner] = lambda: runner  # type: ignore[assignment, return-value]  # noqa: E731
    app = make_app(company.database, lambda: company.context, **{"runner": known, **free, **given})
    with served(app) as client:
        yield Api(company, client, runner)
