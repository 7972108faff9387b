"""PDFs as WeasyPrint, a browser and a hand set them: what stands on the page is read as it is meant."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import sync_playwright
from weasyprint import HTML

from beteiligung.catalogue.importer.extract import extract
from beteiligung.catalogue.importer.model import Extraction
from journeys.conftest import launch

STYLE = """
@page { size: A5; margin: 20mm 15mm 22mm; @top-center { content: "Leitbild Kreis Moorbach"; font-size: 8pt }
        @bottom-right { content: "Seite " counter(page) " von " counter(pages); font-size: 8pt } }
body { font: 11pt/1.4 sans-serif; hyphens: auto; text-align: justify } h1 { font-size: 18pt } h2 { font-size: 14pt } h3 { font-size: 11pt }
table { border-collapse: collapse; text-align: left; hyphens: manual } td, th { border: 1px solid; padding: 3pt; vertical-align: top }
.note { float: footnote; font-size: 8pt } .two { columns: 2; column-gap: 8mm }
"""
PAGE = """<!doctype html><html lang="de"><meta charset="utf-8"><style>{style}</style><body>
<h1>Leitbild des Kreises Moorbach für die Jahre bis 2040</h1>
<h2>1 Bauen und Wohnen in den Dörfern und in der Kreisstadt Moorbach</h2>
<p>Moorbach wächst seit Jahren.{note} Wir werden bis 2031 in jeder Gemeinde des Kreises mindestens zwölf barrierefreie Wohnungen errichten.
Der Kreis soll leer stehende Bauernhöfe erwerben und umbauen.</p>
<h3>Was wir vorhaben</h3>
<p>Dazu werden wir</p>
<ul><li>ein Kataster aller leer stehenden Gebäude im gesamten Kreisgebiet aufbauen und jährlich fortschreiben,</li>
<li>eine Beratungsstelle für den Umbau alter Häuser einrichten und</li><li>Bauland nur noch an Genossenschaften vergeben.</li></ul>
<ol type="a"><li>Sanierung des Rathauses</li><li>Neubau der Bücherei</li></ol>
<h2>2 Verkehr</h2>
<table><thead><tr><th>Vorhaben</th><th>Amt</th><th>Bis</th></tr></thead>
<tr><td>Ausbau des Radwegs an der Moor zwischen Oberau und Niederau</td><td>Amt 3</td><td>2029</td></tr>
<tr><td>Einführung eines Nachtbusses</td><td>Amt 4</td><td>2028</td></tr>
<tr><td>Sanierung der Brücke bei Hollern</td><td>Amt 3</td><td>2031</td></tr></table>
{more}
</body></html>"""
NOTE = '<span class="note">Statistisches Jahrbuch des Kreises 2025, Seite 12.</span>'
SENTENCES = [
    f"In {name} werden wir bis {2027 + at} einen neuen Dorfladen mit Poststelle eröffnen."
    for at, name in enumerate(
        ("Adorf", "Beheim", "Cestadt", "Dehausen", "Efeld", "Fingen", "Gebach", "Haselau", "Ilmen", "Jossen", "Kaltau", "Lindach")
    )
]
MORE = "<h2>3 Versorgung</h2>" + "".join(
    f"<p>{sentence} Das ist in einem Kreis der weiten Wege besonders wichtig.</p>" for sentence in SENTENCES
)


def blocks(found: Extraction, kind: str) -> list[str]:
    return [block.text for block in found.blocks if block.kind == kind]


def check(found: Extraction) -> None:
    """What the page says, whoever set it."""
    assert found.title == "Leitbild des Kreises Moorbach für die Jahre bis 2040"
    assert blocks(found, "heading") == [
        "Leitbild des Kreises Moorbach für die Jahre bis 2040",
        "1 Bauen und Wohnen in den Dörfern und in der Kreisstadt Moorbach",
        "Was wir vorhaben",
        "2 Verkehr",
        "3 Versorgung",
    ]
    bullets = blocks(found, "bullet")
    assert bullets[:5] == [
        "ein Kataster aller leer stehenden Gebäude im gesamten Kreisgebiet aufbauen und jährlich fortschreiben,",
        "eine Beratungsstelle für den Umbau alter Häuser einrichten und",
        "Bauland nur noch an Genossenschaften vergeben.",
        "Sanierung des Rathauses",
        "Neubau der Bücherei",
    ]
    assert bullets[5:] == [
        "Vorhaben – Amt – Bis",
        "Ausbau des Radwegs an der Moor zwischen Oberau und Niederau – Amt 3 – 2029",
        "Einführung eines Nachtbusses – Amt 4 – 2028",
        "Sanierung der Brücke bei Hollern – Amt 3 – 2031",
    ]
    assert "Seite" not in found.text
    quotes = [item.quote for item in found.candidates]
    assert "Wir werden bis 2031 in jeder Gemeinde des Kreises mindestens zwölf barrierefreie Wohnungen errichten." in quotes
    assert all(any(sentence in quote for quote in quotes) for sentence in SENTENCES)
    pages = [item.location.page for item in found.candidates]
    assert pages == sorted(pages, key=lambda page: page or 0)
    assert pages[0] == 1
    assert (pages[-1] or 0) > 1


def test_a_pdf_from_weasyprint(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    HTML(string=PAGE.format(style=STYLE, note=NOTE, more=MORE)).write_pdf(path)
    found = extract(path)
    check(found)
    assert "Jahrbuch" not in found.text
    assert "Moorbach wächst seit Jahren. Wir werden" in found.text


def print_by_browser(path: Path) -> None:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        page.set_content(PAGE.format(style=STYLE.split("body", 1)[1].join(["body", ""]), note="", more=MORE))
        page.pdf(
            path=path,
            format="A5",
            display_header_footer=True,
            header_template="<span style='font-size:8px;margin:auto' class='title'>Leitbild Kreis Moorbach</span>",
            footer_template="<p style='font-size:8px;margin:auto'><span class='pageNumber'></span> / <span class='totalPages'></span></p>",
            margin={"top": "20mm", "bottom": "20mm", "left": "15mm", "right": "15mm"},
        )
        browser.close()


def test_a_pdf_from_a_browser(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    with ThreadPoolExecutor(1) as own:  # two of Playwright's loops do not stand side by side in a thread
        own.submit(print_by_browser, path).result()
    check(extract(path))


def test_two_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    body = "".join(f"<p>{sentence} Das gilt für alle Ortsteile, auch die kleinen.</p>" for sentence in SENTENCES)
    style = STYLE.replace("A5", "A4")
    HTML(
        string=f"<html lang=de><style>{style}</style><body><h1>Dorfläden für alle</h1><div class=two>{body}</div></body></html>"
    ).write_pdf(path)
    found = extract(path)
    assert blocks(found, "paragraph") == [f"{sentence} Das gilt für alle Ortsteile, auch die kleinen." for sentence in SENTENCES]


def hand_set(path: Path, pages: list[list[tuple[float, float, float, str]]], font: str = "Helvetica") -> Path:
    """Write a PDF of lines, each (x, y from below, size, text); text that begins with * is bold."""
    pdf = pikepdf.new()
    fonts = pikepdf.Dictionary(
        {
            f"/F{bold}": pikepdf.Dictionary(
                Type=pikepdf.Name.Font,
                Subtype=pikepdf.Name.Type1,
                BaseFont=pikepdf.Name(f"/{font}{'-Bold' * bold}"),
                Encoding=pikepdf.Name.WinAnsiEncoding,
            )
            for bold in (0, 1)
        }
    )
    for lines in pages:
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(Font=fonts)
        shown = [
            f"BT /F{int(text[0] == '*')} {size} Tf {x} {y} Td ".encode()
            + b"("
            + text.removeprefix("*").replace("(", "\\(").replace(")", "\\)").encode("cp1252")
            + b") Tj ET"
            for x, y, size, text in lines
        ]
        page.Contents = pdf.make_stream(b"\n".join(shown))
    pdf.save(path)
    return path


def test_every_fifth_line_numbered(tmp_path: Path) -> None:
    text = [f"Wir werden im Jahr {2027 + at} die Straße Nummer {at} im Kreis Moorbach erneuern." for at in range(40)]
    lines = [(80.0, 780 - 17.0 * at, 11.0, line) for at, line in enumerate(text)]
    numbers = [(40.0, 780 - 17.0 * at, 7.0, f"{at + 1}") for at in range(4, 40, 5)]
    found = extract(hand_set(tmp_path / "a.pdf", [lines + numbers]))
    assert [item.quote for item in found.candidates] == text
    assert [item.location.line_start for item in found.candidates] == list(range(1, 41))
    assert found.printed_lines


def test_a_list_item_and_a_heading_broken_over_pages(tmp_path: Path) -> None:
    first = [
        (72, 780, 16, "*1 Wege in die Zukunft –"),
        (72, 758, 16, "*sicher und gut beleuchtet"),
        (72, 730, 11, "Der Kreis setzt in den nächsten fünf Jahren folgende Vorhaben um:"),
        (72, 700, 11, "(a) Bau eines Radwegs zwischen Oberau und Niederau, der auch im Winter"),
        (92, 684, 11, "geräumt wird,"),
        (72, 668, 11, "(b) Beleuchtung der Schulwege in allen Ortsteilen, die weiter als einen Kilo-"),
    ]
    second = [
        (92, 780, 11, "meter von der nächsten Schule liegen,"),
        (72, 764, 11, "(c) Kauf von zwei Räumfahrzeugen."),
        (72, 730, 11, "Die Kosten von 1,5 Mio. Euro trägt der Kreis. Gefördert wird der Bau zum"),
        (72, 714, 11, "1. Januar 2028 – rechtzeitig vor der Landesausstellung."),
    ]
    heads = [(72, 815, 8, "Kreis Moorbach: Wege"), (300, 30, 8, "- 1 -")], [(72, 815, 8, "Kreis Moorbach: Wege"), (300, 30, 8, "- 2 -")]
    found = extract(hand_set(tmp_path / "a.pdf", [first + heads[0], second + heads[1]]))
    assert blocks(found, "heading") == ["1 Wege in die Zukunft – sicher und gut beleuchtet"]
    assert blocks(found, "bullet") == [
        "Bau eines Radwegs zwischen Oberau und Niederau, der auch im Winter geräumt wird,",
        "Beleuchtung der Schulwege in allen Ortsteilen, die weiter als einen Kilometer von der nächsten Schule liegen,",
        "Kauf von zwei Räumfahrzeugen.",
    ]
    assert blocks(found, "paragraph")[-1].endswith("Gefördert wird der Bau zum 1. Januar 2028 – rechtzeitig vor der Landesausstellung.")
    assert "Wege" not in blocks(found, "paragraph")[0]


def test_bold_words_and_bold_beginnings_are_no_headings(tmp_path: Path) -> None:
    lines = [
        (72, 780, 11, "*Mobilität"),
        (72, 756, 11, "*Busse fahren öfter."),
        (180, 756, 11, "Wir werden den Takt auf allen Linien im Kreis verdoppeln, auch"),
        (72, 740, 11, "am Abend und am Wochenende."),
        (72, 716, 11, "Der Kreis wird"),
        (149, 716, 11, "*neue Haltestellen"),
        (250, 716, 11, "bauen."),
    ]
    found = extract(hand_set(tmp_path / "a.pdf", [lines]))
    assert blocks(found, "heading") == ["Mobilität"]
    assert blocks(found, "paragraph") == [
        "Busse fahren öfter. Wir werden den Takt auf allen Linien im Kreis verdoppeln, auch am Abend und am Wochenende.",
        "Der Kreis wird neue Haltestellen bauen.",
    ]


@pytest.mark.parametrize("angle", [45, 90])
def test_a_watermark_is_no_text(tmp_path: Path, angle: int) -> None:
    path = hand_set(tmp_path / "a.pdf", [[(72, 780, 11, "Wir werden in jedem Dorf eine Bank aufstellen.")]])
    turned = b"0.7 0.7 -0.7 0.7" if angle == 45 else b"0 1 -1 0"
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].contents_add(b"BT /F1 60 Tf " + turned + b" 200 200 Tm (ENTWURF) Tj ET")
        pdf.save(path)
    assert extract(path).text == "Wir werden in jedem Dorf eine Bank aufstellen."
