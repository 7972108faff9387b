"""No axe violations on any page, at phone and desktop size, light and dark; nothing scrolls sideways; a cold visit is small."""

import json
import os
from pathlib import Path

import pytest

from beteiligung.settings import ROOT
from journeys.conftest import DESKTOP, PHONE, open_context, sign_in_once

PICTURES = os.environ.get("BETEILIGUNG_TEST_PICTURES") == "1"
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
REGION = "/werra-meissner"
COMMITMENT = f"{REGION}/zusagen/werra-meissner-2026-052"
PAGES = [
    "/", REGION, f"{REGION}/zusagen", f"{REGION}/zusagen?q=Rad&thema=mobilitaet", f"{REGION}/zusagen?seite=99", COMMITMENT,
    f"{REGION}/themen", f"{REGION}/themen/mobilitaet", f"{REGION}/dokumente", f"{REGION}/dokumente/koalitionsvertrag-2026",
    "/kassel", "/kassel/zusagen/kassel-2021-001", "/so-funktioniert-es", "/regeln", "/impressum", "/datenschutz", "/barrierefreiheit",
    "/leichte-sprache", "/offene-daten", "/protokoll", "/anmelden", "/anmelden/schule", "/gibt-es-nicht", "/beispiel/post",
    f"{REGION}/buergerrat", f"{REGION}/buergerrat/auslosungen/1", "/einladung",
    f"{REGION}/berichte", f"{REGION}/beschluesse", "/offene-daten/felder", f"/en{REGION}",
]  # fmt: skip
SIGNED_IN = {
    "bewohnerin@beispiel.example": [
        "/konto", "/konto/wohnsitz", "/konto/angaben", "/konto/daten", "/konto/loeschen", COMMITMENT, f"{REGION}/zusagen",
    ],
    "verwaltung@beispiel.example": [
        "/verwaltung/werra-meissner", f"/verwaltung{COMMITMENT}", "/verwaltung/werra-meissner/importe", COMMITMENT,
        *(f"/verwaltung/werra-meissner/{desk}" for desk in ("wohnsitz", "briefe", "druck", "papier", "rollen")), "/kiosk",
        *(f"/verwaltung/werra-meissner/{desk}" for desk in ("auslosungen", "auslosungen/1", "berichte", "beschluesse")),
        *(f"/verwaltung/werra-meissner/{desk}" for desk in ("exporte", "vorlage")),
    ],
}  # fmt: skip


EVERYTHING = {"type": "tag", "values": TAGS}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""All that a dark page can do worse than the same page in the light, whatever its size."""


def violations(page, rules=EVERYTHING):
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", rules)["violations"]
    return [(v["id"], [node["html"][:160] for node in v["nodes"][:3]]) for v in found]


def name_of(path):
    return path.strip("/").replace("/", "-").replace("?", "-").replace("=", "-").replace("&", "-") or "start"


def look(page, screens, url, path, label):
    """Check one page at both sizes, and leave pictures where somebody wants to see them."""
    problems = []
    page.goto(url + path)
    for size, viewport in (("360", PHONE), ("1280", DESKTOP)):
        page.set_viewport_size(viewport)
        wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            problems.append((size, f"scrolls sideways by {wide} px"))
        for scheme, rules in (("dark", COLOURS), ("light", EVERYTHING)) if size == "360" else (("light", EVERYTHING),):
            page.emulate_media(color_scheme=scheme)
            problems += [(size, scheme, *violation) for violation in violations(page, rules)]
        if PICTURES:
            page.screenshot(path=screens / f"{label}{name_of(path)}-{size}.png", full_page=True)
    return problems


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_violations(site, browser, screens, path):
    context = open_context(browser)
    problems = look(context.new_page(), screens, site.url, path, "")
    context.close()
    assert not problems, json.dumps(problems, indent=1, ensure_ascii=False)


@pytest.mark.parametrize("address", SIGNED_IN)
def test_a_page_of_ones_own_has_no_violations(site, browser, screens, address):
    context = open_context(browser)
    page = context.new_page()
    sign_in_once(page, site, address)
    problems = {path: found for path in SIGNED_IN[address] if (found := look(page, screens, site.url, path, address.split("@")[0] + "-"))}
    context.close()
    assert not problems, json.dumps(problems, indent=1, ensure_ascii=False)


@pytest.mark.parametrize("path", [REGION, f"{REGION}/zusagen", COMMITMENT])
def test_a_page_can_be_read_at_400_percent(site, browser, path):
    """1280 px at 400 % are 320 px."""
    context = open_context(browser)
    page = context.new_page()
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(site.url + path)
    assert page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    context.close()


def test_a_cold_visit_to_a_commitment_transfers_at_most_80_kilobytes(site, browser):
    context = open_context(browser)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes = {}
    session.on("Network.loadingFinished", lambda event: sizes.__setitem__(event["requestId"], event["encodedDataLength"]))
    page.goto(site.url + COMMITMENT, wait_until="networkidle")
    context.close()
    assert 0 < sum(sizes.values()) <= 80_000, sizes


def test_nothing_comes_from_elsewhere_and_reading_sets_no_cookie(site, browser):
    context = open_context(browser)
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PAGES:
        page.goto(site.url + path)
    assert context.cookies() == []
    assert [url for url in asked if not url.startswith((site.url, "data:"))] == []
    context.close()


def test_the_built_assets_are_small():
    fonts = [path.stat().st_size for path in Path(ROOT / "frontend" / "dist").glob("*.woff2")]
    assert len(fonts) == 2
    assert sum(fonts) < 25_000
