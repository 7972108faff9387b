"""`beteiligung sentiment`: judge, retrain and replace the model of tone. Only `adopt` needs the database."""

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from beteiligung.errors import Invalid
from beteiligung.i18n import _

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SAME = {"pos": "positive", "neg": "negative", "neu": "neutral", "mixed": "unclear"}


@click.group()
def sentiment() -> None:
    """Judge and retrain the model that estimates the tone of comments."""


@sentiment.command("evaluate")
@click.argument("file", type=_FILE)
@click.option("--model", type=_FILE, help="Another head than the one that ships (.npz with its .json).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(file: Path, model: Path | None, *, as_json: bool) -> None:
    """Compare the model with the labels of FILE (JSON lines with text and sentiment, or label TAB text)."""
    from beteiligung.insight import sentiment as tone

    texts, labels = _labelled([file])
    score = tone.evaluate(tone.load(model) if model else tone.load(), texts, labels)
    if as_json:
        click.echo(json.dumps(asdict(score)))
    else:
        click.echo(f"{score.texts} texts: accuracy {score.accuracy:.3f}, macro F1 {score.macro_f1:.3f}, calibration error {score.ece:.3f}")


@sentiment.command("train")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--held", required=True, type=_FILE, help="Labelled texts that set the temperature; none of FILES.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where the head goes, with .json beside it.")
@click.option("--name", default="tone", show_default=True)
@click.option("--made", "version", default="1", show_default=True, help="Version of the head.")
@click.option("--licence", default="EUPL-1.2", show_default=True)
def train(files: tuple[Path, ...], held: Path, out: Path, name: str, version: str, licence: str) -> None:
    """Train a head on FILES and write it as plain arrays. The same files give the same head."""
    from beteiligung.insight import sentiment as tone

    manifest = tone.Manifest(name, version, tone.LABELS, licence, ", ".join(file.stem for file in files), "")
    head = tone.train(*_labelled(list(files)), _labelled([held]), manifest)
    tone.save(out.with_suffix(".npz"), head)
    score = tone.evaluate(tone.load(out.with_suffix(".npz")), *_labelled([held]))
    click.echo(f"On {held.name}: accuracy {score.accuracy:.3f}, macro F1 {score.macro_f1:.3f}, calibration error {score.ece:.3f}")


@sentiment.command("adopt")
@click.option("--dry-run", is_flag=True, help="Only print the comparison.")
def adopt(*, dry_run: bool) -> None:
    """Let the model in BETEILIGUNG_TONE_MODEL take over, if it beats the one in use on what people labelled here.

    The rule is that of heads learned here: right more often beyond chance on labels that neither has seen, and no worse in its
    probabilities. Comments are then read anew; samples already drawn keep the model they were drawn with.
    """
    from beteiligung.clock import utcnow
    from beteiligung.db import reading, unit_of_work
    from beteiligung.insight import onnx_model, tone_learning
    from beteiligung.insight.tone_reading import current_head

    own = onnx_model.own()
    if own is None:
        raise Invalid(_("BETEILIGUNG_TONE_MODEL nennt keinen Ordner."))
    with reading() as session:
        old = current_head(session)
        lessons = tone_learning.lessons_of(session)
    if old.manifest.sha256 == own.manifest.sha256:
        raise Invalid(_("Das Modell {name} ist schon im Einsatz.").format(name=own.manifest.key))
    found = tone_learning.judge(lessons, old, own)
    if found is None:
        raise Invalid(
            _("Es braucht mindestens {number} Texte, die Menschen hier eingeordnet haben und die das jetzige Modell nicht kennt.").format(
                number=tone_learning.LEAST_UNSEEN
            )
        )
    told = found.comparison
    click.echo(f"{told.unseen} labels: {old.manifest.key} {told.old_accuracy:.3f}, {own.manifest.key} {told.new_accuracy:.3f} right, ")
    click.echo(
        f"loss {told.old_loss:.3f} and {told.new_loss:.3f}, difference {told.gain:.2f} standard errors (more than {tone_learning.SURE})"
    )
    if found.head is None:
        click.echo(f"{own.manifest.key} is not better beyond chance: {old.manifest.key} stays.")
    elif not dry_run:
        with unit_of_work() as session:
            tone_learning.keep(session, old, found, utcnow())
        click.echo(f"{own.manifest.key} ({own.manifest.licence}) takes over; comments are read anew.")


def _labelled(files: list[Path]) -> tuple[list[str], list[str]]:
    pairs = [pair for file in files for pair in _pairs(file)]
    return [text for text, _label in pairs], [label for _text, label in pairs]


def _pairs(file: Path) -> Iterator[tuple[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        if file.suffix == ".tsv":
            for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                if len(row) == 2:
                    yield row[1], _SAME.get(row[0], row[0])
            return
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                yield str(row["text"]), _SAME.get(row["sentiment"], row["sentiment"])
            except (ValueError, KeyError, TypeError) as error:
                raise Invalid(f"Zeile {number} hat nicht die Felder text und sentiment.") from error
