"""The sealed form of a backup, written and read as a stream. docs/operations.md describes the format.

A fresh X25519 key agrees with the recipient's public key on a key for this file alone (HKDF-SHA256), and AES-256-GCM seals
piece after piece: each knows its number and whether it is the last, so that nothing can be changed, swapped, repeated or cut
off unseen.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

__all__ = ["PIECE", "DamagedError", "Sealed", "key_id", "new_key", "opened", "read_private_key", "read_public_key"]

MAGIC = b"trabecula-backup-1\n"
PIECE = 2**16  # bytes of a piece before it is sealed
_TAG = 16
_RAW = 32
_INFO = b"trabecula-backup-1 file key"


class DamagedError(Exception):
    """This is no backup of ours, it is not for this key, or it is not as it was written. The message says which."""


class Sealed:
    """Writes sealed pieces to ``out``. Without ``close`` the file has no end, and is refused."""

    def __init__(self, out: BinaryIO, recipient: X25519PublicKey) -> None:
        once = X25519PrivateKey.generate()
        head = MAGIC + _raw(recipient) + _raw(once.public_key())
        self._seal = AESGCM(_file_key(once.exchange(recipient), head))
        self._out, self._head, self._waiting, self._number = out, head, bytearray(), 0
        out.write(head)

    def write(self, content: bytes) -> None:
        self._waiting += content
        # The last piece is held back: only at the end is it known to be the last.
        while len(self._waiting) > PIECE:
            self._write_piece(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]

    def close(self) -> None:
        self._write_piece(bytes(self._waiting), is_last=True)

    def _write_piece(self, piece: bytes, *, is_last: bool) -> None:
        self._out.write(self._seal.encrypt(_nonce(self._number, is_last=is_last), piece, self._head))
        self._number += 1


def opened(source: BinaryIO, key: X25519PrivateKey) -> Iterator[bytes]:
    """What was sealed, piece by piece, each checked before it is handed out. DamagedError where one is not as written."""
    head = source.read(len(MAGIC) + 2 * _RAW)
    if head[: len(MAGIC)] != MAGIC or len(head) != len(MAGIC) + 2 * _RAW:
        raise DamagedError("This is no backup of Trabecula.")
    recipient, once = head[len(MAGIC) : -_RAW], head[-_RAW:]
    if recipient != _raw(key.public_key()):
        meant = X25519PublicKey.from_public_bytes(recipient)
        raise DamagedError(f"This backup is for the key {key_id(meant)}, and this is {key_id(key.public_key())}.")
    seal = AESGCM(_file_key(key.exchange(X25519PublicKey.from_public_bytes(once)), head))
    number, piece = 0, source.read(PIECE + _TAG)
    while True:
        following = source.read(PIECE + _TAG)
        try:
            yield seal.decrypt(_nonce(number, is_last=not following), piece, head)
        except InvalidTag:
            raise DamagedError(f"The backup is damaged or was cut off, in or before piece {number + 1}.") from None
        if not following:
            return
        number, piece = number + 1, following


def new_key() -> tuple[str, str]:
    """A pair: the private key as PEM text, to be kept away from the server, and the public one for BACKUP_PUBLIC_KEY."""
    key = X25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return pem, base64.b64encode(_raw(key.public_key())).decode()


def read_public_key(text: str) -> X25519PublicKey:
    """Raises ValueError with a sentence where it is none."""
    try:
        return X25519PublicKey.from_public_bytes(base64.b64decode(text.strip(), validate=True))
    except (binascii.Error, ValueError):
        raise ValueError(
            "BACKUP_PUBLIC_KEY is no public key. Accepted: the line that manage.py backup_key printed, 44 characters."
        ) from None


def read_private_key(pem: bytes) -> X25519PrivateKey:
    """Raises ValueError with a sentence where it is none."""
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, X25519PrivateKey):
        raise ValueError(  # noqa: TRY004  it came from a file
            "The key file is no private key. Accepted: the PEM file that manage.py backup_key wrote."
        )
    return key


def key_id(key: X25519PublicKey) -> str:
    """A short name of a key, to tell keys apart by."""
    return hashlib.sha256(_raw(key)).hexdigest()[:12]


def _raw(key: X25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def _file_key(shared: bytes, head: bytes) -> bytes:
    # Bound to both public keys: they stand in the head.
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=hashlib.sha256(head).digest(), info=_INFO).derive(shared)


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
