"""HTML to PDF in a child process with limits: WeasyPrint is large and slow, and no page may take the worker with it.

The child reads one page from its input and fetches nothing at all: pictures and fonts stand in the page as `data:`.
It inherits no environment, so that it knows no key. Reading this module costs nothing; WeasyPrint is loaded in the child alone.
"""

import base64
import io
import resource
import struct
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

from markupsafe import Markup

from beteiligung.settings import ROOT

_SECONDS = 120
_MEMORY = 2 * 1024**3
"""Bytes of address space; fifty letters need a fifth of it."""


class PdfError(Exception):
    """The child has failed or was ended at its limits."""


def _child(arguments: list[str], page: bytes) -> bytes:
    command = [sys.executable, "-m", "beteiligung.web.pdf", *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell
            command, input=page, capture_output=True, timeout=_SECONDS + 30, check=False, cwd=ROOT, env={"LANG": "C.UTF-8"}
        )
    except subprocess.TimeoutExpired as error:
        raise PdfError("the PDF took too long") from error
    if done.returncode:
        raise PdfError(f"the PDF could not be made (status {done.returncode})")  # its words might hold a name
    return done.stdout


def to_pdf(html: str, variant: Literal["pdf/ua-1", "pdf/a-2a"] = "pdf/ua-1") -> bytes:
    """Return a page as tagged PDF: for people (PDF/UA), or for archives (PDF/A). Raises PdfError."""
    return _child(["page", variant], html.encode())


def to_pictures(html: str) -> list[bytes]:
    """Return each page of a page as PNG, 200 dots an inch. Raises PdfError."""
    packed, at, made = _child(["pictures"], html.encode()), 0, []
    while at < len(packed):
        (size,) = struct.unpack_from(">I", packed, at)
        made.append(packed[at + 4 : at + 4 + size])
        at += 4 + size
    return made


def join(parts: Sequence[Path]) -> bytes:
    """Return several PDFs as one, in this order. Raises PdfError."""
    return _child(["join", *map(str, parts)], b"")


@cache
def font(weight: int) -> Markup:
    """Return the site's font (400 or 600) as a `data:` address for a style sheet; empty where the front end is not built."""
    for path in sorted((ROOT / "frontend" / "dist").glob(f"fira-{weight}.*.woff2")):
        return Markup("data:font/woff2;base64,") + Markup(base64.b64encode(path.read_bytes()).decode())  # noqa: S704 - letters of base64
    return Markup("data:,")


def _name_headers(_document: Any, pdf: Any) -> None:
    """Say of each head of a table whether it is one of a column or of a row, and list the names by which cells call them.

    WeasyPrint 70 names the heads of each cell (`Headers`), but gives no `Scope`, and no `IDTree` for the names (ISO 32000-1, 14.7.2).
    """
    import pydyf

    by_number = {one.number: one for one in pdf.objects}
    names: list[tuple[bytes, Any, Any]] = []
    for head in pdf.objects:
        if not isinstance(head, pydyf.Dictionary) or head.get("S") != "/TH":
            continue
        row = _by_reference(by_number, head["P"])
        part = _by_reference(by_number, row["P"]) if row is not None else None
        in_head = part is not None and part.get("S") == "/THead"
        head.setdefault("A", pydyf.Dictionary({"O": "/Table"}))["Scope"] = "/Column" if in_head else "/Row"
        if "ID" in head:
            names.append((head["ID"].string.encode(), head["ID"], head.reference))
    if names:
        root = _by_reference(by_number, pdf.catalog["StructTreeRoot"])
        pairs = [value for _name, key, reference in sorted(names, key=lambda one: one[0]) for value in (key, reference)]
        root["IDTree"] = pydyf.Dictionary({"Names": pydyf.Array(pairs)})


def _by_reference(by_number: dict[int, Any], reference: bytes) -> Any:
    """Return the object of a reference like b"12 0 R"."""
    return by_number.get(int(reference.split()[0]))


def _draw(pdf: bytes) -> None:
    from pypdfium2 import PdfDocument

    for page in PdfDocument(pdf):
        made = io.BytesIO()
        page.render(scale=200 / 72).to_pil().save(made, "PNG", optimize=True)
        sys.stdout.buffer.write(struct.pack(">I", made.tell()) + made.getvalue())


def main(arguments: list[str]) -> None:
    """Be the child: `page` makes a PDF of the HTML that comes in, `pictures` its pages as PNG, `join` puts files together; all goes out."""
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    if arguments[0] in ("page", "pictures"):
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher

        page = HTML(string=sys.stdin.buffer.read().decode(), url_fetcher=URLFetcher(allowed_protocols={"data"}))
        if arguments[0] == "page":
            sys.stdout.buffer.write(page.write_pdf(pdf_variant=arguments[1], finisher=_name_headers))
        else:
            _draw(page.write_pdf())
        return
    from pypdfium2 import PdfDocument

    whole = PdfDocument.new()
    for name in arguments[1:]:
        whole.import_pages(PdfDocument(Path(name)))
    whole.save(sys.stdout.buffer)


if __name__ == "__main__":
    main(sys.argv[1:])
