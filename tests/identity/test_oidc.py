"""Signing in through a real, independent provider: oidc-provider, by its own pages."""

import time

import pytest
from sqlmodel import select

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.identity import oidc
from beteiligung.identity.models import Account, Draft, LoginSession, Residence, SignIn
from beteiligung.identity.oidc_models import IdentityLink, OidcArrival, OidcAttempt
from beteiligung.identity.session import cookie_name
from beteiligung.places.models import Region
from conftest import forget_caches
from identity.browsing import WELCOME, is_signed_in, known, rows
from identity.openid import Person, Provider, providers_toml, query_of
from support import make_account, make_municipality, make_region


@pytest.fixture(scope="module")
def running():
    provider = Provider().start()
    yield provider
    provider.stop()


@pytest.fixture
def provider(running, database, tmp_path, monkeypatch):
    """The provider, known to our settings as „kreis“."""
    path = tmp_path / "providers.toml"
    path.write_text(providers_toml(running.issuer), "utf-8")
    monkeypatch.setenv("BETEILIGUNG_OIDC_FILE", str(path))
    forget_caches()
    oidc.forget()
    with unit_of_work() as session:
        region = make_region(session, slug="musterkreis")
        make_municipality(session, region, slug="musterstadt", name="Musterstadt")
    yield running
    oidc.forget()


@pytest.fixture
def person(provider, browsers):
    return Person(browsers())


def test_the_sign_in_page_offers_the_provider(provider, browser):
    assert "Kreis-Konto" in browser.get("/anmelden").text


def test_somebody_new_signs_in_with_a_verified_address(provider, person):
    answer = person.sign_in("anna", weiter="/so-funktioniert-es")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/konto/willkommen?weiter=")
    assert is_signed_in(person.ours)
    (account,), (link,) = rows(Account), rows(IdentityLink)
    assert (account.email, account.display_name) == ("anna@example.org", "Anna B.")
    assert (link.provider, link.subject, link.account_id) == ("kreis", "anna", account.id)


def test_a_vouched_residence_is_confirmed(provider, person):
    person.sign_in("anna")
    (residence,), (account,) = rows(Residence), rows(Account)
    assert residence.account_id == account.id
    assert account.municipality_id is not None
    assert "1985" not in str([row.model_dump() for row in rows(OidcArrival)])


def test_a_low_level_confirms_nothing(provider, person):
    person.sign_in("carla")
    assert rows(Residence) == []


def test_the_second_time_it_is_the_same_account_and_a_new_session(provider, person):
    person.sign_in("carla")
    first = {row.id for row in rows(LoginSession)}
    person.sign_in("carla")
    assert len(rows(Account)) == 1
    assert first.isdisjoint({row.id for row in rows(LoginSession)})
    assert len(rows(LoginSession)) == 1


def test_an_account_with_this_address_is_joined_only_by_mail_and_consent(provider, person):
    mine = known("carla@example.org")
    answer = person.sign_in("carla", weiter="/so-funktioniert-es")
    assert answer.headers["location"] == "/anmelden/verbinden"
    assert not is_signed_in(person.ours)
    assert "Zu dieser Mailadresse gibt es schon ein Konto" in person.ours.get("/anmelden/verbinden").text
    assert rows(IdentityLink) == []

    signed = person.ours.sign_in("carla@example.org", "/anmelden/verbinden")
    assert signed.headers["location"].startswith("/anmelden/verbinden")
    page = person.ours.get("/anmelden/verbinden")
    assert "Mit Kreis-Konto verbinden?" in page.text
    assert rows(IdentityLink) == []  # looking joins nothing
    done = person.ours.post("/anmelden/verbinden", {"answer": "yes", "csrf": person.ours.csrf("/anmelden/verbinden")})
    assert done.headers["location"] == "/so-funktioniert-es?meldung=verbunden"
    assert [(row.subject, row.account_id) for row in rows(IdentityLink)] == [("carla", mine)]
    person.ours.cookies.clear()
    assert person.sign_in("carla").headers["location"].startswith("/?meldung=angemeldet")


def test_somebody_else_signed_in_cannot_take_the_account_there(provider, person):
    known("other@example.org")
    known("carla@example.org")
    person.ours.sign_in("other@example.org")
    person.sign_in("carla")
    page = person.ours.get("/anmelden/verbinden").text
    assert "Verbinden lassen sich nur Konten mit derselben Adresse" in page
    answer = person.ours.post("/anmelden/verbinden", {"answer": "yes", "csrf": person.ours.csrf("/konto")})
    assert answer.status_code == 403
    assert rows(IdentityLink) == []


def test_saying_no_joins_nothing(provider, person):
    known("carla@example.org")
    person.sign_in("carla", weiter="/so-funktioniert-es")
    answer = person.ours.post("/anmelden/verbinden", {"answer": "no"})
    assert answer.headers["location"] == "/so-funktioniert-es"
    assert rows(OidcArrival) == rows(IdentityLink) == []


def test_an_unverified_address_counts_for_nothing(provider, person):
    person.sign_in("bert")
    assert rows(Account) == []
    (waiting,) = rows(OidcArrival)
    assert waiting.email is None
    person.ours.sign_in("berta@example.org", "/anmelden/verbinden")
    csrf = person.ours.csrf("/anmelden/verbinden")
    answer = person.ours.post("/anmelden/verbinden", {"answer": "yes", "csrf": csrf})
    assert answer.headers["location"].startswith("/konto/willkommen")
    (account,) = rows(Account)
    assert account.email == "berta@example.org"
    assert account.display_name is None  # „Landratsamt“ is no name for a person


def test_what_waits_belongs_to_one_browser(provider, person, browsers):
    known("carla@example.org")
    person.sign_in("carla")
    stranger = browsers()
    stranger.sign_in("carla@example.org")
    assert stranger.get("/anmelden/verbinden").headers["location"] == "/konto"


def test_parting_leaves_the_mail(provider, person):
    person.sign_in("carla")
    person.ours.post("/konto/willkommen", {**WELCOME, "csrf": person.ours.csrf("/konto/willkommen")})
    assert "Kreis-Konto: verbunden" in person.ours.get("/konto").text
    person.ours.post("/konto/anbieter/kreis/trennen", {"csrf": person.ours.csrf()})
    assert rows(IdentityLink) == []
    assert is_signed_in(person.ours)


def test_refusing_there_is_said_plainly(provider, person):
    back = person.sign_in_there(person.leave(), "anna", agree=False)
    answer = person.come_back(back)
    assert answer.status_code == 400
    assert "abgebrochen" in answer.text
    assert rows(Account) == []


def test_an_answer_works_once(provider, person):
    back = person.sign_in_there(person.leave(), "anna")
    assert person.come_back(back).status_code == 303
    person.ours.cookies.delete("sitzung")
    assert person.come_back(back).status_code == 400
    assert not is_signed_in(person.ours)


def test_an_answer_works_in_the_browser_that_left(provider, person, browsers):
    back = person.sign_in_there(person.leave(), "anna")
    stranger = browsers()
    assert stranger.get(back).status_code == 400
    known_browser = Person(stranger)
    known_browser.leave()  # has a cookie of its own now
    assert stranger.get(back).status_code == 400
    assert rows(Account) == []
    assert person.come_back(back).status_code == 303


def test_a_code_of_another_attempt_is_refused(provider, person):
    """Code injection: the verifier and the nonce of this attempt do not fit the other's code."""
    stolen = query_of(person.sign_in_there(person.leave(), "anna"))["code"]
    mine = query_of(person.sign_in_there(person.leave(), "carla"))
    answer = person.come_back(f"/anmelden/anbieter/kreis/zurueck?code={stolen}&state={mine['state']}&iss={provider.issuer}")
    assert answer.status_code == 400
    assert rows(Account) == []


@pytest.mark.parametrize("iss", ["http://localhost:1", ""])
def test_a_response_of_another_issuer_is_refused(provider, person, iss):
    back = query_of(person.sign_in_there(person.leave(), "anna"))
    answer = person.come_back(f"/anmelden/anbieter/kreis/zurueck?code={back['code']}&state={back['state']}&iss={iss}")
    assert answer.status_code == 400
    assert rows(Account) == []


def test_state_nonce_and_verifier_are_not_in_the_database(provider, person):
    url = query_of(person.leave())
    kept = str([row.model_dump() for row in rows(OidcAttempt)])
    assert url["code_challenge_method"] == "S256"
    for secret in (url["state"], url["nonce"], oidc.verifier_of(url["state"])):
        assert secret not in kept


def test_keys_change_and_signing_in_goes_on(provider, person, monkeypatch):
    person.sign_in("carla")
    provider.start()  # new keys, and ours still in memory
    monkeypatch.setattr(oidc, "KEYS_AGAIN_AFTER", 0.0)
    assert person.sign_in("carla").status_code == 303
    assert len(rows(Account)) == 1


def test_signing_out_leads_to_the_provider(provider, person):
    person.sign_in("carla")
    person.ours.post("/konto/willkommen", {**WELCOME, "csrf": person.ours.csrf("/konto/willkommen")})
    answer = person.ours.post("/abmelden", {"csrf": person.ours.csrf()})
    assert f"{provider.issuer}/session/end?" in answer.text
    assert "client_id=beteiligung" in answer.text
    assert "id_token_hint=" not in answer.text  # this provider's tokens hold name and address, so they were not kept
    assert rows(LoginSession) == []
    assert not is_signed_in(person.ours)
    assert person.ours.get("/anmelden/abgemeldet").headers["location"] == "/?meldung=abgemeldet"


def test_at_a_kiosk_the_provider_forgets_the_person_too(provider, browsers):
    """Whoever comes next at the device must not be signed in by one press as whoever was there before."""
    with unit_of_work() as session:
        region = session.exec(select(Region)).one()
        make_account(session, email="amt@example.org", clerk_of=region)
    device = Person(browsers())
    device.ours.sign_in("amt@example.org")
    device.ours.post("/kiosk", {"region": "musterkreis", "do": "start", "csrf": device.ours.csrf()})
    asked = device.leave()
    assert query_of(asked)["prompt"] == "login"
    device.come_back(device.sign_in_there(asked, "carla"))
    assert is_signed_in(device.ours)
    ended = device.ours.get("/kiosk/ende")
    assert f"{provider.issuer}/session/end?" in ended.text
    assert ended.headers["clear-site-data"] == '"cache", "storage"'
    assert not is_signed_in(device.ours)
    assert device.ours.get("/anmelden/abgemeldet").headers["location"] == "/kiosk"
    assert "prompt" not in query_of(Person(browsers()).leave())


def test_at_a_kiosk_nothing_typed_before_signing_in_waits_for_the_next_person(provider, browsers):
    with unit_of_work() as session:
        make_account(session, email="amt@example.org", clerk_of=session.exec(select(Region)).one())
    device = browsers()
    device.sign_in("amt@example.org")
    device.post("/kiosk", {"region": "musterkreis", "do": "start", "csrf": device.csrf()})
    device.ask("anna@example.org")
    with unit_of_work() as session:
        browser = session.exec(select(SignIn.browser).order_by(SignIn.id.desc())).first()
        session.add(Draft(browser=browser, path="/x", content={"text": "Entwurf"}, created_at=utcnow()))
    device.get("/kiosk/ende")
    assert rows(Draft) == []
    assert cookie_name("browser") not in device.cookies


def sign_out_there(person, provider):
    """End the session at the provider by its own page, and return the logout token that it sends."""
    provider.sink.came.clear()
    provider.sink.tokens.clear()
    page = person.there.get(f"{provider.issuer}/session/end")
    xsrf = page.text.split('name="xsrf" value="')[1].split('"')[0]
    person.there.post(f"{provider.issuer}/session/end/confirm", data={"xsrf": xsrf, "logout": "yes"})
    assert provider.sink.came.wait(20)
    return provider.sink.tokens[0]


def test_signing_out_there_ends_the_session_here(provider, person, browsers):
    person.sign_in("carla")
    other = Person(browsers())
    other.sign_in("anna")
    token = sign_out_there(person, provider)
    server = browsers().client
    assert server.post("/anmelden/anbieter/kreis/abmeldung", data={"logout_token": token}).status_code == 200
    assert not is_signed_in(person.ours)
    assert is_signed_in(other.ours)
    person.sign_in("carla")
    again = server.post("/anmelden/anbieter/kreis/abmeldung", data={"logout_token": token})
    assert (again.status_code, again.headers["cache-control"]) == (400, "no-store")  # a replay ends nothing
    assert is_signed_in(person.ours)


def test_a_token_that_names_nobody_is_sent_back_on_signing_out(provider, person, monkeypatch):
    monkeypatch.setattr(oidc, "says_who_it_is", lambda *_: False)
    person.sign_in("carla")
    assert "id_token_hint=" in person.ours.post("/abmelden", {"csrf": person.ours.csrf("/konto/willkommen")}).text


def test_nothing_a_provider_says_of_a_name_or_a_birthday_is_kept(provider, person):
    """Neither on arriving nor while somebody waits for consent: the fingerprint is all that stays of it."""
    known("carla@example.org")
    for login in ("anna", "carla"):
        person.sign_in(login)
        person.ours.cookies.clear()
    kept = str([row.model_dump() for model in (LoginSession, OidcArrival, Residence, IdentityLink, OidcAttempt) for row in rows(model)])
    assert "eyJ" not in kept
    for word in ("1985", "birthdate", "given_name"):
        assert word not in kept


def test_a_logout_token_signs_nobody_in_and_an_id_token_signs_nobody_out(provider, person, browsers, monkeypatch):
    monkeypatch.setattr(oidc, "says_who_it_is", lambda *_: False)
    person.sign_in("carla")
    with reading() as session:
        id_token = session.exec(select(LoginSession.id_token)).one()
    answer = browsers().client.post("/anmelden/anbieter/kreis/abmeldung", data={"logout_token": id_token})
    assert answer.status_code == 400
    assert is_signed_in(person.ours)


def test_a_provider_that_is_down_leaves_the_mail(provider, person, browsers):
    url = person.leave()
    back = person.sign_in_there(url, "anna")
    provider.stop()
    try:
        answer = person.come_back(back)
        assert answer.status_code == 503
        assert "antwortet gerade nicht" in answer.text
        oidc.forget()
        started = time.monotonic()
        answer = person.ours.post("/anmelden/anbieter/kreis", {"weiter": "/"})
        assert answer.status_code == 503
        assert "Mit einer Mail anmelden" in answer.text
        assert time.monotonic() - started < 30
        assert browsers().sign_in("anna@example.org").status_code == 303
    finally:
        provider.start()
