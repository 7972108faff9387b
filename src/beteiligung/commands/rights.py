"""`beteiligung rights`: erasures after a restored backup."""

import click


@click.group()
def rights() -> None:
    """Rights of people to their data."""


@rights.command()
def replay() -> None:
    """Erase again whom a restored backup has brought back, by the list in var/rights. `beteiligung migrate` does it too."""
    from beteiligung.administration.rights import replay as again
    from beteiligung.clock import utcnow
    from beteiligung.db import unit_of_work

    with unit_of_work() as session:
        click.echo(f"{again(session, utcnow())} people erased again.")
