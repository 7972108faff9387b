"""HTML to PDF in a child process with limits: WeasyPrint is large and slow, and no page may take the worker with it.

The child reads one page from its input and fetches nothing at all: pictures and fonts stand in the page as `data:`.
It inherits no environment, so that it knows no key. Reading this module costs nothing; WeasyPrint is loaded in the child alone.
"""

import base64
import resource
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

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


def to_pdf(html: str) -> bytes:
    """Return a page as PDF. Raises PdfError."""
    return _child(["page"], html.encode())


def join(parts: Sequence[Path]) -> bytes:
    """Return several PDFs as one, in this order. Raises PdfError."""
    return _child(["join", *map(str, parts)], b"")


@cache
def font(weight: int) -> Markup:
    """Return the site's font (400 or 600) as a `data:` address for a style sheet; empty where the front end is not built."""
    for path in sorted((ROOT / "frontend" / "dist").glob(f"fira-{weight}.*.woff2")):
        return Markup("data:font/woff2;base64,") + Markup(base64.b64encode(path.read_bytes()).decode())  # noqa: S704 - letters of base64
    return Markup("data:,")


def main(arguments: list[str]) -> None:
    """Be the child: `page` makes a PDF of the HTML that comes in, `join` puts files together; the PDF goes out."""
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    if arguments[0] == "page":
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher

        fetcher = URLFetcher(allowed_protocols={"data"})
        sys.stdout.buffer.write(HTML(string=sys.stdin.buffer.read().decode(), url_fetcher=fetcher).write_pdf(pdf_variant="pdf/ua-1"))
        return
    from pypdfium2 import PdfDocument

    whole = PdfDocument.new()
    for name in arguments[1:]:
        whole.import_pages(PdfDocument(Path(name)))
    whole.save(sys.stdout.buffer)


if __name__ == "__main__":
    main(sys.argv[1:])
