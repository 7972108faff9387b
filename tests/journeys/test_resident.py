"""A resident from the start page to a vote, a comment, a reply and a changed vote: phone and desktop, with and without JavaScript."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from journeys.conftest import open_context, sign_in, welcome

WAYS = [(phone, script) for phone in (True, False) for script in (True, False)]
NAMES = [f"{'phone' if phone else 'desktop'}-{'with' if script else 'without'}-javascript" for phone, script in WAYS]


@pytest.mark.parametrize(("phone", "javascript"), WAYS, ids=NAMES)
def test_from_the_start_page_to_a_changed_vote(site, browser, screens, phone, javascript):
    name = NAMES[WAYS.index((phone, javascript))]
    address = f"{secrets.token_hex(4)}@mitmachen.example"
    context = open_context(browser, phone=phone, javascript=javascript)
    page = context.new_page()
    page.goto(site.url)
    page.get_by_role("link", name="Werra-Meißner-Kreis").first.click()
    expect(page).to_have_title(re.compile("Werra-Meißner-Kreis"))
    page.get_by_role("searchbox").or_(page.get_by_label(re.compile("Thema|Suche"))).first.fill("Radweg")
    page.get_by_role("button", name="Suchen").first.click()
    page.locator("main h3 a").first.click()
    commitment = page.url.split("?")[0]
    title = page.get_by_role("heading", level=1).inner_text()

    # A vote pressed before signing in: the choice waits in the browser.
    page.get_by_role("button", name="dafür", exact=True).click()
    page.get_by_label("Ihre Mailadresse").fill(address)
    page.get_by_role("button", name="Mail zum Anmelden schicken").click()
    expect(page.get_by_text(address)).to_be_visible()
    page.goto(site.link_to(address))
    page.get_by_role("button", name="Jetzt anmelden").click()
    welcome(page, f"Mia {secrets.token_hex(2)}")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_text("Noch nicht gespeichert. Sie hatten „dafür“ gewählt")).to_be_visible()

    page.get_by_role("button", name="dafür", exact=True).click()
    expect(page.get_by_text("Gespeichert. Sie sind dafür.")).to_be_visible()
    announced(page, "Ihre Stimme ist gespeichert.")
    expect(page.get_by_role("button", name="dafür", exact=True)).to_have_attribute("aria-pressed", "true")
    page.screenshot(path=screens / f"voted-{name}.png", full_page=True)

    # A comment with two paragraphs.
    mine = f"Ein Weg abseits der Straße wäre gut, Nummer {secrets.token_hex(3)}."
    text = f"Ich fahre jeden Tag mit dem Rad zur Arbeit.\n\n{mine}"
    page.get_by_label("Frage").check()
    page.get_by_label("Text").fill(text)
    page.get_by_role("button", name="Kommentar veröffentlichen").click()
    expect(page.get_by_text(mine)).to_be_visible()
    announced(page, "Ihr Kommentar ist veröffentlicht.")
    own = page.get_by_role("article").filter(has_text=mine).last
    expect(own).to_contain_text("(Sie)")

    # A reply to one's own question.
    own.get_by_role("link", name=re.compile("^Antworten")).click()
    answer = f"Noch ein Gedanke dazu: Licht wäre auch gut ({secrets.token_hex(3)})."
    page.get_by_label("Text").fill(answer)
    page.get_by_role("button", name=re.compile("Antwort")).click()
    expect(page.get_by_text(answer)).to_be_visible()

    # The changed vote, and taken back.
    page.goto(commitment)
    page.get_by_role("button", name="dagegen", exact=True).click()
    expect(page.get_by_text("Gespeichert. Sie sind dagegen.")).to_be_visible()
    page.get_by_role("button", name="Stimme zurückziehen").click()
    announced(page, "Ihre Stimme ist zurückgezogen.")
    expect(page.get_by_role("button", name="dagegen", exact=True)).to_have_attribute("aria-pressed", "false")
    context.close()


def announced(page, message):
    """The saved state is in the status region of the accessibility tree, or in the title of the page that was loaded anew."""
    status = page.get_by_role("status").filter(has_text=message)
    expect(status.first).to_be_attached()
    tree = page.locator("body").aria_snapshot()
    assert re.search(rf"status.*{re.escape(message)}|status:\n(\s+- .*\n)*?\s+- .*{re.escape(message)}", tree), tree[:2000]


def test_a_comment_typed_before_signing_in_is_still_there(site, browser):
    address = f"{secrets.token_hex(4)}@mitmachen.example"
    context = open_context(browser, phone=True, javascript=False)
    page = context.new_page()
    page.goto(f"{site.url}/werra-meissner/zusagen/werra-meissner-2026-030")
    page.get_by_label("Text").fill("Das schrieb ich, bevor ich angemeldet war.")
    page.get_by_role("radio", name="dagegen").check()
    page.get_by_role("button", name="Weiter zur Anmeldung").click()
    page.get_by_label("Ihre Mailadresse").fill(address)
    page.get_by_role("button", name="Mail zum Anmelden schicken").click()
    page.goto(site.link_to(address))
    page.get_by_role("button", name="Jetzt anmelden").click()
    welcome(page, "Der Wartende")
    expect(page.get_by_label("Text")).to_have_value("Das schrieb ich, bevor ich angemeldet war.")
    expect(page.get_by_role("radio", name="dagegen")).to_be_checked()
    page.get_by_role("button", name="Kommentar veröffentlichen").click()
    expect(page.get_by_role("article").filter(has_text="bevor ich angemeldet war")).to_be_visible()
    context.close()


def test_the_keyboard_alone_suffices(site, browser):
    """From the address bar to a saved vote with Tab, Enter and Space only."""
    context = open_context(browser)
    page = context.new_page()
    sign_in(page, site, "bewohnerin@beispiel.example")
    page.goto(f"{site.url}/werra-meissner/zusagen/werra-meissner-2026-141")
    seen = []
    for _step in range(80):
        page.keyboard.press("Tab")
        focused = page.evaluate("() => [document.activeElement.id, getComputedStyle(document.activeElement).outlineStyle]")
        seen.append(focused)
        if focused[0] == "stimme-neutral":
            break
    assert seen[-1][0] == "stimme-neutral", seen
    assert all(style != "none" for identity, style in seen if identity), seen
    page.keyboard.press("Space")
    expect(page.get_by_text("Gespeichert. Sie sind neutral.")).to_be_visible()
    announced(page, "Ihre Stimme ist gespeichert.")
    context.close()
