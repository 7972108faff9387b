"""compose.yaml without containers: each service's very command is run here, and a resident's journey goes through them."""

import os
import re
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from email import message_from_bytes, policy
from html import unescape
from pathlib import Path

import httpx
import pytest
import yaml
from aiosmtpd.controller import Controller
from sqlalchemy import create_engine, make_url, text

from beteiligung.settings import QUEUES, ROOT
from conftest import POSTGRES, SERVERS

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service.get("build", {}).get("target") == "app"}
GIVEN = {"BASE_URL": "https://mitreden.example.org", "MAIL_FROM": "Beteiligung <mitreden@example.org>"}
"""What an operator writes into .env."""
PATH = "/werra-meissner/zusagen/werra-meissner-2026-061"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def filled(value):
    return re.sub(r"\$\{(\w+)(?::[-?][^}]*)?\}", lambda found: GIVEN[found[1]], value)


class Sink:
    """The county's mail server."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


class Visitor:
    """A browser behind the proxy: it speaks to any web process and keeps `__Host-` cookies, as over https."""

    def __init__(self, ports):
        self.ports, self.cookies, self.asked = ports, {}, 0

    def ask(self, method, path, data=None):
        port = self.ports[self.asked % len(self.ports)]  # each request may meet another process
        self.asked += 1
        headers = {"Host": "mitreden.example.org", "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
        headers |= {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        headers |= {"Origin": GIVEN["BASE_URL"]} if method == "POST" else {}
        answer = httpx.request(method, f"http://127.0.0.1:{port}{path}", headers=headers, data=data, timeout=20)
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            assert name.startswith("__Host-")
            assert "Secure" in line
            self.cookies[name] = value
        assert answer.status_code < 400, (method, path, answer.status_code)
        if answer.status_code in (302, 303):
            return self.ask("GET", answer.headers["location"].removeprefix(GIVEN["BASE_URL"]))
        return answer

    def send(self, page, action, **fields):
        """Send a form of a page with its hidden fields."""
        form = next(part for part in re.findall(r"<form.*?</form>", page.text, re.DOTALL) if f'action="{action}' in part)
        hidden = {
            unescape(re.search(r'name="([^"]*)"', tag)[1]): unescape((re.search(r'value="([^"]*)"', tag) or ["", ""])[1])
            for tag in re.findall(r'<input[^>]*type="hidden"[^>]*>', form)
        }
        return self.ask("POST", re.search(r'action="([^"]*)"', form)[1], {**hidden, **fields})


@pytest.fixture
def machine(tmp_path):
    """Return the environment of all services: databases of their own, keys and passwords in files as compose hands them over."""
    with ExitStack() as stack:
        url, broker = f"sqlite:///{tmp_path / 'beteiligung.sqlite3'}", f"filesystem://{tmp_path / 'broker'}"
        if SERVERS:
            name = f"beteiligung_test_{secrets.token_hex(6)}"
            server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
            with server.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            url = make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)

            def drop():
                with server.connect() as connection:
                    connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))

            stack.callback(drop)
            port = free_port()
            command = [word.replace("valkey-server", "redis-server") for word in SERVICES["broker"]["command"]]
            redis = subprocess.Popen([*command, "--port", str(port), "--dir", str(tmp_path)], stdout=subprocess.DEVNULL)
            stack.callback(redis.wait)
            stack.callback(redis.kill)
            broker = f"valkey://127.0.0.1:{port}/0"
        sink = Sink()
        controller = Controller(sink, hostname="127.0.0.1", port=free_port())
        controller.start()
        stack.callback(controller.stop)
        held = {
            "database_url": url, "smtp_url": f"smtp://127.0.0.1:{controller.port}",
            "secret_key": secrets.token_hex(32), "vote_key": secrets.token_hex(32),
        }  # fmt: skip
        for secret, value in held.items():
            (tmp_path / secret).write_text(value)
        environment = {}
        for key, value in OURS["web"]["environment"].items():
            environment[key] = filled(value).replace("/run/secrets/", f"{tmp_path}/")
        environment |= {
            "BETEILIGUNG_BROKER_URL": broker, "BETEILIGUNG_TRUSTED_PROXIES": "127.0.0.1", "BETEILIGUNG_VAR": str(tmp_path / "data"),
            "BETEILIGUNG_DOCUMENTS": str(tmp_path), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }  # fmt: skip
        (tmp_path / "data").mkdir()
        yield environment, sink


def start(stack, name, environment, **more):
    command = OURS[name]["command"]
    process = subprocess.Popen(command, cwd=ROOT, env={**environment, **more}, start_new_session=True)

    def end():
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    stack.callback(end)
    return process


def until(what, seconds=60):
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end
        time.sleep(0.1)
    return found


def answers(port):
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def test_a_resident_comes_signs_in_and_votes_through_the_very_commands(machine):
    environment, sink = machine
    subprocess.run(OURS["migrate"]["command"], cwd=ROOT, env=environment, check=True, capture_output=True, timeout=240)
    with ExitStack() as stack:
        ports = [free_port() for _ in range(OURS["web"]["deploy"]["replicas"])]
        for port in ports:
            start(stack, "web", environment, PORT=str(port))
        for name in OURS:
            if name not in ("web", "migrate"):
                start(stack, name, environment)
        until(lambda: all(map(answers, ports)))

        anna = Visitor(ports)
        assert "Zusagen" in anna.ask("GET", "/").text
        assert anna.cookies == {}
        page = anna.ask("GET", f"/anmelden?weiter={PATH}")
        anna.send(page, "/anmelden", mail="anna@example.org")
        mail = until(lambda: [mail for to, mail in sink.mails if to == ["anna@example.org"]], 90)[0]
        link = re.search(r"https://mitreden\.example\.org(/anmelden/link/\S+)", mail.get_body(("plain",)).get_content())[1]
        page = anna.send(anna.ask("GET", link), "/anmelden/link/")
        anna.send(page, "/konto/willkommen", display_name="Anna", birth_year="1951", terms="1")
        voted = anna.send(anna.ask("GET", PATH), f"{PATH}/stimme", choice="for")
        assert "Gespeichert. Sie sind dafür." in voted.text
        until(lambda: Path(environment["BETEILIGUNG_VAR"], "heartbeat").is_file(), 90)
        done = subprocess.run(["beteiligung", "doctor"], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
        done = subprocess.run(["beteiligung", "recount"], env=environment, capture_output=True, text=True, check=False)
        assert "0 tallies differ." in done.stdout


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_service_of_ours_may_do_little(name):
    service = OURS[name]
    assert service["user"].split(":")[0] != "0"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "ports" not in service


def test_every_image_has_a_version_and_every_part_its_health_check():
    images = [service["image"] for service in SERVICES.values()]
    images += re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert all(re.search(r":[^:]*\d", image) and not image.endswith("latest") for image in images)
    assert {name for name, service in SERVICES.items() if "healthcheck" in service} >= {"proxy", "web", "beat", "db", "broker"}


def test_every_queue_has_a_worker_and_there_is_one_beat():
    commands = [" ".join(service["command"]) for service in OURS.values()]
    assert sorted(q for c in commands for q in re.findall(r"--queues (\S+)", c)) == sorted(QUEUES)
    assert sum(command == "beteiligung beat" for command in commands) == 1


def test_what_the_image_takes_is_there():
    lines = [line for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines() if line.startswith("COPY ") and "--from" not in line]
    taken = [word for line in lines for word in shlex.split(line)[1:-1]]
    assert [word for word in taken if not (ROOT / word).exists()] == []
    assert {"migrations", "data", "worker", "src", "frontend"} <= set(taken)


def test_secrets_are_made_once_and_for_nobody_else(tmp_path):
    (tmp_path / "deploy").mkdir()
    script = tmp_path / "deploy" / "make-secrets"
    script.write_bytes((ROOT / "deploy" / "make-secrets").read_bytes())
    made = []
    for _ in range(2):
        subprocess.run(["sh", str(script)], check=True, capture_output=True)
        found = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
        assert set(found) == set(COMPOSE["secrets"])
        assert len({found["secret_key"], found["vote_key"], found["postgres_password"]}) == 3
        assert found["postgres_password"] in found["database_url"]
        made.append(found)
    assert made[0] == made[1]
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0
    assert all(name in (tmp_path / ".env").read_text() for name in GIVEN)
