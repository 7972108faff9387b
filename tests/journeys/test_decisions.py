"""The clerk records what the Kreistag did; a resident who follows sees it on the commitment's page and in the account's news."""

import re
import secrets

from playwright.sync_api import expect

from journeys.conftest import open_context, sign_in_once

COMMITMENT = "/werra-meissner/zusagen/werra-meissner-2026-104"


def test_a_decision_of_the_kreistag_reaches_who_follows(site, browser):
    phone = open_context(browser, phone=True, javascript=False)
    reader = phone.new_page()
    sign_in_once(reader, site, "bewohnerin@beispiel.example")
    reader.goto(site.url + COMMITMENT)
    if reader.get_by_role("button", name="Folgen", exact=True).count():
        reader.get_by_role("button", name="Folgen", exact=True).click()
    expect(reader.get_by_role("button", name="Nicht mehr folgen")).to_be_visible()
    title = reader.get_by_role("heading", level=1).inner_text()

    office = open_context(browser)
    clerk = office.new_page()
    sign_in_once(clerk, site, "verwaltung@beispiel.example")
    clerk.goto(f"{site.url}/verwaltung/werra-meissner")
    clerk.get_by_role("link", name="Beschlüsse eintragen").click()
    clerk.get_by_label("Zusage suchen").fill(title)
    clerk.get_by_role("button", name="Suchen").click()
    clerk.get_by_role("main").get_by_role("link", name=title, exact=True).first.click()
    paper = f"Beispiel {secrets.token_hex(3)}"
    clerk.get_by_label("beschlossen", exact=True).check()
    clerk.get_by_label("Nummer der Vorlage").fill(paper)
    clerk.get_by_role("button", name="Eintragen und veröffentlichen").click()
    expect(clerk.get_by_role("alert")).to_contain_text("Tag der Sitzung")
    expect(clerk.get_by_label("Nummer der Vorlage")).to_have_value(paper)
    clerk.get_by_label("Tag der Sitzung").fill("2.11.2026")
    clerk.get_by_label("Tagesordnungspunkt").fill("7")
    clerk.get_by_role("button", name="Eintragen und veröffentlichen").click()
    expect(clerk.get_by_role("status").filter(has_text="Eingetragen.")).to_be_visible()
    office.close()

    reader.goto(site.url + COMMITMENT)
    entry = reader.get_by_role("listitem").filter(has_text=paper)
    expect(entry).to_contain_text("Kreistag: beschlossen")
    expect(entry).to_contain_text("Tagesordnungspunkt 7")
    told = re.compile(re.escape(f"Beschlossen (Kreistag): {title}"))
    for _try in range(40):  # the worker tells followers within seconds
        reader.goto(f"{site.url}/konto/neues")
        if reader.get_by_text(told).count():
            break
        reader.wait_for_timeout(500)
    expect(reader.get_by_text(told).first).to_be_visible()
    phone.close()
