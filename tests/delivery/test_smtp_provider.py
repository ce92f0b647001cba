"""SMTP on the wire: TLS verified, log-in, and the line that divides not sent from unclear."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from engine.delivery.catcher import Catcher
from engine.delivery.provider import UnclearSend
from engine.delivery.settings import from_settings
from engine.errors import PermanentError, TransientError


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A self-signed certificate for 127.0.0.1: its file, and the server's TLS context."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "catcher")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return folder / "cert.pem", context


@pytest.mark.parametrize(("scheme", "implicit"), [("smtp", False), ("smtps", True)])
def test_tls_and_login_work(certificate, message, scheme, implicit):
    file, context = certificate
    login = ("ann@acme", "p@ss:w/rd")
    with Catcher(tls=context, implicit_tls=implicit, login=login) as catcher:
        url = f"{scheme}://ann%40acme:p%40ss%3Aw%2Frd@127.0.0.1:{catcher.port}?ca={file}"
        from_settings(url).send(message())
        assert len(catcher.caught) == 1


@pytest.mark.parametrize(("scheme", "implicit"), [("smtp", False), ("smtps", True)])
def test_unknown_certificate_is_refused_before_anything_is_said(
    certificate, message, scheme, implicit
):
    with Catcher(tls=certificate[1], implicit_tls=implicit) as catcher:
        with pytest.raises(TransientError, match="SSLCertVerificationError"):
            from_settings(f"{scheme}://127.0.0.1:{catcher.port}").send(message())
        assert catcher.caught == []


def test_wrong_password_is_put_right_and_tried_again(certificate, message):
    file, context = certificate
    with Catcher(tls=context, login=("ann", "right")) as catcher:
        url = f"smtp://ann:hush@127.0.0.1:{catcher.port}?ca={file}"
        with pytest.raises(TransientError, match="535") as caught:
            from_settings(url).send(message())
        assert "hush" not in f"{caught.value}{caught.value!r}"


def test_login_is_not_optional(certificate, message):
    file, context = certificate
    with Catcher(tls=context, login=("ann", "right")) as catcher:
        with pytest.raises(TransientError, match="530"):
            from_settings(f"smtp://127.0.0.1:{catcher.port}?ca={file}").send(message())
        assert catcher.caught == []


def test_server_without_tls_is_not_spoken_to(message):
    with Catcher() as catcher:
        with pytest.raises(PermanentError, match="TLS"):
            from_settings(f"smtp://127.0.0.1:{catcher.port}").send(message())
        assert catcher.caught == []


@pytest.mark.parametrize(
    ("plan", "error"),
    [
        ("refuse-recipient", PermanentError),
        ("defer-recipient", TransientError),
        ("drop-before-data", TransientError),
        ("refuse-data", PermanentError),
        ("drop-after-data", UnclearSend),
        ("hang-after-data", UnclearSend),
    ],
)
def test_each_phase_has_its_error(message, plan, error):
    with Catcher() as catcher:
        catcher.misbehave(plan)
        url = f"smtp://127.0.0.1:{catcher.port}?tls=none"
        with pytest.raises(error):
            from_settings(f"{url}&timeout={2 if plan == 'hang-after-data' else 20}").send(message())
        assert len(catcher.caught) == (error is UnclearSend)
        from_settings(url).send(message())


@contextmanager
def scripted(*replies: bytes | None) -> Iterator[int]:
    """A server that reads a turn, then sends the next reply; None hangs up at that point."""

    def serve() -> None:
        with listener.accept()[0] as line, line.makefile("rwb") as stream:
            for reply in replies:
                if reply is None:
                    return
                stream.write(reply + b"\r\n")
                stream.flush()
                last = b".\r\n" if reply.startswith(b"354") else b""
                while (heard := stream.readline()) and last and heard != last:
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


HELLO, OK, GO = b"220 hi", b"250 ok", b"354 go"


@pytest.mark.parametrize(
    ("replies", "error"),
    [
        ((b"554 go away",), PermanentError),
        ((b"421 busy",), TransientError),
        ((None,), TransientError),
        ((b"HTTP/1.1 400 Bad Request",), TransientError),
        ((HELLO, OK, b"451 later"), TransientError),
        ((HELLO, OK, b"553 sender not allowed"), PermanentError),
        ((HELLO, OK, OK, OK, b"452 disk full"), TransientError),
        ((HELLO, OK, OK, OK, None), TransientError),
        ((HELLO, OK, OK, OK, GO, b"451 4.7.1 greylisted"), TransientError),
        ((HELLO, OK, OK, OK, GO, b"550 5.7.1 spam <joerg@customer.example>"), PermanentError),
        ((HELLO, OK, OK, OK, GO, None), UnclearSend),
        ((HELLO, OK, OK, OK, GO, b"what?"), UnclearSend),
        ((HELLO, OK, OK, OK, GO, b"354 go on"), UnclearSend),
    ],
)
def test_every_reply_is_read_for_what_it_says(message, replies, error):
    with scripted(*replies) as port:
        provider = from_settings(f"smtp://127.0.0.1:{port}?tls=none")
        with pytest.raises(error) as caught:
            provider.send(message())
        assert type(caught.value) is error
        assert "joerg" not in str(caught.value)


def test_connection_lost_on_goodbye_is_still_accepted(message):
    with scripted(HELLO, OK, OK, OK, GO, OK, None) as port:
        sent = from_settings(f"smtp://127.0.0.1:{port}?tls=none").send(message())
    assert sent.provider_id == message().message_id


def test_what_arrives_is_what_was_meant(message, tmp_path):
    with Catcher(directory=tmp_path) as catcher:
        cc = (("Boss", "boss@acme.example"),)
        from_settings(f"smtp://127.0.0.1:{catcher.port}?tls=none").send(message(cc=cc))
        [caught] = catcher.wait_for(1)
    assert caught.recipients == ("joerg@customer.example", "boss@acme.example")
    assert caught.part("plain").splitlines() == ["Hallo Jörg", ".", ".dots stay"]
    assert parsedate_to_datetime(caught.message["Date"]).tzinfo is not None
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "000001-willkommen-jorg.eml",
        "000001-willkommen-jorg.html",
    ]


def test_international_local_part_needs_and_uses_smtputf8(message):
    with Catcher() as catcher:
        provider = from_settings(f"smtp://127.0.0.1:{catcher.port}?tls=none")
        provider.send(message(to=("", "jörg@bücher.example")))
        assert catcher.caught[0].recipients == ("jörg@xn--bcher-kva.example",)
    with scripted(HELLO, OK, None) as port, pytest.raises(PermanentError):
        from_settings(f"smtp://127.0.0.1:{port}?tls=none").send(message(to=("", "jö@x.example")))
