"""The payload codec: compression above a size, AES-GCM when keys are configured.

Owns the form of stored payloads. A payload it did not write passes through, so that histories from
before it, or without it, can be read. Ids, names and search attributes are never covered.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from engine.errors import PermanentError
from engine.settings import EncryptionKey

ENCODING = "encoding"
KEY_ID = "tenure-key"
DEFLATED = b"binary/tenure-zlib"
ENCRYPTED = b"binary/tenure-aes-gcm"
NONCE_BYTES = 12
COMPRESS_FROM_BYTES = 512
LARGEST_BYTES = 64 * 1024 * 1024


class TenureCodec(PayloadCodec):
    """Compresses, then encrypts with the first key; decrypts with any of them."""

    def __init__(
        self, keys: Sequence[EncryptionKey] = (), *, compress_from_bytes: int = COMPRESS_FROM_BYTES
    ) -> None:
        self._keys = {key.id: AESGCM(key.key) for key in keys}
        self._first = keys[0].id if keys else None
        self._compress_from = compress_from_bytes

    async def encode(self, payloads: Iterable[Payload]) -> list[Payload]:
        """Compress what is large and gains by it, then encrypt all when there is a key."""
        return [self._encrypt(self._deflate(payload)) for payload in payloads]

    async def decode(self, payloads: Iterable[Payload]) -> list[Payload]:
        """Undo `encode`. Raises PermanentError for a key that is not configured, or a damaged
        payload."""
        return [self._inflate(self._decrypt(payload)) for payload in payloads]

    def _deflate(self, payload: Payload) -> Payload:
        if len(payload.data) < self._compress_from:
            return payload
        packed = zlib.compress(payload.SerializeToString(), level=6)
        if len(packed) >= len(payload.data):
            return payload
        return Payload(metadata={ENCODING: DEFLATED}, data=packed)

    def _inflate(self, payload: Payload) -> Payload:
        if payload.metadata.get(ENCODING) != DEFLATED:
            return payload
        unpacker = zlib.decompressobj()
        try:
            plain = unpacker.decompress(payload.data, LARGEST_BYTES)
        except zlib.error as error:
            raise _damaged() from error
        if not unpacker.eof:
            raise _damaged()
        return Payload.FromString(plain)

    def _encrypt(self, payload: Payload) -> Payload:
        if self._first is None:
            return payload
        nonce = os.urandom(NONCE_BYTES)
        name = self._first.encode()
        sealed = self._keys[self._first].encrypt(nonce, payload.SerializeToString(), _aad(name))
        return Payload(metadata={ENCODING: ENCRYPTED, KEY_ID: name}, data=nonce + sealed)

    def _decrypt(self, payload: Payload) -> Payload:
        if payload.metadata.get(ENCODING) != ENCRYPTED:
            return payload
        name = payload.metadata.get(KEY_ID, b"")
        cipher = self._keys.get(name.decode(errors="replace"))
        if cipher is None:
            raise PermanentError(
                f"a payload was encrypted with the key {name.decode(errors='replace')!r}, "
                "which is not configured",
                remedy="Add that key to TENURE_ENCRYPTION_KEYS; keep old keys after the first one.",
            )
        nonce, sealed = payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:]
        try:
            return Payload.FromString(cipher.decrypt(nonce, sealed, _aad(name)))
        except (InvalidTag, ValueError) as error:
            raise PermanentError(
                f"a payload cannot be decrypted with the key {name.decode()!r}",
                remedy="The key under this id is another one, or the payload was changed.",
            ) from error


def _aad(key_id: bytes) -> bytes:
    """What is authenticated beside the text: that it is ours, and which key it names."""
    return ENCRYPTED + b"/" + key_id


def _damaged() -> PermanentError:
    return PermanentError(
        "a compressed payload is damaged", remedy="It was changed after Tenure wrote it."
    )
