"""Web pages: what frames a text goes, whatever the page calls it; tables and lists stay."""

from pathlib import Path

import pytest

from beteiligung.catalogue.importer.extract import extract
from beteiligung.catalogue.importer.html import html_lines

PLEDGE = "<p>Wir werden in jedem Dorf des Kreises eine neue Bank aufstellen.</p>"


@pytest.mark.parametrize(
    "frame",
    [
        "<nav><p>Wir werden Startseite.</p></nav>",
        "<header><h1>Wir werden Kopf.</h1></header>",
        "<aside><p>Wir werden Rand.</p></aside>",
        "<footer><p>Wir werden Fuß.</p></footer>",
        '<div id="cookieConsent"><p>Wir werden Cookies setzen.</p></div>',
        '<div class="usercentrics-root"><p>Wir werden Cookies setzen.</p></div>',
        '<div role="dialog"><p>Wir werden fragen.</p></div>',
        '<div role="navigation"><p>Wir werden führen.</p></div>',
        '<section class="news-teaser"><h3>Wir werden sehen</h3><p>Wir werden lesen.</p></section>',
        '<ul class="mainNav"><li>Wir werden Menü.</li></ul>',
        "<div hidden><p>Wir werden versteckt.</p></div>",
        '<div style="display: none"><p>Wir werden versteckt.</p></div>',
        "<script>Wir werden Code.</script><noscript>Wir werden warnen.</noscript>",
        '<ul><li><a href="/a">Wir werden A.</a></li><li><a href="/b">Wir werden B.</a></li><li><a href="/c">Wir werden C.</a></li></ul>',
        "<form><label>Wir werden suchen.</label><button>Wir werden finden.</button></form>",
    ],
)
def test_what_frames_a_page_goes(tmp_path: Path, frame: str) -> None:
    for page in (f"<html><body>{frame}<div>{PLEDGE}</div></body></html>", f"<html><body><div>{PLEDGE}</div>{frame}</body></html>"):
        path = tmp_path / "a.html"
        path.write_text(page, encoding="utf-8")
        assert [item.quote for item in extract(path).candidates] == [PLEDGE[3:-4]]


def test_what_only_sounds_like_a_frame_stays() -> None:
    page = (
        "<body class='has-navigation'><form id='aspnetForm'><article class='teaser-page'>"
        "<header><h1>Titel</h1></header><div class='shared sozial'>"
        "<p>Eins<p>Zwei <a href='#'>mit Verweis</a></div><ul><li>Drei<li>Vier</ul></article></form></body>"
    )
    assert [line.text for line in html_lines(page)] == ["Titel", "Eins", "Zwei mit Verweis", "• Drei", "• Vier"]


def test_the_main_part_is_enough_where_a_page_names_it() -> None:
    page = f"<body><div>Wir werden Werbung.</div><main>{PLEDGE * 3}</main><div>Neues</div></body>"
    assert [line.text for line in html_lines(page)] == [PLEDGE[3:-4]] * 3


def test_tables_are_read_row_by_row() -> None:
    page = (
        "<table><thead><tr><th>Nr.<th>Maßnahme<th>Frist</tr></thead>"
        "<tbody><tr><td>1<td><p>Ausbau</p><p>der Wege</p><td>2028</tr>"
        "<tr><td>2</td><td>Bau der | Halle</td><td></td></tr></tbody></table>"
        "<table><tr><td><h2>Titel</h2>Text</td><td>Daneben</td></tr></table>"
    )
    assert [line.text for line in html_lines(page)] == [
        "| Nr. | Maßnahme | Frist |",
        "|---|---|",
        "| 1 | Ausbau der Wege | 2028 |",
        "| 2 | Bau der / Halle |  |",
        "Titel",
        "Text",
        "Daneben",
    ]
