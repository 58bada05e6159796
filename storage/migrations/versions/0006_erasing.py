"""Who wrote messages and reasons; when circles were closed; sums of quarters that outlive their circles."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WORDS = ("message", "remote_reason", "closing_reason")


def upgrade() -> None:
    op.create_table(
        "kept_quarters",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("circles", sa.Integer(), nullable=False),
        sa.Column("sums", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_kept_quarters_workspace_id_workspaces"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "key", name=op.f("pk_kept_quarters")),
    )

    op.add_column("circles", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_circles_closed_at"), "circles", ["closed_at"])
    # When they were closed nobody knows any more: the time that they are kept begins now.
    op.execute("UPDATE circles SET closed_at = CURRENT_TIMESTAMP WHERE state = 'closed'")

    for words in WORDS:
        # Both engines understand this; in a batch SQLite would copy the whole table while others wait.
        name = f"{words}_by_id"
        key = f"CONSTRAINT fk_coaching_sessions_{name}_people REFERENCES people (id)"
        op.execute(f"ALTER TABLE coaching_sessions ADD COLUMN {name} INTEGER {key}")
    for words in WORDS:
        op.execute(
            f"UPDATE coaching_sessions SET {words}_by_id = created_by_id WHERE {words} IS NOT NULL"  # noqa: S608 - the names stand above
        )


def downgrade() -> None:
    with op.batch_alter_table("coaching_sessions") as sessions:
        for words in WORDS:
            sessions.drop_column(f"{words}_by_id")  # and with it what refers to people

    op.drop_index(op.f("ix_circles_closed_at"), table_name="circles")
    with op.batch_alter_table("circles") as circles:
        circles.drop_column("closed_at")

    op.drop_table("kept_quarters")
