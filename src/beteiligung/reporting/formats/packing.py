"""ZIP archives that are the same bytes whenever they are made: fixed dates, fixed order, no word of the machine."""

import io
import zipfile
from collections.abc import Iterable

_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest a ZIP can hold. When the data was frozen stands in the files themselves."""


def packed(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """Return an archive of (name, content), in this order."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in entries:
            entry = zipfile.ZipInfo(name, _DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0  # else it tells the kind of machine
            entry.external_attr = 0
            archive.writestr(entry, content)
    return made.getvalue()


def repacked(archive: bytes) -> bytes:
    """Return the same archive with fixed dates, for what a library has packed by the clock."""
    with zipfile.ZipFile(io.BytesIO(archive)) as old:
        return packed([(name, old.read(name)) for name in old.namelist()])
