"""Log lines: one line per event, JSON where the settings say so, each with the number of the request that caused it, none about a person.

Code does not write addresses, names, secrets or votes to logs. What a library's message may still hold is cut here:
mail addresses, and anything that looks like a secret of ours.
"""

import json
import logging
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Of the request, or of the request whose task this is; None outside both."""
WELL_FORMED = re.compile(r"[A-Za-z0-9-]{8,64}")
_MAIL = re.compile(r"[^\s<>@\"'(),;:=]+@[^\s<>@\"'(),;:=]+\.[^\s<>@\"'(),;:=]+")
_SECRET = re.compile(r"(?<![\w.-])(?=[\w-]*\d)(?:[0-9a-f]{32,}|(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{32,})(?![\w-])")
_LOGIN = re.compile(r"(?<=://)[^\s/@]+@")
_THEIRS = ("uvicorn", "uvicorn.error", "uvicorn.access")
"""Loggers whose own handlers would write beside ours."""


def new_request_id() -> str:
    """Return a number for a request that came with none: random, and nothing can be learnt from it."""
    return secrets.token_hex(8)


@contextmanager
def of_request(request_id: str | None) -> Iterator[None]:
    """Say within the block which request it is about."""
    token = REQUEST_ID.set(request_id)
    try:
        yield
    finally:
        REQUEST_ID.reset(token)


def clean(text: str) -> str:
    """Return a text without mail addresses, logins of a URL and what looks like a secret."""
    return _SECRET.sub("<secret>", _MAIL.sub("<address>", _LOGIN.sub("<login>@", text)))


class _Text(logging.Formatter):
    """For people at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        number = REQUEST_ID.get()
        return clean(super().format(record)) + (f" [{number}]" if number else "")


class _Json(logging.Formatter):
    """For programs: time, level, logger, message, the request's number, and of an exception its kind and traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": clean(record.getMessage()),
            "process": record.process,
        }
        if number := REQUEST_ID.get():
            line["request_id"] = number
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["traceback"] = clean(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def formatter(kind: Literal["json", "text"]) -> logging.Formatter:
    """Return what writes the lines."""
    return _Json() if kind == "json" else _Text("%(asctime)s %(levelname)s %(name)s: %(message)s")


def configure(kind: Literal["json", "text"], level: int = logging.WARNING) -> None:
    """Have every logger of this process write to standard error in one way, from warnings on or another level. Repeatable."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(kind))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(capture=kind == "json")
    for name in _THEIRS:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
