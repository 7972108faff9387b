"""The built front end, read once into memory: a handful of hashed files with their compressed twins."""

import mimetypes
from functools import cache

from litestar import Request, Response, get

from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.settings import ROOT

_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
mimetypes.add_type("font/woff2", ".woff2")


@cache
def _files() -> dict[str, bytes]:
    folder = ROOT / "frontend" / "dist"
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} if folder.is_dir() else {}


@get("/static/{name:str}", sync_to_thread=False, include_in_schema=False)
def asset(request: Request, name: str) -> Response[bytes]:
    """Serve one asset for ever: its name changes with its content."""
    files = _files()
    body = files.get(name)
    if body is None or name.endswith((".br", ".gz")):
        raise NotFound(_("Diese Datei gibt es nicht."))
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Type": mimetypes.guess_type(name)[0] or "application/octet-stream",
        "Vary": "Accept-Encoding",
    }
    accepted = request.headers.get("accept-encoding", "")
    for encoding, suffix in _ENCODINGS:
        if encoding in accepted and name + suffix in files:
            return Response(files[name + suffix], headers={**headers, "Content-Encoding": encoding})
    return Response(body, headers=headers)
