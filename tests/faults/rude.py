"""What clients can do to a web process: forms far too large, requests that are none, trickles, floods; and what came of it."""

import http.client
import socket
import threading
import time
from collections import Counter
from contextlib import suppress
from urllib.parse import urlencode

from sqlalchemy import insert
from sqlmodel import select

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.participation.models import Comment
from faults.load import Load, Place, get
from faults.trouble import Row


def large_forms(port: int, place: Place, megabytes: int, times: int) -> Row:
    """A form of so many megabytes, with its length said and without: refused, and the process takes no more memory for it."""
    survived = 0
    _account, cookie, csrf = place.people[0]
    for number in range(times):
        body = urlencode({"csrf": csrf, "text": "x" * (megabytes << 20)}).encode()
        head = f"POST {place.path}/kommentare HTTP/1.1\r\nHost: localhost\r\nCookie: sitzung={cookie}\r\n"
        head += "Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
        if number % 2:
            head += f"Content-Length: {len(body)}\r\n\r\n"
            parts = [body]
        else:
            head += "Transfer-Encoding: chunked\r\n\r\n"
            parts = [
                b"%x\r\n%s\r\n" % (len(piece), piece) for start in range(0, len(body), 65536) if (piece := body[start : start + 65536])
            ]
            parts.append(b"0\r\n\r\n")
        answer = raw(port, [head.encode(), *parts])
        survived += answer.startswith(b"HTTP/1.1 413") and b"Zeichen" in answer
    with reading() as session:
        stored = sum(len(one) > 4_000 for one in session.exec(select(Comment.text)).all())
    return Row(f"form of {megabytes} MB", times, survived, 0, stored, "413 and a sentence; nothing stored")


def raw(port: int, parts: list[bytes], timeout: float = 20) -> bytes:
    """Send bytes as they are; returns what came back until the end."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout) as connection:
        with suppress(OSError):  # it may have heard enough
            for part in parts:
                connection.sendall(part)
        with suppress(OSError):
            while part := connection.recv(65536):
                answer += part
    return answer


def long_thread(port: int, place: Place, number: int) -> Row:
    """One comment with so many replies: its pages stay as short as ever, and one more reply is taken and found by its link."""
    now = utcnow()
    with unit_of_work() as session:
        first = Comment(commitment_id=place.commitment_id, text="Wer hat Ideen?", created_at=now, reply_count=number)
        session.add(first)
        session.flush()
        base = {"commitment_id": place.commitment_id, "parent_id": first.id, "created_at": now, "additions": []}
        replies = [{**base, "reply_number": n, "text": f"Antwort {n}"} for n in range(1, number + 1)]
        session.execute(insert(Comment), replies)
        top = first.id
    _account, cookie, csrf = place.people[-1]
    load = Load(port, place)
    status = load.send(f"/kommentare/{top}/antworten", cookie, {"csrf": csrf, "text": "Noch eine Antwort."})
    with reading() as session:
        (last,) = session.exec(select(Comment).where(Comment.text == "Noch eine Antwort.")).all()
    pages = [get(port, f"/kommentare/{top}"), get(port, f"/kommentare/{last.id}"), get(port, f"{place.path}?kommentar={last.id}")]
    shown = [page.count("<article") for _status, page, _headers in pages]
    fine = status == 303 and last.reply_number == number + 1 and {one[0] for one in pages} == {200} and max(shown) < 120
    fine = fine and all("Noch eine Antwort." in page for _status, page, _headers in pages[1:])
    return Row(f"thread of {number:,} replies", 1, int(fine), note=f"at most {max(shown)} comments on a page")


MALFORMED = (
    b"\x00\x01\x02\x03\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: " + b"y" * 70_000 + b"\r\n\r\n",
    b"GET /%ff%fe%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nCookie: sitzung=\xff\xfe; ; =;;\r\nConnection: close\r\n\r\n",
    (
        b"POST /anmelden HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n"
        b"Connection: close\r\n\r\n%ff%zz=&&"
    ),
    b"POST /anmelden HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc",
    b"POST /anmelden HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1\r\nConnection: close\r\n\r\n{",
    b"POST /anmelden HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"BREW / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
)


def malformed(port: int, rounds: int) -> Row:
    """What no browser sends: an answer below 500 or an end of the connection, and the next reader is served."""
    survived = 0
    for part in MALFORMED * rounds:
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            connection.sendall(part)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            with suppress(OSError):
                while more := connection.recv(65536):
                    answer += more
        fine = not answer or (answer.startswith(b"HTTP/1.1 ") and answer[9:10] in (b"2", b"3", b"4"))
        assert fine, (part[:80], answer[:200])
        survived += fine
    assert get(port, "/")[0] == 200
    return Row("malformed requests", len(MALFORMED) * rounds, survived, note="answered below 500 or ended")


def slow_clients(port: int, path: str, number: int, seconds: float) -> Row:
    """Headers and bodies that trickle in: everybody else is served meanwhile, and an honest form goes through."""
    slow = []
    for one in range(number):
        connection = socket.create_connection(("127.0.0.1", port), 5)
        if one % 2:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX-")
        else:
            head = (
                "POST /anmelden HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 6000\r\n\r\nmail="
            )
            connection.sendall(head.encode())
        slow.append(connection)
    over = threading.Event()

    def trickle() -> None:
        while not over.wait(0.5):
            for connection in slow:
                with suppress(OSError):
                    connection.sendall(b"a")

    thread = threading.Thread(target=trickle, daemon=True)
    thread.start()
    served, longest, end = 0, 0.0, time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.monotonic()
        status, _page, _headers = get(port, f"{path}?x={served}")
        assert status == 200
        longest = max(longest, time.monotonic() - begun)
        served += 1
    over.set()
    thread.join()
    ended = 0
    for connection in slow:
        connection.setblocking(False)
        try:
            ended += connection.recv(1) == b""
        except BlockingIOError:
            pass
        except OSError:
            ended += 1
        connection.close()
    note = f"{served} pages were read meanwhile, the slowest in {1000 * longest:.0f} ms; {ended} were cut off by the web process itself"
    return Row("slow clients", number, number, note=note)


def sign_ins(port: int, number: int) -> Row:
    """So many requests for a sign-in mail from one network and for one address: the limits hold, and others get theirs."""
    answers: Counter[int] = Counter()

    def ask(mail: str, address: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": address}
        connection.request("POST", "/anmelden", urlencode({"mail": mail, "weiter": "/"}), headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        if answer.status == 429:
            assert "sehr viele Versuche" in body
            assert int(answer.getheader("Retry-After") or 0) > 0
        return answer.status

    for one in range(number):
        many = one % 2
        answers[ask(f"opfer-{one}@example.org" if many else "opfer@example.org", "198.51.100.7")] += 1
    others = [ask(f"nachbarin-{one}@example.org", f"203.0.113.{one}") for one in range(5)]
    assert answers[303] <= 105, answers
    assert set(others) == {303}
    return Row("sign-in attempts", number, answers[303] + answers[429], note=f"{answers[303]} let through; five others signed in meanwhile")
