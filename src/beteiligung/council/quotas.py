"""Quotas of a draw as a clerk gives them (file or form), a proposal from shares, and what the pool says to them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from beteiligung.council.pool import FEATURE, VALUE, Quota, read_quotas
from beteiligung.council.spreadsheet import QUOTAS, loose, read_table, refuse
from beteiligung.errors import Invalid
from beteiligung.i18n import _

POPULATION = ("population", "bevölkerung", "einwohner", "anteil")
Counts = Mapping[str, Mapping[str, int]]
"""Feature → value → people."""


@dataclass(frozen=True)
class Bound:
    """A quota with how many people of the population have the value (in any measure: people, per cent), None if unknown."""

    feature: str
    value: str
    lower: int
    upper: int
    lower_flex: int = 0
    upper_flex: int | None = None
    population: float | None = None

    @property
    def quota(self) -> Quota:
        """What the draw computes with."""
        return Quota(self.feature, self.value, self.lower, self.upper, self.lower_flex, self.upper_flex)

    def as_json(self) -> dict[str, object]:
        """What the table keeps."""
        return asdict(self)


def from_file(content: bytes, features: Sequence[str], counts: Counts, size: int) -> tuple[Bound, ...]:
    """Quotas of a CSV file, spelt as the list of people spells features and values. Raises Invalid by row."""
    quotas = read_quotas(content)
    table = read_table(content, QUOTAS)
    feature, value, population = (table.column(names) for names in (FEATURE, VALUE, POPULATION))
    errors: list[tuple[int, str]] = []
    measured: dict[tuple[str, str], float] = {}
    spelt = {loose(name): name for name in features}
    for line, cells in table.rows:
        name = spelt.get(loose(cells[feature or ""]))
        if name is None:
            errors.append((line, _("das Merkmal „{value}“ steht nicht in der Personenliste").format(value=cells[feature or ""])))
        if population and cells[population]:
            number = _decimal(cells[population])
            if number is None:
                errors.append(
                    (line, _("„{value}“ unter {population} ist keine Zahl").format(value=cells[population], population=population))
                )
            else:
                measured[cells[feature or ""], cells[value or ""]] = number
    refuse(errors, QUOTAS)
    found = []
    for one in quotas:
        name = spelt[loose(one.feature)]
        same = {loose(text): text for text in counts[name]}.get(loose(one.value), one.value)
        flexible = (one.lower_flex, one.upper_flex)
        found.append(Bound(name, same, one.lower, one.upper, *flexible, measured.get(one.cell)))
    return checked(found, size)


def _decimal(typed: str) -> float | None:
    try:
        number = float(typed.replace("%", "").replace(" ", "").replace(",", "."))
    except ValueError:
        return None
    return number if 0 <= number < 1e10 else None


def from_form(typed: Mapping[tuple[str, str], tuple[str, str, str]], size: int) -> tuple[Bound, ...]:
    """Quotas of a form: (feature, value) → (at least, at most, population) as typed; a line left empty is no quota. Raises Invalid."""
    wrong: list[str] = []
    found: list[Bound] = []
    for (feature, value), (lower, upper, population) in typed.items():
        if not lower and not upper:
            continue
        numbers = [int(one) if one.isascii() and one.isdigit() and len(one) < 5 else None for one in (lower, upper)]
        measure = _decimal(population) if population else None
        if numbers[0] is None or numbers[1] is None:
            wrong.append(_("{feature} = {value}: mindestens und höchstens brauchen beide eine Zahl").format(feature=feature, value=value))
        elif numbers[0] > numbers[1]:
            wrong.append(
                _("{feature} = {value}: mindestens ({lower}) ist größer als höchstens ({upper})").format(
                    feature=feature, value=value, lower=numbers[0], upper=numbers[1]
                )
            )
        elif population and measure is None:
            wrong.append(
                _("{feature} = {value}: „{population}“ ist keine Zahl").format(feature=feature, value=value, population=population)
            )
        else:
            found.append(Bound(feature, value, numbers[0], numbers[1], population=measure))
    if wrong:
        raise Invalid("; ".join(wrong) + ".")
    return checked(found, size)


def checked(found: Iterable[Bound], size: int) -> tuple[Bound, ...]:
    """The quotas in order. Raises Invalid where there are none or one exceeds the council."""
    bounds = tuple(sorted(found, key=lambda one: (one.feature, one.value)))
    if not bounds:
        raise Invalid("Es gibt noch keine Quote.")
    wrong = [
        _("{feature} = {value}: {lower} sind mehr als die {size} Plätze").format(
            feature=one.feature, value=one.value, lower=one.lower, size=size
        )
        for one in bounds
        if one.lower > size
    ]
    if wrong:
        raise Invalid("; ".join(wrong) + ".")
    return tuple(replace(one, upper=min(one.upper, size)) if one.upper > size else one for one in bounds)


def proposal(counts: Counts, size: int, population: Mapping[tuple[str, str], float] | None = None) -> tuple[Bound, ...]:
    """Bounds around the share of each value: rounded down and up, of the population where it is known, else of the list."""
    found = []
    for feature, values in counts.items():
        known = {value: (population or {}).get((feature, value)) for value in values}
        measured = any(known.values())
        shares = {value: float((known[value] if measured else people) or 0) for value, people in values.items()}
        total = sum(shares.values()) or 1.0
        for value, share in shares.items():
            exact = round(size * share / total, 6)
            found.append(Bound(feature, value, int(exact), -int(-exact // 1), population=known[value]))
    return tuple(found)


def warnings(bounds: Sequence[Bound], counts: Counts, size: int) -> list[str]:
    """What cannot be met by looking at one feature alone; whether all quotas together can, the computation says."""
    found = []
    for feature in sorted({one.feature for one in bounds}):
        mine = [one for one in bounds if one.feature == feature]
        free = any(value not in {one.value for one in mine} for value in counts.get(feature, {}))
        if sum(one.lower for one in mine) > size:
            found.append(
                _("{feature}: Alle „mindestens“ zusammen sind {number}, das Gremium hat {size} Plätze.").format(
                    feature=feature, number=sum(one.lower for one in mine), size=size
                )
            )
        if sum(one.upper for one in mine) < size and not free:
            found.append(
                _("{feature}: Alle „höchstens“ zusammen sind {number}, das Gremium hat {size} Plätze.").format(
                    feature=feature, number=sum(one.upper for one in mine), size=size
                )
            )
        for one in mine:
            have = counts.get(feature, {}).get(one.value, 0)
            if have < one.lower:
                found.append(
                    _("{feature} = {value}: mindestens {lower} verlangt, im Pool sind {have}.").format(
                        feature=feature, value=one.value, lower=one.lower, have=have
                    )
                )
    return found
