"""The importer's door: a file in, its reading view and candidates out."""

from pathlib import Path

from beteiligung.catalogue.importer.clean import drop_contents, drop_footnotes, drop_furniture, strip_printed_numbers
from beteiligung.catalogue.importer.draft import Draft
from beteiligung.catalogue.importer.model import Block, Extraction
from beteiligung.catalogue.importer.read import read_lines
from beteiligung.catalogue.importer.recognise import recognise
from beteiligung.catalogue.importer.segment import segment
from beteiligung.errors import Invalid


def extract(path: Path) -> Extraction:
    """Read a document (TXT, Markdown, HTML, DOCX or PDF) and recognise what it commits to.

    Raises Invalid with a German sentence if the file cannot be read as a text.
    """
    lines = read_lines(path)
    printed = any(line.numbered for line in lines)  # as a PDF shows them, in its margin
    if not printed:
        lines, printed = strip_printed_numbers(lines)
    lines = drop_footnotes(drop_furniture(lines))
    lines, titles = drop_contents(lines)
    drafts = segment(lines, titles, printed)
    if not drafts:
        raise Invalid("In der Datei steht kein lesbarer Text.")
    title = _title(drafts) or path.stem
    blocks, text = _blocks(drafts, title)
    return Extraction(title, text, blocks, recognise(blocks, drafts), printed)


def _title(drafts: list[Draft]) -> str:
    """Return the document's title: its only top heading, or its first line before any text."""
    headings = [draft for draft in drafts if draft.kind == "heading"]
    tops = [draft for draft in headings if draft.level == 1]
    if tops and len(tops) == 1 and drafts[0] is tops[0]:
        return tops[0].text
    first = drafts[0]
    if first.kind != "bullet" and len(first.text) <= 140 and not first.teaser:
        following = drafts[1] if len(drafts) > 1 else None
        if following is None or following.kind != "bullet":
            return first.text
    return ""


def _printed(draft: Draft) -> tuple[tuple[int, int], ...]:
    """Return where in a draft each printed line begins, and its number; one for each place."""
    places = {min(at, len(draft.text) - 1): line.number for at, line in reversed(draft.marks) if line.numbered}
    return tuple(sorted(places.items()))


def _blocks(drafts: list[Draft], title: str) -> tuple[tuple[Block, ...], str]:
    """Return the blocks with their places in the cleaned text, and that text."""
    blocks: list[Block] = []
    pieces: list[str] = []
    length = 0
    path: list[tuple[int, str]] = []
    for draft in drafts:
        if draft.kind == "heading":
            while path and path[-1][0] >= draft.level:
                path.pop()
        if pieces:
            near = draft.kind == "bullet" and blocks[-1].kind == "bullet"
            pieces.append("\n" if near else "\n\n")
            length += len(pieces[-1])
        first, last = draft.marks[0][1], draft.marks[-1][1]
        blocks.append(
            Block(
                draft.kind,
                draft.text,
                tuple(name for _, name in path),
                first.page,
                first.number,
                last.number,
                length,
                length + len(draft.text),
                draft.level if draft.kind == "heading" else 0,
                draft.teaser,
                _printed(draft),
            )
        )
        pieces.append(draft.text)
        length += len(draft.text)
        if draft.kind == "heading" and draft.text != title:
            path.append((draft.level, draft.text))
    return tuple(blocks), "".join(pieces)
