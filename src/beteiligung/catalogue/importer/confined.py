"""Reading a PDF, DOCX or web page in a child process that can use only so much memory and time.

All are read by code that meets foreign data; a hostile file may cost one child, never the web server or the worker.
The child gets the path, prints one JSON object ({"lines": …} or {"refused": sentence}) and ends.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from beteiligung.catalogue.importer.model import Line
from beteiligung.errors import Invalid

_MEMORY = 700 * 1024 * 1024  # bytes of address space: Python, PDFium and the largest file we take
_PROCESSOR = 40  # seconds
_WALL = 90.0  # seconds, on a busy machine
_OUTPUT = 24 * 1024 * 1024  # bytes: the longest text that `read` takes, each of its letters escaped
_SLOW = "Das Lesen der Datei dauert zu lange. Bitte teilen Sie das Dokument auf oder speichern Sie es neu."
_LARGE = "Die Datei braucht beim Lesen zu viel Speicher. Bitte teilen Sie das Dokument auf oder speichern Sie es neu."
_BROKEN = "Die Datei ist beschädigt. Bitte speichern Sie sie neu und versuchen Sie es noch einmal."


def read_confined(path: Path, form: str) -> list[Line]:
    """Return the lines of a file; `form` is "pdf", "docx" or "html". Raises Invalid with the reason where there is one."""
    return [Line(*values) for values in _run("read", path, form)["lines"]]


def check_confined(path: Path, form: str) -> None:
    """Raise Invalid if a file cannot be read; of a PDF only the first pages are looked at."""
    _run("check", path, form)


def _run(task: str, path: Path, form: str) -> dict[str, Any]:
    command = [sys.executable, "-P", "-m", "beteiligung.catalogue.importer.confined", task, form, str(path.resolve())]
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "PYTHONPATH", "LANG", "LC_ALL", "VIRTUAL_ENV"}}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=kept) as child:  # noqa: S603
        late = threading.Timer(_WALL, child.kill)
        late.start()
        try:
            printed = child.stdout.read(_OUTPUT + 1) if child.stdout else b""
            if len(printed) > _OUTPUT:  # a child that was taken over may print for ever
                child.kill()
            code = child.wait()
        finally:
            late.cancel()
            child.kill()
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        raise Invalid(_SLOW)
    try:
        answer: dict[str, Any] = json.loads(printed)
    except ValueError as error:
        raise Invalid(_BROKEN) from error
    if "refused" in answer:
        raise Invalid(answer["refused"])
    return answer


def confine() -> None:
    """Set the limits of this process; there is no way back."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_PROCESSOR, _PROCESSOR + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(task: str, form: str, path: Path) -> dict[str, Any]:
    lines: list[Line] = []
    try:
        if form == "docx":
            from beteiligung.catalogue.importer.docx import docx_lines

            lines = docx_lines(path)
        elif form == "html":
            from beteiligung.catalogue.importer.html import html_lines
            from beteiligung.catalogue.importer.read import decode

            lines = html_lines(decode(path.read_bytes()))
        elif task == "check":
            from beteiligung.catalogue.importer.pdf_glyphs import read_sheets

            read_sheets(path, 12)
        else:
            from beteiligung.catalogue.importer.pdf import pdf_lines

            lines = pdf_lines(path)
    except Invalid as error:
        return {"refused": error.message}
    except MemoryError:
        return {"refused": _LARGE}
    return {"lines": [(x.text, x.number, x.page, x.numbered, x.level, x.begins) for x in lines if task == "read"]}


def main() -> None:
    """Read the file named on the command line and print what stands in it."""
    confine()
    answer = json.dumps(_answer(sys.argv[1], sys.argv[2], Path(sys.argv[3])), ensure_ascii=True)
    sys.stdout.write(answer if len(answer) < _OUTPUT else json.dumps({"refused": _LARGE}))


if __name__ == "__main__":
    main()
