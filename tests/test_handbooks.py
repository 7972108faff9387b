"""The documents name every public address of data and feeds, every setting and every picture, and no other."""

import re

from beteiligung.settings import ROOT
from support import application

_WHERE = re.compile(r"`(/[^` ?]*)`")


def _bare(path: str) -> str:
    """Return an address with its places named alike: `/{region_slug:str}/x` and `/{region}/x` are one."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def test_the_page_of_open_data_and_the_addresses_agree():
    gets = {route.path for route in application().routes if "GET" in getattr(route, "methods", ())}
    public = {path for path in gets if not path.startswith(("/verwaltung", "/betrieb", "/konto"))}
    data = {
        _bare(path)
        for path in public
        if path.startswith("/api/") or path.endswith((".atom", ".csv", ".jsonld")) or ("/berichte/" in path and "file" in path)
    }
    said = {_bare(path) for path in _WHERE.findall((ROOT / "docs" / "api.md").read_text("utf-8"))}
    assert data - said == set(), "not in docs/api.md"
    assert said - {_bare(path) for path in gets} <= {"/en", "/figures", "/api/v2"}, "in docs/api.md, but no address"


def test_every_setting_is_described():
    source = (ROOT / "src" / "beteiligung" / "settings.py").read_text("utf-8")
    read = set(re.findall(r"BETEILIGUNG_[A-Z_]*[A-Z]", source)) | {
        f"BETEILIGUNG_{name}" for name in re.findall(r'_(?:text|number)\(env, "([A-Z_]+)"', source)
    }
    described = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert {name for name in read if not re.search(rf"{name}\b", described)} == set()


def test_every_picture_and_page_of_the_handbooks_is_there():
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
        assert [link for link in links if not (page.parent / link).exists()] == [], page.name


def test_the_pictures_of_the_handbooks_are_small():
    assert sum(path.stat().st_size for path in (ROOT / "docs" / "pictures").iterdir()) < 1_500_000
