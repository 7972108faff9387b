"""A report, two decisions, the statement of reasons by mail, an objection decided by three others, a recommendation answered."""

import re
import secrets

from playwright.sync_api import expect

from journeys.conftest import open_context, sign_in_once

REGION = "/werra-meissner"
COMMITMENT = f"{REGION}/zusagen/werra-meissner-2026-060"
AUTHOR, REPORTER = "bewohnerin@beispiel.example", "heike@beispiel.example"
COUNCIL = ("buergerrat", "anke", "wolter", "samira", "jens", "petra", "tobias", "dieter", "nora")
FACTS = "Der Satz nennt andere Menschen dumm. Das richtet sich gegen Personen und nicht gegen eine Meinung."


def page_of(browser, site, address, **more):
    page = open_context(browser, **more).new_page()
    sign_in_once(page, site, address)
    return page


def decide(page, site, said, measure, picture=None):
    """Decide somebody's case with these words, handing back whatever comes before; tells whether it was there."""
    page.goto(f"{site.url}/buergerrat{REGION}")
    while not page.get_by_text(said).count():
        if not page.get_by_role("button", name="Fall zurückgeben").count():
            return False
        page.get_by_role("button", name="Fall zurückgeben").click()
        expect(page.get_by_role("status").filter(has_text="Zurückgegeben.")).to_be_visible()
    assert not page.get_by_text("Mia K.").count(), "a member never sees who wrote"
    expect(page.get_by_text("Was dafür spricht, dass es stehen bleibt")).to_be_visible()
    page.get_by_label(re.compile("Greift eine Person an")).check()
    page.get_by_role("radio", name=re.compile(f"^{measure}")).check()
    page.get_by_label("Welche Stelle, und warum?").fill(FACTS)
    if picture:
        page.screenshot(path=picture, full_page=True)
    page.get_by_role("button", name="Entscheidung abgeben").click()
    expect(page.get_by_role("status").filter(has_text="Ihre Entscheidung ist gespeichert.")).to_be_visible()
    return True


def test_from_a_report_to_an_objection_decided_by_others(site, browser, screens):
    said = f"Wer das gut findet, ist einfach nur dumm ({secrets.token_hex(3)})."
    # Everybody signs in first: later mails of another kind come to the same addresses.
    members = {name: page_of(browser, site, f"{name}@beispiel.example", phone=name == "anke") for name in COUNCIL}
    author, reporter = page_of(browser, site, AUTHOR), page_of(browser, site, REPORTER, phone=True, javascript=False)
    author.goto(site.url + COMMITMENT)
    author.get_by_label("Text").fill(said)
    author.get_by_role("button", name="Kommentar veröffentlichen").click()
    expect(author.get_by_text(said)).to_be_visible()

    reporter.goto(site.url + COMMITMENT)
    reporter.get_by_role("article").filter(has_text=said).last.get_by_role("link", name=re.compile("melden", re.IGNORECASE)).click()
    reporter.get_by_label(re.compile("Greift eine Person an")).check()
    reporter.get_by_label("Welche Stelle, und warum?").fill("Das beschimpft alle, die anderer Meinung sind.")
    reporter.get_by_role("button", name="Melden", exact=True).click()
    expect(reporter.get_by_text("Ihre Meldung ist angekommen")).to_be_visible()

    first = [
        name for name, page in members.items() if decide(page, site, said, "Wird ausgeblendet Eine Spur", screens / f"fall-{name}.png")
    ]
    assert len(first) == 2

    statement = site.mail_to(AUTHOR, "Was entschieden ist")
    for field in ("Umfang und Dauer", "Begründung", "Grundlage", "Wer entschieden hat", "Was Sie tun können", FACTS, "Kein Programm"):
        assert field in statement, field
    author.goto(site.url + COMMITMENT)
    expect(author.get_by_text("Entschieden hat der Bürgerrat.").first).to_be_visible()
    author.goto(re.search(r"https?://\S+/konto/entscheidungen/\d+", statement).group())
    author.get_by_label("Warum sind Sie nicht einverstanden?").fill("Das war ungeschickt, aber es meint niemanden persönlich.")
    author.get_by_role("button", name="Widerspruch absenden").click()
    expect(author.get_by_role("status").filter(has_text="Drei andere Personen entscheiden.")).to_be_visible()

    second = [name for name, page in members.items() if decide(page, site, said, "Bleibt stehen")]
    assert len(second) == 3
    assert not set(first) & set(second)
    author.goto(site.url + COMMITMENT)
    expect(author.get_by_text(said)).to_be_visible()
    author.goto(f"{site.url}{REGION}/moderation")
    expect(author.get_by_text("Widerspruch. Entschieden. Bleibt stehen").first).to_be_visible()
    for page in (author, reporter, *members.values()):
        page.context.close()


def test_a_recommendation_from_the_agenda_to_the_answer(site, browser, screens):
    title = f"Mehr Bänke an den Haltestellen ({secrets.token_hex(3)})"
    desk = f"{site.url}/buergerrat{REGION}/empfehlungen"
    members = [page_of(browser, site, f"{name}@beispiel.example") for name in COUNCIL]
    drafter = members[0]
    drafter.goto(f"{desk}?suche=Rufbusse")
    if drafter.get_by_role("button", name=re.compile("^Auf die Tagesordnung")).count():
        drafter.get_by_role("button", name=re.compile("^Auf die Tagesordnung")).first.click()
    drafter.goto(desk)
    drafter.get_by_label("Titel").fill(title)
    drafter.get_by_label("Empfehlung und Begründung").fill("Wir empfehlen **eine Bank** an jeder Haltestelle.")
    drafter.get_by_role("group", name="Zu welchen Zusagen").get_by_role("checkbox").first.check()
    drafter.get_by_role("button", name="Entwurf anlegen").click()
    drafter.get_by_role("button", name="Abstimmung beginnen").click()
    address = drafter.url.split("?")[0].split("#")[0]
    for page in members:
        page.goto(address)
        page.get_by_label("Ja, so beschließen").check()
        if page is members[1]:
            page.screenshot(path=screens / "abstimmung.png", full_page=True)
        page.get_by_role("button", name="Stimme abgeben").click()
        expect(page.get_by_role("status").filter(has_text="Ihre Stimme ist gezählt.")).to_be_visible()
    expect(members[-1].get_by_text(f"{len(COUNCIL)} dafür, Enthaltungen: 0, 0 dagegen")).to_be_visible()

    clerk = page_of(browser, site, "verwaltung@beispiel.example")
    clerk.goto(f"{site.url}/verwaltung{REGION}/empfehlungen")
    clerk.get_by_role("link", name=title).click()
    clerk.get_by_label("Die Verwaltung setzt das um.").check()
    clerk.get_by_label("Begründung").fill("Beispiel: Die Bänke stehen bis zum Sommer.")
    clerk.get_by_role("button", name="Antwort veröffentlichen").click()
    expect(clerk.get_by_role("status").filter(has_text="Die Antwort ist veröffentlicht.")).to_be_visible()

    guest = open_context(browser, phone=True, javascript=False).new_page()
    guest.goto(f"{site.url}{REGION}/empfehlungen")
    guest.get_by_role("link", name=title).click()
    expect(guest.get_by_text("Die Bänke stehen bis zum Sommer.")).to_be_visible()
    assert guest.evaluate("document.documentElement.scrollWidth") <= 360
    guest.screenshot(path=screens / "empfehlung.png", full_page=True)
    for page in (clerk, guest, *members):
        page.context.close()
