"""`beteiligung draw`: compute a fair draw, publish it, seat the council, repeat it. Needs no database."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

import click

from beteiligung.errors import Invalid

CSV = click.Path(path_type=Path, exists=True, dir_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def draw() -> None:
    """The Bürgerrat by lot: fair to the least likely, repeatable by everybody. Needs no database."""


def _inputs(command: Any) -> Any:
    """The options that say who is drawn from and how."""
    for option in reversed(
        (
            click.option("--people", type=CSV, required=True, help="CSV: id and a column for each feature."),
            click.option("--quotas", type=CSV, required=True, help="CSV: feature,value,min,max and, if wished, min_flex,max_flex."),
            click.option("--size", type=click.IntRange(min=1), required=True, help="Seats of the panel."),
            click.option("--algorithm", type=click.Choice(["leximin", "maximin", "nash"]), default="leximin", show_default=True),
            click.option(
                "--household", default="", help="Columns, with commas, equal for people of one household; at most one of them sits."
            ),
        )
    ):
        command = option(command)
    return command


def _columns(household: str) -> list[str]:
    return [name.strip() for name in household.split(",") if name.strip()]


@draw.command()
@_inputs
@click.option("--seed", help="Also pick one panel with this text.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def compute(people: Path, quotas: Path, size: int, algorithm: str, household: str, seed: str | None, *, as_json: bool) -> None:
    """Print how likely everybody is to be drawn, and the panels with their weights."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: threads would only wait for each other
    from beteiligung.council.conflicts import Infeasible
    from beteiligung.council.conflicts import as_json as reasons
    from beteiligung.council.pool import read_pool, read_quotas
    from beteiligung.council.sortition import compute as fair
    from beteiligung.council.sortition import pick

    try:
        bounds = read_quotas(quotas.read_bytes())
        found = fair(read_pool(people.read_bytes(), bounds, _columns(household)), bounds, size, algorithm)
    except Infeasible as error:
        if as_json:
            click.echo(json.dumps(reasons(error), ensure_ascii=False))
        raise
    answer = found.as_json()
    if seed is not None:
        chosen = pick([weight for _, weight in found.panels], seed.encode())
        answer |= {"seed": seed, "selected": answer["panels"][chosen]["ids"]}
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    for note in found.notes:
        click.echo(note)
    for key in ("algorithm", "people", "minimum", "maximum", "gini", "geometric_mean", "gap"):
        click.echo(f"{key}: {answer[key]}")
    click.echo(f"excluded by quotas: {', '.join(found.excluded) or 'nobody'}")
    click.echo(f"panels: {len(found.panels)}")
    if seed is not None:
        click.echo(f"selected: {', '.join(answer['selected'])}")


@draw.command()
@_inputs
@click.option("--source", required=True, help="The public random value that will count, and its day, say a named lottery's numbers.")
@click.option("--output", type=FILE, required=True, help="The file to publish before the draw.")
@click.option("--secret", type=FILE, required=True, help="The file to keep until the draw: the region's random value.")
def prepare(people: Path, quotas: Path, size: int, algorithm: str, household: str, source: str, output: Path, secret: Path) -> None:
    """Compute the panels, write the file to publish and the secret to keep."""
    import hashlib

    from beteiligung.council import protocol
    from beteiligung.council.pool import read_pool, read_quotas
    from beteiligung.council.sortition import compute as fair

    bounds = read_quotas(quotas.read_bytes())
    pool = read_pool(people.read_bytes(), bounds, _columns(household))
    value = secrets.token_bytes(32)
    published = protocol.prepare(pool, bounds, size, _columns(household), fair(pool, bounds, size, algorithm), value, source)
    if secret.exists():
        raise Invalid(f"{secret} gibt es schon; ein geheimer Wert wird nicht überschrieben.")
    secret.touch(mode=0o600)
    secret.write_text(value.hex() + "\n", "ascii")
    output.write_bytes(published)
    click.echo(f"{output} written; publish it with its SHA-256 before the draw: {hashlib.sha256(published).hexdigest()}")
    click.echo(f"{secret} written; keep it to yourself until the draw.")


@draw.command()
@click.argument("published", type=CSV)
@click.argument("secret", type=CSV)
@click.option("--public-value", required=True, help="The public random value that had been named.")
@click.option("--output", type=FILE, required=True, help="The protocol.")
def seat(published: Path, secret: Path, public_value: str, output: Path) -> None:
    """Reveal SECRET, mix in the public value, write the protocol and print who is seated."""
    from beteiligung.council import protocol

    try:
        value = bytes.fromhex(secret.read_text("ascii").strip())
    except ValueError as error:
        raise Invalid(f"In {secret} steht kein geheimer Zufallswert.") from error
    content = protocol.seat(published.read_bytes(), value, public_value)
    output.write_bytes(content)
    click.echo(f"{output} written.")
    for person in protocol.verify(content)["seated"]:
        click.echo(person)


@draw.command()
@click.argument("protocol", type=CSV)
@click.option("--pool", type=CSV, help="The pool as CSV: its hash, and quotas and households of every panel are checked too.")
@click.option("--published", type=CSV, help="What was published before the draw: must be what the protocol holds.")
@click.option("--replacements", type=CSV, help="Who followed on vacant places: each pick is repeated, with --pool who came into question.")
def verify(protocol: Path, pool: Path | None, published: Path | None, replacements: Path | None) -> None:
    """Repeat the draw of PROTOCOL and print who is seated; ends with 1 if anything was changed."""
    from beteiligung.council import protocol as protocols
    from beteiligung.council import replacement
    from beteiligung.council.pool import read_pool

    content = protocol.read_bytes()
    people = None
    if pool is not None:
        bounds, household = protocols.needed_from_pool(content)
        people = read_pool(pool.read_bytes(), bounds, household)
    result = protocols.verify(content, people, published.read_bytes() if published else None)
    click.echo(f"The draw repeats. Published before: SHA-256 {result['published_sha256']}")
    click.echo(f"Public random value ({result['public_source']}): {result['public_value']}")
    if pool is not None:
        click.echo("The pool is the one drawn from, and every panel meets size, households and quotas.")
    seated = result["seated"]
    if replacements is not None:
        seated = replacement.verify(content, replacements.read_bytes(), people)
        click.echo("Everybody who followed was picked as the rule says. Since then sit:")
    for person in seated:
        click.echo(person)
