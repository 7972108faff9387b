"""Let a person look at what was recognised before it is published: a run's text and its candidates."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import beteiligung.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BEFORE = ("queued", "running", "done", "failed")
TOPICS = (
    "bauen-wohnen",
    "bildung-schule",
    "kinder-jugend-familie",
    "wirtschaft-arbeit",
    "klima-energie",
    "umwelt-natur",
    "mobilitaet",
    "digitalisierung-verwaltung",
    "gesundheit-pflege",
    "soziales-inklusion",
    "integration",
    "kultur-sport-ehrenamt",
    "sicherheit-ordnung",
    "finanzen",
    "demokratie-beteiligung",
    "tierschutz",
)
NOW = ("queued", "running", "review", "done", "failed")


def _states(states: tuple[str, ...]) -> str:
    return f"state IN ({', '.join(repr(state) for state in states)})"


def _allow(states: tuple[str, ...]) -> None:
    with op.batch_alter_table("import_run") as batch:
        batch.drop_constraint(op.f("ck_import_run_state_known"), type_="check")
        batch.create_check_constraint(op.f("ck_import_run_state_known"), _states(states))


def upgrade() -> None:
    """Apply."""
    _allow(NOW)
    op.add_column("import_run", sa.Column("printed_lines", sa.Boolean(), nullable=False, server_default=sa.false()))
    text = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "import_passage",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", text(), nullable=False),
        sa.Column("text", text(), nullable=False),
        sa.Column("section", sa.JSON(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("line_start", sa.Integer(), nullable=True),
        sa.Column("line_end", sa.Integer(), nullable=True),
        sa.Column("char_start", sa.Integer(), nullable=False),
        sa.Column("char_end", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('heading', 'paragraph', 'bullet')", name=op.f("ck_import_passage_kind_known")),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_passage_run_id_import_run")),
        sa.PrimaryKeyConstraint("run_id", "position", name=op.f("pk_import_passage")),
    )
    op.create_table(
        "candidate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("char_start", sa.Integer(), nullable=True),
        sa.Column("char_end", sa.Integer(), nullable=True),
        sa.Column("quote", text(), nullable=False),
        sa.Column("section", sa.JSON(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("line_start", sa.Integer(), nullable=True),
        sa.Column("line_end", sa.Integer(), nullable=True),
        sa.Column("kind", text(), nullable=False),
        sa.Column("topic", text(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=True),
        sa.Column("title", text(), nullable=False),
        sa.Column("summary", text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("change", text(), nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=True),
        sa.Column("state", text(), nullable=False),
        sa.Column("changes_meaning", sa.Boolean(), nullable=False),
        sa.Column("note", text(), nullable=False),
        sa.Column("split_from_id", sa.Integer(), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("batch", text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", beteiligung.db.UtcDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'accepted', 'rejected', 'replaced', 'published')", name=op.f("ck_candidate_state_known")),
        sa.CheckConstraint("change IN ('new', 'moved', 'reworded', 'unchanged', 'gone')", name=op.f("ck_candidate_change_known")),
        sa.CheckConstraint(
            "kind IN ('measure', 'goal', 'examination', 'continued_support', 'position')", name=op.f("ck_candidate_kind_known")
        ),
        sa.CheckConstraint(f"topic IN ({', '.join(repr(topic) for topic in TOPICS)})", name=op.f("ck_candidate_topic_known")),
        sa.CheckConstraint("length(title) <= 90", name=op.f("ck_candidate_title_length")),
        sa.CheckConstraint("(change = 'gone') = (char_start IS NULL)", name=op.f("ck_candidate_gone_has_no_place")),
        sa.CheckConstraint("change = 'new' OR commitment_id IS NOT NULL", name=op.f("ck_candidate_known_has_commitment")),
        sa.CheckConstraint("state <> 'published' OR commitment_id IS NOT NULL", name=op.f("ck_candidate_published_has_commitment")),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_candidate_run_id_import_run")),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_candidate_committee_id_committee")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_candidate_commitment_id_commitment")),
        sa.ForeignKeyConstraint(["split_from_id"], ["candidate.id"], name=op.f("fk_candidate_split_from_id_candidate")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["candidate.id"], name=op.f("fk_candidate_merged_into_id_candidate")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_candidate_decided_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate")),
        sa.UniqueConstraint("run_id", "commitment_id", name=op.f("uq_candidate_run_id_commitment_id")),
    )
    op.create_index(op.f("ix_candidate_run_id_candidate_char_start"), "candidate", ["run_id", "char_start"])


def downgrade() -> None:
    """Take back: what still waits for a person is over, the file may be sent again."""
    op.drop_index(op.f("ix_candidate_run_id_candidate_char_start"), table_name="candidate")
    op.drop_table("candidate")
    op.drop_table("import_passage")
    op.drop_column("import_run", "printed_lines")
    runs = sa.table("import_run", sa.column("state"))
    op.execute(runs.update().where(runs.c.state == "review").values(state="failed"))
    _allow(BEFORE)
