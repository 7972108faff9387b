"""`beteiligung archive`: official records of a region for the county's archive, as a bag of PDF/A, CSV and checksums."""

from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--region", required=True, help="The region's slug, as in its address.")
def archive(folder: Path, region: str) -> None:
    """Write documents, answers, recommendations, decisions and published reports of a region into FOLDER, which must be empty or new.

    Never votes, comments, accounts or drafts. FOLDER is a bag (BagIt, RFC 8493): `sha256sum -c manifest-sha256.txt` checks it.
    Made twice from the same state it is the same to the byte.
    """
    from sqlmodel import select

    from beteiligung.administration.records import records, write_bag
    from beteiligung.db import reading
    from beteiligung.places.models import Region

    with reading() as session:
        row = session.exec(select(Region).where(Region.slug == region)).first()
        if row is None:
            raise click.ClickException(f"There is no region {region}.")
        found = records(session, row)
    try:
        number = write_bag(found, folder)
    except FileExistsError as error:
        raise click.ClickException(f"{folder} is not empty.") from error
    click.echo(f"{number} files of {region} in {folder}, as of {found.as_of:%Y-%m-%d}.")
