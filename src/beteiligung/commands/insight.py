"""`beteiligung insight`: opinion groups from a file of votes, which needs no database, or from a region's own."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from beteiligung.insight.opinion_map import OpinionMap, Votes
    from beteiligung.insight.vote_file import VoteFile


@click.group()
def insight() -> None:
    """Work out figures from votes."""


@insight.command("opinion-map")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--region", help="Instead of FILE: the confirmed votes of this region (its slug), as they were last shown.")
@click.option("--groups", type=click.IntRange(2, 5), help="Force so many groups, whether they are clear or not.")
@click.option("--groups-from", metavar="COLUMN", help="Take the groups from this column (whole numbers from 0) instead of finding them.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of k-means and the random halves.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object, labels per row included.")
def opinion_map(file: Path | None, region: str | None, groups: int | None, groups_from: str | None, seed: int, *, as_json: bool) -> None:
    """Group the people of FILE or of a region by their votes; say what unites and what sets each group apart.

    FILE is a CSV with a row per person and a column per statement id: 1 for, -1 against, 0 neutral, blank not voted. The figures
    are exact, those of a region too: they are for whoever runs the installation, not for publication. No voter is named.
    """
    from beteiligung.insight import opinion_map as maps
    from beteiligung.insight.vote_file import read_votes

    if (file is None) == (region is None):
        raise click.UsageError("Name a FILE or a --region.")
    if file is None:
        if groups_from:
            raise click.UsageError("--groups-from takes a column of a FILE.")
        votes, given = _votes_of_region(str(region)), None
    else:
        read = read_votes(file)
        votes, given = read.votes, _labels(read, groups_from) if groups_from else None
    found = maps.opinion_map(votes, groups, seed) if given is None else maps.recorded_map(votes, given)
    if as_json:
        click.echo(json.dumps(_as_json(found, votes), ensure_ascii=False))
    else:
        _print(found, votes)


def _votes_of_region(slug: str) -> "Votes":
    """Return the confirmed votes of a region; statements are the addresses of commitments. Raises NotFound."""
    from dataclasses import replace

    from beteiligung.clock import utcnow
    from beteiligung.db import reading
    from beteiligung.errors import NotFound
    from beteiligung.insight import material, snapshots
    from beteiligung.places.queries import region_by_slug

    with reading() as session:
        found = material.read(session, region_by_slug(session, slug).id, utcnow())
    if found is None:
        raise NotFound(f"There is no region {slug}.")
    votes, slugs = snapshots.votes_of(found.ballots), {row.id: row.slug for row in found.rows}
    return replace(votes, statements=tuple(slugs[int(name.partition(":")[0])] for name in votes.statements))


def _labels(read: "VoteFile", column: str) -> list[int]:
    if column not in read.columns:
        raise click.BadParameter(f"There is no column {column!r}, only: {', '.join(read.columns)}.", param_hint="--groups-from")
    try:
        return [int(cell) if cell.strip() else -1 for cell in read.columns[column]]
    except ValueError as error:
        raise click.BadParameter(f"The column {column!r} does not hold whole numbers only.", param_hint="--groups-from") from error


def _as_json(found: "OpinionMap", votes: "Votes") -> dict[str, Any]:
    from dataclasses import asdict

    from beteiligung.insight import opinion_map as maps

    return {
        "people": votes.people,
        "statements": len(votes.statements),
        "votes": len(votes.row),
        "placed": int((found.labels >= 0).sum()),
        "groups": found.groups,
        "clear": found.clear,
        "reason": found.reason,
        "sizes": maps.sizes(found),
        "silhouettes": {str(k): round(value, 4) for k, value in found.silhouettes.items()},
        "stability": {"adjusted_rand_index": found.stability, "range": found.stability_range, "stable": found.clear},
        "consensus": {
            direction: [asdict(one) for one in maps.consensus(found.counts, votes.statements, direction)] for direction in maps.DIRECTIONS
        },
        "representative": {
            str(group): [asdict(one) | {"metric": one.metric} for one in maps.representative(found.counts, votes.statements, group)]
            for group in range(found.groups)
            if found.groups > 1
        },
        "labels": [int(label) if label >= 0 else None for label in found.labels],
    }


def _print(found: "OpinionMap", votes: "Votes") -> None:
    from beteiligung.insight import opinion_map as maps

    placed = int((found.labels >= 0).sum())
    click.echo(f"{votes.people} people, {len(votes.statements)} statements, {len(votes.row)} votes; {placed} people on the map")
    click.echo(f"groups: {found.groups}, of {', '.join(map(str, maps.sizes(found)))}" if found.groups > 1 else "no groups named")
    if found.reason:
        click.echo(f"no clear groups: {found.reason}")
    if found.stability is not None and found.stability_range is not None:
        low, high = found.stability_range
        click.echo(f"stability (adjusted Rand index over halves): {found.stability:.2f}, from {low:.2f} to {high:.2f}")
    for direction in maps.DIRECTIONS:
        click.echo(f"\nall {direction}:")
        for one in maps.consensus(found.counts, votes.statements, direction)[:5]:
            click.echo(f"  {one.statement:>6}  {one.count} of {one.seen}, at least {one.lower:.2f} in all groups together")
    for group in range(found.groups if found.groups > 1 else 0):
        click.echo(f"\ngroup {group}:")
        for mark in maps.representative(found.counts, votes.statements, group):
            click.echo(f"  {mark.statement:>6}  {mark.count} of {mark.seen} {mark.direction}, {mark.repness:.1f} times the others' share")
