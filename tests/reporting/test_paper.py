"""The paper for the assembly: facts of a day on a template that a county can replace, and what a wrong template is told."""

import io
import zipfile
from dataclasses import replace

import docx
import pytest
from litestar.testing import TestClient
from sqlmodel import select

from administration.conftest import Browser
from beteiligung.audit import AuditEntry
from beteiligung.clock import berlin_date, utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Invalid
from beteiligung.places.queries import region_by_slug
from beteiligung.reporting import paper, paper_template
from beteiligung.reporting.formats.packing import packed
from conftest import one_database
from reporting.scene import full_scene, make_scene
from support import application, make_account

BASE = "/verwaltung/musterkreis/vorlage"
FORM = {
    "number": "VL-112/2026", "subject": "Radwege & mehr <b>", "committees": "Ausschuss für Verkehr, 12.11.2026\nKreistag", "slugs": "",
}  # fmt: skip


def made_of(*paragraphs, table=(), header=""):
    document = docx.Document()
    for words in paragraphs:
        document.add_paragraph(words)
    if table:
        document.add_table(1, len(table)).rows[0].cells[0].text = table[0]
    document.sections[0].header.paragraphs[0].text = header
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


WHOLE = [f"{{{{{name}}}}}" for name in paper_template.REQUIRED]


def told(content):
    with pytest.raises(Invalid) as caught:
        paper_template.check(content)
    return caught.value.fields["file"]


def text_of(content):
    document = docx.Document(io.BytesIO(content))
    return "\n".join(node.text or "" for node in document.element.body.iter(docx.oxml.ns.qn("w:t")))


def test_the_neutral_template_is_right_and_always_the_same():
    paper_template.check(paper_template.default())
    assert paper_template.default() == paper_template.default()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Bitte wählen Sie eine Datei"),
        (b"kein Word", "keine DOCX-Datei"),
        (b"x" * (paper_template.LARGEST + 1), "größer als 2 MB"),
        (made_of(*WHOLE[1:]), "fehlen diese Platzhalter: {{Nummer}}"),
        (made_of(*WHOLE, "{{Bettref}}"), "„{{Bettref}}“ gibt es nicht"),
        (made_of(*WHOLE, "Für {{Gremium"), "fehlt eine geschweifte Klammer"),
        (made_of(*WHOLE[:-1], "Anlagen: {{Anlagen}}"), "muss allein in einem Absatz"),
        (made_of(*WHOLE[:-1], header="{{Anlagen}}"), "nicht in Kopf- oder Fußzeile"),
    ],
)
def test_a_wrong_template_is_told_what_is_wrong(content, words):
    assert words in told(content)


def with_part(name, content, swap=None):
    with zipfile.ZipFile(io.BytesIO(made_of(*WHOLE))) as archive:
        entries = {one: archive.read(one) for one in archive.namelist()}
    entries[name] = content if swap is None else entries[name].replace(*swap)
    return packed(entries.items())


def test_a_template_that_runs_or_fetches_something_is_refused():
    far = b'<Relationship Id="r9" Type="http://x/image" Target="http://far.example/a.png" TargetMode="External"/></Relationships>'
    assert "Makros" in told(with_part("word/vbaProject.bin", b"x"))
    assert "von anderswo" in told(with_part("word/_rels/document.xml.rels", b"", (b"</Relationships>", far)))
    for sly in (
        b'Type="http://x/image" Target="http://far.example/hyperlink.png" TargetMode="External"',
        b'Type="http://x/image" Target="http://far.example/a>.png" TargetMode="External"',
        b'Type="http://x/image" Target="http://far.example/a.png" TargetMode="&#69;xternal"',
        b'Type="http://x/image" Target="http://far.example/a.png"',
        b'Type="http://x/aFChunk" Target="a.html"',
    ):
        end = b'<Relationship Id="r9" ' + sly + b"/></Relationships>"
        assert "von anderswo" in told(with_part("word/_rels/document.xml.rels", b"", (b"</Relationships>", end))), sly
    run = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    text = "<w:r><w:instrText>{}</w:instrText></w:r>"
    cut = run.format("begin") + text.format(" INCLUDE") + text.format('PICTURE "http://far.example/a.png" ') + run.format("end")
    nested = run.format("begin") + run.format("begin") + text.format("QUOTE x") + run.format("end") + run.format("end")
    simple = '<w:fldSimple w:instr=" ddeauto excel a b "/>'
    link = run.format("begin") + text.format(" LINK Excel.Sheet a ") + run.format("separate") + run.format("end")
    for field in (cut, nested, simple, link):
        end = f"<w:p>{field}</w:p><w:sectPr".encode()
        assert "von anderswo" in told(with_part("word/document.xml", b"", (b"<w:sectPr", end))), field
    paper_template.check(with_part("word/document.xml", b"", (b"<w:sectPr", b'<w:p><w:fldSimple w:instr="PAGE"/></w:p><w:sectPr')))
    assert "beschädigt" in told(with_part("word/document.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'))


def test_the_template_of_somebodys_machine_is_left_behind():
    rels = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attached&#84;emplate" '
        b'Target="file:///C:/Vorlagen/amt.dotx" TargetMode="External"/></Relationships>'
    )
    template = with_part("word/_rels/settings.xml.rels", rels)
    made = paper_template.fill(template, dict.fromkeys(paper_template.INLINE, "x"), {}, utcnow())
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert not any(b"amt.dotx" in archive.read(name) for name in archive.namelist())


def test_placeholders_are_filled_wherever_word_has_put_them():
    document = docx.Document()
    cut = document.add_paragraph()
    for piece in ("Nr. {", "{ num", "mer }", "}, zu {{Betreff}}!"):
        cut.add_run(piece)
    document.add_table(1, 1).rows[0].cells[0].text = "{{Beratungsfolge}}"
    for name in paper_template.REQUIRED[3:]:
        document.add_paragraph("{{" + name + "}}")
    document.sections[0].footer.paragraphs[0].text = "{{Betreff}}"
    file = io.BytesIO()
    document.save(file)
    inline = {**dict.fromkeys(paper_template.INLINE, "x"), "Nummer": "7", "Betreff": "{{Betreff}} & <mehr>"}
    made = paper_template.fill(file.getvalue(), inline, {"Anlagen": [paper_template.Piece("eine", bullet=True)]}, utcnow())
    opened = docx.Document(io.BytesIO(made))
    assert opened.paragraphs[0].text == "Nr. 7, zu {{Betreff}} & <mehr>!"
    assert opened.sections[0].footer.paragraphs[0].text == "{{Betreff}} & <mehr>"
    assert "– eine" in [paragraph.text for paragraph in opened.paragraphs]


def wished(region, **values):
    typed = {**FORM, "topics": [], **values}
    with reading() as session:
        facts = region_by_slug(session, "musterkreis")
        wish = paper.checked(session, region, typed, values.get("on", berlin_date(utcnow())), berlin_date(utcnow()))
        return paper.read(session, facts, wish), wish


@one_database
def test_the_paper_says_what_the_snapshot_says_and_leaves_the_rest_to_people(database):
    scene = full_scene()
    facts, wish = wished(scene.region_id)
    made = paper.render(paper_template.default(), facts, wish, wish.day)
    assert made == paper.render(paper_template.default(), facts, wish, wish.day)
    text = text_of(made)
    assert "{{" not in text
    document = docx.Document(io.BytesIO(made))
    votes = document.tables[2]
    content = facts.snapshot.content["commitments"]
    for row, (_commitment, one) in zip(votes.rows[1:], facts.commitments, strict=True):
        box = one["confirmed"]
        cells = [cell.text for cell in row.cells]
        assert cells[:4] == [one["title"], *(str(box[side]) for side in ("for", "neutral", "against"))]
        low, high = box["interval"][0]
        assert cells[5] == f"{low // 10},{low % 10}\N{NO-BREAK SPACE}% bis {high // 10},{high % 10}\N{NO-BREAK SPACE}%"
        assert cells[6] == str(one["comments"])
    assert len(votes.rows) == len(content) + 1
    for words in ("VL-112/2026", "Radwege & mehr <b>", "12.11.2026", "keine Abstimmung", facts.snapshot.digest, "[Bitte ausfüllen: "):
        assert words in text
    assert "Das sage ich" not in text, "a quoted comment"
    marked = [run.text for paragraph in document.paragraphs for run in paragraph.runs if run.font.highlight_color]
    assert len(marked) == 3
    assert all(words.startswith("[Bitte ausfüllen") for words in marked)
    # Where no commitment has enough votes, there are no empty columns for shares.
    few = docx.Document(io.BytesIO(paper.render(paper_template.default(), replace(facts, threshold=1_000), wish, wish.day)))
    assert [cell.text for cell in few.tables[2].rows[0].cells] == ["Zusage", "dafür", "neutral", "dagegen", "Kommentare", "Umsetzung"]
    # Topics, single commitments, and a day before there were any figures.
    assert [row.slug for row, _one in wished(scene.region_id, topics=["klima-energie"])[0].commitments] == ["vorhaben-0", "vorhaben-3"]
    assert [row.slug for row, _one in wished(scene.region_id, slugs="https://x/musterkreis/zusagen/vorhaben-1")[0].commitments] == [
        "vorhaben-1"
    ]
    early = wished(scene.region_id, on=berlin_date(utcnow()).replace(year=2020, day=1))
    assert early[0].snapshot is None
    assert "keine veröffentlichten Zahlen" in text_of(paper.render(paper_template.default(), *early, early[1].day))


@one_database
def test_a_clerk_gets_the_paper_and_replaces_the_template(database):
    scene = make_scene(votes=False)
    with TestClient(application(), base_url="http://localhost:8000") as client:
        clerk = Browser(client, scene.first.account_id)
        assert "Vorlage zum Stichtag" in clerk.get(BASE).text
        wrong = clerk.post(BASE, {**FORM, "day": "31.2.2026", "subject": "", "slugs": "gibtesnicht"})
        assert wrong.status_code == 422
        assert all(words in wrong.text for words in ("So: 30.11.2026".lower(), "Betreff an", "gibtesnicht", "VL-112/2026"))
        made = clerk.post(BASE, {**FORM, "day": f"{berlin_date(utcnow()):%d.%m.%Y}"})
        assert made.status_code == 200
        assert made.headers["content-disposition"] == 'attachment; filename="vorlage-vl-112-2026.docx"'
        assert "keine veröffentlichten Zahlen" in text_of(made.content)
        bad = clerk.post(f"{BASE}/muster", {"action": "keep"}, form=BASE, files={"file": ("a.docx", made_of("{{Nummer}}"))})
        assert bad.status_code == 422
        assert "fehlen diese Platzhalter" in bad.text
        own = made_of("Kreiswappen", *WHOLE)
        kept = clerk.post(f"{BASE}/muster", {"action": "keep"}, form=BASE, files={"file": ("a.docx", own)})
        assert kept.headers["location"].startswith(f"{BASE}?meldung=vorlage-eigene")
        assert clerk.get(f"{BASE}/muster.docx").content == own
        assert "Kreiswappen" in text_of(clerk.post(BASE, {**FORM, "day": "1.11.2026"}).content)
        dropped = clerk.post(f"{BASE}/muster", {"action": "drop"}, form=BASE, files={"x": ("", b"")})
        assert dropped.status_code == 303
        assert clerk.get(f"{BASE}/muster.docx").content == paper_template.default()
    with reading() as session:
        kinds = session.exec(select(AuditEntry.act).where(AuditEntry.act.startswith("paper."))).all()
    assert sorted(kinds) == ["paper.made", "paper.made", "paper.template_dropped", "paper.template_kept"]


@one_database
def test_everybody_else_is_turned_away(database):
    make_scene(votes=False)
    with unit_of_work() as session:
        resident = make_account(session).id
    for account, status in ((resident, 403), (None, 303)):
        with TestClient(application(), base_url="http://localhost:8000") as client:
            for path in (BASE, f"{BASE}/muster.docx"):
                assert Browser(client, account).get(path).status_code == status
