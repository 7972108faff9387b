"""A push service on this machine: https, decrypts as a browser would (RFC 8291), answers what it is told to."""

import base64
import http.server
import ssl
import struct
import subprocess
import threading
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from beteiligung.notifications.push import Device

BROWSER = ec.generate_private_key(ec.SECP256R1())
POINT = BROWSER.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
AUTH = bytes(range(16))


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def opened(body: bytes) -> bytes:
    """What the browser reads of a message."""
    salt, (_size, length) = body[:16], struct.unpack("!LB", body[16:21])
    sender, record = body[21 : 21 + length], body[21 + length :]
    shared = BROWSER.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
    secret = derived(shared, AUTH, b"WebPush: info\x00" + POINT + sender, 32)
    key, nonce = derived(secret, salt, b"Content-Encoding: aes128gcm\x00", 16), derived(secret, salt, b"Content-Encoding: nonce\x00", 12)
    text = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\x00")
    assert text.endswith(b"\x02")
    return text[:-1]


class PushService:
    """`got` are (path, what the browser reads, headers); `answers` are statuses by path, or "drop"; else 201."""

    def __init__(self, folder: Path) -> None:
        self.got: list[tuple[str, bytes, dict[str, str]]] = []
        self.answers: dict[str, int | str] = {}
        self.certificate = folder / "push.pem"
        made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        made += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        made += ["-keyout", str(self.certificate), "-out", str(folder / "push.crt")]
        subprocess.run(made, check=True, capture_output=True)
        with self.certificate.open("a") as file:
            file.write((folder / "push.crt").read_text())
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.got.append((self.path, opened(body), dict(self.headers)))
                answer = service.answers.get(self.path, 201)
                if isinstance(answer, int):
                    self.send_response(answer)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))

    def device(self, name: str) -> Device:
        return Device(f"https://localhost:{self.port}/{name}", encoded(POINT), encoded(AUTH))

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.shutdown()
        self.server.server_close()
