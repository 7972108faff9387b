"""Words as files can hold them: XML knows signs that it cannot, and one of them in a quote must not keep a report from being printed."""

import re
from typing import Any

from beteiligung.reporting.dataset import ReportData, plain, restored

_NOT_XML = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    """Leave out what XML cannot hold."""
    return _NOT_XML.sub("", text)


def cleaned(data: ReportData) -> ReportData:
    """Return a report without such signs, for PDF, XLSX and DOCX; JSON and CSV keep what was frozen."""
    return restored(_cleaned(plain(data)))


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _cleaned(one) for key, one in value.items()}
    return [_cleaned(one) for one in value] if isinstance(value, list | tuple) else value
