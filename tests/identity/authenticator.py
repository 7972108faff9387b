"""A security key in software: it signs what a browser would let it sign, and whatever a test makes it say."""

import base64
import hashlib
import json
import secrets
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ORIGIN = "http://localhost:8000"


def b64(value):
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _cbor(value):
    """Encode just what an attestation needs: small integers, bytes, text, maps."""
    if isinstance(value, int):
        major, number = (0, value) if value >= 0 else (1, -1 - value)
        return _head(major, number)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    return _head(5, len(value)) + b"".join(_cbor(k) + _cbor(v) for k, v in value.items())


def _head(major, number):
    if number < 24:
        return bytes([major << 5 | number])
    if number < 256:
        return bytes([major << 5 | 24, number])
    return bytes([major << 5 | 25]) + struct.pack(">H", number)


class Authenticator:
    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id, self.count = secrets.token_bytes(32), 0

    @property
    def credential(self):
        return b64(self.id)

    def _data(self, rp_id, flags, count, attested=b""):
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + struct.pack(">I", count) + attested

    def make(self, options, origin=ORIGIN, rp_id="localhost"):
        numbers = self.key.public_key().public_numbers()
        public = _cbor({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        data = self._data(rp_id, 0x45, self.count, attested)
        client = json.dumps({"type": "webauthn.create", "challenge": options["challenge"], "origin": origin}).encode()
        made = _cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({"clientDataJSON": b64(client), "attestationObject": b64(made)})

    def sign(self, options, origin=ORIGIN, rp_id="localhost", count=None, flags=0x05, kind="webauthn.get"):
        self.count = self.count + 1 if count is None else count
        data = self._data(rp_id, flags, self.count)
        client = json.dumps({"type": kind, "challenge": options["challenge"], "origin": origin}).encode()
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer({"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature)})

    def _answer(self, response):
        whole = {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response, "clientExtensionResults": {}}
        return json.dumps(whole)
