"""Reading documents of an invented county: each trap that real ones set."""

from pathlib import Path

import pytest

from beteiligung.catalogue.importer.extract import extract
from beteiligung.catalogue.importer.model import Extraction
from beteiligung.errors import Invalid


def read(folder: Path, text: str, name: str = "programm.md") -> Extraction:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    found = extract(path)
    for block in found.blocks:
        assert found.text[block.char_start : block.char_end] == block.text
    for item in found.candidates:
        place = item.location
        assert " ".join(found.text[place.char_start : place.char_end].split()) == item.quote
    return found


def blocks(found: Extraction, kind: str) -> list[str]:
    return [block.text for block in found.blocks if block.kind == kind]


def quotes(found: Extraction) -> list[str]:
    return [item.quote for item in found.candidates]


NUMBERED = """\
1 **1 Wege und Straßen – sicher, schnell** 2 **und leise**

3

4 Der Landkreis Sonnental hat 14 Gemeinden. Wir werden bis 2031 alle Rad-
5 wege an Kreisstraßen ausleuchten und im Sonnental-
6 Kreis neue Wege bauen.

7

8 Wir wollen im Jahr 9 neue Haltestellen bauen.

9
10 Diese Mittel sollen eingesetzt werden, um

- 11 • die Brücken zu
- 12 erneuern,
- 13 • Gehwege abzusenken.
14

15 Die Zahl der Sitze wird von 20 auf 16 gesenkt.
16
17 **2 Schulen**
18
19 Wir werden Schulen sanieren.
20
21 Mehr steht hier nicht,
22 weil der Vertrag kurz ist.
"""


def test_printed_line_numbers_go_even_inside_headings(tmp_path: Path) -> None:
    found = read(tmp_path, NUMBERED, "vertrag.txt")
    assert found.printed_lines
    assert blocks(found, "heading") == ["1 Wege und Straßen – sicher, schnell und leise", "2 Schulen"]
    assert "Wir werden bis 2031 alle Radwege an Kreisstraßen ausleuchten und im Sonnental-Kreis neue Wege bauen." in quotes(found)
    assert "Wir wollen im Jahr 9 neue Haltestellen bauen." in quotes(found)
    assert "von 20 auf 16 gesenkt" in found.text
    assert blocks(found, "bullet") == ["die Brücken zu erneuern,", "Gehwege abzusenken."]


def test_locations_are_printed_lines_where_they_are_printed(tmp_path: Path) -> None:
    found = read(tmp_path, NUMBERED, "vertrag.txt")
    places = {item.quote[:12]: (item.location.line_start, item.location.line_end) for item in found.candidates}
    assert places["Wir werden b"] == (4, 6)
    assert places["die Brücken "] == (11, 12)
    assert places["Wir werden S"] == (19, 19)


def test_a_document_without_printed_numbers_counts_its_lines(tmp_path: Path) -> None:
    found = read(tmp_path, "# Programm\n\n2030 Bäume pflanzen wir jedes Jahr.\n\nWir bauen Wege.\n")
    assert not found.printed_lines
    assert [item.location.line_start for item in found.candidates] == [3, 5]
    assert quotes(found)[0].startswith("2030 Bäume")


CONTENTS = """\
Programm für Moorbach

Inhaltsverzeichnis

Wohnen in Moorbach.....	3
Bauen für alle.....	3
Wege und Plätze, die jeder zu Fuß
erreichen kann.....	5

Wohnen in Moorbach

Bauen für alle

Wir bauen hundert Wohnungen.

Wege und Plätze, die jeder zu Fuß erreichen kann

Wir pflastern den Markt neu.
"""


def test_the_table_of_contents_goes_and_tells_the_headings(tmp_path: Path) -> None:
    found = read(tmp_path, CONTENTS, "programm.txt")
    assert "....." not in found.text
    assert "Inhaltsverzeichnis" not in found.text
    assert found.title == "Programm für Moorbach"
    assert [item.section for item in found.candidates] == [
        ("Wohnen in Moorbach", "Bauen für alle"),
        ("Wege und Plätze, die jeder zu Fuß erreichen kann",),
    ] or [item.section[-1] for item in found.candidates] == [
        "Bauen für alle",
        "Wege und Plätze, die jeder zu Fuß erreichen kann",
    ]


def test_contents_set_as_a_table_go_too(tmp_path: Path) -> None:
    text = "# Ziele\n\n| | |\n|--|--|\n| A. Wohnen | 2 |\n| B. Wege | 3 |\n| C. Schule | 4 |\n\n## A. Wohnen\n\n- Bau von Wohnungen\n"
    found = read(tmp_path, text)
    assert blocks(found, "bullet") == ["Bau von Wohnungen"]


def test_other_tables_stay_readable(tmp_path: Path) -> None:
    text = "# Ziele\n\n| Vorhaben | Bis |\n|---|---|\n| Ausbau der Radwege | 2028 |\n| Neubau der Schule | 2030 |\n"
    assert "Ausbau der Radwege – 2028" in blocks(read(tmp_path, text), "bullet")


def test_headings_over_several_lines_are_one(tmp_path: Path) -> None:
    found = read(tmp_path, "**3 Wohnen in den Dörfern –**\n**modern und bezahlbar**\n\nWir bauen Wohnungen.\n")
    assert blocks(found, "heading") == ["3 Wohnen in den Dörfern – modern und bezahlbar"]


def test_what_a_page_breaks_is_joined(tmp_path: Path) -> None:
    text = (
        "# Ziele\n\n- Das Angebot im Bürgerbüro wird erweitert. Die neue Technik bildet\n\n"
        "die Grundlage für kurze Wege.\n- Erhalt der Bäder\n\nWir bauen in jedem Dorf eine\n\nLadesäule für alle.\n"
    )
    found = read(tmp_path, text)
    assert blocks(found, "bullet")[0].endswith("bildet die Grundlage für kurze Wege.")
    assert "Wir bauen in jedem Dorf eine Ladesäule für alle." in quotes(found)


def test_page_furniture_goes(tmp_path: Path) -> None:
    head, foot = "Kreis Moorbach – Leitbild", "Seite {} von 3"
    parts = [
        "Leitbild\n\nWir bauen in allen Dörfern des Kreises bis zum Jahr 2030 die schon lange",
        "geplanten Wege und wollen außerdem die alten Brücken über die Moor und ihre",
        "kleinen Zuflüsse erneuern.",
    ]
    text = "\f".join(f"{head}\n\n{part}\n\n{foot.format(number)}\n" for number, part in enumerate(parts, 1))
    found = read(tmp_path, text, "leitbild.txt")
    assert quotes(found) == [" ".join(parts).removeprefix("Leitbild\n\n")]
    assert found.candidates[0].location.page == 1
    assert "Seite" not in found.text


LETTERED = """\
Leitbild des Kreises Moorbach                       Seite 1

Folgende Maßnahmen sind vorgesehen:

a) Bau einer Rettungswache in Oberau, die rund um die Uhr
   besetzt ist,
b) Sanierung der Brücke.1 Sie ist marode.

1 Quelle: Bericht des Bauamts, Seite 4.
Leitbild des Kreises Moorbach                       Seite 2

Der Kreis hat 20 Gemeinden.
"""


def test_running_heads_footnotes_and_lettered_lists(tmp_path: Path) -> None:
    found = read(tmp_path, LETTERED, "leitbild.txt")
    assert "Leitbild" not in found.text
    assert blocks(found, "bullet") == [
        "Bau einer Rettungswache in Oberau, die rund um die Uhr besetzt ist,",
        "Sanierung der Brücke. Sie ist marode.",
    ]
    assert not blocks(found, "heading")


def test_footnotes_at_a_page_end_leave_the_sentence_whole(tmp_path: Path) -> None:
    head = "Nahverkehrsplan Kreis Moorbach 2026–2030      {}\n\n"
    text = (
        head.format(16) + "Der Kreis hat einen Plan aufgestellt, der den Verkehr auf allen Linien neu\n"
        "ordnet.4 Wir werden die Fahrten am Abend und am Wochenende in allen vier\n\n¹ Energieagentur Nord, Bericht 2023.\n\n"
        + head.format(17)
        + "Gemeinden verdoppeln. Geplant sind:\n\na) Bau eines Betriebshofs mit einer\n\n4 Verkehrsverbund Nord, Bericht 2022.\n\n"
        + head.format(18)
        + "großen Werkstatt,\nb) Kauf von zwölf Bussen.\n"
    )
    found = read(tmp_path, text, "plan.txt")
    assert "Wir werden die Fahrten am Abend und am Wochenende in allen vier Gemeinden verdoppeln." in quotes(found)
    assert blocks(found, "bullet") == ["Bau eines Betriebshofs mit einer großen Werkstatt,", "Kauf von zwölf Bussen."]


def test_a_labelled_aim_is_no_heading(tmp_path: Path) -> None:
    text = "# Strategie\n\n**Ziel 1:** Alle Kinder können schwimmen\n\nDazu mehr Text.\n\n**Unsere Maßnahmen**\n\n- Bau eines Bads\n"
    found = read(tmp_path, text)
    assert blocks(found, "heading") == ["Strategie", "Unsere Maßnahmen"]
    assert "Ziel 1: Alle Kinder können schwimmen" in blocks(found, "paragraph")


def test_the_head_of_a_table_promises_nothing(tmp_path: Path) -> None:
    text = "# Ziele\n\n| Nr. | Maßnahme |\n|---|---|\n| 1 | Ausbau der Radwege |\n\nEnde des Textes.\n"
    assert quotes(read(tmp_path, text)) == ["1 – Ausbau der Radwege"]


WEB = """\
Wohnen
• Wohnen ist ein Grundrecht • Stärkung der Nachbarschaft
MEHR INFOS
Wohnen
• Wohnen ist ein Grundrecht • Stärkung der Nachbarschaft
Mehr Platz schaffen
- Bau von 200 Wohnungen
- Förderung der Dorfläden
Mehr Ruhe finden
- Lärmschutz an der Kreisstraße
Mobil
• Mobilität geht alle an • Abbau von Hürden
MEHR INFOS
Mobil
• Mobilität geht alle an • Abbau von Hürden
Mehr Busse
- Ausbau des Busnetzes
"""


def test_a_web_page_that_repeats_headings_is_read_once(tmp_path: Path) -> None:
    found = read(tmp_path, WEB, "seite.txt")
    assert blocks(found, "heading") == ["Wohnen", "Mehr Platz schaffen", "Mehr Ruhe finden", "Mobil", "Mehr Busse"]
    assert found.text.count("Stärkung der Nachbarschaft") == 1
    assert "MEHR INFOS" not in found.text
    # a point of the overview that names a measure counts, but once, though it is printed twice
    assert quotes(found) == [
        "Stärkung der Nachbarschaft",
        "Bau von 200 Wohnungen",
        "Förderung der Dorfläden",
        "Lärmschutz an der Kreisstraße",
        "Abbau von Hürden",
        "Ausbau des Busnetzes",
    ]
    assert found.candidates[0].section == ("Wohnen",)
    assert found.candidates[1].section == ("Wohnen", "Mehr Platz schaffen")


def test_bold_runs_and_links_leave_no_marks(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "# Programm\n\nWir bauen in den nächsten Jahren in jedem Dorf **neue\nWege** für *alle* Bürger*innen und [Radler*innen](https://beispiel.test).\n",
    )
    assert quotes(found) == ["Wir bauen in den nächsten Jahren in jedem Dorf neue Wege für alle Bürger*innen und Radler*innen."]


def test_a_list_intro_carries_its_bullets(tmp_path: Path) -> None:
    text = (
        "# Programm\n\nWir setzen das Geld ein, um\n\n- die Hallen zu heizen,\n- Bäder offen zu halten.\n\n"
        "Das haben wir erreicht:\n\n- Bau der Feuerwache\n- Sanierung der Brücke\n\nUnd nun weiter.\n"
    )
    assert quotes(read(tmp_path, text)) == ["die Hallen zu heizen,", "Bäder offen zu halten."]


def test_names_in_a_list_belong_to_the_sentence_that_sets_them_up(tmp_path: Path) -> None:
    text = "# Vertrag\n\nFolgende Ausschüsse sollen gebildet werden:\n\n- Schulausschuss\n- Ausschuss für Verkehr\n\nEnde.\n"
    assert quotes(read(tmp_path, text)) == ["Folgende Ausschüsse sollen gebildet werden: Schulausschuss Ausschuss für Verkehr"]


PAGE = """<!doctype html><html><head><title>x</title></head><body><nav><ul><li>Startseite</li></ul></nav>
<div class="cookie-banner">Wir verwenden Cookies.</div><main><h1>Programm</h1><h2>Wege</h2>
<p>Wir bauen den Radweg<br>nach Oberau.</p><ul><li>Ausbau der Gehwege</li><li><p>Neue Bänke aufstellen</p></li></ul></main>
<footer>Wir werden alle Rechte wahren.</footer></body></html>"""


def test_a_web_page_is_read_without_its_frame(tmp_path: Path) -> None:
    found = read(tmp_path, PAGE, "seite.html")
    assert quotes(found) == ["Wir bauen den Radweg nach Oberau.", "Ausbau der Gehwege", "Neue Bänke aufstellen"]
    assert found.title == "Programm"
    assert found.candidates[0].section == ("Wege",)


def test_paragraph_numbers_of_a_resolution_are_no_words_of_it(tmp_path: Path) -> None:
    text = "# Beschluss\n\n(1) Der Kreis wird die Brücke bis 2029 erneuern.\n\n(2) Der Landrat wird dem Kreistag jährlich berichten.\n"
    assert quotes(read(tmp_path, text)) == [
        "Der Kreis wird die Brücke bis 2029 erneuern.",
        "Der Landrat wird dem Kreistag jährlich berichten.",
    ]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "leer"),
        (b" \n\n ", "leer"),
        (b"%PDF-1.7 \x00\x01", "PDF"),
        (b"PK\x03\x04rest", "DOCX"),
        (bytes(range(256)) * 20, "lesbaren Text"),
        (b"\x9d\x81\x8f\xc3\x28 \xa0\xa1" * 30, "UTF-8"),
        (b"12 34 56\n", "keine W"),
    ],
)
def test_what_is_no_text_is_refused_with_a_reason(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "datei.txt"
    path.write_bytes(data)
    with pytest.raises(Invalid, match=says):
        extract(path)


def test_too_large_and_missing_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "gross.txt"
    with path.open("wb") as file:
        file.truncate(20 * 1024 * 1024 + 1)
    with pytest.raises(Invalid, match="20 MB"):
        extract(path)
    with pytest.raises(Invalid, match="nicht öffnen"):
        extract(tmp_path / "fehlt.txt")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_usual_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "alt.txt"
    path.write_bytes("Wir fördern Chöre für größere Dörfer.".encode(encoding))
    assert quotes(extract(path)) == ["Wir fördern Chöre für größere Dörfer."]
