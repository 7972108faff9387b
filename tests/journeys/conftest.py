"""A running demonstration, started by the very command of the README, and a real browser."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from beteiligung.settings import ROOT

ARGUMENTS = [
    "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
START_SECONDS = 120


COMMAND = str(Path(sys.executable).parent / "beteiligung")
SIGN_IN_LINK = r"https?://\S+/anmelden/link/\S+"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


@dataclass
class Site:
    """A running installation: its address and its data directory."""

    url: str
    var: Path
    process: subprocess.Popen
    sessions: dict[str, Any] = field(default_factory=dict)
    """Cookies by address: an address may ask for five mails an hour only."""

    def mail_to(self, address: str, about: str = "", seconds: float = 40) -> str:
        """Return the text of the newest mail to an address that holds a pattern; waits for the worker to send it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for path in sorted((self.var / "mail").glob("*.eml"), key=lambda p: p.stat().st_mtime, reverse=True):
                message = message_from_bytes(path.read_bytes(), policy=policy.default)
                text = message.get_body(("plain",)).get_content() if address in str(message["To"]) else None
                if text is not None and re.search(about, text):
                    path.unlink()
                    return text
            time.sleep(0.1)
        raise AssertionError(f"no mail to {address} with {about!r}")

    def link_to(self, address: str) -> str:
        """Return the link of the newest mail for signing in; news that came meanwhile stay where they are."""
        return re.search(SIGN_IN_LINK, self.mail_to(address, SIGN_IN_LINK)).group()


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the demonstration in it, filled once for all workers of a run; sites begin with a copy."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    filled = shared / "demonstration"
    with FileLock(shared / "demonstration.lock"):
        if not filled.exists():
            env = {k: v for k, v in os.environ.items() if not k.startswith("BETEILIGUNG_")}
            env |= {"BETEILIGUNG_VAR": str(shared / "filling"), "BETEILIGUNG_MODE": "demo"}
            for step in ("migrate", "seed"):
                subprocess.run([COMMAND, step], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
            (shared / "filling").rename(filled)
    return filled


def start_site(var: Path, begin_with: Path | None = None, **extra: str) -> Site:
    """Start an installation in `var`: with a copy of a data directory, or from nothing."""
    if begin_with:
        shutil.copytree(begin_with, var, dirs_exist_ok=True)
    port = int(extra.get("PORT") or free_port())
    env = {k: v for k, v in os.environ.items() if not k.startswith("BETEILIGUNG_")}
    env |= {"PORT": str(port), "BETEILIGUNG_VAR": str(var), "BETEILIGUNG_MODE": "demo", **extra}
    process = subprocess.Popen([COMMAND, "run"], cwd=ROOT, env=env)
    end = time.monotonic() + START_SECONDS
    url = f"http://localhost:{port}"
    while not answers(f"{url}/health/ready"):
        assert process.poll() is None, "the command ended before the address answered"
        assert time.monotonic() < end, "the address did not answer"
        time.sleep(0.2)
    return Site(url, var, process)


def stop_site(site: Site) -> None:
    site.process.send_signal(signal.SIGINT)
    try:
        site.process.wait(20)
    except subprocess.TimeoutExpired:
        site.process.kill()
        site.process.wait()
        raise


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, demonstration: Path) -> Iterator[Site]:
    running = start_site(tmp_path_factory.mktemp("site"), demonstration)
    yield running
    stop_site(running)


def launch(playwright: Playwright) -> Browser:
    """Start the system's Chromium."""
    path = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    assert path, "The browser tests need Chromium: sudo apt-get install chromium"
    return playwright.chromium.launch(executable_path=path, chromium_sandbox=False, args=ARGUMENTS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def screens(request: pytest.FixtureRequest) -> Path:
    """Where screenshots go: var/screens of the checkout, for people to look at."""
    folder = ROOT / "var" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}


def open_context(browser: Browser, *, phone: bool = False, javascript: bool = True) -> BrowserContext:
    context = browser.new_context(viewport=PHONE if phone else DESKTOP, java_script_enabled=javascript, locale="de-DE", has_touch=phone)
    context.set_default_timeout(15_000)
    return context


def sign_in(page: Page, site: Site, address: str) -> None:
    """Sign in by the link of the mail, as a person would."""
    page.goto(f"{site.url}/anmelden")
    page.get_by_label("Ihre Mailadresse").fill(address)
    page.get_by_role("button", name="Mail zum Anmelden schicken").click()
    page.goto(site.link_to(address))
    page.get_by_role("button", name="Jetzt anmelden").click()


def sign_in_once(page: Page, site: Site, address: str) -> None:
    """Take up the session of an account that many journeys share; only the first asks for a mail."""
    if address in site.sessions:
        page.context.add_cookies(site.sessions[address])
    else:
        sign_in(page, site, address)
        page.wait_for_url(lambda url: "/anmelden" not in url)
        site.sessions[address] = page.context.cookies()


def welcome(page: Page, name: str) -> None:
    """Fill in the welcome page."""
    page.get_by_label("Ihr Anzeigename").fill(name)
    page.get_by_label("Ihr Geburtsjahr").fill("1951")
    page.get_by_label("Ich halte mich an die Regeln").check()
    page.get_by_role("button", name="Weiter").click()
