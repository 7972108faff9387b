"""As much of an IMAP server (RFC 3501) as reading a mailbox needs: mails, which of them are seen, TLS at once or by STARTTLS."""

import re
import socketserver
import ssl
import threading
from typing import Self


class ImapServer:
    """`mails` by number, `seen` numbers; `breaks` names a command at which the connection ends."""

    def __init__(self, context: ssl.SSLContext | None = None, *, at_once: bool = False) -> None:
        self.mails: dict[int, bytes] = {}
        self.seen: set[int] = set()
        self.breaks = ""
        self.clear: list[str] = []
        service = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.secure = False
                if at_once:
                    self.encrypt()
                self.say("* OK ready")
                while line := self.rfile.readline().decode().strip():
                    tag, _space, rest = line.partition(" ")
                    if not self.secure:
                        service.clear.append(rest)
                    if service.breaks and service.breaks in rest.upper():
                        return
                    self.answer(rest)
                    self.say(f"{tag} OK done")
                    if rest == "STARTTLS":
                        self.encrypt()

            def encrypt(self) -> None:
                assert context is not None
                self.connection = context.wrap_socket(self.connection, server_side=True)
                self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)
                self.secure = True

            def say(self, line: str) -> None:
                self.wfile.write(line.encode() + b"\r\n")

            def answer(self, rest: str) -> None:
                if rest == "CAPABILITY":
                    self.say(f"* CAPABILITY IMAP4rev1{' STARTTLS' if context else ''}")
                elif rest.startswith("SELECT"):
                    self.say(f"* {len(service.mails)} EXISTS")
                elif rest == "UID SEARCH UNSEEN":
                    self.say("* SEARCH " + " ".join(str(number) for number in sorted(set(service.mails) - service.seen)))
                elif found := re.match(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", rest):
                    raw = service.mails[int(found[1])][: int(found[2])]
                    self.wfile.write(f"* {found[1]} FETCH (UID {found[1]} BODY[]<0> {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")
                elif found := re.match(r"UID STORE (\d+) \+FLAGS\.SILENT \(\\Seen\)", rest):
                    service.seen.add(int(found[1]))

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port: int = self.server.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.shutdown()
        self.server.server_close()
