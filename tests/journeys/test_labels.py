"""A clerk has a sample drawn; a member of the council labels comments on a phone, by keys, by thumb and without scripts."""

import re

from playwright.sync_api import expect

from journeys.conftest import open_context, sign_in_once
from journeys.test_accessibility import violations

SAMPLES = "/verwaltung/werra-meissner/stichproben"
LABEL = "/buergerrat/werra-meissner/einordnen"
SAVED = "Gespeichert. Das ist der nächste Text."


def draw(page, site):
    """Have a sample drawn; the worker may have to read the comments first."""
    for _time in range(30):
        page.goto(site.url + SAMPLES)
        page.get_by_label("Wie viele Texte").select_option("50")
        page.get_by_role("button", name="Stichprobe ziehen").click()
        drawn, early = page.get_by_text("Die Stichprobe ist gezogen."), page.get_by_text("Einige Texte sind noch nicht vorbereitet.")
        expect(drawn.or_(early).first).to_be_visible()
        if drawn.count():
            return
        page.wait_for_timeout(1_000)
    raise AssertionError("the comments were not read")


def left(page):
    return int(re.search(r"(\d+) noch offen", page.locator("#weit").inner_text())[1])


def words(page):
    return page.locator("#pruefen .b-lead").inner_text()


def test_a_sample_is_drawn_and_read_on_a_phone(site, browser, screens):
    office = open_context(browser)
    desk = office.new_page()
    sign_in_once(desk, site, "verwaltung@beispiel.example")
    draw(desk, site)
    expect(desk.get_by_text("0 von 50 Texten sind fertig.")).to_be_visible()
    for path in (SAMPLES, LABEL, "/werra-meissner/tonlage"):
        desk.goto(site.url + path)
        assert not violations(desk), path

    phone = open_context(browser, phone=True)
    page = phone.new_page()
    sign_in_once(page, site, "buergerrat@beispiel.example")
    page.goto(site.url + LABEL)
    expect(page.get_by_role("heading", level=1)).to_have_text("Wie klingt dieser Text?")
    waiting = left(page)
    page.screenshot(path=screens / "einordnen-360.png")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "no sideways scrolling"
    for name in ("Zustimmend", "Sachlich", "Ablehnend", "Unklar"):
        assert page.get_by_role("button", name=name).bounding_box()["height"] >= 60

    page.keyboard.press("2")
    expect(page.get_by_role("status").filter(has_text=SAVED)).to_be_visible()
    assert left(page) == waiting - 1
    second = words(page)
    page.get_by_role("button", name="Ablehnend").tap()
    page.wait_for_function("before => document.querySelector('#pruefen .b-lead').innerText !== before", arg=second)
    assert left(page) == waiting - 2
    page.keyboard.press("u")
    expect(page.get_by_role("status").filter(has_text="Zurückgeholt.")).to_be_visible()
    assert words(page) == second
    page.get_by_role("button", name="Zustimmend").click()
    expect(page.get_by_role("status").filter(has_text=SAVED)).to_be_visible()

    plain = open_context(browser, phone=True, javascript=False)
    page = plain.new_page()
    plain.add_cookies(site.sessions["buergerrat@beispiel.example"])
    page.goto(site.url + LABEL)
    assert left(page) == waiting - 2
    page.get_by_role("button", name="Unklar").click()
    assert left(page) == waiting - 3

    page.goto(f"{site.url}/werra-meissner/tonlage")
    expect(page.get_by_text("Die Texte sind nicht ausgewertet.")).to_be_visible()
    expect(page.get_by_text("Gerade lesen Menschen eine Stichprobe.")).to_be_visible()
    for context in (office, phone, plain):
        context.close()
