"""Webhooks out: signed, sent once, and the same three errors as email."""

from __future__ import annotations

import json

import pytest

from engine.delivery.provider import UnclearSend
from engine.delivery.signing import verify
from engine.delivery.webhook import Reply, notify_chat, post
from engine.errors import InputError, PermanentError, TransientError
from tests.delivery.delivery_standins import HttpStandIn, unused_port


@pytest.fixture
def far():
    with HttpStandIn() as stand_in:
        yield stand_in


def call(url, **changed):
    given = {"secret": "s3cret", "key": "run-1/call/0", "timeout_s": 20.0, "now": lambda: 1.7e9}
    return post(url, b'{"a":1}', **{**given, **changed})


def test_post_is_signed_and_carries_its_key(far):
    assert call(far.url + "/hook") == Reply(200, "ok")
    [seen] = far.calls
    assert (seen.path, seen.body) == ("/hook", b'{"a":1}')
    assert seen.headers["idempotency-key"] == "run-1/call/0"
    signed = seen.headers["tenure-signature"]
    assert signed.startswith("t=1700000000,v1=")
    assert verify(signed, seen.body, ["s3cret"], now_s=1_700_000_200)


def test_without_secret_there_is_no_signature(far):
    call(far.url, secret=None)
    assert "tenure-signature" not in far.calls[0].headers


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (400, PermanentError),
        (410, PermanentError),
        (302, PermanentError),
        (307, PermanentError),
        (429, TransientError),
        (500, UnclearSend),
        ("accept-then-drop", UnclearSend),
        ("hang", UnclearSend),
    ],
)
def test_each_answer_has_its_error(far, answer, error):
    far.next_answers(answer)
    with pytest.raises(error) as caught:
        call(far.url + "/secret-path", timeout_s=1.0 if answer == "hang" else 20.0)
    assert "secret-path" not in f"{caught.value}"
    assert caught.value.__cause__ is None


def test_redirect_is_not_followed(far):
    far.next_answers(307)
    with pytest.raises(PermanentError):
        call(far.url)
    assert far.calls == []


def test_nobody_listening_is_transient():
    with pytest.raises(TransientError):
        call(f"http://127.0.0.1:{unused_port()}/")


@pytest.mark.parametrize(
    "url",
    ["", "ftp://x.example", "file:///etc/passwd", "x.example", "https://", "http://u:p@x.example"],
)
def test_other_urls_are_refused(url):
    with pytest.raises(InputError):
        call(url)


def test_chat_text_cannot_call_a_channel(far):
    notify_chat(far.url, "Müller <!channel> & Co", key="k")
    assert json.loads(far.calls[0].body) == {"text": "Müller &lt;!channel&gt; &amp; Co"}
