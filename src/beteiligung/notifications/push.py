"""Web Push: what a push service is sent (RFC 8030), encrypted for one device (RFC 8291, RFC 8188) and signed by us (RFC 8292).

The address of a push service comes from somebody's browser, so it may name any host. We speak https to public hosts only, at the
port of https, to the very address that was looked at, and follow no redirect.
"""

import base64
import binascii
import http.client
import ipaddress
import json
import os
import socket
import ssl
import struct
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from urllib.parse import SplitResult, urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_MOST_OF_A_STATUS_LINE = 200
SECONDS = 10.0
"""For each answer of a push service."""
KEPT = timedelta(days=1)
"""How long a push service keeps what a device that is off cannot take."""
PORTS = {443}
_NAT64, _LOCAL_NAT64 = ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48")
_RECORD = 4096
_MOST = 3000
"""Bytes of a text: what a push service must take (4096, RFC 8030), less what encryption adds."""


@dataclass(frozen=True)
class Device:
    """Where one browser takes push: the service's address, and its keys (base64url, 65 and 16 bytes)."""

    endpoint: str
    p256dh: str
    auth: str


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    """Return the bytes of base64url without padding. Raises ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("no base64url") from error


# Keys


@cache
def key_of(text: str) -> ec.EllipticCurvePrivateKey:
    """Return our own key from its 32 bytes in base64url, as `beteiligung push-key` prints it. Raises ValueError."""
    raw = _decode(text)
    if len(raw) != 32:
        raise ValueError("the key has 32 bytes")
    return ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())


def new_key() -> str:
    """Return a new key of our own, as base64url."""
    return _encode(ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32, "big"))


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def public_part(key: ec.EllipticCurvePrivateKey) -> str:
    """Return the public key as browsers want it (`applicationServerKey`, base64url)."""
    return _encode(_point(key.public_key()))


def is_device(device: Device) -> bool:
    """Whether a browser's words make sense: an https address without names in it, a point of the curve, 16 bytes."""
    try:
        _address(device.endpoint)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decode(device.p256dh))
        return len(_decode(device.auth)) == 16
    except ValueError:
        return False


# Encryption


def encrypt(text: bytes, device: Device, *, sender: ec.EllipticCurvePrivateKey | None = None, salt: bytes | None = None) -> bytes:
    """Return the body for a device (RFC 8291, section 4): header, one record. Raises ValueError for keys that are none.

    `sender` and `salt` are new for each message; given only where a test repeats the RFC's example.
    """
    if len(text) > _MOST:
        raise ValueError("too long for a push service")
    sender, salt = sender or ec.generate_private_key(ec.SECP256R1()), salt or os.urandom(16)
    theirs = _decode(device.p256dh)
    shared = sender.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
    ours = _point(sender.public_key())
    secret = _derive(shared, _decode(device.auth), b"WebPush: info\x00" + theirs + ours, 32)
    key = _derive(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derive(secret, salt, b"Content-Encoding: nonce\x00", 12)
    record = AESGCM(key).encrypt(nonce, text + b"\x02", None)  # 2: the last record
    return salt + struct.pack("!LB", _RECORD, len(ours)) + ours + record


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def authorization(endpoint: str, key: ec.EllipticCurvePrivateKey, subject: str, now: datetime) -> str:
    """Return the header that says who sends (RFC 8292): a JWT for the service's origin, good for twelve hours."""
    url = urlsplit(endpoint)
    claims = {"aud": f"{url.scheme}://{url.netloc}", "exp": int((now + timedelta(hours=12)).timestamp()), "sub": subject}
    signed = ".".join(_encode(json.dumps(part, separators=(",", ":")).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(key.sign(signed.encode("ascii"), ec.ECDSA(hashes.SHA256())))
    token = f"{signed}.{_encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
    return f"vapid t={token}, k={public_part(key)}"


# The way to a push service


def _address(endpoint: str) -> SplitResult:
    """Return an endpoint's parts. Raises ValueError for any that is not plain https at its own port."""
    url = urlsplit(endpoint)
    if url.scheme != "https" or not url.hostname or "@" in url.netloc or (url.port or 443) not in PORTS:
        raise ValueError("no address of a push service")
    if not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint or len(endpoint) > 1000:
        raise ValueError("no address of a push service")
    return url


def may_reach(address: str) -> bool:
    """Whether an IP address is one of the public internet: nothing of our own network, no multicast, no IPv4 in disguise."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inside = ip.ipv4_mapped or ip.sixtofour or (ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None)
        if ip in _LOCAL_NAT64 or (inside is not None and not may_reach(str(inside))):
            return False
    return ip.is_global and not ip.is_multicast


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Connection(http.client.HTTPSConnection):
    """Connects to an address that was looked at, so that a name cannot point elsewhere a moment later."""

    def connect(self) -> None:
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        reachable = [str(one[4][0]) for one in found if may_reach(str(one[4][0]))]
        if not reachable:
            raise OSError("no public address")
        plain = socket.create_connection((reachable[0], self.port), self.timeout)
        try:
            self.sock = _trust().wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


def _status(connection: http.client.HTTPSConnection) -> int:
    """Return the status of the answer, read within SECONDS in all: an endpoint is anybody's, and may send a byte now and then."""
    end, head = time.monotonic() + SECONDS, b""
    while b"\r\n" not in head and len(head) < _MOST_OF_A_STATUS_LINE:
        connection.sock.settimeout(max(0.01, end - time.monotonic()))
        more = connection.sock.recv(_MOST_OF_A_STATUS_LINE)
        if not more:
            break
        head += more
    return int(head.split(b" ", 2)[1])


def post(device: Device, text: bytes, topic: str, key: ec.EllipticCurvePrivateKey, subject: str, now: datetime) -> str:
    """Send to one device; returns sent, gone (the device takes no push any more), refused, deferred or unknown. Raises nothing.

    `topic` (32 characters at most, base64url) lets a service replace what it has not handed over yet.
    """
    try:
        url = _address(device.endpoint)
        body = encrypt(text, device)
    except ValueError:
        return "gone"
    headers = {
        "Authorization": authorization(device.endpoint, key, subject, now),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(int(KEPT.total_seconds())),
        "Topic": topic,
        "Urgency": "normal",
    }
    connection = _Connection(str(url.hostname), url.port or 443, timeout=SECONDS)
    try:
        connection.connect()
    except OSError:
        connection.close()
        return "deferred"
    try:
        path = url.path + (f"?{url.query}" if url.query else "")
        connection.request("POST", path or "/", body, headers)
        status = _status(connection)
    except (OSError, http.client.HTTPException, ValueError, IndexError):
        return "unknown"
    finally:
        connection.close()
    if 200 <= status < 300:
        return "sent"
    if status in (404, 410):
        return "gone"
    return "deferred" if status == 429 or status >= 500 else "refused"
