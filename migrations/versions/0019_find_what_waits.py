"""Find declared stances, unanswered questions and open cases without reading all others."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SEEN = "withdrawn_at IS NULL AND hidden_at IS NULL"
INDEXES = (
    ("ix_comment_stances", "comment", ("commitment_id", "stance", "official"), SEEN),
    (
        "ix_comment_unanswered", "comment", ("commitment_id", "score"),
        f"parent_id IS NULL AND stance = 'question' AND answered_at IS NULL AND {SEEN}",
    ),
    ("ix_moderation_case_waiting", "moderation_case", ("region_id", "opened_at"), "decided_at IS NULL"),
)  # fmt: skip


def upgrade() -> None:
    """Apply."""
    for name, table, columns, where in INDEXES:
        op.create_index(name, table, list(columns), sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    """Take back."""
    for name, table, *_rest in reversed(INDEXES):
        op.drop_index(name, table_name=table)
