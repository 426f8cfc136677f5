"""What is sealed comes out as it went in, and nothing else comes out."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.backup import envelope
from backend.backup.envelope import PIECE, DamagedError

PEM, PUBLIC = envelope.new_key()
KEY = envelope.read_private_key(PEM.encode())
HEAD = len(envelope.MAGIC) + 64


def seal(content: bytes, step: int = PIECE) -> bytes:
    out = io.BytesIO()
    sealed = envelope.Sealed(out, envelope.read_public_key(PUBLIC))
    for start in range(0, len(content), step):
        sealed.write(content[start : start + step])
    sealed.close()
    return out.getvalue()


def unseal(sealed: bytes) -> bytes:
    return b"".join(envelope.opened(io.BytesIO(sealed), KEY))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
@pytest.mark.parametrize("step", [1 << 20, 7919])
def test_it_comes_out_as_it_went_in(size: int, step: int) -> None:
    content = bytes(n % 251 for n in range(size))
    sealed = seal(content, step)
    assert unseal(sealed) == content
    assert content[:64] not in sealed or size < 8


@settings(max_examples=40, deadline=None)
@given(place=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_no_bit_can_be_changed(place: int, bit: int) -> None:
    sealed = bytearray(SEALED)
    sealed[place % len(sealed)] ^= 1 << bit
    with pytest.raises(DamagedError):
        unseal(bytes(sealed))


SEALED = seal(b"x" * (2 * PIECE + 5))
WHOLE = PIECE + 16


@pytest.mark.parametrize(
    "changed",
    [
        SEALED[:-1],
        SEALED[: HEAD + 2 * WHOLE],
        SEALED[: HEAD + WHOLE],
        SEALED[:HEAD],
        SEALED[: HEAD - 1],
        SEALED + b"x",
        SEALED[:HEAD] + SEALED[HEAD + WHOLE : HEAD + 2 * WHOLE] + SEALED[HEAD : HEAD + WHOLE] + SEALED[HEAD + 2 * WHOLE :],
        SEALED[:HEAD] + SEALED[HEAD + WHOLE :],
        b"",
        b"PK" + SEALED,
    ],
    ids=["last byte", "last piece", "two pieces", "all", "head", "more", "swapped", "first piece", "empty", "another file"],
)
def test_nothing_can_be_cut_off_swapped_or_added(changed: bytes) -> None:
    with pytest.raises(DamagedError):
        unseal(changed)


def test_another_key_is_told_from_damage() -> None:
    other = envelope.read_private_key(envelope.new_key()[0].encode())
    with pytest.raises(DamagedError, match=r"This backup is for the key \w{12}, and this is \w{12}\."):
        list(envelope.opened(io.BytesIO(SEALED), other))


@pytest.mark.parametrize(
    "text", ["", "short", PUBLIC[:-4], PUBLIC + "AAAA", "é" * 44], ids=["empty", "short", "cut", "longer", "letters"]
)
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"BACKUP_PUBLIC_KEY is no public key. Accepted: "):
        envelope.read_public_key(text)


@pytest.mark.parametrize("pem", [b"", b"-----BEGIN", PUBLIC.encode()], ids=["empty", "begun", "public"])
def test_what_is_no_private_key_is_refused(pem: bytes) -> None:
    with pytest.raises(ValueError, match=r"The key file is no private key. Accepted: "):
        envelope.read_private_key(pem)
