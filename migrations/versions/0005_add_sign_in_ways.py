"""Add sign-in through identity providers and the second factor of staff and Bürgerrat."""

import sqlalchemy as sa
from alembic import op

from beteiligung.db import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _number() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _account(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    return (
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id_account"), ondelete="CASCADE"),
    )


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(), nullable=nullable)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "identity_link", _number(), _text("provider"), _text("subject"), *_account("identity_link"), _time("created_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_link")),
        sa.UniqueConstraint("provider", "subject", name=op.f("uq_identity_link_provider_subject")),
    )  # fmt: skip
    op.create_index(op.f("ix_identity_link_account_id"), "identity_link", ["account_id"])
    op.create_table(
        "oidc_attempt", _number(), _text("provider"), _text("state"), _text("browser"), _text("next_path"),
        _time("created_at"), _time("expires_at"), _time("used_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oidc_attempt")),
        sa.UniqueConstraint("state", name=op.f("uq_oidc_attempt_state")),
    )  # fmt: skip
    op.create_index(op.f("ix_oidc_attempt_expires_at"), "oidc_attempt", ["expires_at"])
    op.create_table(
        "oidc_arrival", _number(), _text("provider"), _text("subject"), _text("browser"), _text("email", nullable=True),
        sa.Column("claims", sa.JSON(), nullable=False), _text("next_path"), _time("created_at"), _time("expires_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oidc_arrival")),
    )  # fmt: skip
    op.create_index(op.f("ix_oidc_arrival_browser"), "oidc_arrival", ["browser"])
    op.create_index(op.f("ix_oidc_arrival_expires_at"), "oidc_arrival", ["expires_at"])
    op.create_table(
        "oidc_logout", _text("provider"), _text("jti"), _time("expires_at"),
        sa.PrimaryKeyConstraint("provider", "jti", name=op.f("pk_oidc_logout")),
    )  # fmt: skip
    op.create_index(op.f("ix_oidc_logout_expires_at"), "oidc_logout", ["expires_at"])

    op.create_table(
        "second_factor", *_account("second_factor"), sa.Column("failures", sa.Integer(), nullable=False),
        _time("locked_until", nullable=True), _text("totp_nonce", nullable=True), _time("totp_confirmed_at", nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_second_factor")),
    )  # fmt: skip
    op.create_table(
        "recovery_code", _number(), *_account("recovery_code"), _text("code"), _time("used_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("account_id", "code", name=op.f("uq_recovery_code_account_id_code")),
    )  # fmt: skip
    op.create_table(
        "passkey", _number(), *_account("passkey"), _text("credential"), _text("public_key"),
        sa.Column("sign_count", sa.BigInteger(), nullable=False), _text("name"), _time("created_on"), _time("used_on", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential", name=op.f("uq_passkey_credential")),
    )  # fmt: skip
    op.create_index(op.f("ix_passkey_account_id"), "passkey", ["account_id"])
    op.create_table(
        "passkey_challenge", _text("session_id"), _text("ceremony"), _text("challenge"), _time("expires_at"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["login_session.id"], name=op.f("fk_passkey_challenge_session_id_login_session"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", "ceremony", name=op.f("pk_passkey_challenge")),
        sa.CheckConstraint("ceremony IN ('enrol', 'prove')", name=op.f("ck_passkey_challenge_ceremony_known")),
    )  # fmt: skip
    op.create_index(op.f("ix_passkey_challenge_expires_at"), "passkey_challenge", ["expires_at"])

    for column in (
        _time("second_factor_at", nullable=True),
        *(_text(name, nullable=True) for name in ("provider", "provider_session", "id_token")),
    ):
        op.add_column("login_session", column)


def downgrade() -> None:
    """Take back."""
    for name in ("id_token", "provider_session", "provider", "second_factor_at"):
        op.drop_column("login_session", name)
    for table in (
        "passkey_challenge", "passkey", "recovery_code", "second_factor", "oidc_logout", "oidc_arrival", "oidc_attempt", "identity_link",
    ):  # fmt: skip
        op.drop_table(table)
