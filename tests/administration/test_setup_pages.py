"""A county starts in the pages: created, described, checked, opened; and until then nobody else sees it."""

import io
import re

import pytest
from PIL import Image
from sqlmodel import select

from beteiligung.administration import setup_queries
from beteiligung.administration.setup_views import FIELDS
from beteiligung.administration.staff_rules import may_give_office
from beteiligung.audit import AuditEntry
from beteiligung.db import reading, unit_of_work
from beteiligung.places.models import Region
from beteiligung.places.setup_rules import TICKS
from beteiligung.web.cache import page_cache
from places.test_setup import FACTS, NEW
from security.routes import addresses
from security.who_may import RULES
from support import make_account, make_commitment, make_document

BASE = "/betrieb/regionen"


@pytest.fixture
def operator(browsers):
    return browsers("operator")


def facts(slug):
    with reading() as session:
        return session.exec(select(Region).where(Region.slug == slug)).one()


def prepare(preparing=True):
    with unit_of_work() as session:
        row = session.exec(select(Region).where(Region.slug == "musterkreis")).one()
        row.preparing = preparing
        session.add(row)
    page_cache().clear()


def test_a_county_starts_from_nothing(operator, browsers, monkeypatch):
    made = operator.post(BASE, {**NEW, "name": "Neukreis", "in_name": "im Neukreis"})
    assert made.headers["location"] == f"{BASE}/neukreis?meldung=region-neu"
    page, base = operator.get(f"{BASE}/neukreis").text, f"{BASE}/neukreis"
    assert "In Vorbereitung" in page
    assert "Vor dem Öffnen fehlen noch" in page
    answer = operator.post(base, {**FACTS, "name": "Neukreis", "in_name": "im Neukreis"})
    assert answer.headers["location"] == f"{base}?meldung=region"
    out = io.BytesIO()
    Image.new("RGB", (90, 40), (20, 80, 40)).save(out, "PNG")
    answer = operator.post(f"{base}/logo", {"alt": "Wappen"}, form=base, files={"file": ("w.png", out.getvalue(), "image/png")})
    assert answer.status_code == 303, answer.text[-2000:]
    logo = operator.get(f"/logo/{facts('neukreis').logo}")
    assert (logo.headers["content-type"], logo.headers["x-content-type-options"]) == ("image/png", "nosniff")
    assert "sandbox" in logo.headers["content-security-policy"]
    assert logo.headers["cache-control"].endswith("immutable")
    refused = operator.post(f"{base}/stand", {"action": "open", "tick": list(TICKS)}, form=base)
    assert refused.status_code == 409
    assert set(facts("neukreis").ticked) == set(TICKS)  # what was ticked is kept all the same
    with unit_of_work() as session:
        region = session.exec(select(Region).where(Region.slug == "neukreis")).one()
        make_commitment(session, make_document(session, region))
        for _number in range(2):
            make_account(session, clerk_of=region)
    monkeypatch.setattr(setup_queries, "heartbeat_age", lambda: 3.0)
    guest = browsers("guest")
    assert guest.get("/neukreis").status_code == 404
    assert "Neukreis" not in guest.get("/").text
    assert operator.post(f"{base}/stand", {"action": "open", "tick": list(TICKS)}, form=base).headers["location"].endswith("region-offen")
    page_cache().clear()
    shown = guest.get("/neukreis")
    assert shown.status_code == 200
    assert 'class="b-green"' in shown.text
    assert f"/logo/{facts('neukreis').logo}" in shown.text
    imprint, privacy = guest.get("/impressum").text, guest.get("/datenschutz").text
    assert "Frau Rat" in imprint
    assert "beteiligung@musterkreis.example" in imprint
    assert "Weg 2" in privacy
    assert operator.post(f"{base}/stand", {"action": "close"}, form=base).headers["location"].endswith("region-zu")
    page_cache().clear()
    assert guest.get("/neukreis").status_code == 404
    with reading() as session:
        acts = session.exec(select(AuditEntry.act).where(AuditEntry.account_id.is_not(None)).order_by(AuditEntry.id)).all()
    assert acts == ["region.created", "region.changed", "region.logo", "region.ticked", "region.opened", "region.closed"]


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(operator):
    typed = {**FACTS, "min_age": "3", "contact_mail": "kaputt", "imprint_name": "Behörde <b>„X“</b>"}
    answer = operator.post(f"{BASE}/musterkreis", typed)
    assert answer.status_code == 422
    assert answer.text.count("Bitte geben Sie eine ganze Zahl von 12 bis 18 an.") == 2  # in the summary and at the field
    assert 'value="kaputt"' in answer.text
    assert "Behörde &lt;b&gt;„X“&lt;/b&gt;" in answer.text
    assert facts("musterkreis").contact_mail is None
    answer = operator.post(BASE, {**NEW, "name": "Musterkreis", "state": ""})
    assert answer.status_code == 422
    assert "Eine Region mit dieser Adresse gibt es schon." in answer.text
    for file, words in [(b"<svg/>", "kein Bild"), (b"", "Bitte wählen Sie eine Datei")]:
        answer = operator.post(f"{BASE}/musterkreis/logo", {"alt": "Wappen"}, form=f"{BASE}/musterkreis", files={"file": ("a.png", file)})
        assert (answer.status_code, words in answer.text) == (422, True)


def test_every_field_of_the_form_is_on_the_page(operator):
    page = operator.get(f"{BASE}/musterkreis").text
    assert [name for name in FIELDS if f'name="{name}"' not in page] == []


@pytest.mark.parametrize("who", ["guest", "resident", "council member", "clerk", "clerk of another region"])
def test_nobody_but_operators_sets_up(browsers, who):
    browser = browsers(who)
    answer = browser.get(f"{BASE}/musterkreis")
    assert answer.status_code == (303 if who == "guest" else 403)
    assert not may_give_office(role="operator", region_id=None, operator=False, clerk_of=frozenset({1}))


def test_until_it_opens_only_its_administration_sees_a_region(browsers, place):
    prepare()
    sees = {
        who
        for who in ("guest", "resident", "clerk", "clerk of another region", "operator")
        if browsers(who).get("/musterkreis").status_code == 200
    }
    assert sees == {"clerk", "operator"}
    everybody = [line.split()[1] for line in RULES["everybody"].splitlines() if line.strip().startswith("GET")]
    guest, values = browsers("guest"), {
        "region_slug": place.region, "slug": place.commitment, "document_slug": "programm", "topic_slug": "mobilitaet",
        "commitment_id": str(place.commitment_id), "comment_id": str(place.question_id),
    }  # fmt: skip
    for address in addresses():
        if address.method != "GET" or address.path not in everybody:
            continue
        path = address.filled(values, **({"slug": place.region} if "/regions/{slug" in address.path else {}))
        answer = guest.get(path)
        if re.search("region_slug|commitment_id|comment_id|regions/{slug", address.path):
            assert answer.status_code == 404, path
        assert "Musterkreis" not in answer.text, path
        assert "Radweg am Fluss" not in answer.text, path
    for path in ("/api/v1/commitments?region=musterkreis", "/api/v1/recommendations?region=musterkreis"):
        answer = guest.get(path)
        assert answer.status_code == 404 or answer.json()["total"] == 0
    assert "Musterkreis" not in browsers("resident").get("/konto/willkommen").text
    answer = browsers("confirmed resident").post(
        f"/musterkreis/zusagen/{place.commitment}/stimme", {"choice": "for", "version": "1"}, form="/konto"
    )
    assert answer.status_code == 404
    prepare(preparing=False)
    assert guest.get("/musterkreis").status_code == 200
