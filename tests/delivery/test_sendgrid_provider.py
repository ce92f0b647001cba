"""SendGrid's request is what its API asks for, and only a 202 counts as accepted."""

from __future__ import annotations

import logging

import pytest

from engine.delivery.provider import UnclearSend
from engine.delivery.settings import from_settings
from engine.errors import PermanentError, TransientError
from tests.delivery.delivery_standins import SendGridStandIn


@pytest.fixture
def far():
    with SendGridStandIn() as stand_in:
        yield stand_in


def provider(far, patience_s=20):
    return from_settings(f"sendgrid://SG.key@default?host={far.url}&timeout={patience_s}")


def test_request_carries_the_ledger_key(far, message):
    cc = (("Boss", "boss@acme.example"), ("", "JOERG@customer.example"))
    sent = provider(far).send(
        message(cc=cc, reply_to="nadia@acme.example", headers={"List-Unsubscribe": "<https://x>"})
    )
    assert sent.provider_id == "sg-1"
    assert far.calls[0].headers["authorization"] == "Bearer SG.key"
    assert far.accepted == [
        {
            "personalizations": [
                {
                    "to": [{"email": "joerg@customer.example", "name": "Jörg Müller"}],
                    "cc": [{"email": "boss@acme.example", "name": "Boss"}],
                }
            ],
            "from": {"email": "nadia@acme.example", "name": "Nadia Csm"},
            "reply_to": {"email": "nadia@acme.example"},
            "subject": "Willkommen, Jörg",
            "content": [
                {"type": "text/plain", "value": "Hallo Jörg\n.\n.dots stay\n"},
                {"type": "text/html", "value": "<p>Hallo Jörg</p>"},
            ],
            "headers": {"List-Unsubscribe": "<https://x>", "X-Tenure-Key": "run-1/welcome/0/c-7"},
            "custom_args": {"tenure_key": "run-1/welcome/0/c-7"},
        }
    ]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (400, PermanentError),
        (401, TransientError),
        (403, TransientError),
        (413, PermanentError),
        (308, PermanentError),
        (408, TransientError),
        (429, TransientError),
        (500, UnclearSend),
        (503, UnclearSend),
        (200, UnclearSend),
        (302, UnclearSend),
        ("accept-then-drop", UnclearSend),
        ("hang", UnclearSend),
    ],
)
def test_each_answer_has_its_error(far, message, answer, error):
    far.next_answers(answer)
    with pytest.raises(error) as caught:
        provider(far, 1 if answer == "hang" else 20).send(message())
    assert type(caught.value) is error


def test_debug_logs_show_neither_key_nor_email(far, message, caplog):
    caplog.set_level(logging.DEBUG)
    provider(far).send(message())
    assert "SG.key" not in caplog.text
    assert "joerg" not in caplog.text
