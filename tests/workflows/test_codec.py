"""The payload codec: what it writes it reads, under any of its keys and under no other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload

from engine.errors import PermanentError
from engine.settings import EncryptionKey
from workflows.codec import KEY_ID, LARGEST_BYTES, TenureCodec

OLD = EncryptionKey("old", b"o" * 32)
NEW = EncryptionKey("new", b"n" * 16)


def payload(data: bytes) -> Payload:
    return Payload(metadata={"encoding": b"json/plain"}, data=data)


@given(
    st.lists(st.binary(max_size=2000)),
    st.sampled_from([(), (OLD,), (NEW, OLD)]),
    st.integers(0, 2000),
)
async def test_what_is_encoded_is_decoded(
    contents: list[bytes], keys: tuple[EncryptionKey, ...], threshold: int
) -> None:
    codec = TenureCodec(keys, compress_from_bytes=threshold)
    payloads = [payload(content) for content in contents]
    assert await codec.decode(await codec.encode(payloads)) == payloads


async def test_small_payloads_stay_readable_and_large_ones_shrink() -> None:
    small, large = await TenureCodec().encode([payload(b"{}"), payload(b'{"a": 1}' * 500)])
    assert small == payload(b"{}")
    assert len(large.data) < 200


async def test_payloads_of_others_pass_through() -> None:
    foreign = Payload(metadata={"encoding": b"binary/other"}, data=b"x")
    assert await TenureCodec((OLD,)).decode([foreign, payload(b"1")]) == [foreign, payload(b"1")]


async def test_keys_are_rotated() -> None:
    (before,) = await TenureCodec((OLD,)).encode([payload(b"secret")])
    both = TenureCodec((NEW, OLD))
    (after,) = await both.encode([payload(b"secret")])
    assert (before.metadata[KEY_ID], after.metadata[KEY_ID]) == (b"old", b"new")
    assert b"secret" not in before.SerializeToString()
    assert await both.decode([before, after]) == [payload(b"secret")] * 2
    with pytest.raises(PermanentError, match="the key 'old', which is not configured"):
        await TenureCodec((NEW,)).decode([before])


async def test_a_wrong_key_and_a_changed_payload_are_refused() -> None:
    (sealed,) = await TenureCodec((OLD,)).encode([payload(b"secret")])
    with pytest.raises(PermanentError, match="cannot be decrypted with the key 'old'"):
        await TenureCodec((EncryptionKey("old", b"x" * 32),)).decode([sealed])
    sealed.data = sealed.data[:-1] + bytes([sealed.data[-1] ^ 1])
    with pytest.raises(PermanentError, match="cannot be decrypted"):
        await TenureCodec((OLD,)).decode([sealed])


async def test_a_compression_bomb_is_refused() -> None:
    (bomb,) = await TenureCodec().encode([payload(b"0" * (LARGEST_BYTES + 1))])
    with pytest.raises(PermanentError, match="damaged"):
        await TenureCodec().decode([bomb])
