"""A real SMTP server in a process of its own that fails by seeded chance: `smtp_server.py PORT ACCEPTED SEED MODES`.

ACCEPTED gets a line with the Message-ID of each mail the server has taken for good, written before its answer leaves, so that
the file is right also after kill -9. MODES is JSON, mode → chance: 421, 451, 550 (answers to the text), rcpt (550 to the
receiver), hang (after the text, no answer), drop (after the text, the connection ends). With the last two, one mail in two
was taken.
"""

import asyncio
import json
import os
import random
import signal
import sys
from email.parser import BytesHeaderParser
from pathlib import Path

from aiosmtpd.controller import Controller


class Moody:
    def __init__(self, accepted: Path, seed: str, modes: dict[str, float]) -> None:
        self.file = os.open(accepted, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.dice = random.Random(seed)
        self.modes = modes

    def mood(self, *names: str) -> str:
        thrown = self.dice.random()
        for name in names:
            thrown -= self.modes.get(name, 0)
            if thrown < 0:
                return name
        return ""

    def take(self, content: bytes) -> None:
        os.write(self.file, f"{BytesHeaderParser().parsebytes(content)['Message-ID'].strip()}\n".encode())

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.mood("rcpt"):
            return "550 5.1.1 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        mood = self.mood("421", "451", "550", "hang", "drop")
        if mood in ("421", "451", "550"):
            return f"{mood} not this time"
        if not mood or self.dice.random() < 0.5:
            self.take(envelope.content)
        if mood == "hang":
            await asyncio.sleep(3600)
        if mood == "drop":
            server.transport.abort()
        return "250 taken"


if __name__ == "__main__":
    port, accepted, seed, modes = sys.argv[1:5]
    Controller(Moody(Path(accepted), seed, json.loads(modes)), hostname="127.0.0.1", port=int(port)).start()
    signal.pause()
