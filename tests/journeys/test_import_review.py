"""A document of thirty pages in one sitting: read, reviewed by keyboard by two clerks, through a killed server, published."""

import os
import re
import secrets
import signal
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import expect

from catalogue.county.county import write_pdf
from journeys.conftest import open_context, sign_in_once, start_site

PRESS_ON = """async () => {
    const reviewed = () => parseInt(document.getElementById('fortschritt').textContent, 10);
    for (let n = reviewed(); document.getElementById('vorschlag-h'); n += 1) {
        document.body.dispatchEvent(new KeyboardEvent('keydown', {key: n % 7 ? 'a' : 'r', bubbles: true, cancelable: true}));
        for (const end = Date.now() + 15000; reviewed() === n; ) {
            if (Date.now() > end) throw Error(`nothing came of the key at ${n}`);
            await new Promise((later) => setTimeout(later, 10));
        }
        await new Promise((later) => setTimeout(later, 60));  // until the new part of the page is bound
    }
}"""
"""A key for each proposal that is left, as quick as the desk takes them."""
DESK = "/verwaltung/werra-meissner"


@pytest.fixture
def own_site(tmp_path, demonstration):
    """A site of its own: its server is killed."""
    sites = []

    def start(**extra):
        sites.append(start_site(tmp_path / "site", None if sites else demonstration, **extra))
        return sites[-1]

    yield start
    for site in sites:
        site.process.kill()
        site.process.wait()


def progress(page):
    return int(re.match(r"(\d+)", page.locator("#fortschritt").inner_text())[1])


def test_thirty_pages_are_reviewed_by_keyboard_by_two_and_survive_a_kill(own_site, browser, tmp_path):
    site = own_site()
    file = write_pdf(tmp_path / f"vertrag-{secrets.token_hex(3)}.pdf")
    with pikepdf.open(file) as pdf:
        assert len(pdf.pages) >= 29

    follower = open_context(browser, phone=True).new_page()
    sign_in_once(follower, site, "bewohnerin@beispiel.example")
    follow_region(site, "bewohnerin@beispiel.example")

    page = open_context(browser).new_page()
    sign_in_once(page, site, "verwaltung@beispiel.example")
    page.goto(f"{site.url}{DESK}/importe")
    page.get_by_label("Titel").fill("Gemeinsam für das Auental")
    page.get_by_label("Art des Dokuments").select_option("coalition_contract")
    page.get_by_label("Von wem es stammt").fill("Die Beispielkoalition")
    page.get_by_label("Wie jede Zusage beginnt").fill("Die Beispielkoalition verspricht")
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="Einlesen").click()
    page.get_by_role("link", name="Vorschläge prüfen").click(timeout=40_000)
    heading = page.locator("#vorschlag-h")
    total = int(re.search(r"von (\d+)", heading.inner_text())[1])
    assert 100 <= total <= 150
    desk = page.url

    # By keyboard: accept, reject, take back, edit, split, look ahead and back. Each is saved at once.
    page.keyboard.press("a")
    expect(heading).to_have_text(f"Vorschlag 2 von {total}")
    expect(heading).to_be_focused()
    expect(page.get_by_role("status").first).to_contain_text("Angenommen. Vorschlag 2 von")
    page.keyboard.press("r")
    expect(heading).to_have_text(f"Vorschlag 3 von {total}")
    page.keyboard.press("k")
    expect(heading).to_have_text(f"Vorschlag 2 von {total}")
    page.keyboard.press("u")
    expect(page.get_by_role("status").first).to_contain_text("Zurückgenommen.")
    assert progress(page) == 1
    page.keyboard.press("e")
    expect(page.get_by_label("Thema", exact=True)).to_be_focused()
    page.get_by_label("Titel in einfachen Worten").fill("Eine Zusage in einfachen Worten")
    page.get_by_label("Zusammenfassung").fill("Der Kreis will das tun. Aus aj wird keine Taste.")
    assert progress(page) == 1  # letters in fields are letters
    page.get_by_role("button", name="Annehmen", exact=True).click()
    expect(heading).to_have_text(f"Vorschlag 3 von {total}")
    for number in range(4, 14):
        page.keyboard.press("a")
        expect(heading).to_have_text(f"Vorschlag {number} von {total}")

    # Switched off, the keys are letters again.
    page.keyboard.press("?")
    page.get_by_label("Tastenkürzel benutzen").uncheck()
    page.locator("#vorschlag-h").focus()
    page.keyboard.press("a")
    page.reload()
    assert progress(page) == 12
    page.locator("#tasten-hilfe > summary").click()
    page.get_by_label("Tastenkürzel benutzen").check()

    # A second clerk at the same time, without JavaScript: who is later learns what the other did, and loses nothing.
    grant_clerk(site, "buergerrat@beispiel.example")
    second = open_context(browser, javascript=False).new_page()
    sign_in_once(second, site, "buergerrat@beispiel.example")
    second.goto(desk)
    here = page.url
    page.locator("#vorschlag-h").focus()
    page.keyboard.press("e")
    page.get_by_label("Titel in einfachen Worten").fill("Mein Titel")
    expect(second.locator("#vorschlag-h")).to_have_text(f"Vorschlag 13 von {total}")
    second.get_by_role("button", name="Ablehnen", exact=True).click()
    expect(second.locator("#vorschlag-h")).to_have_text(f"Vorschlag 14 von {total}")
    page.get_by_role("button", name="Annehmen", exact=True).click()
    expect(page.get_by_role("heading", name="Jemand anderes war schneller")).to_be_visible()
    expect(page.get_by_text("hat das gerade eben abgelehnt").first).to_be_visible()
    expect(page.get_by_text("prüft dieses Dokument auch")).to_be_visible()
    expect(page.get_by_label("Titel in einfachen Worten")).to_have_value("Mein Titel")
    page.get_by_role("button", name="Annehmen", exact=True).click()
    expect(heading).to_have_text(f"Vorschlag 14 von {total}")

    # The sure ones of a chapter in one go, and back.
    page.get_by_text(re.compile("Kapitel: Stand")).click()
    before = progress(page)
    page.get_by_role("button", name=re.compile("sicheren? Vorschl")).first.click()
    assert progress(page) > before
    page.get_by_role("button", name="Das zurücknehmen").click()
    assert progress(page) == before

    # The server dies in the middle: every decision is still there.
    kill(site)
    site = own_site(PORT=site.url.rpartition(":")[2])
    page.goto(here)
    assert progress(page) == before
    page.goto(desk)
    page.evaluate(PRESS_ON)
    expect(page.get_by_text("Alles ist geprüft.", exact=True)).to_be_visible()

    page.get_by_role("button", name=re.compile(r"\d+ Zusagen veröffentlichen")).click()
    expect(page.get_by_role("status").filter(has_text="Veröffentlicht.")).to_be_visible()
    expect(page.get_by_text("Die Prüfung ist abgeschlossen.")).to_be_visible()
    follower.goto(f"{site.url}/werra-meissner/zusagen?q=einfachen+Worten")
    expect(follower.get_by_role("heading", level=3).filter(has_text="Eine Zusage in einfachen Worten")).to_be_visible()
    news = follower.get_by_text(re.compile("Zusagen aus „Gemeinsam für das Auental“ veröffentlicht"))
    for _try in range(40):  # the worker tells followers within seconds
        follower.goto(f"{site.url}/konto")
        if news.count():
            break
        follower.wait_for_timeout(500)
    expect(news).to_have_count(1)


def change(site, statement, address):
    with closing(sqlite3.connect(site.var / "beteiligung.sqlite3")) as database:
        assert database.execute(statement, (address,)).rowcount == 1
        database.commit()


def grant_clerk(site, address):
    """Make somebody a second clerk of the region."""
    change(
        site,
        "INSERT INTO role (account_id, region_id, name, since) SELECT account.id, region.id, 'clerk', '2026-01-01 00:00:00.000000' "
        "FROM account, region WHERE account.email = ? AND region.slug = 'werra-meissner'",
        address,
    )


def follow_region(site, address):
    """Have somebody follow the whole region."""
    change(
        site,
        "INSERT INTO follow (account_id, region_id, kind, target, created_at) SELECT account.id, region.id, 'region', '', "
        "'2026-01-01 00:00:00.000000' FROM account, region WHERE account.email = ? AND region.slug = 'werra-meissner'",
        address,
    )


def kill(site):
    """End the command and all its processes as a power cut would."""
    parents = {int(stat.parent.name): int(stat.read_text().rpartition(")")[2].split()[1]) for stat in Path("/proc").glob("[0-9]*/stat")}
    doomed = [site.process.pid, *(pid for pid, parent in parents.items() if parent == site.process.pid)]
    for pid in doomed:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    site.process.wait()
