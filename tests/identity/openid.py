"""The independent OpenID provider of tests/openid, and a browser that walks through its own pages."""

import html
import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx

from beteiligung.settings import ROOT

HOME = "http://localhost:8000"
PEOPLE = {
    "anna": {
        "email": "anna@example.org", "email_verified": True, "name": "Anna B.", "given_name": "Anna", "family_name": "Beispiel",
        "birthdate": "1985-03-04", "acr_level": "substantial", "ags": "0999001",
    },
    "bert": {"email": "bert@example.org", "email_verified": False, "name": "Landratsamt", "acr_level": "low", "ags": "0999001"},
    "carla": {"email": "carla@example.org", "email_verified": True, "acr_level": "low", "ags": "0999001"},
}  # fmt: skip


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Sink:
    """A server that keeps the logout tokens which the provider sends."""

    def __init__(self):
        sink = self
        self.tokens = []
        self.came = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                sink.tokens.append(parse_qs(body)["logout_token"][0])
                self.send_response(200)
                self.end_headers()
                sink.came.set()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/logout"


class Provider:
    """oidc-provider on a port of its own; `start` anew means new keys and an empty memory."""

    def __init__(self):
        self.port, self.sink, self.process = free_port(), Sink(), None

    @property
    def issuer(self):
        return f"http://localhost:{self.port}"

    def start(self, **extra):
        self.stop()
        callbacks = [f"{HOME}/anmelden/anbieter/{key}/zurueck" for key in ("kreis", "zweiter")]
        env = {**os.environ, "PEOPLE": json.dumps(PEOPLE), "CALLBACKS": json.dumps(callbacks), "LOGOUT_SINK": self.sink.url, **extra}
        self.process = subprocess.Popen(
            [shutil.which("node"), "provider.mjs", str(self.port)],
            cwd=ROOT / "tests" / "openid", env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        end = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{self.issuer}/jwks", timeout=2).raise_for_status()
            except httpx.HTTPError:
                assert self.process.poll() is None, "the provider ended"
                assert time.monotonic() < end, "the provider does not answer"
                time.sleep(0.05)
            else:
                return self

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None


class Person:
    """Somebody with a browser at the provider, beside the one at our site."""

    def __init__(self, browser):
        self.ours = browser
        self.there = httpx.Client(timeout=10)

    def leave(self, key="kreis", weiter="/"):
        """Press the button on our page; return the address at the provider."""
        account = self.ours.get("/konto")
        csrf = self.ours.csrf() if account.status_code == 200 else ""
        answer = self.ours.post(f"/anmelden/anbieter/{key}", {"weiter": weiter, "csrf": csrf})
        assert answer.status_code == 200, answer.text
        return html.unescape(re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', answer.text)[1])

    def sign_in_there(self, url, login, *, agree=True):
        """Go through the provider's pages; return the address of ours to which it sends back."""
        answer = self.there.get(url)
        while True:
            while answer.is_redirect:
                url = urljoin(str(answer.url), answer.headers["location"])
                if url.startswith(HOME):
                    return url.removeprefix(HOME)
                answer = self.there.get(url)
            if "[ Cancel ]" in answer.text and not agree:
                answer = self.there.get(urljoin(str(answer.url), re.search(r'href="([^"]+/abort)"', answer.text)[1]))
                continue
            action = re.search(r'<form[^>]* action="([^"]+)"', answer.text)
            assert action, answer.text
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)[1]
            form = {"prompt": prompt, **({"login": login, "password": "x"} if prompt == "login" else {})}
            answer = self.there.post(urljoin(str(answer.url), html.unescape(action[1])), data=form)

    def come_back(self, path):
        return self.ours.get(path)

    def sign_in(self, login, key="kreis", weiter="/"):
        return self.come_back(self.sign_in_there(self.leave(key, weiter), login))


def query_of(path):
    return {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}


def providers_toml(issuer, more="", key="kreis"):
    return f"""
[{key}]
name = "Kreis-Konto"
issuer = "{issuer}"
client_id = "beteiligung"
client_secret = "not-a-secret-at-all-32-characters"
{more}

[{key}.claims]
municipality = "ags"
assurance = "acr_level"

[{key}.municipalities]
"0999001" = "musterkreis/musterstadt"

[{key}.residence]
levels = ["substantial", "high"]
"""
