"""From a list of 2,000 invented residents to a seated council of 30, in the browser, and the protocol checked by the command."""

import csv
import io
import random
import re
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

from playwright.sync_api import expect

from beteiligung.clock import BERLIN
from beteiligung.settings import ROOT
from journeys.conftest import open_context, sign_in_once

DESK = "/verwaltung/coesfeld/auslosungen"
CLERK = "verwaltung-coesfeld@beispiel.example"
MEMBER = "bewohnerin@beispiel.example"
PEOPLE, SEATS = 2_000, 30


def invented() -> bytes:
    """Residents with sex, age and place; every fiftieth lives with the one before."""
    chance = random.Random(2026)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(["Kennung", "Geschlecht", "Altersgruppe", "Ort", "Vorname", "Nachname", "Straße", "PLZ", "Postort", "Mail", "Sperre"])
    for number in range(PEOPLE):
        home = number - 1 if number and number % 50 == 0 else number
        values = [
            chance.choices(["weiblich", "männlich", "divers"], [50, 49, 1])[0],
            chance.choices(["16 bis 29", "30 bis 44", "45 bis 64", "65 und älter"], [15, 25, 35, 25])[0],
            chance.choices(["Nord", "Süd", "Ost", "West", "Mitte"], [3, 2, 2, 1, 4])[0],
        ]
        barred = "ja" if number % 400 == 399 else ""
        writer.writerow(
            [f"R{number}", *values, "Vorname", f"Name{number}", f"Weg {home}", "12345", "Musterstadt", f"r{number}@example.org", barred]
        )
    return text.getvalue().encode()


def edit(site, statement: str) -> None:
    """Let time pass in the database, as no test can wait for days."""
    with sqlite3.connect(site.var / "beteiligung.sqlite3", timeout=30) as database:
        database.execute(statement)


def test_two_thousand_residents_become_a_council_of_thirty(site, browser, tmp_path):
    with open_context(browser) as office, open_context(browser, phone=True) as phone:
        clerk, member = office.new_page(), phone.new_page()
        sign_in_once(clerk, site, CLERK)
        clerk.goto(site.url + DESK)
        clerk.get_by_label("Wie viele Plätze").fill(str(SEATS))
        clerk.get_by_label("Wo man nachfragen kann").fill("Bürgerbüro")
        today = datetime.now(UTC).astimezone(BERLIN)
        clerk.get_by_label("Die Amtszeit beginnt am").fill(f"{today:%d.%m.%Y}")
        clerk.get_by_role("button", name="Auslosung anlegen").click()
        expect(clerk.get_by_role("status").filter(has_text="Die Auslosung ist angelegt")).to_be_visible()

        path = tmp_path / "liste.csv"
        path.write_bytes(invented())
        clerk.get_by_label("Datei mit der Liste").set_input_files(path)
        clerk.get_by_role("button", name="Liste hochladen").click()
        expect(clerk.get_by_text("1.995 Personen stehen auf der Liste.")).to_be_visible()
        expect(clerk.get_by_text("5 Zeilen hatten einen Sperrvermerk.")).to_be_visible()
        clerk.get_by_role("button", name="Quoten speichern").click()
        clerk.get_by_role("button", name="Rechnen", exact=True).click()
        expect(clerk.get_by_label("Welcher öffentliche Zufallswert zählt")).to_be_visible(timeout=40_000)

        tomorrow = today + timedelta(days=1)
        clerk.get_by_label("Welcher öffentliche Zufallswert zählt").fill("Lotto am Samstag, lotto.example")
        clerk.get_by_label("Tag, an dem er entsteht").fill(f"{tomorrow:%d.%m.%Y}")
        clerk.get_by_role("button", name="Jetzt veröffentlichen").click()
        expect(clerk.get_by_text("Gelost wird ab dem")).to_be_visible()
        edit(site, "UPDATE draw SET public_day = date(public_day, '-1 day') WHERE state = 'published'")
        clerk.reload()
        clerk.get_by_label("Der öffentliche Zufallswert").fill("3 7 12 18 33 45")
        clerk.get_by_role("button", name="Losen", exact=True).click()
        expect(clerk.get_by_text(f"0 von {SEATS} Plätzen sind angenommen.")).to_be_visible()

        # One declines by the code of the mail, one accepts by its link on the phone, the clerk enters what the others say.
        (code, _link), (_code, link) = offers(site, 2)
        sign_in_once(member, site, MEMBER)
        member.goto(f"{site.url}/einladung")
        member.get_by_label("Code").fill(code.lower())
        member.get_by_role("button", name="Weiter").click()
        member.get_by_role("button", name="Ich lehne ab").click()
        expect(member.get_by_text("Wenn möglich, rückt jemand nach.")).to_be_visible()
        member.goto(link)
        member.get_by_label("Ihr Name auf der öffentlichen Seite").fill("Mia aus dem Norden")
        member.get_by_role("button", name="Ich nehme an").click()
        expect(member.get_by_role("heading", level=1)).to_have_text("Sie sitzen im Bürgerrat")
        clerk.reload()
        action = re.search(r"/verwaltung/\S+/plaetze/", clerk.content())[0]
        token = clerk.locator("input[name=csrf]").first.input_value()
        with sqlite3.connect(f"file:{site.var / 'beteiligung.sqlite3'}?mode=ro", uri=True) as database:
            left = [row[0] for row in database.execute("SELECT id FROM council_seat WHERE state = 'offered'")]
        for number in left[1:]:  # thirty clicks alike would show nothing more
            form = {"csrf": token, "said": "accept"}
            headers = {"Origin": site.url}
            assert clerk.request.post(f"{site.url}{action}{number}", form=form, headers=headers, max_redirects=0).status == 303
        clerk.reload()
        clerk.locator("li", has_text="angeboten").get_by_text("Eintragen").click()
        clerk.locator("li", has_text="angeboten").get_by_role("button", name="Nimmt an, ohne Konto").click()
        expect(clerk.get_by_text(f"{SEATS} von {SEATS} Plätzen sind angenommen.")).to_be_visible()

        member.goto(f"{site.url}/coesfeld/buergerrat")
        expect(member.get_by_text("Mia aus dem Norden")).to_be_visible()
        expect(member.get_by_text(f"{SEATS} von {SEATS} Plätzen sind besetzt.")).to_be_visible()
        member.get_by_role("link", name="Bürgerrat 20").first.click()
        expect(member.get_by_text("Wer nachgerückt ist", exact=True)).to_be_visible()
        names = {
            "veroeffentlichung": "Was vor dem Losen feststand",
            "protokoll": "Das Protokoll der Auslosung",
            "nachruecken": "Wer nachgerückt ist (JSON)",
        }
        files = {stem: download(member, label, tmp_path / f"{stem}.json") for stem, label in names.items()}
        files["pool"] = download(clerk, "Pool ohne Namen", tmp_path / "pool.csv")

    command = [str(Path(sys.executable).parent / "beteiligung"), "draw", "verify", str(files["protokoll"])]
    options = ["--published", files["veroeffentlichung"], "--replacements", files["nachruecken"], "--pool", files["pool"]]
    done = subprocess.run([*command, *map(str, options)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == SEATS + 4
    changed = tmp_path / "changed.json"
    changed.write_bytes(files["protokoll"].read_bytes().replace(b'"3 7 12', b'"4 7 12'))
    assert subprocess.run([*command[:-1], str(changed)], cwd=ROOT, capture_output=True, check=False).returncode == 1


def offers(site, number: int) -> list[tuple[str, str]]:
    """(code, link) of so many mails to people drawn; waits for the worker to send them."""
    found: list[tuple[str, str]] = []
    end = time.monotonic() + 40
    while len(found) < number and time.monotonic() < end:
        time.sleep(0.2)
        found = []
        for path in sorted((site.var / "mail").glob("*.eml")):
            message = message_from_bytes(path.read_bytes(), policy=policy.default)
            if "ausgelost" in str(message["Subject"]):
                text = message.get_body(("plain",)).get_content()
                link = re.search(r"https?://\S+/einladung/\S+", text)[0]
                found.append((re.search(r"Ihren Code ein: ((?:\S{1,4} ?)+)", text)[1].strip(), link))
    assert len(found) >= number, "the mails did not come"
    return found[:number]


def download(page, label: str, path: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=label).click()
    waiting.value.save_as(path)
    return path
