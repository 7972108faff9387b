"""An operator sets a county up in the pages, at a desk and on a phone, and loses nothing typed; until it opens nobody else sees it."""

import os
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import expect

from beteiligung.settings import ROOT
from journeys.conftest import DESKTOP, PHONE, open_context, sign_in

OPERATOR = "technik@beispiel.example"


def command(site, *arguments):
    env = {**os.environ, "BETEILIGUNG_VAR": str(site.var), "BETEILIGUNG_MODE": "demo"}
    subprocess.run([str(Path(sys.executable).parent / "beteiligung"), *arguments], cwd=ROOT, env=env, check=True, capture_output=True)


def test_an_operator_starts_a_county(site, browser, screens):
    command(site, "create-staff", OPERATOR, "--role", "operator")
    with open_context(browser) as context, open_context(browser, phone=True) as others:
        page = context.new_page()
        sign_in(page, site, OPERATOR)
        page.wait_for_url(lambda url: "/anmelden" not in url)
        page.goto(f"{site.url}/betrieb")
        expect(page.get_by_role("heading", name="Herzschlag")).to_be_visible()
        page.get_by_role("link", name="Regionen einrichten").click()
        page.get_by_label("Name", exact=True).fill("Probekreis")
        page.get_by_label("Wie man „dort“ sagt").fill("im Probekreis")
        page.get_by_label("Bundesland").select_option("Hessen")
        page.get_by_role("button", name="Region anlegen").click()
        expect(page.get_by_role("status")).to_contain_text("Noch sieht sie nur die Verwaltung")

        page.get_by_label("Städte und Gemeinden").fill("Oberdorf\nUnterdorf")
        page.get_by_label("Mailadresse für Fragen").fill("keine Adresse")
        page.get_by_label("Grün").check()
        page.get_by_role("button", name="Angaben speichern").click()
        expect(page.get_by_role("alert")).to_contain_text("Ihre Eingaben sind noch da.")
        expect(page.get_by_label("Städte und Gemeinden")).to_have_value("Oberdorf\nUnterdorf")
        page.get_by_label("Mailadresse für Fragen").fill("fragen@probekreis.example")
        page.get_by_role("button", name="Angaben speichern").click()
        expect(page.get_by_role("status")).to_contain_text("gespeichert")
        expect(page.locator("html")).to_have_class("b-green")
        page.get_by_role("button", name="Für alle öffnen").click()
        expect(page.get_by_role("alert")).to_contain_text("Die Region bleibt noch zu.")
        for name, size in (("360", PHONE), ("1280", DESKTOP)):
            page.set_viewport_size(size)
            assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
            page.screenshot(path=screens / f"region-{name}.png", full_page=True)

        guest = others.new_page()
        assert guest.goto(f"{site.url}/probekreis").status == 404
        guest.goto(site.url)
        expect(guest.get_by_text("Probekreis")).to_have_count(0)
