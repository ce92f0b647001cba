"""What leaves the house is well-formed, and nothing breaks out of a header."""

from __future__ import annotations

import pickle
from email import message_from_bytes
from email.policy import default

import pytest

from engine.delivery.provider import UnclearSend, to_mime, unsubscribe_headers
from engine.errors import InputError

LONG = "https://app.acme.example/u/" + "0123456789abcdef" * 9


def parsed(message):
    return message_from_bytes(to_mime(message).as_bytes(), policy=default)


def test_mime_is_text_first_then_html(message):
    mime = parsed(message())
    assert mime.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mime.iter_parts()] == ["text/plain", "text/html"]
    assert mime.get_body(("plain",)).get_content().splitlines() == ["Hallo Jörg", ".", ".dots stay"]
    assert mime["To"] == "Jörg Müller <joerg@customer.example>"
    assert mime["X-Tenure-Key"] == "run-1/welcome/0/c-7"


def test_key_of_any_letters_fits_its_header(message):
    sent = to_mime(message(key="run/Müller & Co"))
    assert b"X-Tenure-Key: run/M%C3%BCller%20&%20Co\r\n" in sent.as_bytes()


def test_mime_is_the_same_each_time(message):
    assert to_mime(message()).as_bytes() == to_mime(message()).as_bytes()


def test_message_id_depends_on_key_only(message):
    assert parsed(message(subject="x"))["Message-ID"] == parsed(message())["Message-ID"]
    assert message(key="other").message_id != message().message_id


def test_long_headers_survive(message):
    headers = unsubscribe_headers(LONG)
    sent = message(key="k" * 150, headers=headers, subject="Wörter " * 40)
    raw = to_mime(sent).as_bytes()
    assert f"List-Unsubscribe: <{LONG}>\r\n".encode() in raw
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert b"X-Tenure-Key: " + b"k" * 150 + b"\r\n" in raw
    assert parsed(sent)["Subject"] == ("Wörter " * 40)


def test_address_domain_becomes_ascii(message):
    assert (
        b"ann@xn--bcher-kva.example" in to_mime(message(to=("", "ann@bücher.example"))).as_bytes()
    )


def test_international_local_part_stays_itself(message):
    sent = message(to=("Jörg", "jörg@x.example"))
    assert "To: Jörg <jörg@x.example>\r\n".encode() in to_mime(sent).as_bytes()


def test_copies_leave_out_who_gets_it_anyway(message):
    cc = (("", "JOERG@customer.example"), ("A", "a@x.example"), ("B", "a@x.example"))
    assert message(cc=cc).copies == (("A", "a@x.example"),)


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": "Hi\r\nBcc: all@x.example"},
        {"subject": "Hi\u2028there"},
        {"sender": ("Ann\nX: y", "ann@x.example")},
        {"to": ("Ann", "ann@x.example\r\nRCPT TO:<b@x.example>")},
        {"to": ("Ann", "ann@x.example, b@x.example")},
        {"to": ("Ann", "ann")},
        {"to": ("Ann", f"ann@{'x' * 64}.example")},
        {"to": ("Ann", "ann@.example")},
        {"cc": (("Ann\n", "ann@x.example"),)},
        {"reply_to": "a b@x.example"},
        {"headers": {"List-Id": "a\nb"}},
        {"headers": {"Bcc": "a@x.example"}},
        {"headers": {"List-Id": "bücher"}},
        {"key": "a\nb"},
        {"key": ""},
        {"key": "k" * 901},
    ],
)
def test_message_refuses_what_would_break_out(message, fields):
    with pytest.raises(InputError) as caught:
        message(**fields)
    assert "x.example" not in str(caught.value)


def test_repr_shows_the_key_only(message):
    assert repr(message()) == "Message(key='run-1/welcome/0/c-7')"


def test_unclear_send_survives_pickling():
    error = pickle.loads(pickle.dumps(UnclearSend("gone", remedy="look")))
    assert (type(error), error.code, error.remedy) == (UnclearSend, "unclear", "look")
