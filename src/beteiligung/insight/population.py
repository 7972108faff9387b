"""The population of a region to compare with: `data/population/<region>.toml`, every figure with its source."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache

from beteiligung.settings import settings

MARGINS = ("municipality", "age", "sex")


@dataclass(frozen=True, slots=True)
class Group:
    """People of one group. `members` are the words by which the platform knows them: age bands, sexes, or the municipality's name."""

    name: str
    members: tuple[str, ...]
    people: int


@dataclass(frozen=True, slots=True)
class Margin:
    """How many people belong to each group; `base` says of whom."""

    name: str
    base: str
    groups: tuple[Group, ...]

    def place(self, member: str | None) -> int:
        """Return the number of the group somebody belongs to; -1 for nobody's: not told, or not in the figures."""
        return next((n for n, group in enumerate(self.groups) if member in group.members), -1)


@dataclass(frozen=True, slots=True)
class Population:
    """What is known of a region's population, and from where. A margin that no source confirmed is missing."""

    people: int
    on: date
    source: str
    url: str
    margins: tuple[Margin, ...]

    @property
    def missing(self) -> list[str]:
        """The margins that could not be confirmed."""
        return [name for name in MARGINS if name not in {margin.name for margin in self.margins}]


@cache
def population_of(slug: str) -> Population | None:
    """Return a region's population, or None where there is no file."""
    path = settings().root / "data" / "population" / f"{slug}.toml"
    if not path.is_file():
        return None
    read = tomllib.loads(path.read_text("utf-8"))
    total = read["total"]
    margins = tuple(
        Margin(
            one["name"],
            one["base"],
            tuple(Group(group["name"], tuple(group.get("members", [group["name"]])), group["people"]) for group in one["groups"]),
        )
        for one in read.get("margins", [])
    )
    return Population(total["people"], total["date"], total["source"], total["url"], margins)
