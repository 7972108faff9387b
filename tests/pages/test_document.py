"""A document to read: its words as they are, its commitments marked, every passage with its address."""

import gzip
import random
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from sqlmodel import select

from beteiligung.catalogue.models import Document, ImportRun, Passage
from beteiligung.catalogue.version_models import DocumentChange, DocumentVersion
from beteiligung.catalogue.versions import Change, note_changes
from beteiligung.db import unit_of_work
from beteiligung.pages.document import end_of, letters, line_starts
from beteiligung.participation.models import Tally
from beteiligung.web.cache import page_cache
from support import NOW, make_commitment, make_document, make_region, statements

PATH = "/kreis/dokumente/vertrag"
ORIGINAL = (
    ("heading", [], "1 Verkehr", [[0, 5]]),
    ("paragraph", ["1 Verkehr"], "Alle sollen fahren. Wir bauen den Rufbus aus. Das hilft allen im Kreis.", [[0, 8], [20, 9], [50, 10]]),
    ("bullet", ["1 Verkehr"], "Wir sanieren die Radwege.", [[0, 12]]),
    ("heading", [], "2 Wald", [[0, 14]]),
    ("heading", ["2 Wald"], "2.1 Bäume", [[0, 15]]),
    ("paragraph", ["2 Wald", "2.1 Bäume"], "Wir schützen den Wald.", [[0, 17]]),
)
WORDINGS = ("Wir bauen den Rufbus aus.", "Wir sanieren die Radwege.", "Wir schützen den Wald.")


@pytest.fixture
def document(database):
    with unit_of_work() as session:
        region = make_region(session, slug="kreis", name="Musterkreis")
        return make_document(session, region, slug="vertrag", title="Vertrag").id


def imported(document_id, original=ORIGINAL, wordings=WORDINGS, *, pages=None, printed=True):
    """Import an original, with a commitment for each wording that stands in one of its passages."""
    with unit_of_work() as session:
        document = session.get_one(Document, document_id)
        document.wording_sha256 = "0" * 64
        at = 0
        for n, (kind, section, words, lines) in enumerate(original):
            row = {"line_start": lines[0][1], "line_end": lines[-1][1], "lines": lines} if printed else {}
            page = pages[n] if pages else None
            session.add(
                Passage(
                    document_id=document_id, position=n, kind=kind, text=words, section=section, page=page,
                    char_start=at, char_end=at + len(words), **row,
                )
            )  # fmt: skip
            for wording in wordings:
                if wording in words:
                    start = words.index(wording)
                    line = max((number for offset, number in lines if offset <= start), default=None) if printed else None
                    make_commitment(
                        session, document, slug=f"c{at + start}", title=wording[:88].rstrip("."), wording=wording, section=section,
                        char_start=at + start, line_start=line, printed_lines=printed, position=n,
                    )  # fmt: skip
            at += len(words) + 2


class Heard(HTMLParser):
    """What a screen reader finds within the text: no hidden element; letters for the eye alone are kept."""

    VOID = frozenset({"meta", "link", "br", "img", "input", "rect", "line", "path"})

    def __init__(self):
        super().__init__()
        self.hidden = 0
        self.depth = []
        self.text = ""
        self.numbers = []

    def handle_starttag(self, tag, attrs):
        if tag in self.VOID:
            return
        values = dict(attrs)
        self.depth.append(values.get("aria-hidden") == "true")
        if "data-n" in values:
            assert values.get("aria-hidden") == "true"
            self.numbers.append(values["data-n"])

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            self.depth.pop()

    def handle_data(self, data):
        if not any(self.depth):
            self.text += data


def heard(page):
    found = Heard()
    found.feed(page[page.index("<main") : page.index("</main>")])
    return " ".join(found.text.split()), found.numbers


def test_the_wording_with_its_commitments_marked(document, browser):
    imported(document)
    page = browser.get(PATH).text
    text, numbers = heard(page)
    assert "Alle sollen fahren. Zusage A: Wir bauen den Rufbus aus. (Ende der Zusage) Das hilft allen im Kreis." in text
    assert "Zusage B: Wir sanieren die Radwege." in text
    assert "Zusage C: Wir schützen den Wald." in text
    assert numbers == ["5", "8", "10", "12", "14", "15", "17"]
    for address in ("z5", "z8", "z9", "z10", "z12", "z17", "zusage-1"):
        assert f'id="{address}"' in page, address
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_no_number_stands_within_a_sentence(document, browser):
    imported(document)
    page = browser.get(PATH).text
    paragraphs = [re.sub(r"<[^>]+>", "", p) for p in re.findall(r'<p class="b-doc.*?</p>', page, re.DOTALL)]
    assert len(paragraphs) == 3
    assert not re.search(r"\d", " ".join(paragraphs))


def test_contents_lead_to_every_section(document, browser):
    imported(document)
    page = browser.get(PATH).text
    contents = page[page.index('<ol class="b-chap"') : page.index("</nav>", page.index('<ol class="b-chap"'))]
    assert re.findall(r'href="#(z\d+)"><span>([^<]+)', contents) == [("z5", "1 Verkehr"), ("z14", "2 Wald"), ("z15", "2.1 Bäume")]
    assert re.findall(r"</span>(\d+)</small>", contents) == ["2", "1", "1"]


def test_from_the_commitment_to_its_passage_and_back(document, browser):
    imported(document)
    commitment = browser.get("/kreis/zusagen/c31").text
    assert f'href="{PATH}#z9"' in commitment
    page = browser.get(PATH).text
    assert 'id="z9"' in page
    assert 'href="/kreis/zusagen/c31"' in page


def test_without_printed_lines_pages_and_paragraphs_are_the_address(document, browser):
    imported(document, pages=[1, 1, 1, 2, 2, 2], printed=False)
    page = browser.get(PATH).text
    _text, numbers = heard(page)
    for address in ("s1-p1", "s1-p2", "s1-p3", "s2-p1", "s2-p3"):
        assert f'id="{address}"' in page, address
    assert [n for n in numbers if n.startswith("S.")] == ["S. 1", "S. 2"]
    assert f'href="{PATH}#zusage-1"' in browser.get("/kreis/zusagen/c31").text
    assert 'id="zusage-1"' in page


def test_where_both_are_known_the_page_stands_above_the_line(document, browser):
    imported(document, pages=[1, 1, 1, 2, 2, 2])
    assert heard(browser.get(PATH).text)[1] == ["S. 1", "5", "8", "10", "12", "S. 2", "14", "15", "17"]


def test_without_pages_paragraphs_are_counted(document, browser):
    imported(document, printed=False)
    page = browser.get(PATH).text
    assert [f"a{n}" for n in range(1, 7)] == re.findall(r' id="(a\d+)"', page)
    assert heard(page)[1] == []


def test_what_was_imported_before_lines_were_kept_shows_the_first_of_each_passage(document, browser):
    imported(document)
    with unit_of_work() as session:
        for passage in session.exec(select(Passage)):
            passage.lines = []
    page = browser.get(PATH).text
    assert heard(page)[1] == ["5", "8", "12", "14", "15", "17"]


def test_a_commitment_within_another_one_and_one_without_a_place_have_their_note(document, browser):
    imported(document, wordings=(*WORDINGS, "Alle sollen fahren. Wir bauen den Rufbus aus."))
    with unit_of_work() as session:
        make_commitment(session, session.get_one(Document, document), slug="ohne", title="Ohne Stelle", wording="Nirgends.")
    page = browser.get(PATH).text
    for n in range(5):
        assert page.count(f'<b class="b-tag">{letters(n)}</b>') >= 1
    assert "Zusagen ohne Stelle in diesem Text" in page
    assert page.index("Zusagen ohne Stelle") < page.index(">Ohne Stelle<")


def test_only_what_was_last_shown_of_the_votes(document, browser):
    imported(document)
    with unit_of_work() as session:
        for commitment_id, shown in ((1, 0), (2, 20)):
            session.add(
                Tally(
                    commitment_id=commitment_id, version=1, confirmed_for=33, confirmed_neutral=0, confirmed_against=0,
                    shown_confirmed_for=shown, shown_confirmed_neutral=0, shown_confirmed_against=0, shown_confirmed_at=NOW,
                )
            )  # fmt: skip
    text, _numbers = heard(browser.get(PATH).text)
    assert "33" not in text
    assert "100 % dafür, 20 Personen" in text.replace("\u00a0", " ").replace("\u202f", " ")
    assert "Weniger als fünf Stimmen" in text


def test_without_the_wording_titles_under_their_headings(document, browser):
    with unit_of_work() as session:
        row = session.get_one(Document, document)
        for title, section in (("Rufbus", ["Verkehr"]), ("Radweg", ["Verkehr", "Rad"]), ("Wald", ["Natur"])):
            make_commitment(session, row, title=title, section=section)
    page = browser.get(PATH).text
    assert "Der Wortlaut ist hier nicht eingelesen" in page
    for wanted in ("Rufbus", "Radweg", 'id="zusage-1"', ">Rad<", ">Natur<"):
        assert wanted in page, wanted


def test_what_a_new_form_changed_is_told_with_links(document, browser):
    imported(document)
    assert "Neue Fassung" not in browser.get(PATH).text
    with unit_of_work() as session:
        row = session.get_one(Document, document)
        gone = make_commitment(session, row, slug="weg", title="Nicht mehr da", state="archived").id
        run = ImportRun(region_id=row.region_id, document_id=document, file_name="neu.pdf", sha256="1" * 64, state="done", created_at=NOW)
        session.add(run)
        session.flush()
        changes = [Change(1, "new"), Change(2, "reworded", "Alt.", True), Change(3, "reworded", "Alt."), Change(gone, "gone", "Weg.")]
        note_changes(session, run, changes[:2], datetime(2026, 11, 2, 23, 30, tzinfo=UTC))
        note_changes(session, run, changes, NOW)
        assert [len(session.exec(select(model)).all()) for model in (DocumentVersion, DocumentChange)] == [1, 4]
    page_cache().clear()
    with statements() as asked:
        page = browser.get(PATH).text
    assert len(asked) == 4
    text, _numbers = heard(page)
    assert "Neue Fassung vom 3. November 2026: 1 neu, 1 mit anderem Inhalt, 1 anders formuliert, 1 entfallen" in text
    told = page[page.index('id="fassung"') : page.index("</details>")]
    assert re.findall(r'href="/kreis/zusagen/([^"]+)"', told) == ["c31", "c84", "c130", "weg"]


def test_the_page_of_a_long_document_is_light(document, browser):
    """1,100 lines with 240 commitments and their votes: with styles (11 KB) and fonts (22 KB) under 80 KB."""
    dice = random.Random(3)
    syllables = ("ba", "der", "gro", "hal", "kei", "lun", "mar", "nis", "rau", "sche", "tun", "zug")
    words = ["".join(dice.choices(syllables, k=dice.randint(1, 4))) for _ in range(500)]
    original, wordings, line = [], [], 1
    for n in range(240):
        if n % 12 == 0:
            original.append(("heading", [], f"{n // 12 + 1} {' '.join(dice.choices(words, k=4))}", [[0, line]]))
            line += 1
        text = " ".join(dice.choices(words, k=33)).capitalize() + "."
        wordings.append(text[: text.index(" ", 150)])
        original.append(("paragraph", [original[-1][2]], text, [[70 * k, line + k] for k in range(len(text) // 70 + 1)]))
        line += len(text) // 70 + 1
    assert 1_000 < line < 1_200
    imported(document, original, wordings)
    with unit_of_work() as session:
        for commitment_id in range(1, 241):
            shown = {f"shown_confirmed_{choice}": dice.randint(5, 90) for choice in ("for", "neutral", "against")}
            session.add(Tally(commitment_id=commitment_id, version=1, shown_confirmed_at=NOW, **shown))
    page = browser.get(PATH)
    assert page.text.count("<mark id=") == 240
    assert len(gzip.compress(page.content, 6)) < 48_000


def test_letters_go_on_after_z():
    assert [letters(n) for n in (0, 25, 26, 27, 701, 702)] == ["A", "Z", "AA", "AB", "ZZ", "AAA"]


def test_a_line_that_begins_within_a_word_is_marked_before_the_next():
    passage = Passage(document_id=1, position=0, kind="paragraph", text="Die Straßenbahn fährt.", char_start=0, char_end=22)
    passage.lines = [[0, 1], [11, 2], [16, 3], [40, 4]]
    assert line_starts(passage) == [(0, 1), (16, 2)]


def test_a_wording_over_several_passages_ends_where_it_ends():
    def row(position, kind, text, start):
        return Passage(document_id=1, position=position, kind=kind, text=text, char_start=start, char_end=start + len(text))

    passages = [
        row(0, "paragraph", "Wir bauen:", 0),
        row(1, "bullet", "Wege", 12),
        row(2, "heading", "Neu", 18),
        row(3, "bullet", "Brücken", 23),
    ]
    assert end_of(passages, 4, "bauen:\nWege") == 16
    assert end_of(passages, 0, "Wir bauen:\nWege\nBrücken") == 30
    assert end_of(passages, 12, "Wege und mehr, als da steht") == 12 + 27
