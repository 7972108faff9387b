"""The address to which mail servers post what came back."""

import pytest
from litestar.testing import TestClient

from beteiligung.settings import settings
from beteiligung.web.limits import limiter
from notifications.test_returns import about, paused, sent
from support import application

SECRET = "nur der Mailserver kennt dieses Wort, 40 Zeichen"


@pytest.fixture
def client(database):
    limiter.clear()
    with TestClient(application(), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def secret(monkeypatch):
    monkeypatch.setenv("BETEILIGUNG_RETURNS_SECRET", SECRET.replace(" ", "-"))
    settings.cache_clear()
    yield SECRET.replace(" ", "-")
    settings.cache_clear()


def test_a_mail_server_posts_a_bounce(database, secret, client):
    account, delivery = sent()
    for given, status in (("", 404), ("Bearer falsch", 404), ("Bearer ü", 404), (f"Bearer {secret}", 204)):
        answer = client.post("/haken/mail", content=about(delivery), headers={"Authorization": given.encode("latin-1")})
        assert answer.status_code == status
        assert paused(account) == ("bounce" if status == 204 else None)
    assert client.post("/haken/mail", content=b"x" * 5_000_000, headers={"Authorization": f"Bearer {secret}"}).status_code == 413


def test_without_a_secret_there_is_no_such_address(client):
    _account, delivery = sent()
    assert client.post("/haken/mail", content=about(delivery), headers={"Authorization": "Bearer None"}).status_code == 404
