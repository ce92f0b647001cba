"""What the peers' steps do: a ledger row, the effect and an audit line in one transaction each.

An email's intent is committed before the call, as in Tenure: an intent found by a later attempt may
have been sent, and is left to a person. Statements are written for this one job, so an account, its
champion and its CSM are read by one of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from psycopg import Connection
from psycopg_pool import ConnectionPool
from temporalio import activity

from bench.peers import mails
from engine.delivery.memory import MemoryProvider
from engine.delivery.provider import Message

TABLES = """
CREATE SCHEMA peer;
CREATE TABLE peer.ledger (
    key text PRIMARY KEY, run text NOT NULL, step text NOT NULL, status text NOT NULL,
    at timestamptz NOT NULL, recipient text, provider_id text
);
CREATE INDEX ON peer.ledger (run);
CREATE TABLE peer.tasks (
    id text PRIMARY KEY, run text NOT NULL, account text NOT NULL, assignee text NOT NULL,
    title text NOT NULL, checklist json NOT NULL, due date NOT NULL, status text NOT NULL
);
CREATE INDEX ON peer.tasks (run);
CREATE INDEX ON peer.tasks (assignee, due) WHERE status = 'open';
CREATE TABLE peer.audit (
    run text NOT NULL, step text NOT NULL, at timestamptz NOT NULL, what text NOT NULL,
    data json NOT NULL, PRIMARY KEY (run, step)
);
"""

_INTEND = """
INSERT INTO peer.ledger (key, run, step, status, at, recipient)
VALUES (%(key)s, %(run)s, %(step)s, %(status)s, %(at)s, %(recipient)s)
ON CONFLICT DO NOTHING
"""
_READ = """
SELECT a.fields, c.id, c.fields, u.id, u.name, u.email
FROM accounts a
JOIN users u ON u.id = a.csm
JOIN contacts c ON c.account = a.id AND c.role = 'champion'
WHERE a.id = %s
"""
_UNCLEAR = "UPDATE peer.ledger SET status = 'unknown' WHERE key = %s AND status = 'intent'"
_SENT = "UPDATE peer.ledger SET status = 'accepted', provider_id = %s WHERE key = %s"
_AUDIT = """
INSERT INTO peer.audit (run, step, at, what, data) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
_TASK = """
INSERT INTO peer.tasks (id, run, account, assignee, title, checklist, due, status)
VALUES (%s, %s, %s, %s, %s, %s, %s, 'open')
"""
_WITHDRAW = "UPDATE peer.tasks SET status = 'withdrawn' WHERE run = %s AND status = 'open'"
_SET = "UPDATE accounts SET fields = fields || %s::jsonb WHERE id = %s"

_JINJA = Environment(undefined=StrictUndefined, autoescape=False)
_JINJA_HTML = Environment(undefined=StrictUndefined, autoescape=True)
_SENDER = ("Bench Success", "success@bench.example")


@dataclass
class Step:
    """What every activity is asked: which step of which run, for whom."""

    run: str
    step: str
    account: str


@dataclass(frozen=True)
class _Mail:
    subject: Template
    html: Template
    text: Template

    @classmethod
    def of(cls, mail: mails.Mail) -> _Mail:
        html = mails.LAYOUT.replace("{{ body }}", mail.html)
        return cls(
            _JINJA.from_string(mail.subject),
            _JINJA_HTML.from_string(html),
            _JINJA.from_string(mail.text),
        )


@dataclass(frozen=True)
class _People:
    account: Mapping[str, Any]
    contact_id: str
    contact: Mapping[str, Any]
    csm_id: str
    csm_name: str
    csm_email: str

    def variables(self) -> dict[str, Any]:
        return {"account": self.account, "contact": self.contact, "csm_name": self.csm_name}


_MAILS = {name: _Mail.of(mail) for name, mail in mails.MAILS.items()}
_TITLE = _JINJA.from_string("Kickoff with {{ account.name }}")
_CHECKLIST = json.dumps(["Read the notes from sales", "Ask what they want to reach"])
_WORKING_DAYS = 2


class Work:
    """The activities, over one pool of connections. Called from many threads at once."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self.provider = MemoryProvider()

    def activities(self) -> list[Callable[..., Any]]:
        """Return all of them, for a worker."""
        return [
            self.send_email,
            self.notify_csm,
            self.set_adopting,
            self.hand_out,
            self.is_large,
            self.settle,
        ]

    @activity.defn
    def send_email(self, given: Step) -> str:
        """Send the step's email to the champion, in the CSM's name."""
        return self._send(given, lambda found: (found.contact_id, _champion(found)))

    @activity.defn
    def notify_csm(self, given: Step) -> str:
        """Send a note to the CSM."""
        return self._send(given, lambda found: (found.csm_id, (found.csm_name, found.csm_email)))

    @activity.defn
    def set_adopting(self, given: Step) -> None:
        """Set the account's lifecycle stage."""
        with self._pool.connection() as connection:
            if _intend(connection, given, "done"):
                connection.execute(_SET, ('{"lifecycle": "adopting"}', given.account))
                _audit(connection, given, "set", lifecycle="adopting")

    @activity.defn
    def hand_out(self, given: Step) -> None:
        """Put a task into the CSM's inbox."""
        with self._pool.connection() as connection:
            if not _intend(connection, given, "done"):
                return
            found = _read(connection, given.account)
            due = _working_days_from(datetime.now(UTC).date(), _WORKING_DAYS)
            row = (
                f"{given.run}:{given.step}",
                given.run,
                given.account,
                found.csm_id,
                _TITLE.render(found.variables()),
                _CHECKLIST,
                due,
            )
            connection.execute(_TASK, row)
            _audit(connection, given, "task", assignee=found.csm_id, due=due.isoformat())

    @activity.defn
    def is_large(self, given: Step) -> bool:
        """Say whether the account is large, and write down why."""
        with self._pool.connection() as connection:
            arr = _read(connection, given.account).account["arr"]
            large = bool(arr >= 10000)
            _audit(connection, given, "chose", arr=arr, taken=large)
        return large

    @activity.defn
    def settle(self, given: Step) -> None:
        """Take back what is still open."""
        with self._pool.connection() as connection:
            taken_back = connection.execute(_WITHDRAW, (given.run,)).rowcount
            _audit(connection, given, "settled", withdrawn=taken_back)

    def _send(self, given: Step, to: Callable[[_People], tuple[str, tuple[str, str]]]) -> str:
        key = f"{given.run}:{given.step}"
        with self._pool.connection() as connection:
            found = _read(connection, given.account)
            recipient, address = to(found)
            if not _intend(connection, given, "intent", recipient):
                connection.execute(_UNCLEAR, (key,))
                return "unknown"
        mail, variables = _MAILS[given.step], found.variables()
        message = Message(
            key=key,
            sender=(found.csm_name, _SENDER[1]),
            to=address,
            reply_to=found.csm_email,
            subject=mail.subject.render(variables),
            html=mail.html.render(variables),
            text=mail.text.render(variables),
        )
        accepted = self.provider.send(message)
        with self._pool.connection() as connection:
            connection.execute(_SENT, (accepted.provider_id, key))
            _audit(connection, given, "sent", recipient=recipient, template=given.step)
        return "accepted"


def _champion(found: _People) -> tuple[str, str]:
    return (str(found.contact["first_name"]), str(found.contact["email"]))


def _read(connection: Connection, account: str) -> _People:
    row = connection.execute(_READ, (account,)).fetchone()
    assert row is not None, account
    return _People(*row)


def _intend(connection: Connection, given: Step, status: str, to: str | None = None) -> bool:
    values = {
        "key": f"{given.run}:{given.step}",
        "run": given.run,
        "step": given.step,
        "status": status,
        "at": datetime.now(UTC),
        "recipient": to,
    }
    return connection.execute(_INTEND, values).rowcount == 1


def _audit(connection: Connection, given: Step, what: str, **data: Any) -> None:
    row = (given.run, given.step, datetime.now(UTC), what, json.dumps(data))
    connection.execute(_AUDIT, row)


def _working_days_from(day: date, days: int) -> date:
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day
