"""Through a real identity provider in a real browser: sign in, consent, back with a confirmed residence, and out again."""

import json
import re

import pytest
from playwright.sync_api import expect

from identity.openid import Provider, providers_toml
from journeys.conftest import free_port, open_context, start_site, stop_site, welcome


@pytest.fixture(scope="module")
def provider():
    running = Provider()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def joined_site(provider, tmp_path_factory, demonstration):
    """A demonstration that knows the provider as Kreis-Konto; its claim names Eschwege."""
    folder = tmp_path_factory.mktemp("joined")
    home = f"http://localhost:{free_port()}"
    provider.start(CALLBACKS=json.dumps([f"{home}/anmelden/anbieter/kreis/zurueck"]), SIGNED_OUT=f"{home}/anmelden/abgemeldet")
    path = folder / "providers.toml"
    path.write_text(providers_toml(provider.issuer).replace("musterkreis/musterstadt", "werra-meissner/eschwege"), "utf-8")
    running = start_site(folder / "var", demonstration, PORT=home.rpartition(":")[2], BETEILIGUNG_OIDC_FILE=str(path))
    yield running
    stop_site(running)


def sign_in_there(page, provider, site, login):
    page.get_by_role("button", name="Kreis-Konto").click()
    page.wait_for_url(f"{provider.issuer}/**")
    page.locator("input[name=login]").fill(login)
    page.locator("input[name=password]").fill("x")
    page.locator("button[type=submit]").click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"{site.url}/**")


def test_somebody_comes_with_a_confirmed_residence_and_leaves(joined_site, provider, browser):
    with open_context(browser, phone=True) as context:
        page = context.new_page()
        page.goto(f"{joined_site.url}/anmelden?weiter=/konto")
        sign_in_there(page, provider, joined_site, "anna")
        expect(page.get_by_label("Ihr Anzeigename")).to_have_value("Anna B.")
        welcome(page, "Anna B.")
        expect(page).to_have_title(re.compile("Ihr Konto"))
        expect(page.get_by_text("Kreis-Konto: verbunden")).to_be_visible()
        page.get_by_role("link", name="Bestätigung ansehen").click()
        expect(page.get_by_role("heading", name="Bestätigt: Werra-Meißner-Kreis")).to_be_visible()
        expect(page.get_by_text("über Ihren Anmeldedienst")).to_be_visible()

        page.goto(f"{joined_site.url}/konto")
        page.get_by_role("button", name="Hier abmelden").click()
        page.wait_for_url(f"{provider.issuer}/**")
        page.get_by_role("button", name=re.compile("Yes")).click()
        expect(page.locator("#meldung")).to_contain_text("abgemeldet")
        page.goto(f"{joined_site.url}/konto")
        expect(page).to_have_title(re.compile("Anmelden"))
