"""From the clerk's list to a confirmed vote: a letter, the counter, a sheet of paper, and a device for everybody."""

import re
import sqlite3
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pypdfium2 import PdfDocument

from journeys.conftest import Site, open_context, sign_in, sign_in_once, welcome

DESK = "/verwaltung/werra-meissner"
COMMITMENT = "/werra-meissner/zusagen/werra-meissner-2026-061"
CLERK = "verwaltung@beispiel.example"
CODE = re.compile(r"\b(?:[ACDEFGHJKLMNPRTUVWXY34679]{4} ){2}[ACDEFGHJKLMNPRTUVWXY34679]{4}\b")
LIST = "Vorname;Nachname;Straße;PLZ;Ort;Geburtsdatum\nTheodora;Beispielfrau;Am Ufer 1;12345;Musterstadt;3.4.1985\n"


@pytest.fixture
def clerk(site, browser):
    with open_context(browser) as context:
        page = context.new_page()
        sign_in_once(page, site, CLERK)
        yield page


def confirmed_votes(site: Site) -> int:
    with sqlite3.connect(f"file:{site.var / 'beteiligung.sqlite3'}?mode=ro", uri=True) as database:
        return database.execute("SELECT count(*) FROM vote WHERE standing = 'confirmed'").fetchone()[0]


def printed(page, folder: Path) -> str:
    """Wait for the newest PDF of the page and return its text."""
    expect(page.get_by_role("link", name="PDF herunterladen").first).to_be_visible(timeout=40_000)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="PDF herunterladen").first.click()
    path = folder / "printed.pdf"
    waiting.value.save_as(path)
    document = PdfDocument(path)
    return "\n".join(sheet.get_textpage().get_text_bounded() for sheet in document)


def fill_person(page, given: str, family: str, born: str) -> None:
    page.get_by_label(re.compile("^Vorname")).fill(given)
    page.get_by_label(re.compile("^Nachname")).fill(family)
    page.get_by_label("Geburtsdatum").fill(born)
    page.get_by_role("button", name="Wohnort bestätigen").click()


def test_a_letter_confirms_and_the_votes_move_over(site, browser, clerk, tmp_path):
    with open_context(browser, phone=True) as context:
        page = context.new_page()
        sign_in(page, site, "theodora@example.org")
        welcome(page, "Theodora")
        page.goto(site.url + COMMITMENT)
        page.get_by_role("button", name="dafür", exact=True).click()
        expect(page.get_by_role("button", name="dafür", exact=True)).to_have_attribute("aria-pressed", "true")
        before = confirmed_votes(site)

        clerk.goto(f"{site.url}{DESK}/briefe")
        with clerk.expect_download() as pattern:
            clerk.get_by_role("link", name="Muster mit zwei erfundenen Personen herunterladen").click()
        assert pattern.value.path().read_text("utf-8-sig").splitlines()[0] == LIST.splitlines()[0]
        clerk.get_by_label("Liste der Personen").set_input_files({"name": "liste.csv", "mimeType": "text/csv", "buffer": LIST.encode()})
        clerk.get_by_label("Wo man nachfragen kann").fill("Bürgerbüro, Telefon 0123 4567")
        clerk.get_by_role("button", name="Briefe drucken").click()
        letter = printed(clerk, tmp_path)
        assert "Theodora Beispielfrau" in letter
        (code,) = CODE.findall(letter)

        page.goto(f"{site.url}/konto")
        page.get_by_role("link", name="Wohnort bestätigen").click()
        page.get_by_role("textbox", name="Code").fill(code.lower())
        fill_person(page, "Theodora", "Jemand-Anders", "3.4.1985")
        expect(page.get_by_role("alert").or_(page.locator(".b-errors")).first).to_be_visible()
        fill_person(page, "Theodora", "Beispielfrau", "3.4.1985")
        expect(page.get_by_role("heading", name="Bestätigt: Werra-Meißner-Kreis")).to_be_visible()
        end = time.monotonic() + 40
        while confirmed_votes(site) != before + 1:
            assert time.monotonic() < end, "the vote did not move"
            time.sleep(0.2)


def test_the_counter_confirms_one_person_once(site, browser, clerk):
    for name, again in (("ulrich", False), ("ulrike", True)):
        with open_context(browser, phone=True) as context:
            page = context.new_page()
            sign_in(page, site, f"{name}@example.org")
            welcome(page, name.title())
            page.goto(f"{site.url}/konto/wohnsitz")
            page.get_by_role("button", name="Nummer holen").click()
            number = page.locator(".b-number").inner_text()
        clerk.goto(site.url + DESK)
        clerk.get_by_role("link", name="Wohnort am Schalter bestätigen").click()
        clerk.get_by_label("Nummer auf dem Gerät").fill(number)
        fill_person(clerk, "Ulrich", "Beispielmann", "1.2.1960")
        if again:
            expect(clerk.locator(".b-errors")).to_be_visible()
            expect(clerk.get_by_label(re.compile("^Vorname"))).to_have_value("Ulrich")
        else:
            expect(clerk.locator("#meldung")).to_contain_text("Der Wohnort ist bestätigt.")


def test_a_sheet_of_paper_is_entered_once(site, clerk, tmp_path):
    clerk.goto(f"{site.url}{DESK}/druck")
    clerk.get_by_label("Thema").select_option(index=1)
    clerk.get_by_label("nur gegen Ausweis").check()
    clerk.get_by_label("Wie viele Bögen?").fill("1")
    clerk.get_by_role("button", name="Bögen drucken").click()
    code = CODE.findall(printed(clerk, tmp_path))[0]
    before = confirmed_votes(site)
    for entered in (False, True):
        clerk.goto(f"{site.url}{DESK}/papier")
        clerk.get_by_label("Code oben rechts auf dem Bogen").fill(code)
        clerk.get_by_role("button", name="Weiter", exact=True).click()
        if entered:
            expect(clerk.locator(".b-errors")).to_contain_text("schon eingegeben")
            break
        clerk.get_by_role("group").first.get_by_label("dagegen").check()
        clerk.get_by_role("button", name="Weiter zum Vergleichen").click()
        expect(clerk.get_by_text("Stimmt das mit dem Bogen überein?")).to_be_visible()
        clerk.get_by_role("button", name="Stimmt, speichern").click()
        expect(clerk.locator("#meldung")).to_contain_text("Der Bogen ist gespeichert")
    assert confirmed_votes(site) == before + 1


def test_a_device_for_everybody_signs_out_after_a_minute(site, browser):
    with open_context(browser) as context:
        page = context.new_page()
        sign_in(page, site, CLERK)  # this session ends with the device's use
        page.goto(site.url + DESK)
        page.get_by_role("link", name="Gerät für alle").click()
        page.get_by_role("button", name="Gerät für alle: Werra-Meißner-Kreis").click()
        sign_in(page, site, "viktor@example.org")
        welcome(page, "Viktor")
        page.clock.install()
        page.goto(f"{site.url}/konto")
        expect(page.locator("[data-kiosk-left]")).to_be_visible()
        page.clock.run_for(41_000)
        expect(page.locator("#meldung")).to_contain_text("Noch 20 Sekunden")
        page.get_by_role("link", name="Weiter", exact=True).click()
        page.clock.run_for(59_000)
        expect(page).to_have_title(re.compile("Ihr Konto"))
        page.clock.run_for(2_000)
        page.wait_for_url(lambda url: not url.endswith("/konto"))
        page.goto(f"{site.url}/konto")
        expect(page).to_have_title(re.compile("Anmelden"))
