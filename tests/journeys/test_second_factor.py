"""A passkey in a real browser, with Chromium's virtual authenticator: set up, sign in with it, lose it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from journeys.conftest import DESKTOP, PHONE, Site, open_context, sign_in, start_site, stop_site

CLERK = "verwaltung@beispiel.example"


@pytest.fixture(scope="module")
def strict_site(tmp_path_factory, demonstration) -> Iterator[Site]:
    """A demonstration that asks for the second factor, as production does."""
    running = start_site(tmp_path_factory.mktemp("strict"), demonstration, BETEILIGUNG_SECOND_FACTOR="1")
    yield running
    stop_site(running)


def authenticator(context, page):
    cdp = context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }  # fmt: skip
    return cdp, cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def overflow(page):
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_a_clerk_sets_up_a_passkey_and_signs_in_with_it(strict_site, browser, screens):
    with open_context(browser) as context:
        page = context.new_page()
        problems = []
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        cdp, key = authenticator(context, page)
        sign_in(page, strict_site, CLERK)
        expect(page).to_have_title(re.compile("Zweiten Schritt einrichten"))
        for name, size in (("360", PHONE), ("1280", DESKTOP)):
            page.set_viewport_size(size)
            assert overflow(page) <= 0
            page.screenshot(path=screens / f"second-factor-{name}.png", full_page=True)
        page.get_by_label("Name für diesen Schlüssel").fill("Dienstrechner")
        page.get_by_role("button", name="Schlüssel einrichten").click()
        expect(page.get_by_role("heading", name="Ihre Ersatzcodes")).to_be_visible()
        codes = page.locator(".b-codes code").all_inner_texts()
        assert len(codes) == 10
        assert "ein zweiter Schritt beim Anmelden eingerichtet" in strict_site.mail_to(CLERK)
        page.screenshot(path=screens / "second-factor-codes-1280.png", full_page=True)
        page.get_by_role("link", name="Ich habe die Codes, weiter").click()

        page.goto(f"{strict_site.url}/konto/zweiter-schritt")
        expect(page.get_by_text("Dienstrechner").first).to_be_visible()
        page.set_viewport_size(PHONE)
        assert overflow(page) <= 0
        page.screenshot(path=screens / "second-factor-desk-360.png", full_page=True)
        page.goto(f"{strict_site.url}/konto")
        page.get_by_role("button", name="Hier abmelden").click()

        sign_in(page, strict_site, CLERK)
        expect(page.get_by_role("heading", name="Zweiter Schritt")).to_be_visible()
        page.screenshot(path=screens / "second-step-360.png", full_page=True)
        page.get_by_role("button", name="Mit Schlüssel bestätigen").click()
        expect(page.locator("#meldung")).to_contain_text("auch mit dem zweiten Schritt")
        assert cdp.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"][0]["signCount"] > 1

        page.goto(f"{strict_site.url}/konto")
        page.get_by_role("button", name="Hier abmelden").click()
        cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": key})
        sign_in(page, strict_site, CLERK)
        page.get_by_label("Code").fill(codes[0])
        page.get_by_role("button", name="Code bestätigen").click()
        expect(page.locator("#meldung")).to_contain_text("auch mit dem zweiten Schritt")
        assert problems == []


def test_without_javascript_the_app_is_offered(strict_site, browser, screens):
    with open_context(browser, javascript=False) as context:
        page = context.new_page()
        sign_in(page, strict_site, "buergerrat@beispiel.example")
        expect(page.get_by_role("button", name="Schlüssel einrichten")).to_be_hidden()  # it could do nothing
        page.get_by_role("button", name="App einrichten").click()
        expect(page.locator(".b-qr svg")).to_be_visible()
        page.screenshot(path=screens / "second-factor-app-1280.png", full_page=True)
        page.set_viewport_size(PHONE)
        assert overflow(page) <= 0
        page.screenshot(path=screens / "second-factor-app-360.png", full_page=True)
