"""A county starts: what may be typed, which colours stay readable, which pictures are taken, and what must be done before it opens."""

import io
import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFile
from sqlmodel import select

from beteiligung.audit import AuditEntry
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Conflict, Invalid, NotFound
from beteiligung.places import colours, queries, setup, setup_rules
from beteiligung.places.colours import ACCENTS, PAPERS, contrast, is_readable
from beteiligung.places.logos import LOGO_BYTES, read_logo
from beteiligung.places.models import Municipality, Region
from beteiligung.places.setup_rules import Step
from beteiligung.settings import ROOT
from security.routes import addresses
from support import NOW, make_region

NEW = {"name": "Musterkreis", "in_name": "im Musterkreis", "kind": "county", "state": "Hessen", "slug": ""}
FACTS = {
    **NEW, "assembly_name": "Kreistag", "seat": "Musterstadt", "website": "https://musterkreis.example", "min_age": "14",
    "page_threshold": "20", "report_threshold": "100", "answer_days": "56", "quiet_from": "2027-01-01", "quiet_until": "2027-03-31",
    "contact_mail": "beteiligung@musterkreis.example", "legal_office": "recht@musterkreis.example", "imprint_name": "Musterkreis",
    "imprint_address": "Weg 1\r\n12345 Stadt", "imprint_represented_by": "Frau Rat", "imprint_contact": "", "data_protection": "Weg 2",
    "accent": "green", "municipalities": "Oberdorf\r\nÜberlingen\n\nOberdorf", "committees": "Bauausschuss: mobilitaet\nFinanzen",
}  # fmt: skip
TOPICS = {"mobilitaet", "finanzen"}


# Colours


def test_contrast_is_wcags():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the example everybody knows: just too weak
    assert contrast("#1a3a81", "#1a3a81") == pytest.approx(1)


@given(*[st.from_regex(r"\A#[0-9a-f]{6}\Z")] * 2)
def test_contrast_is_symmetric_and_bounded(one, other):
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21.0001


@pytest.mark.parametrize("name", ACCENTS)
def test_every_accent_is_readable(name):
    assert is_readable(ACCENTS[name])


def test_a_weak_colour_is_not():
    assert not is_readable(colours.Accent("#3a6ad1", "#b0c5ec", "#102551", "#101e3b"))


def test_the_style_sheet_has_the_same_colours():
    css = (ROOT / "frontend" / "styles" / "tokens.css").read_text("utf-8")
    found = {}
    for name, accent, ink in re.findall(r":root\.b-(\w+) \{ --b-accent: (#\w{6}); --b-ink: (#\w{6}); \}", css):
        found.setdefault(name, []).append((accent, ink))
    others = {name: [(a.light, a.ink_light), (a.dark, a.ink_dark)] for name, a in ACCENTS.items() if name != "blue"}
    assert found == others
    assert "oklch(37% .125 263)" in css  # blue is the pages' own


def test_the_papers_are_those_of_the_style_sheet():
    css = (ROOT / "frontend" / "styles" / "tokens.css").read_text("utf-8")
    light, dark = re.findall(r"--b-paper-3: oklch\(([\d.]+)%", css)
    assert (float(light), float(dark)) == (91.5, 30)  # of these, PAPERS holds the hex; change both
    assert PAPERS["light"][-1] == "#ece1d0"
    assert PAPERS["dark"][-1] == "#332d23"


# Rules


def test_who_may_set_up_and_see():
    assert [setup_rules.may_set_up(operator=who) for who in (True, False)] == [True, False]
    roles = {"guest": (False, ()), "clerk": (False, (1,)), "clerk elsewhere": (False, (2,)), "operator": (True, ())}
    seen = {who for who, (operator, works) in roles.items() if setup_rules.may_see(1, preparing=True, operator=operator, works_for=works)}
    assert seen == {"clerk", "operator"}
    assert all(setup_rules.may_see(1, preparing=False, operator=operator, works_for=works) for operator, works in roles.values())


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans(), st.booleans())))
def test_a_region_opens_when_nothing_needed_is_missing(said):
    steps = [Step(key, done, needed) for key, done, needed in said]
    assert bool(setup_rules.why_not_open(steps)) == any(needed and not done for _key, done, needed in said)


def test_reserved_words_are_all_first_words_of_addresses():
    first = {address.path.split("/")[1] for address in addresses()}
    fixed = {word for word in first if word and "{" not in word and "." not in word}
    assert fixed <= setup_rules.RESERVED, "no region may be called so: add it to RESERVED"


@pytest.mark.parametrize("slug", ["konto", "en"])
def test_no_region_is_called_like_an_address_or_a_language_of_ours(slug):
    assert "slug" in setup_rules.read_new({"name": "Musterkreis", "slug": slug}, taken=()).errors


def test_reading_all_facts():
    typed = setup_rules.read_facts(FACTS, TOPICS).checked()
    assert typed.values["imprint"] == {"name": "Musterkreis", "address": "Weg 1\n12345 Stadt", "represented_by": "Frau Rat"}
    assert typed.values["min_age"] == 14
    assert typed.municipalities == ["Oberdorf", "Überlingen"]
    assert typed.committees == [("Bauausschuss", ["mobilitaet"]), ("Finanzen", [])]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "x" * 81), ("in_name", "im"), ("kind", "land"), ("state", "Bavaria"), ("assembly_name", ""),
        ("min_age", "11"),
        ("min_age", "vierzehn"), ("min_age", "²"), ("page_threshold", "4"), ("report_threshold", "19"), ("answer_days", "0"),
        ("quiet_from", "gestern"), ("quiet_until", ""), ("quiet_until", "2026-01-01"), ("contact_mail", "x"), ("legal_office", "a@b"),
        ("website", "musterkreis.example"), ("imprint_address", "x" * 1_001), ("data_protection", "x" * 1_001), ("accent", "pink"),
        ("municipalities", "x" * 81), ("municipalities", "\n".join(f"Ort {n}" for n in range(201))), ("committees", "Bau: raumfahrt"),
        ("committees", ": finanzen"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(field, value):
    with pytest.raises(Invalid) as caught:
        setup_rules.read_facts({**FACTS, field: value}, TOPICS).checked()
    assert field in caught.value.fields


def test_a_report_needs_no_fewer_than_a_page():
    assert "report_threshold" in setup_rules.read_facts({**FACTS, "page_threshold": "200"}, TOPICS).errors


@pytest.mark.parametrize(("slug", "name"), [("betrieb", "X-Kreis"), ("", "Konto"), ("nachbarkreis", "Y-Kreis"), ("", "!!!!")])
def test_an_address_that_cannot_be(slug, name):
    assert setup_rules.read_new({**NEW, "slug": slug, "name": name}, {"nachbarkreis"}).errors.keys() == {"slug"}


@given(st.dictionaries(st.sampled_from(sorted(FACTS)), st.text(max_size=50)))
def test_no_text_breaks_the_form(form):
    setup_rules.read_facts(form, TOPICS)
    setup_rules.read_new(form, set())


# Pictures


def picture(size=(600, 200), form="PNG", **more):
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, form, **more)
    return out.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_logo_is_written_anew(form):
    exif = Image.Exif()
    exif[0x010E] = "Geheimnis"
    content = picture(form=form, exif=exif) + b"<script>alert(1)</script>"
    made = read_logo(content)
    assert made.content.startswith(b"\x89PNG")
    assert (made.width, made.height) == (432, 144)
    assert b"Geheimnis" not in made.content
    assert b"script" not in made.content
    assert read_logo(content) == made


@pytest.mark.parametrize(
    "content",
    [
        b"", b"x" * 100, b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"GIF89a" + b"\0" * 50, picture((8, 8)),
        picture((3_000, 2_000)), picture()[:200], b"\x89PNG\r\n\x1a\n" + b"x" * (LOGO_BYTES + 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("half_taken", [False, True])
def test_what_is_no_picture_is_refused(content, half_taken, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", half_taken)
    with pytest.raises(Invalid) as caught:
        read_logo(content)
    assert "file" in caught.value.fields


# What is kept


def test_a_region_is_set_up_opened_and_closed(database):
    with unit_of_work() as session:
        region = setup.create(session, setup_rules.read_new(NEW, set()), NOW, by=7)
        assert (region.slug, region.preparing, region.assembly_name) == ("musterkreis", True, "Kreistag")
        changed = setup.change(session, region, setup_rules.read_facts(FACTS, TOPICS), NOW, by=7)
        assert {"accent", "imprint", "municipalities", "committees", "quiet_from"} <= set(changed)
        assert setup.change(session, region, setup_rules.read_facts(FACTS, TOPICS), NOW, by=7) == []
        assert (
            setup_rules.read_facts({**FACTS, **setup.facts_of(region)}, TOPICS).checked().values.items()
            <= {**{name: getattr(region, name) for name in Region.model_fields}}.items()
        )
        setup.set_logo(session, region, read_logo(picture()), "Wappen des Musterkreises", NOW, by=7)
        setup.tick(session, region, {"backup", "nonsense"}, NOW, by=7)
        assert region.ticked == {"backup": "2026-11-21"}
        with pytest.raises(Conflict):
            setup.open_up(session, region, [Step("mail", done=False)], NOW, by=7)
        assert queries.all_regions(session) == []
        queries.look_as(session, operator=False, works_for=frozenset({region.id}))
        assert [one.slug for one in queries.all_regions(session)] == ["musterkreis"]
        setup.open_up(session, region, [Step("mail", done=True), Step("logo", done=False, needed=False)], NOW, by=7)
    with reading() as session:
        (facts,) = queries.all_regions(session)
        assert queries.logo_of(session, facts.logo).startswith(b"\x89PNG")
        acts = [(entry.act, entry.account_id, entry.region_id) for entry in session.exec(select(AuditEntry).order_by(AuditEntry.id))]
    kinds = ["created", "changed", "logo", "ticked", "opened"]
    assert acts == [(f"region.{kind}", 7, facts.id) for kind in kinds]


def test_a_place_where_people_may_live_cannot_be_taken_away(database):
    with unit_of_work() as session:
        region = setup.create(session, setup_rules.read_new(NEW, set()), NOW, by=7)
        setup.change(session, region, setup_rules.read_facts(FACTS, TOPICS), NOW, by=7)
        session.flush()
        for field in ("municipalities", "committees"):
            with pytest.raises(Invalid) as caught:
                setup.change(session, region, setup_rules.read_facts({**FACTS, field: "Neudorf"}, TOPICS), NOW, by=7)
            assert field in caught.value.fields
        assert session.exec(select(Municipality.name).order_by(Municipality.name)).all() == ["Oberdorf", "Überlingen"]


def test_whoever_looks_sees_what_is_theirs(database):
    with unit_of_work() as session:
        hidden, _other = make_region(session, preparing=True), make_region(session)
        for operator, works_for, sees in [(False, (), False), (True, (), True), (False, (hidden.id,), True), (False, (_other.id,), False)]:
            queries.look_as(session, operator=operator, works_for=frozenset(works_for))
            assert queries.is_seen(session, hidden) is sees
        with pytest.raises(NotFound):
            queries.check_seen(session, hidden)


def test_every_choice_of_kind_and_state_is_taken():
    for kind, state in product(("county", "city"), setup_rules.STATES):
        assert not setup_rules.read_new({**NEW, "kind": kind, "state": state}, set()).errors
