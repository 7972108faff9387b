"""Uploads past a virus scanner: a small server that speaks clamd's protocol finds, passes, is away, is silent or talks nonsense."""

import socket
import struct
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beteiligung.catalogue.uploads import store_upload
from beteiligung.commands.doctor import _scanner
from beteiligung.errors import Invalid
from beteiligung.settings import SettingsError, load
from beteiligung.web.scanner import ScannerAway, _ask, check_clean
from conftest import forget_caches

EVIL = b"X5O!P%@AP-" + b"TEST"
"""Enough for our server; no scanner on this machine knows it."""


class Clamd(threading.Thread):
    """INSTREAM as clamd(8) has it; `says` is sent instead of an answer, None sends nothing at all."""

    def __init__(self, listener):
        super().__init__(daemon=True)
        self.listener, self.says, self.seen = listener, ..., []

    def run(self):
        while True:
            try:
                connection, _peer = self.listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                body = b""
                while size := struct.unpack("!I", stream.read(4))[0]:
                    body += stream.read(size)
                self.seen.append(body)
                if self.says is ...:
                    connection.sendall(b"stream: Test-Signature FOUND\0" if EVIL in body else b"stream: OK\0")
                elif self.says is not None:
                    connection.sendall(self.says)


@pytest.fixture(params=["tcp", "unix"])
def clamd(request, tmp_path, monkeypatch):
    if request.param == "tcp":
        listener = socket.create_server(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
    else:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(tmp_path / "clamd"))
        listener.listen()
        address = f"unix://{tmp_path / 'clamd'}"
    monkeypatch.setenv("BETEILIGUNG_CLAMD_URL", address)
    monkeypatch.setenv("BETEILIGUNG_VAR", str(tmp_path))
    monkeypatch.setenv("BETEILIGUNG_CLAMD_TIMEOUT", "2")
    forget_caches()
    server = Clamd(listener)
    server.start()
    yield server
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    monkeypatch.undo()
    forget_caches()


def test_what_it_finds_is_refused_and_nothing_kept(clamd, tmp_path):
    large = b"Ein Satz.\n" * 20_000
    assert store_upload(large, "a.txt").path.is_file()
    assert clamd.seen == [large]
    with pytest.raises(Invalid) as caught:
        store_upload(large + EVIL, "b.txt")
    assert "Virenscanner" in caught.value.fields["file"]
    assert len(list((tmp_path / "uploads").iterdir())) == 1
    assert [finding.level for finding in _scanner()] == ["ok"]


@pytest.mark.parametrize("says", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: OK but not quite\0", b"HTTP/1.1 200 OK"])
def test_without_its_word_nothing_is_taken(clamd, says):
    clamd.says = says
    with pytest.raises(ScannerAway) as caught:
        check_clean(b"harmlos")
    assert "Bitte versuchen Sie es" in caught.value.message
    assert [finding.level for finding in _scanner()] == ["fail"]


def test_a_scanner_that_is_away(tmp_path, monkeypatch):
    monkeypatch.setenv("BETEILIGUNG_CLAMD_URL", f"unix://{tmp_path}/nobody")
    forget_caches()
    with pytest.raises(ScannerAway):
        check_clean(b"harmlos")
    monkeypatch.undo()
    forget_caches()
    check_clean(EVIL)  # none is set


@pytest.mark.parametrize("address", ["clamd:3310", "http://x", "unix://", "tcp://", "tcp://h:port"])
def test_an_address_that_is_none(address, tmp_path):
    with pytest.raises(SettingsError):
        load({"BETEILIGUNG_MODE": "test", "BETEILIGUNG_VAR": str(tmp_path), "BETEILIGUNG_CLAMD_URL": address})


@given(st.binary(max_size=3_000))
def test_chunks_carry_the_file_unchanged(content):
    ours, theirs = socket.socketpair()
    peers = [theirs]

    class Once:
        def accept(self):
            if peers:
                return peers.pop(), None
            raise OSError

    server = Clamd(Once())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("beteiligung.web.scanner._connect", lambda _address: ours)
        patch.setattr("beteiligung.web.scanner._CHUNK", 700)
        server.start()
        answer = _ask("", content)
    server.join()
    assert (server.seen, answer) == ([content], "stream: OK")
