"""A clerk from the desk to an official answer, a status, new words and an import; a follower is told."""

import re
import secrets

from playwright.sync_api import expect

from journeys.conftest import open_context, sign_in_once

DESK = "/verwaltung/werra-meissner"
COMMITMENT = "/werra-meissner/zusagen/werra-meissner-2026-100"

PROGRAMME = """# Programm der Beispielliste

## Wege

Wir wollen den Uferweg bis 2029 beleuchten. Wir werden an jeder Haltestelle eine Bank aufstellen.

## Häuser

- Ausbau des Jugendhauses am Markt
- Einrichtung einer Werkstatt für alle Generationen
"""


def test_a_clerk_answers_sets_a_status_and_changes_the_words(site, browser):
    follower = open_context(browser, phone=True)
    reader = follower.new_page()
    sign_in_once(reader, site, "bewohnerin@beispiel.example")
    reader.goto(site.url + COMMITMENT)
    if reader.get_by_role("button", name="Folgen", exact=True).count():
        reader.get_by_role("button", name="Folgen", exact=True).click()
    expect(reader.get_by_role("button", name="Nicht mehr folgen")).to_be_visible()

    context = open_context(browser)
    page = context.new_page()
    sign_in_once(page, site, "verwaltung@beispiel.example")
    page.goto(site.url + DESK)
    expect(page.get_by_role("heading", level=1)).to_have_text("Was zu tun ist")
    page.goto(f"{site.url}/verwaltung{COMMITMENT}")
    body = f"Wir fangen im **Frühjahr** an ({secrets.token_hex(3)})."
    page.get_by_label("Text der Stellungnahme").fill(body)
    page.get_by_role("button", name="Stellungnahme veröffentlichen").click()
    expect(page.get_by_role("status").filter(has_text="Die Stellungnahme ist veröffentlicht.")).to_be_visible()

    # A status without a resolution is refused, and what was typed is still there.
    page.get_by_role("combobox").or_(page.get_by_label(re.compile("^Stand"))).first.select_option("in_progress")
    page.get_by_label("Begründung").fill("Die Arbeiten haben begonnen.")
    page.get_by_role("button", name="Stand festhalten").click()
    expect(page.get_by_label("Begründung")).to_have_value("Die Arbeiten haben begonnen.")
    page.get_by_label("Seit wann").fill("2026-11-02")
    page.get_by_label("Datum des Beschlusses").fill("2026-10-30")
    page.get_by_label("Nummer der Vorlage").fill("Beispiel 7/2026")
    page.get_by_role("button", name="Stand festhalten").click()
    expect(page.get_by_role("status").filter(has_text="Der Umsetzungsstand ist gespeichert.")).to_be_visible()

    summary = page.get_by_label("Zusammenfassung")
    summary.fill("Der Kreis will das tun. Das hat die Koalition versprochen.")
    page.get_by_label("Titel").fill("Ein neuer Titel aus der Verwaltung")
    page.get_by_role("button", name="Fassung speichern").click()
    expect(page.get_by_role("status").filter(has_text="Die neue Fassung ist gespeichert.")).to_be_visible()

    reader.goto(site.url + COMMITMENT)
    expect(reader.get_by_role("heading", level=1)).to_have_text("Ein neuer Titel aus der Verwaltung")
    expect(reader.get_by_text("in Arbeit").first).to_be_visible()
    expect(reader.get_by_text("Frühjahr")).to_be_visible()
    for _try in range(40):  # the worker tells followers within seconds
        reader.goto(f"{site.url}/konto")
        if reader.get_by_text("Die Verwaltung hat Stellung genommen").count():
            break
        reader.wait_for_timeout(500)
    expect(reader.get_by_text("Die Verwaltung hat Stellung genommen").first).to_be_visible()
    follower.close()
    context.close()


def test_a_clerk_imports_a_document_and_sees_its_progress(site, browser, tmp_path):
    file = tmp_path / f"programm-{secrets.token_hex(3)}.md"
    file.write_text(PROGRAMME + f"\nWir wollen {secrets.token_hex(4)} neue Bäume pflanzen.\n", "utf-8")
    context = open_context(browser)
    page = context.new_page()
    sign_in_once(page, site, "verwaltung@beispiel.example")
    page.goto(f"{site.url}{DESK}/importe")
    page.get_by_label("Titel").fill("Programm der Beispielliste")
    page.get_by_label("Art des Dokuments").select_option("election_programme")
    page.get_by_label("Von wem es stammt").fill("Die Beispielliste")
    page.get_by_label("Wie jede Zusage beginnt").fill("Die Beispielliste verspricht")
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="Einlesen").click()
    expect(page.get_by_role("status").filter(has_text="Die Datei ist angenommen")).to_be_visible()
    page.get_by_role("link", name="Vorschläge prüfen").first.click(timeout=40_000)
    for number in range(1, 6):
        expect(page.locator("#fortschritt")).to_contain_text(f"{number - 1} von 5 geprüft")
        page.keyboard.press("a")
    expect(page.get_by_text("Alles ist geprüft.", exact=True)).to_be_visible()
    page.get_by_role("button", name="5 Zusagen veröffentlichen").click()
    expect(page.get_by_text("Die Prüfung ist abgeschlossen.")).to_be_visible()
    page.goto(f"{site.url}/werra-meissner/zusagen?q=Uferweg")
    expect(page.get_by_role("heading", level=3).filter(has_text="Uferweg").first).to_be_visible()
    context.close()


def test_nobody_else_reaches_the_desk(site, browser):
    context = open_context(browser)
    page = context.new_page()
    page.goto(site.url + DESK)
    expect(page).to_have_url(re.compile("/anmelden"))
    sign_in_once(page, site, "bewohnerin@beispiel.example")
    assert page.goto(site.url + DESK).status == 403
    assert page.goto(f"{site.url}/verwaltung/coesfeld").status == 403
    context.close()
