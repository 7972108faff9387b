"""Every address of the application, with its parameters filled in."""

import re
from functools import cache
from typing import NamedTuple

from litestar.routes import HTTPRoute

from support import application


class Address(NamedTuple):
    """One method of one route, as the application knows it: `/{region_slug:str}/zusagen`."""

    method: str
    path: str

    def filled(self, values, **other):
        """Return the path with these values; `other` ones go first."""
        found = {**values, **({"slug": values["document_slug"]} if "/dokumente/" in self.path else {}), **other}
        return re.sub(r"{(\w+):(\w+)}", lambda match: found.get(match[1], "1" if match[2] == "int" else "x"), self.path)


@cache
def addresses() -> tuple[Address, ...]:
    return tuple(
        Address(method, route.path)
        for route in application().routes
        if isinstance(route, HTTPRoute) and not route.path.startswith("/schema")
        for method in sorted(route.methods - {"OPTIONS"})
    )


def posts() -> list[Address]:
    return [address for address in addresses() if address.method == "POST"]
