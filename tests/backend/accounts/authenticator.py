"""A software authenticator: what the secure element of a phone does in a WebAuthn ceremony, with a key on the curve P-256."""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

_USER_PRESENT, _USER_VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


class Authenticator:
    """One credential of one account, asked through an app whose origin is ``origin``."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._id = secrets.token_bytes(32)
        self._count = 0
        self._user = ""

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to `navigator.credentials.create`."""
        asked = options["publicKey"]
        self._user = asked["user"]["id"]
        self._rp = asked["rp"]["id"]
        key = cbor.encode(dict(ES256.from_cryptography_key(self._key.public_key())))
        attested = bytes(16) + struct.pack(">H", len(self._id)) + self._id + key
        told = self._told("webauthn.create", asked["challenge"])
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(_ATTESTED, attested)}
        response = {"clientDataJSON": websafe_encode(told), "attestationObject": websafe_encode(cbor.encode(attestation))}
        return self._credential(response) | {"clientExtensionResults": {"credProps": {"rk": True}}}

    def show(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to `navigator.credentials.get`."""
        self._count += 1
        told = self._told("webauthn.get", options["publicKey"]["challenge"])
        data = self._data()
        signature = self._key.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": websafe_encode(told),
            "authenticatorData": websafe_encode(data),
            "signature": websafe_encode(signature),
            "userHandle": self._user,
        }
        return self._credential(response)

    def _credential(self, response: dict[str, Any]) -> dict[str, Any]:
        name = websafe_encode(self._id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}

    def _told(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _data(self, flags: int = 0, attested: bytes = b"") -> bytes:
        flags |= _USER_PRESENT | _USER_VERIFIED
        return hashlib.sha256(self._rp.encode()).digest() + bytes([flags]) + struct.pack(">I", self._count) + attested
