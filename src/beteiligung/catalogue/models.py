"""Tables: documents with their passages, commitments with their history, imports, search terms."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, false
from sqlmodel import Column, Field, SQLModel

from beteiligung.catalogue.topics import TOPICS
from beteiligung.db import UtcDateTime, one_of

DOCUMENT_KINDS = ("resolution", "strategy", "draft", "coalition_contract", "election_programme")
KINDS = ("measure", "goal", "examination", "continued_support", "position")
STATUSES = ("open", "under_examination", "in_progress", "partly_done", "done", "dropped")
COMMITMENT_STATES = ("published", "archived")
ENTRY_KINDS = ("published", "revision", "answer", "status", "archived", "restored")
IMPORT_STATES = ("queued", "running", "review", "done", "failed")
CANDIDATE_STATES = ("open", "accepted", "rejected", "replaced", "published")
CHANGES = ("new", "moved", "reworded", "unchanged", "gone")


class Document(SQLModel, table=True):
    """A source text: who promises, of what kind, for which term."""

    __table_args__ = (one_of("kind", DOCUMENT_KINDS), UniqueConstraint("region_id", "slug"))

    id: int | None = Field(default=None, primary_key=True)
    region_id: int = Field(foreign_key="region.id", index=True)
    slug: str
    title: str
    kind: str
    author: str
    """Who wrote it, as a page names them; says so where the document does not."""
    first_line: str
    """How a commitment's first line begins: „Die Koalition verspricht“."""
    not_resolution: bool = True
    """Whether „Das ist kein Beschluss des Kreistags“ is true and shown."""
    term_start: int | None = None
    term_end: int | None = None
    dated: str | None = None
    source_url: str | None = None
    window_start: date | None = None
    window_end: date | None = None
    closed: bool = False
    """A past term: readable, closed to votes."""
    example: bool = False
    wording_sha256: str | None = None
    """Of the imported original; None while only plain words are there."""
    position: int = 0


class Passage(SQLModel, table=True):
    """One block of the imported original in reading order."""

    __table_args__ = (UniqueConstraint("document_id", "position"), one_of("kind", ("heading", "paragraph", "bullet")))

    id: int | None = Field(default=None, primary_key=True)
    document_id: int = Field(foreign_key="document.id")
    position: int
    kind: str
    text: str
    section: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    page: int | None = None
    line_start: int | None = None
    line_end: int | None = None
    char_start: int
    char_end: int
    lines: list[list[int]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]"))
    """Where each printed line begins: [offset in `text`, its number]."""


class Commitment(SQLModel, table=True):
    """One promise. Plain words and the wording of the document are kept apart."""

    __table_args__ = (
        one_of("topic", (topic.slug for topic in TOPICS)),
        one_of("kind", KINDS),
        one_of("status", STATUSES),
        one_of("state", COMMITMENT_STATES),
        CheckConstraint("length(title) BETWEEN 1 AND 90", name="title_length"),
        Index(None, "region_id", "state", "position"),
    )

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    """Stable and readable, `werra-meissner-2026-042`."""
    region_id: int = Field(foreign_key="region.id")
    document_id: int = Field(foreign_key="document.id", index=True)
    position: int
    """Order within the region: documents by their position, then as the document has it."""
    section: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    chapter: str | None = None
    page: int | None = None
    line_start: int | None = None
    line_end: int | None = None
    char_start: int | None = None
    """Into the document's cleaned text, where it has been imported."""
    printed_lines: bool = False
    """Whether the lines are printed in the document, so that a person can look them up."""
    location: str | None = None
    """The order within its section, „Absatz 2“ or „Punkt 4“, where no lines are printed."""
    topic: str
    kind: str
    committee_id: int | None = Field(default=None, foreign_key="committee.id")
    title: str
    summary: str = ""
    plain: bool = False
    """Whether title and summary are plain words; else the title is the beginning of the wording."""
    wording: str | None = None
    wording_hashes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    context_before: str = ""
    context_after: str = ""
    actor: str | None = None
    deadline: int | None = None
    figures: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    sdg: int | None = None
    wording_differs_from: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]"))
    """Slugs of commitments in other regions that promise the same in other words."""
    confidence: float | None = None
    status: str = "open"
    state: str = "published"
    version: int = 1
    """Votes belong to it: a change of meaning starts a new one."""
    window_start: date | None = None
    window_end: date | None = None
    comment_count: int = 0
    thread_count: int = 0
    commented_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    changes: int = 0
    """Counts what a public page of this commitment would show differently; the page cache asks for it."""
    created_at: datetime = Field(sa_type=UtcDateTime)


class HistoryEntry(SQLModel, table=True):
    """What happened to a commitment, dated: one row each for answer, status, revision, archiving."""

    __tablename__ = "history_entry"
    __table_args__ = (one_of("kind", ENTRY_KINDS), CheckConstraint("(kind = 'status') = (status IS NOT NULL)", name="status_only_there"))

    id: int | None = Field(default=None, primary_key=True)
    commitment_id: int = Field(foreign_key="commitment.id", index=True)
    kind: str
    status: str | None = None
    status_before: str | None = None
    happened_on: date
    """The day a reader sees: of the answer, or since when the status holds."""
    body: str = ""
    """Small Markdown, sanitised when shown."""
    source: str = ""
    source_url: str | None = None
    account_id: int | None = Field(default=None, foreign_key="account.id")
    by_clerk: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether a clerk did it and not a file: true also once the account is gone."""
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)


class Revision(SQLModel, table=True):
    """The words of a commitment as they were before an edit. Numbered from 1 per commitment."""

    __table_args__ = (UniqueConstraint("commitment_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    commitment_id: int = Field(foreign_key="commitment.id")
    number: int
    title: str
    summary: str
    version: int
    """The vote version these words had."""
    wording: str | None = None
    """The document's own words of before, where a new form of it has others."""
    note: str = ""
    changes_meaning: bool = False
    account_id: int | None = Field(default=None, foreign_key="account.id")
    by_clerk: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether a clerk did it and not a file: true also once the account is gone."""
    replaced_at: datetime = Field(sa_type=UtcDateTime)


class ImportRun(SQLModel, table=True):
    """One file on its way into the catalogue: the worker reads it and writes its progress here, then a person reviews it."""

    __tablename__ = "import_run"
    __table_args__ = (one_of("state", IMPORT_STATES),)

    id: int | None = Field(default=None, primary_key=True)
    region_id: int = Field(foreign_key="region.id", index=True)
    document_id: int | None = Field(default=None, foreign_key="document.id")
    file_name: str
    sha256: str
    """The file itself lies under var/uploads/ by this name."""
    form: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """What the clerk said of the document: title, kind, author, first line, term."""
    state: str = "queued"
    done: int = 0
    total: int = 0
    message: str = ""
    printed_lines: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether the file prints line numbers, so that a person can look them up."""
    account_id: int | None = Field(default=None, foreign_key="account.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ImportPassage(SQLModel, table=True):
    """One block of a file under review, as `Passage`: the document's own text stays until it is published."""

    __tablename__ = "import_passage"
    __table_args__ = (one_of("kind", ("heading", "paragraph", "bullet")),)

    run_id: int = Field(foreign_key="import_run.id", primary_key=True)
    position: int = Field(primary_key=True)
    kind: str
    text: str
    section: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    page: int | None = None
    line_start: int | None = None
    line_end: int | None = None
    char_start: int
    char_end: int
    lines: list[list[int]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]"))
    """Where each printed line begins: [offset in `text`, its number]."""


class Candidate(SQLModel, table=True):
    """A passage of a file that may state a commitment, and what clerks decided about it.

    Kept for the record, also where it was rejected or replaced by the parts it was split into (`split_from_id`
    of those) or by the whole it was merged into.
    """

    __table_args__ = (
        one_of("state", CANDIDATE_STATES),
        one_of("change", CHANGES),
        one_of("kind", KINDS),
        one_of("topic", (topic.slug for topic in TOPICS)),
        CheckConstraint("length(title) <= 90", name="title_length"),
        CheckConstraint("(change = 'gone') = (char_start IS NULL)", name="gone_has_no_place"),
        CheckConstraint("change = 'new' OR commitment_id IS NOT NULL", name="known_has_commitment"),
        CheckConstraint("state <> 'published' OR commitment_id IS NOT NULL", name="published_has_commitment"),
        UniqueConstraint("run_id", "commitment_id"),
        Index(None, "run_id", "char_start"),
    )

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="import_run.id")
    char_start: int | None = None
    """Into the cleaned text of the run; also the order. None for a commitment that the new text lacks."""
    char_end: int | None = None
    quote: str
    section: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    page: int | None = None
    line_start: int | None = None
    line_end: int | None = None
    kind: str
    topic: str
    committee_id: int | None = Field(default=None, foreign_key="committee.id")
    title: str = ""
    """Plain words; empty: the commitment's title is the beginning of the wording."""
    summary: str = ""
    confidence: float | None = None
    """0 to 1; None where a person found it."""
    reasons: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    change: str = "new"
    """What it is to the document's commitments so far; `commitment_id` says to which."""
    commitment_id: int | None = Field(default=None, foreign_key="commitment.id")
    """The commitment it has become, or belongs to in a revised document. One candidate each in a run."""
    state: str = "open"
    changes_meaning: bool = False
    """Of a reworded one: votes start anew."""
    note: str = ""
    """Why it was rejected."""
    split_from_id: int | None = Field(default=None, foreign_key="candidate.id")
    merged_into_id: int | None = Field(default=None, foreign_key="candidate.id")
    batch: str | None = None
    """Names those that were accepted in one go, so that this can be taken back in one go."""
    version: int = 1
    """Counts decisions; one made on an older version is refused."""
    decided_by: int | None = Field(default=None, foreign_key="account.id")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Similar(SQLModel, table=True):
    """A commitment alike, in this region or another; made by a job from shared terms."""

    commitment_id: int = Field(foreign_key="commitment.id", primary_key=True)
    rank: int = Field(primary_key=True)
    other_id: int = Field(foreign_key="commitment.id", index=True)
    score: float


class SearchTerm(SQLModel, table=True):
    """Plain term table: lemmas and parts of compounds, the same on both databases."""

    __tablename__ = "search_term"
    __table_args__ = (Index(None, "term", "commitment_id"),)

    commitment_id: int = Field(foreign_key="commitment.id", primary_key=True)
    term: str = Field(primary_key=True)
    weight: int
