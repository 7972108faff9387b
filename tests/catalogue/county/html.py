"""The county's election programme as a web page, with all that surrounds a text there."""

from collections.abc import Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from catalogue.county.county import Part

_TOP = """<!DOCTYPE html>
<html lang="de"><head><meta charset="utf-8"><title>{title}</title><style>body {{ font: 1rem sans-serif }}</style>
<script>window.daten = "Wir werden alles messen.";</script></head><body>
<div id="cookie-consent" class="overlay"><p>Wir verwenden Cookies, um Ihnen ein gutes Erlebnis zu bieten.</p>
<button>Alle akzeptieren</button></div>
<header><a href="/">Auental gemeinsam</a>
<nav><ul><li><a href="/programm">Programm</a></li><li><a href="/termine">Termine</a></li></ul></nav></header>
<ol class="breadcrumb"><li>Start</li><li>Programm</li></ol>
<main><h1>{title}</h1>
"""
_END = """</main>
<aside><h2>Aktuelles</h2><p>Wir werden am Samstag auf dem Markt stehen.</p></aside>
<section class="teaser-list"><h3>Mehr entdecken</h3>
<article><h4>Unser Team</h4><p>Wir wollen Sie kennenlernen.</p><a href="/team">Weiterlesen</a></article></section>
<footer><p>Auental gemeinsam e. V., Marktplatz 3, 00000 Auenstadt</p><ul><li><a href="/impressum">Impressum</a></li></ul></footer>
</body></html>
"""


def write(path: Path, parts: Sequence[Part]) -> None:
    """Write the parts as the main content of a page."""
    title = next(part.text for part in parts if part.place == "title")
    pieces = [_TOP.format(title=escape(title))]
    opened = False
    for place, group in groupby((part for part in parts if part.place != "title"), key=lambda part: part.place):
        texts = [escape(part.text) for part in group]
        if place == "heading":
            pieces.append(("</section>\n" if opened else "") + f"<section>\n<h2>{texts[0]}</h2>\n")
            opened = True
        elif place == "sentence":
            pieces.append(f"<p>{' '.join(texts)}</p>\n")
        elif place == "bullet":
            pieces.append("<ul>\n" + "".join(f"  <li>{text}</li>\n" for text in texts) + "</ul>\n")
    path.write_text("".join(pieces) + "</section>\n" + _END, encoding="utf-8")
