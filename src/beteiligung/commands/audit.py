"""`beteiligung audit`: the log of acts of office and its hash chain."""

import sys

import click


@click.group()
def audit() -> None:
    """The log of acts of office, a hash chain."""


@audit.command()
@click.option("--head", "heads", multiple=True, metavar="HEX", help="A head published earlier (/protokoll); it has to be in the chain.")
def verify(heads: tuple[str, ...]) -> None:
    """Follow both chains; print what was altered, removed, reordered or cut, and end with 1 if there is anything."""
    from beteiligung.audit import CHAIN, verify
    from beteiligung.chain import newest
    from beteiligung.db import reading
    from beteiligung.moderation import log as moderation

    with reading() as session:
        last, decided = newest(session, CHAIN), newest(session, moderation.CHAIN)
        wrong = moderation.verify(session)
        found = verify(session, [(None, head.strip().lower()) for head in heads])
    for fault in found:
        click.echo(str(fault))
    click.echo(f"{last.number if last else 0} entries, head {last.hash if last else '-'}, {len(found)} faults.")
    for fault in wrong:
        click.echo(f"moderation, {fault}")
    click.echo(f"Moderation: {decided.number if decided else 0} entries, head {decided.hash if decided else '-'}, {len(wrong)} faults.")
    sys.exit(1 if found or wrong else 0)


@audit.command()
def link() -> None:
    """Chain what is not chained yet, in both logs, as the worker does every hour."""
    from beteiligung import audit as log
    from beteiligung.clock import utcnow
    from beteiligung.db import reading, unit_of_work
    from beteiligung.moderation import log as moderation

    with unit_of_work() as session:
        count = log.link_new(session, utcnow()) + moderation.link_new(session, utcnow())
    with reading() as session:
        log.keep_head(session, utcnow())
    click.echo(f"{count} entries chained.")
