"""A resident follows a topic, the administration answers, the mail arrives, one click ends such mails."""

import re
import secrets

from playwright.sync_api import expect

from journeys.conftest import open_context, sign_in, sign_in_once, welcome

COMMITMENT = "/werra-meissner/zusagen/werra-meissner-2026-101"


def test_from_following_a_topic_to_one_click(site, browser):
    address = f"{secrets.token_hex(4)}@mitmachen.example"
    context = open_context(browser, phone=True, javascript=False)
    page = context.new_page()
    sign_in(page, site, address)
    welcome(page, f"Ida {secrets.token_hex(2)}")
    page.goto(site.url + COMMITMENT)
    title = page.get_by_role("heading", level=1).inner_text()
    page.locator("a[href*='/themen/']").filter(visible=True).last.click()
    page.get_by_role("button", name="Diesem Thema folgen").click()
    expect(page.get_by_text("Sie folgen diesem Thema.")).to_be_visible()

    page.get_by_role("link", name="Einstellen, was Sie bekommen").click()
    page.get_by_role("button", name="Alles sofort").click()
    expect(page.get_by_role("status").filter(has_text="Ihre Einstellung gilt ab sofort")).to_be_visible()
    page.get_by_label("Keine Mail ab").select_option("0")
    page.get_by_label("Keine Mail bis").select_option("0")
    page.get_by_role("button", name="Einstellungen speichern").click()
    expect(page.get_by_role("status").filter(has_text="Ihre Einstellung gilt ab sofort")).to_be_visible()

    office = open_context(browser)
    clerk = office.new_page()
    sign_in_once(clerk, site, "verwaltung@beispiel.example")
    clerk.goto(f"{site.url}/verwaltung{COMMITMENT}")
    clerk.get_by_label("Text der Stellungnahme").fill(f"Wir prüfen das bis zum Sommer ({secrets.token_hex(3)}).")
    clerk.get_by_role("button", name="Stellungnahme veröffentlichen").click()
    office.close()

    text = site.mail_to(address)
    assert f"Die Verwaltung hat Stellung genommen: {title}" in " ".join(text.split())
    page.goto(re.search(rf"{re.escape(site.url)}/werra-meissner/zusagen/\S+", text).group())
    expect(page.get_by_role("heading", level=1)).to_have_text(title)

    stranger = open_context(browser, phone=True)  # the mail may be read on another device
    other = stranger.new_page()
    other.goto(re.search(r"https?://\S+/abmelden/benachrichtigung/\S+", text).group())
    other.get_by_role("button", name="Abbestellen", exact=True).click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Erledigt")
    stranger.close()
    page.goto(f"{site.url}/konto/benachrichtigungen")
    expect(page.get_by_text(re.compile("^Keine Mail: Stellungnahmen der Verwaltung"))).to_be_visible()
    context.close()
