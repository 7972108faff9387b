"""A report for the Kreistag: one clerk drafts it, another lets it out, and somebody who was quoted changes their mind."""

import re
import tomllib

from playwright.sync_api import expect

from beteiligung.settings import ROOT
from journeys.conftest import open_context, sign_in_once

DESK = "/verwaltung/werra-meissner/berichte"
PEOPLE = tomllib.loads((ROOT / "data" / "demo" / "people.toml").read_text("utf-8"))["person"]


def wait_for(page, ready, seconds=90):
    """Reload until the worker is done."""
    for _second in range(seconds):
        if ready():
            return
        page.wait_for_timeout(1000)
        page.reload()
    raise AssertionError(page.locator("main").inner_text())


def test_a_report_is_drafted_released_published_and_mended(site, browser):
    first, second, reader, author = (open_context(browser, phone=phone).new_page() for phone in (False, True, True, False))
    sign_in_once(first, site, "verwaltung@beispiel.example")
    sign_in_once(second, site, "kreistagsbuero@beispiel.example")
    reader.goto(f"{site.url}/werra-meissner/wer-mitmacht")
    wait_for(reader, lambda: not reader.get_by_text("keine festgehaltenen Zahlen").count())  # the first figures are taken by the worker

    first.goto(site.url + DESK)
    today = first.evaluate("new Date().toLocaleDateString('de-DE', {timeZone: 'Europe/Berlin'})")
    first.get_by_label("Tag der Sitzung").fill("14.1.2030")
    first.get_by_label("Zeitraum ab").fill("1.9.2026")
    first.get_by_label("Zeitraum bis").fill(today)
    first.get_by_role("button", name="Bericht zusammenstellen").click()
    wait_for(first, lambda: first.get_by_role("link", name="Vorschau ansehen").count())
    first.get_by_label("Vorwort", exact=True).fill("Sehr geehrte Damen und Herren, hier ist der **erste** Bericht.")
    first.get_by_role("button", name="Vorwort und Antworten speichern").click()
    expect(first.get_by_text("Freigeben muss ihn eine zweite Person.")).to_be_visible()

    second.goto(first.url.partition("?")[0])
    second.get_by_role("button", name="Gelesen und freigegeben").click()
    second.get_by_role("button", name="Jetzt veröffentlichen").click()
    expect(second.get_by_role("status").filter(has_text="Der Bericht ist veröffentlicht.")).to_be_visible()

    reader.goto(f"{site.url}/werra-meissner/berichte")
    reader.get_by_role("link", name=re.compile("Kreistag, 14. Januar 2030")).click()
    expect(reader.get_by_text("keine Abstimmung im Sinne des Kommunalrechts")).to_be_visible()
    quote = reader.locator("blockquote").first
    words = quote.inner_text().split("\n")[0]
    commitment = reader.locator("section[aria-labelledby=arguments] h3 a").first.get_attribute("href")
    report = reader.url
    assert reader.evaluate("document.documentElement.scrollWidth") <= 360

    reader.goto(site.url + commitment)
    name = reader.locator("article", has_text=words[:60]).first.locator("header b").inner_text()
    (address,) = [one.get("email", f"{one['key']}@beispiel.example") for one in PEOPLE if one["name"] == name]
    sign_in_once(author, site, address)
    author.goto(site.url + commitment)
    author.locator("article", has_text=words[:60]).get_by_role("button", name="Nicht mehr zitieren lassen").click()
    expect(author.get_by_role("status").filter(has_text="Berichte zitieren Ihren Kommentar nicht")).to_be_visible()
    reader.goto(report)
    wait_for(reader, lambda: reader.get_by_text("ist geschwärzt.").count())
    expect(reader.get_by_role("heading", name=re.compile("^Berichtigung 1 vom"))).to_be_visible()
    assert reader.get_by_text(words).count() == 0
    for page in (first, second, reader, author):
        page.context.close()
