"""`python -m tests.pictures`: take the pictures of the handbooks anew, from the demonstration, into docs/pictures.

It starts an installation in a folder of its own, signs in as each person and ends it again. The people in the pictures are invented.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from journeys.conftest import COMMAND, Site, launch, sign_in, start_site, stop_site  # noqa: E402

FOLDER = ROOT / "docs" / "pictures"
MOST = 1_500_000
"""Bytes of all pictures together."""
CLERK, COUNCIL, RESIDENT, OPERATOR = (
    f"{name}@beispiel.example" for name in ("verwaltung", "buergerrat", "bewohnerin", "technik")
)  # fmt: skip
REGION = "werra-meissner"


@dataclass(frozen=True)
class Picture:
    """One picture: who looks at which address; `at` is scrolled to, `height` is of the window."""

    name: str
    who: str | None
    path: str
    at: str | None = None
    height: int = 720
    width: int = 1000


PICTURES = (
    Picture("region", None, f"/{REGION}", height=760, width=1200),
    Picture("zusage", None, f"/{REGION}/zusagen/{REGION}-2026-042", height=1000),
    Picture("telefon", None, f"/{REGION}/zusagen/{REGION}-2026-042", width=360, height=740),
    Picture("schreibtisch", CLERK, f"/verwaltung/{REGION}", height=900),
    Picture("zusage-bearbeiten", CLERK, f"/verwaltung/{REGION}/zusagen/{REGION}-2026-042", height=900),
    Picture("stand", CLERK, f"/verwaltung/{REGION}/zusagen/{REGION}-2026-042", at="text=Neuer Stand"),
    Picture("einlesen", CLERK, f"/verwaltung/{REGION}/importe", height=900),
    Picture("schalter", CLERK, f"/verwaltung/{REGION}/wohnsitz"),
    Picture("papier", CLERK, f"/verwaltung/{REGION}/papier"),
    Picture("meldungen", CLERK, f"/verwaltung/{REGION}/meldungen", height=900),
    Picture("auslosung", CLERK, f"/verwaltung/{REGION}/auslosungen", at="text=Neue Auslosung", height=800),
    Picture("beschluss", CLERK, f"/verwaltung/{REGION}/beschluesse/zusagen/{REGION}-2026-042", height=900),
    Picture("stichproben", CLERK, f"/verwaltung/{REGION}/stichproben", height=900),
    Picture("berichte", CLERK, f"/verwaltung/{REGION}/berichte", height=900),
    Picture("vorlage", CLERK, f"/verwaltung/{REGION}/vorlage", height=900),
    Picture("auszuege", CLERK, f"/verwaltung/{REGION}/exporte", height=900),
    Picture("faelle", COUNCIL, f"/buergerrat/{REGION}", height=900),
    Picture("empfehlungen", COUNCIL, f"/buergerrat/{REGION}/empfehlungen", height=900),
    Picture("einordnen", COUNCIL, f"/buergerrat/{REGION}/einordnen"),
    Picture("regionen", OPERATOR, "/betrieb/regionen"),
    Picture("betrieb", OPERATOR, "/betrieb", height=900),
)


def take(browser: Browser, site: Site, who: str | None, pictures: list[Picture]) -> None:
    """Take all pictures of one person."""
    context = browser.new_context(locale="de-DE", reduced_motion="reduce")
    context.set_default_timeout(30_000)
    page = context.new_page()
    if who:
        sign_in(page, site, who)
        page.wait_for_url(lambda url: "/anmelden" not in url)
    for picture in pictures:
        page.set_viewport_size({"width": picture.width, "height": picture.height})
        answer = page.goto(site.url + picture.path)
        if answer is None or not answer.ok:
            raise SystemExit(f"{picture.path} answers {answer and answer.status}")
        if picture.at:
            page.locator(picture.at).first.evaluate("one => one.scrollIntoView({block: 'start'})")
        shot = Image.open(BytesIO(page.screenshot())).convert("RGB")
        shot.save(FOLDER / f"{picture.name}.webp", quality=70, method=6)
    context.close()


def main() -> None:
    """Start, take, end."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp())
    try:
        env = {**os.environ, "BETEILIGUNG_VAR": str(folder / "var"), "BETEILIGUNG_MODE": "demo"}
        for step in (["migrate"], ["seed"], ["create-staff", OPERATOR, "--role", "operator"]):
            subprocess.run([COMMAND, *step], env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        site = start_site(folder / "var")
        try:
            with sync_playwright() as playwright:
                browser = launch(playwright)
                for who in dict.fromkeys(picture.who for picture in PICTURES):
                    take(browser, site, who, [picture for picture in PICTURES if picture.who == who])
                browser.close()
        finally:
            stop_site(site)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    total = sum(path.stat().st_size for path in FOLDER.glob("*.webp"))
    print(f"{len(PICTURES)} pictures, {total:,} bytes")
    if total > MOST:
        raise SystemExit(f"That is more than {MOST:,} bytes.")


if __name__ == "__main__":
    main()
